"""Pictures of how sure it is: chances, a fan, what matters most."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from bnplan_lib.analysis.sensitivity import sensitivity, tornado
from bnplan_lib.figures.amounts import amount, exact
from bnplan_lib.figures.goals import short_label
from bnplan_lib.figures.growth import sector_names
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.levers import lever_amount, lever_title
from bnplan_lib.figures.sources import row_number, source_line
from bnplan_lib.figures.style import BLUE, GREY, INK, ORANGE, frame, labelled_bars, pattern, rows_table
from bnplan_lib.model.growth import HEADLINE

if TYPE_CHECKING:
    from bnplan_lib.analysis.uncertainty import Simulation
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

SAME_RATIO = ("investment_share", "social_investment_share")  # targets for investment over GRDP
SHOWN = 10  # levers at most in a chart; all are in its table


def chances(programme: Programme, result: Simulation, lang: str) -> go.Figure:
    """Draw the probability of meeting each target, and growth targets all at once."""
    say = speak(lang)
    targets = programme.targets.set_index("id")
    table = result.targets
    joint = result.joint.set_index("targets")
    labels = [short_label(f"{row_number(key)} {say.of(targets.loc[key], 'name')}") for key in table["target_id"]]
    together = say("All growth targets of {target} at once", target=row_number(programme.target_of(HEADLINE)))
    labels.append(f"<b>{together}</b>")
    values = [*table["probability"], joint.loc["growth", "probability"]]
    errors = [*table["error"], joint.loc["growth", "error"]]
    figure = go.Figure()
    labelled_bars(figure, labels, np.array(values) * 100, [chance(value, say) for value in values], pattern(BLUE, ""))
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(title=say("per cent of draws"), range=[0, 130], tickvals=[0, 25, 50, 75, 100])
    rows = [
        (
            label.replace("<br>", " ").replace("<b>", "").replace("</b>", ""),
            chance(value, say),
            "±" + say.percent(1.96 * error, 1)
            if 0 < value < 1
            else say("within {share}", share=say.percent(3 / result.draws, 2)),
            *told,
        )
        for label, value, error, told in zip(labels, values, errors, [*_spread(table, say), ("–", "–")], strict=True)
    ]
    at_once = say("All targets at once")
    if excluding := _excluding(programme, table):
        at_once += " (" + say("{one} and {other} exclude each other", one=excluding[0], other=excluding[1]) + ")"
    rows.append((at_once, chance(joint.loc["all", "probability"], say), "–", "–", "–"))
    headline = table.loc[table["sector"] == "grdp"]
    title = (
        say("The headline is reached in {share} of draws", share=chance(headline["probability"].iloc[0], say))
        if len(headline)
        else say("How likely each target is")
    )
    heads = [say("Target"), say("Chance"), say("95% interval"), say("Median"), say("Nine draws of ten")]
    return frame(
        figure,
        say,
        title=title,
        subtitle=say(
            "Share of {draws} draws of the uncertain levers in which a target is met", draws=say.number(result.draws)
        ),
        source=source_line("outlook", programme, say),
        table=rows_table(heads, rows),
        height=150 + 40 * len(labels),
        least_width=520,
    )


def _excluding(programme: Programme, table: pd.DataFrame) -> tuple[str, str] | None:
    """Return two targets that are held against the same ratio and have no value in common."""
    ratios = table[table["target_id"].isin([programme.target_of(name) for name in SAME_RATIO])]
    for one, other in itertools.combinations(ratios.itertuples(), 2):
        if one.high < other.low or other.high < one.low:
            return one.target_id, other.target_id
    return None


def chance(value: float, say: Language) -> str:
    """Return a probability: whole per cent, with less than one and more than 99 said as such."""
    if 0 < value < 0.005:
        return say("under {share}", share=say.percent(0.01, 0))
    return say("over {share}", share=say.percent(0.99, 0)) if 0.995 <= value < 1 else say.percent(value, 0)


def _spread(table: pd.DataFrame, say: Language) -> list[tuple[str, str]]:
    return [
        (exact(row.q50, row.unit, say), f"{exact(row.q05, row.unit, say)} – {exact(row.q95, row.unit, say)}")
        for row in table.itertuples()
    ]


def fan(programme: Programme, result: Simulation, lang: str) -> go.Figure:
    """Draw how GRDP per head spreads over the years, against its target for the last."""
    say = speak(lang)
    table = result.fans[result.fans["quantity"] == "grdp_per_head_usd"].pivot(
        index="year", columns="share", values="value"
    )
    years = [str(year) for year in table.index]
    figure = go.Figure()
    for low, high, name, color in (
        (0.05, 0.95, say("Nine draws of ten"), "#c9d8ec"),
        (0.25, 0.75, say("Every second draw"), "#8fb0d9"),
    ):
        figure.add_scatter(
            x=[*years, *years[::-1]],
            y=[*table[high], *table[low][::-1]],
            fill="toself",
            mode="lines",
            fillcolor=color,
            line={"width": 0, "color": color},
            name=name,
            hoverinfo="skip",
        )
    figure.add_scatter(
        x=years,
        y=table[0.5],
        mode="lines+markers",
        name=say("Median"),
        line={"color": BLUE, "width": 2.5},
        customdata=[f"{year}: {say.number(value)} USD" for year, value in zip(years, table[0.5], strict=True)],
        hovertemplate="%{customdata}<extra></extra>",
    )
    last = table.iloc[-1]
    goals = result.targets[result.targets["target_id"] == programme.target_of("per_head_usd")]
    for goal in goals.to_dict("records"):
        figure.add_scatter(
            x=[years[-1]] * 2,
            y=[goal["low"], goal["high"]],
            mode="lines",
            name=say("Target of {year}", year=years[-1]),
            line={"color": ORANGE, "width": 7},
            hovertemplate=amount((goal["low"], goal["high"]), "usd_per_head", say) + "<extra></extra>",
        )
    figure.update_yaxes(title="USD", tickformat=",.0f")
    figure.update_xaxes(type="category")
    shares = list(table.columns)
    rows = [(str(year), *(say.number(row[share]) for share in shares)) for year, row in table.iterrows()]
    return frame(
        figure,
        say,
        title=say(
            "GRDP per head in {year}: {low} to {high} USD",
            year=years[-1],
            low=say.number(round(last[0.05], -1)),
            high=say.number(round(last[0.95], -1)),
        ),
        subtitle=say("USD at current prices and exchange rates; nine draws of ten lie in the wide band"),
        source=source_line("outlook", programme, say),
        table=rows_table([say("Year"), *(say.percent(share, 0) for share in shares)], rows),
        height=420,
    )


def tornado_bars(programme: Programme, story: Scenario, target_id: str, lang: str) -> go.Figure:
    """Draw how far one uncertain lever at a time moves a target's figure, from its lower to its upper tail."""
    say = speak(lang)
    table = tornado(programme, story, target_id)
    table = table[table["swing"] > 1e-12 * table["base"].abs()]
    unit = programme.target(target_id)["unit"]
    scale = 100 if unit.startswith("percent") else 1
    names = [lever_title(programme, key, say) for key in table["lever"]]
    units = dict(zip(programme.levers["key"], programme.levers["unit"], strict=True))
    base = float(table["base"].iloc[0]) if len(table) else 0.0
    figure = go.Figure()
    shown = table.head(SHOWN)
    for column, name, style in (("low", say("Lever low"), (GREY, "")), ("high", say("Lever high"), (BLUE, "/"))):
        figure.add_bar(
            y=[short_label(label) for label in names[:SHOWN]],
            x=(shown[column] - base) * scale,
            base=base * scale,
            orientation="h",
            name=name,
            marker=pattern(*style),
            customdata=[
                f"{label}: {exact(value, unit, say)}" for label, value in zip(names, shown[column], strict=False)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    rows = [
        (
            label,
            lever_amount(row.low_value, units[row.lever], say),
            lever_amount(row.high_value, units[row.lever], say),
            exact(row.low, unit, say),
            exact(row.high, unit, say),
        )
        for label, row in zip(names, table.itertuples(), strict=True)
    ]
    figure.add_vline(x=base * scale, line={"color": INK, "width": 1})
    figure.update_layout(barmode="overlay")
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(title=_axis(unit, say))
    heads = [say("Lever"), say("Low"), say("High"), say("Figure at low"), say("Figure at high")]
    title = say("{lever} matters most", lever=names[0]) if names else say("No uncertain lever enters this target")
    return frame(
        figure,
        say,
        title=title,
        subtitle=say(
            "{target}: one lever at a time to its tenth and ninetieth percentile, the others at their median",
            target=say.of(programme.target(target_id), "name"),
        ),
        source=source_line("outlook", programme, say),
        table=rows_table(heads, rows),
        height=180 + 44 * max(len(shown), 1),
        least_width=520,
    )


def variance_bars(programme: Programme, story: Scenario, target_id: str, lang: str) -> go.Figure:
    """Draw which uncertain levers explain the variance of a target's figure: total Sobol indices."""
    say = speak(lang)
    table = sensitivity(programme, story, target_id)
    names = [_group(programme, levers.split("; "), say) for levers in table["levers"]]
    figure = go.Figure()
    texts = [say.percent(value, 0) for value in table["total"].head(SHOWN)]
    labels = [short_label(name) for name in names[:SHOWN]]
    labelled_bars(figure, labels, table["total"].head(SHOWN) * 100, texts, pattern(BLUE, ""))
    figure.update_yaxes(autorange="reversed")
    top = float(table["total"].max()) * 100 if len(table) else 100.0
    figure.update_xaxes(title=say("per cent of the variance"), range=[0, top * 1.2])
    rows = [
        (
            name,
            say.percent(row.first),
            "±" + say.percent(row.first_error),
            say.percent(row.total),
            "±" + say.percent(row.total_error),
        )
        for name, row in zip(names, table.itertuples(), strict=True)
    ]
    heads = [say("Lever"), say("Alone"), say("95% interval"), say("With others"), say("95% interval, with others")]
    share = say.percent(table["total"].iloc[0], 0) if len(table) else ""
    return frame(
        figure,
        say,
        title=say("One cause explains {share} of the spread", share=share)
        if names
        else say("No uncertain lever enters this target"),
        subtitle=say(
            "{target}: share of the variance, interactions included; levers that move together count as one",
            target=say.of(programme.target(target_id), "name"),
        ),
        source=source_line("outlook", programme, say),
        table=rows_table(heads, rows),
        height=180 + 44 * max(len(labels), 1),
        least_width=520,
    )


def _group(programme: Programme, levers: Sequence[str], say: Language) -> str:
    """Return what a group of levers is called: each by its title, growth of sectors as one."""
    names = sector_names(say)
    sectors = [lever.removeprefix("growth.") for lever in levers if lever.removeprefix("growth.") in names]
    titles = [lever_title(programme, lever, say) for lever in levers if lever.removeprefix("growth.") not in sectors]
    if len(sectors) > 1:
        listed = ", ".join(
            names[sector] if not place else names[sector].lower() for place, sector in enumerate(sectors)
        )
        return "; ".join([listed, *titles])
    return "; ".join([*(lever_title(programme, f"growth.{sector}", say) for sector in sectors), *titles])


def _axis(unit: str, say: Language) -> str:
    words = {
        "percent_per_year": say("per cent a year"),
        "usd_per_head": "USD",
        "bn_vnd": say("bn VND"),
        "bn_usd": say("bn USD"),
        "million_vnd_per_month": say("million VND a month"),
    }
    return words.get(unit, say("per cent") if unit.startswith("percent") else "")
