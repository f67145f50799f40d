"""Pictures of scenarios side by side, and of what makes them differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
import plotly.graph_objects as go
from IPython.display import HTML

from bnplan_lib.analysis.comparison import explain_difference, farthest
from bnplan_lib.figures.amounts import apart, exact, unit_words
from bnplan_lib.figures.goals import short_label
from bnplan_lib.figures.growth import sector_names
from bnplan_lib.figures.language import NBSP, Language, speak
from bnplan_lib.figures.levers import lever_amount, lever_title
from bnplan_lib.figures.sources import row_number, source_line
from bnplan_lib.figures.style import (
    BAND,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    SECTOR_STYLE,
    frame,
    pattern,
    rows_table,
)
from bnplan_lib.figures.tables import html_table
from bnplan_lib.model.growth import HEADLINE, SECTORS, basis_of
from bnplan_lib.model.measures import goals_of

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

# colour, dash and mark go together, so that none stands alone
LINES = (
    (BLUE, "solid", "circle"),
    (ORANGE, "dash", "diamond"),
    (GREEN, "dot", "square"),
    (PURPLE, "dashdot", "triangle-up"),
    (RED, "longdash", "x"),
    (GREY, "longdashdot", "cross"),
)


def titles_of(stories: Sequence[Scenario], say: Language) -> dict[str, str]:
    """Return each scenario's title by its name; a number tells equal ones apart."""
    titles: dict[str, str] = {}
    for story in stories:
        title = story.title_vi if say.code == "vi" else story.title_en
        if story.name.endswith("*"):
            title += " *"
        titles[story.name] = title if title not in titles.values() else f"{title} ({len(titles) + 1})"
    return titles


