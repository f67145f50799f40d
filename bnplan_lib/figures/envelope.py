"""Does the list fit? Pictures of it beside what the province can invest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go
from IPython.display import HTML

from bnplan_lib.analysis.envelope import ABOUT, PRIVATE, RATIO, SOURCES, SPENDING, investment_envelope, yardsticks
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.sources import row_number, source_line
from bnplan_lib.figures.style import GREEN, INK, PURPLE, RED, SOURCE_STYLE, frame, pattern, rows_table
from bnplan_lib.figures.tables import html_table

if TYPE_CHECKING:
    import pandas as pd

    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

GROUND = {"color": "white", "width": 20}
RANGE_FILL = "rgba(46, 125, 50, 0.18)"  # bars and their error bars show through


def in_bars(figure: go.Figure, x: Sequence[float], y: Sequence[float], texts: Iterable[str]) -> None:
    """Add labels on white within bars, where no line of the figure runs through them."""
    told = list(texts)
    figure.add_scatter(
        x=x,
        y=y,
        text=[f"<b>{text}</b>" for text in told],
        mode="markers+text",
        textfont={"color": INK},
        marker={"symbol": "line-ew", "size": [5 * max(len(one), 4) + 8 for one in told], "opacity": 1, "line": GROUND},
        showlegend=False,
        hoverinfo="skip",
    )


def envelope_bars(
    programme: Programme, story: Scenario, limit: float, lang: str, beside: Scenario | None = None
) -> go.Figure:
    """Draw what the list takes each year beside what the economy of the scenario can invest.

    Parameters
    ----------
    limit
        Per cent of the year's investment above which the list alone is called out.
    beside
        The setting to compare with: the programme without a move.
    """
    say = speak(lang)
    names = say.labels(programme.codes, "capital_source")
    table = investment_envelope(programme, story)
    years = table["year"].tolist()
    figure = go.Figure()
    if table["low_bn_vnd"].notna().all():
        figure.add_scatter(
            x=[*years, *years[::-1]],
            y=[*(table["high_bn_vnd"] / 1000), *(table["low_bn_vnd"][::-1] / 1000)],
            fill="toself",
            mode="lines",
            fillcolor=RANGE_FILL,
            line={"width": 0, "color": RANGE_FILL},
            name=_target_words(programme, RATIO, say),
            hoverinfo="skip",
        )
    for code in SOURCES:
        hover = [
            f"{names[code]}, {year}: {say.money(value)}"
            for year, value in zip(years, table[f"{code}_bn_vnd"], strict=True)
        ]
        figure.add_bar(
            x=years,
            y=table[f"{code}_bn_vnd"] / 1000,
            name=names[code],
            marker=pattern(*SOURCE_STYLE[code]),
            width=0.45,
            customdata=hover,
            hovertemplate="%{customdata}<extra></extra>",
        )
    for column, name, color, dash in _lines(programme, limit, say):
        values = table["envelope_bn_vnd"] * limit / 100 if column == "limit" else table[column]
        if values.notna().all():
            figure.add_scatter(
                x=years,
                y=values / 1000,
                mode="lines+markers",
                name=name,
                line={"color": color, "dash": dash, "width": 2},
                customdata=[f"{name}, {year}: {say.money(value)}" for year, value in zip(years, values, strict=True)],
                hovertemplate="%{customdata}<extra></extra>",
            )
    if beside is not None:
        _levels(figure, years, investment_envelope(programme, beside)["listed_bn_vnd"] / 1000, say)
    in_bars(figure, years, table["listed_bn_vnd"] / 2000, (say.percent(share, 0) for share in table["listed_share"]))
    figure.update_layout(barmode="stack")
    figure.update_xaxes(dtick=1, tickformat="d")
    figure.update_yaxes(title=say("thousand bn VND"), rangemode="tozero")
    return frame(
        figure,
        say,
        title=_title(table, limit, say),
        subtitle=say("Prices of 2025; label: what the list takes of the scenario's investment"),
        source=source_line("envelope", programme, say),
        table=_rows(programme, table, names, say),
        height=560,
        least_width=680,
    )


def _levels(figure: go.Figure, years: Sequence[int], levels: Iterable[float], say: Language) -> None:
    """Draw across each bar how high it is where nothing is moved."""
    figure.add_scatter(
        x=[place for year in years for place in (year - 0.3, year + 0.3, None)],
        y=[place for level in levels for place in (level, level, None)],
        mode="lines",
        line={"color": INK, "width": 2, "dash": "dot"},
        name=say("The list, nothing moved"),
        hoverinfo="skip",
    )


def _lines(programme: Programme, limit: float, say: Language) -> list[tuple[str, str, str, str]]:
    """Return the lines of the figure: their column, name, colour and dash."""
    return [
        ("envelope_bn_vnd", say("Investment in the scenario"), GREEN, "solid"),
        (
            "about_bn_vnd",
            _target_words(programme, ABOUT, say),
            PURPLE,
            "dash",
        ),
        ("need_rise_bn_vnd", say("What the target ICOR asks for"), INK, "dot"),
        ("limit", say("{limit} of the scenario's investment", limit=say.percent(limit / 100, 0)), RED, "dashdot"),
    ]


def _target_words(programme: Programme, measure: str, say: Language) -> str:
    """Return what a target asks of the investment ratio, with its number."""
    if not (target := programme.target_of(measure)):
        return "–"
    row = programme.target(target)
    low, high = float(row["low"]) / 100, float(row["high"]) / 100
    span = say.percent(low, 0) if low == high else f"{say.number(low * 100)}–{say.percent(high, 0)}"
    if row["comparator"] == "about":
        return say("Target {target}: about {range} of GRDP", target=row_number(target), range=span)
    return say("Target {target}: {range} of GRDP", target=row_number(target), range=span)


def envelope_titles(limit: float, say: Language) -> dict[str, str]:
    """Return the title where all, some or none of the years pass a limit; `some` has a place for its {years}."""
    told = say.percent(limit / 100, 0)
    return {
        "all": say("The list takes over {limit} of investment every year", limit=told),
        "some": say("The list takes over {limit} of investment in {years}", limit=told, years="{years}"),
        "none": say("No year takes over {limit} of investment", limit=told),
    }


def _title(table: pd.DataFrame, limit: float, say: Language) -> str:
    over = table[table["listed_share"] > limit / 100]
    which = "none" if over.empty else "all" if len(over) == len(table) else "some"
    return envelope_titles(limit, say)[which].format(years=", ".join(map(str, over["year"])))


def _rows(programme: Programme, table: pd.DataFrame, names: dict[str, str], say: Language) -> Any:
    ratio, about = (row_number(programme.target_of(name)) for name in (RATIO, ABOUT))
    columns = {
        **{f"{code}_bn_vnd": names[code] for code in SOURCES},
        "listed_bn_vnd": say("List"),
        "envelope_bn_vnd": say("Investment in the scenario"),
        "low_bn_vnd": say("{target}, low", target=ratio),
        "high_bn_vnd": say("{target}, high", target=ratio),
        "about_bn_vnd": about,
        "need_rise_bn_vnd": say("ICOR, by the rise"),
        "need_yearly_bn_vnd": say("ICOR, yearly"),
        "rest_bn_vnd": say("Left for all else"),
    }
    heads = [say("Year"), *columns.values(), say("List in investment")]
    rows = [
        (str(row["year"]), *(say.number(row[name]) for name in columns), say.percent(row["listed_share"]))
        for row in table.to_dict("records")
    ]
    return rows_table(heads, rows)


def yardstick_table(programme: Programme, story: Scenario, lang: str) -> HTML:
    """Return what the list takes of every five-year sum that the programme or a source names."""
    say = speak(lang)
    parts = {
        "listed": say("all listed projects"),
        "public": say("public projects"),
        "off_budget": say("projects outside the budget"),
        "private": say("projects outside the budget and PPP"),
    }
    numbers = {name: row_number(programme.target_of(name)) for name in (RATIO, ABOUT, SPENDING, PRIVATE)}
    names = {
        "envelope": say("Investment in the scenario"),
        "target_ratio": say("Investment by target {target}", target=numbers[RATIO]),
        "about_ratio": say("Investment by target {target}", target=numbers[ABOUT]),
        "need_rise": say("Investment that the target ICOR asks for, by the rise of GRDP"),
        "need_yearly": say("Investment that the target ICOR asks for, by the yearly ratio"),
        "reported": say("Investment target as the press reports it (over)"),
        "local_spending": say("Local budget spending, target {target}", target=numbers[SPENDING]),
        "private_share": say("Private investment by section II, {target}, of the scenario's", target=numbers[PRIVATE]),
    }
    rows = [
        (
            names[row["yardstick"]],
            _from_to(row["low_bn_vnd"], row["high_bn_vnd"], say),
            parts[row["part"]],
            say.number(row["part_bn_vnd"]),
            _shares(row["share_low"], row["share_high"], say),
        )
        for row in yardsticks(programme, story).to_dict("records")
    ]
    first, last = programme.years[0], programme.years[-1]
    heads = [
        say("Sum of {first}–{last}", first=first, last=last),
        say("bn VND"),
        say("Held against it"),
        say("bn VND"),
        say("Share"),
    ]
    note = say(
        "Budget spending and the reported target are at the prices of each year, the rest at those of 2025. The list "
        "does not say which investors are domestic, so the private share is held against both readings."
    )
    return html_table("yardsticks", heads, rows, numbers=(1, 3, 4), note=note)


def _from_to(low: float, high: float, say: Language) -> str:
    return say.number(low) if low == high else f"{say.number(low)} – {say.number(high)}"


def _shares(low: float, high: float, say: Language) -> str:
    return (
        say.percent(low, 0)
        if say.percent(low, 0) == say.percent(high, 0)
        else f"{say.percent(low, 0)} – {say.percent(high, 0)}"
    )
