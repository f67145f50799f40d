"""How sure is it that the list fits? Pictures of overruns and delays drawn many times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
from IPython.display import HTML

from bnplan_lib.figures.envelope import RANGE_FILL, in_bars
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.sources import source_line
from bnplan_lib.figures.style import BLUE, GREEN, INK, frame, pattern, rows_table
from bnplan_lib.figures.tables import html_table
from bnplan_lib.figures.uncertainty import chance

if TYPE_CHECKING:
    from bnplan_lib.analysis.exposure import Exposure
    from bnplan_lib.analysis.risks import Risk
    from bnplan_lib.inputs.programme import Programme

NINE_OF_TEN, MIDDLE = np.array([0.05, 0.95]), np.array([0.5])


def exposure_bars(programme: Programme, result: Exposure, lang: str) -> go.Figure:
    """Draw the spread of what the list takes each year over the spread of what can be invested."""
    say = speak(lang)
    table = result.years
    years = table["year"].tolist()
    figure = go.Figure()
    figure.add_scatter(
        x=[*years, *years[::-1]],
        y=[*(table["envelope_q95"] / 1000), *(table["envelope_q05"][::-1] / 1000)],
        fill="toself",
        mode="lines",
        fillcolor=RANGE_FILL,
        line={"width": 0, "color": RANGE_FILL},
        name=say("Investment, nine draws of ten"),
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=years,
        y=table["envelope_q50"] / 1000,
        mode="lines+markers",
        name=say("Investment, median"),
        line={"color": GREEN, "width": 2},
        customdata=[f"{year}: {say.money(value)}" for year, value in zip(years, table["envelope_q50"], strict=True)],
        hovertemplate="%{customdata}<extra></extra>",
    )
    figure.add_bar(
        x=years,
        y=table["q50"] / 1000,
        name=say("List, median and nine draws of ten"),
        width=0.45,
        marker=pattern(BLUE, ""),
        error_y={
            "type": "data",
            "array": (table["q95"] - table["q50"]) / 1000,
            "arrayminus": (table["q50"] - table["q05"]) / 1000,
            "color": INK,
            "width": 5,
        },
        customdata=[
            say(
                "{year}: {median}, nine draws of ten {low} to {high}; over the investment in {share}",
                year=row.year,
                median=say.money(row.q50),
                low=say.number(row.q05),
                high=say.number(row.q95),
                share=chance(row.over, say),
            )
            for row in table.itertuples()
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    in_bars(figure, years, table["q05"] / 2000, (chance(value, say) for value in table["over_limit"]))
    figure.update_xaxes(dtick=1, tickformat="d")
    figure.update_yaxes(title=say("thousand bn VND"), rangemode="tozero")
    limit = say.percent(result.limit, 0)
    heads = [
        say("Year"),
        say("List without draws"),
        say("List, median"),
        say("List, nine draws of ten"),
        say("Investment, nine draws of ten"),
        say("Chance that the list is over the investment"),
        say("Chance that it is over {limit} of it", limit=limit),
        say("Chance of the peak year"),
    ]
    rows = [
        (
            str(row.year),
            say.number(row.planned_bn_vnd),
            say.number(row.q50),
            f"{say.number(row.q05)} – {say.number(row.q95)}",
            f"{say.number(row.envelope_q05)} – {say.number(row.envelope_q95)}",
            chance(row.over, say),
            chance(row.over_limit, say),
            chance(row.peak, say),
        )
        for row in table.itertuples()
    ]
    peak = result.chances.set_index("event").loc["peak_over"]
    return frame(
        figure,
        say,
        title=say("In {share} of draws the peak year exceeds all investment", share=chance(peak["probability"], say)),
        subtitle=say(
            "{draws} draws of overruns, delays and growth; label: chance that the list is over {limit} of investment",
            draws=say.number(result.draws),
            limit=limit,
        ),
        source=source_line("envelope", programme, say),
        table=rows_table(heads, rows),
        height=480,
        least_width=680,
    )


def exposure_table(result: Exposure, lang: str) -> HTML:
    """Return the sums of the list without draws and under them, and the chances of the whole period."""
    say = speak(lang)
    names = {
        "cost": say("Cost of all projects"),
        "inside": say("Falls in the programme's years"),
        "after": say("Falls after them"),
        "public_inside": say("Public projects in the programme's years"),
    }
    rows = [
        (
            names[row.total],
            say.number(row.planned_bn_vnd),
            say.number(row.q50),
            f"{say.number(row.q05)} – {say.number(row.q95)}",
        )
        for row in result.totals.itertuples()
    ]
    heads = [say("bn VND"), say("Without draws"), say("Median"), say("Nine draws of ten")]
    chances = result.chances.set_index("event")["probability"]
    limit = say.percent(result.limit, 0)
    note = say(
        "In {any} of draws some year's list is over all investment, in {limit_any} over {limit} of it; public projects "
        "take more than all local budget spending in {public}.",
        any=chance(chances["any_over"], say),
        limit_any=chance(chances["any_over_limit"], say),
        limit=limit,
        public=chance(chances["public_over"], say),
    )
    return html_table("exposure", heads, rows, numbers=(1, 2, 3), note=note)


def risk_table(programme: Programme, result: Exposure, lang: str) -> HTML:
    """Return the assumed spread of overruns, delays and longer schedules, with what each rests on."""
    say = speak(lang)
    rows = [
        (
            _lever(risk, say),
            _covered(programme, risk, say),
            say.number(len(risk.projects)),
            " – ".join(say.number(value) for value in risk.distribution.quantile(NINE_OF_TEN)),
            say.number(float(risk.distribution.quantile(MIDDLE)[0])),
            risk.distribution.source or "–",
        )
        for risk in result.risks.risks
    ]
    heads = [
        say("What is uncertain"),
        say("Kind of asset"),
        say("Projects"),
        say("Nine draws of ten"),
        say("Median"),
        say("Rests on"),
    ]
    note = say(
        "Assumptions, to be changed in a scenario file. Each project has its own draw; any two go together with a "
        "correlation of {correlation}.",
        correlation=say.number(result.risks.correlation, 2),
    )
    return html_table("risks", heads, rows, numbers=(2, 3, 4), note=note)


def _lever(risk: Risk, say: Language) -> str:
    return {
        "overrun": say("Overrun of cost, %"),
        "delay_quarters": say("Late start, quarters"),
        "stretch": say("Longer schedule, %"),
    }[risk.lever]


def _covered(programme: Programme, risk: Risk, say: Language) -> str:
    if len(risk.projects) == len(programme.projects):
        return say("All kinds")
    names = say.labels(programme.codes, "asset")
    codes = programme.projects["asset"].iloc[risk.projects]
    return ", ".join(names[code].lower() if place else names[code] for place, code in enumerate(dict.fromkeys(codes)))