def growth_lines(programme: Programme, stories: Sequence[Scenario], compared: pd.DataFrame, lang: str) -> go.Figure:
    """Draw GRDP growth by year of each scenario, the printed target as a band."""
    say = speak(lang)
    titles = titles_of(stories, say)
    rates = compared[(compared["quantity"] == "growth") & (compared["sector"] == "grdp")].dropna(subset="value")
    table = rates[rates["year"].astype(int) > programme.years[0] - 1].pivot(
        index="year", columns="scenario", values="value"
    )
    averages = compared[compared["target_id"] == programme.target_of(HEADLINE)].set_index("scenario")["value"]
    low, high = basis_of(programme).range_of(HEADLINE)
    years = [str(int(year)) for year in table.index]
    figure = go.Figure()
    figure.add_hrect(y0=low * 100, y1=high * 100, fillcolor=BAND, line_width=0, layer="below")
    for place, (name, title) in enumerate(titles.items()):
        color, dash, symbol = LINES[place % len(LINES)]
        figure.add_scatter(
            x=years,
            y=table[name] * 100,
            mode="lines+markers",
            name=title,
            line={"color": color, "dash": dash, "width": 2.5},
            marker={"symbol": symbol, "size": 9, "color": color},
            customdata=[
                f"{title}, {year}: {say.percent(value, 2)}" for year, value in zip(years, table[name], strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    rows = [
        (title, *(say.percent(value, 2) for value in table[name]), say.percent(averages[name], 2))
        for name, title in titles.items()
    ]
    spread = averages.max() - averages.min()
    figure.update_xaxes(type="category")
    figure.update_yaxes(title=say("per cent a year"))
    drawn = frame(
        figure,
        say,
        title=say("Averages lie {points} percentage points a year apart", points=say.number(spread * 100, 1))
        if len(titles) > 1
        else say("GRDP grows {average} a year on average", average=say.percent(averages.iloc[0], 2)),
        subtitle=say(
            "GRDP growth by year, constant 2025 prices; the band is the target of {low} to {high}",
            low=say.percent(low, 0),
            high=say.percent(high, 0),
        ),
        source=source_line("growth", programme, say),
        table=rows_table([say("Scenario"), *years, say("Average")], rows),
        height=430,
        least_width=560,
    )
    return _legend_below(drawn, len(titles))


def _legend_below(figure: go.Figure, lines: int) -> go.Figure:
    """Move the legend under the plot, one scenario a line: titles of scenarios are long."""
    room = 22 * lines + 14
    bottom, top = figure.layout.margin.b, figure.layout.margin.t - 30
    plot = figure.layout.height - figure.layout.margin.t - bottom
    figure.update_layout(
        height=plot + top + bottom + room,
        margin={"b": bottom + room, "t": top},
        legend={"orientation": "v", "x": 0, "xanchor": "left", "y": -34 / plot, "yanchor": "top"},
    )
    for note in figure.layout.annotations:
        if note.name == "source":
            note.y = -(bottom + room - 2) / plot
    return figure


def sector_parts(programme: Programme, stories: Sequence[Scenario], compared: pd.DataFrame, lang: str) -> go.Figure:
    """Draw each sector's average contribution to growth, one bar a scenario."""
    say = speak(lang)
    titles, names = titles_of(stories, say), sector_names(say)
    parts = compared[compared["quantity"] == "contribution"].dropna(subset="value")
    table = (
        parts.pivot_table(index="scenario", columns="sector", values="value", aggfunc="mean").loc[list(titles)] * 100
    )
    labels = [short_label(title) for title in titles.values()]
    figure = go.Figure()
    for sector in SECTORS:
        figure.add_bar(
            y=labels,
            x=table[sector],
            orientation="h",
            name=names[sector],
            marker=pattern(*SECTOR_STYLE[sector]),
            customdata=[
                f"{title}, {names[sector]}: {say.number(value, 2)}"
                for title, value in zip(titles.values(), table[sector], strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    figure.update_layout(barmode="relative")
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(title=say("percentage points"))
    rows = [
        (title, *(say.number(table.loc[name, sector], 2) for sector in (*SECTORS, "grdp")))
        for name, title in titles.items()
    ]
    return frame(
        figure,
        say,
        title=say("Which sector carries growth in each scenario"),
        subtitle=say("Average contribution to GRDP growth 2026–2030, percentage points a year"),
        source=source_line("growth", programme, say),
        table=rows_table([say("Scenario"), *(names[sector] for sector in (*SECTORS, "grdp"))], rows),
        height=240 + 40 * len(titles),
        least_width=520,
    )


def comparison_table(programme: Programme, stories: Sequence[Scenario], compared: pd.DataFrame, lang: str) -> HTML:
    """Return every target that growth decides, one column a scenario: the figure, and whether it meets the target."""
    say = speak(lang)
    titles = titles_of(stories, say)
    table = target_figures(programme, stories, compared, lang)
    heads = [say("Target"), say("As printed"), *titles.values()]
    note = say("✓ met, ✗ not met; * corrected for analysis, see the sources below")
    return html_table("comparison", heads, table.to_numpy().tolist(), numbers=range(2, 2 + len(titles)), note=note)


def target_figures(
    programme: Programme, stories: Sequence[Scenario], compared: pd.DataFrame, lang: str
) -> pd.DataFrame:
    """Return the figure of each target and whether it is met, as text: `target, printed`, one column a scenario."""
    say = speak(lang)
    names = [story.name for story in stories]
    targets = programme.targets.set_index("id")
    goals = goals_of(programme)
    corrected = set(programme.corrections.loc[programme.corrections["table"] == "targets", "row_id"])
    found = compared[compared["quantity"] == "target"].pivot(index="target_id", columns="scenario", values="value")
    rows = []
    for target_id, goal in goals.items():
        told = [
            f"{exact(value, goal.unit, say, with_unit=False, goal=goal)}{NBSP}{'✓' if goal.met(value) else '✗'}"
            if value == value
            else "–"
            for value in found.loc[target_id, names]
        ]
        unit = unit_words(goal.unit, say)
        name = f"{row_number(target_id)} {say.of(targets.loc[target_id], 'name')}" + (f", {unit}" if unit else "")
        rows.append((name, targets.loc[target_id, "printed"] + (" *" if target_id in corrected else ""), *told))
    return pd.DataFrame(rows, columns=["target", "printed", *names])


def level_table(programme: Programme, stories: Sequence[Scenario], compared: pd.DataFrame, lang: str) -> HTML:
    """Return the size and the structure of the economy in the last year, one row a scenario."""
    say = speak(lang)
    titles, names = titles_of(stories, say), sector_names(say)
    last = compared[compared["year"] == programme.years[-1]].set_index(["scenario", "quantity", "sector"])
    rows = []
    for name, title in titles.items():
        level = last.loc[(name, "level_bn_vnd", "grdp")]
        first = name == stories[0].name
        sign = "+" if level["difference"] >= 0 else "−"
        rows.append(
            (
                title,
                say.number(level["value"]),
                "–" if first else sign + say.number(abs(level["difference"])),
                "–" if first else sign + say.percent(abs(level["relative"])),
                *(say.number(last.loc[(name, "share_of_grdp", sector), "value"] * 100, 1) for sector in SECTORS),
            )
        )
    heads = [
        say("Scenario"),
        say("GRDP of {year}, bn VND", year=programme.years[-1]),
        say("Against the first"),
        say("Against the first, per cent"),
        *(names[sector] for sector in SECTORS),
    ]
    note = say("Constant 2025 prices; the last five columns are shares of GRDP in that year, per cent.")
    return html_table("levels", heads, rows, numbers=range(1, len(heads)), note=note)


def difference_bars(programme: Programme, stories: Sequence[Scenario], target_id: str, lang: str) -> go.Figure:
    """Draw how the difference between the first scenario and the one farthest from it divides among the levers."""
    say = speak(lang)
    target_id = target_id or programme.target_of(HEADLINE)
    story, other = stories[0], farthest(programme, stories, target_id)
    table = explain_difference(programme, story, other, target_id)
    goal = goals_of(programme, [target_id])[target_id]
    titles = titles_of(stories, say)
    first, last = titles[story.name], titles[other.name]
    per_cent = goal.unit.startswith("percent")
    names = [lever_title(programme, lever, say) for lever in table["lever"]]
    moving = table["part"].abs() > 1e-12 * max(table["part"].abs().max(), 1e-300) if len(table) else []
    shown = table[moving]
    texts = [_signed(part, goal.unit, say, with_unit=False) for part in shown["part"]]
    figure = go.Figure()
    figure.add_bar(
        y=[short_label(name) for name, moves in zip(names, moving, strict=True) if moves],
        x=shown["part"] * (100 if per_cent else 1),
        orientation="h",
        marker=pattern(BLUE, ""),
        text=texts,
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    parts = shown["part"] * (100 if per_cent else 1)
    ends = min(float(parts.min()), 0.0) if len(parts) else -1.0, max(float(parts.max()), 0.0) if len(parts) else 1.0
    room = (ends[1] - ends[0]) * 0.28
    figure.update_xaxes(range=[ends[0] - room * (ends[0] < 0), ends[1] + room * (ends[1] > 0)], showgrid=False)
    figure.update_xaxes(title=say("percentage points") if per_cent else unit_words(goal.unit, say))
    figure.update_yaxes(autorange="reversed")
    units = dict(zip(programme.levers["key"], programme.levers["unit"], strict=True))
    rows = [
        (
            name,
            _value(row.first_value, units.get(row.lever, ""), say),
            _value(row.other_value, units.get(row.lever, ""), say),
            _signed(row.part, goal.unit, say),
        )
        for name, row in zip(names, table.itertuples(), strict=True)
    ]
    total = float(table["part"].sum())
    rows.append((say("All levers together"), "", "", _signed(total, goal.unit, say)))
    target = say.of(programme.target(target_id), "name")
    return frame(
        figure,
        say,
        title=say("{lever} makes most of the difference", lever=names[0])
        if len(shown)
        else say("The two scenarios do not differ here"),
        subtitle=say(
            "{target}: from “{first}” to “{last}”, {total}",
            target=target,
            first=first,
            last=last,
            total=_signed(total, goal.unit, say),
        ),
        source=source_line("growth", programme, say),
        table=rows_table([say("Lever"), first, last, say("Part of the difference")], rows),
        height=180 + 46 * max(len(shown), 1),
        least_width=520,
    )


def _signed(value: float, unit: str, say: Language, *, with_unit: bool = True) -> str:
    """Return a difference with its sign, shares in percentage points."""
    sign = "+" if value >= 0 else "−"
    if with_unit:
        return sign + apart(abs(value), unit, say)
    natural = abs(value) * 100 if unit.startswith("percent") else abs(value)
    return sign + say.number(natural, 0 if natural >= 1000 else 2)


def _value(value: Any, unit: str, say: Language) -> str:
    if isinstance(value, tuple) and not unit:  # the shares of the base year
        return "; ".join(lever_amount(one, "percent", say) for one in value)
    return lever_amount(value, unit, say)
