"""What does the way to each target look like, and where on it are we?"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Final

import pandas as pd
import plotly.graph_objects as go
from IPython.display import HTML
from plotly.subplots import make_subplots

from bnplan_lib.figures.amounts import exact
from bnplan_lib.figures.goals import short_label
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.markup import markup
from bnplan_lib.figures.progress import SIGNS, light_names
from bnplan_lib.figures.sources import row_number, source_line
from bnplan_lib.figures.style import BLUE, GREY, ORANGE, frame, rows_table, safe

if TYPE_CHECKING:
    from bnplan_lib.analysis.progress import Progress
    from bnplan_lib.inputs.programme import Programme

ACROSS: Final = 2
PANEL_PX: Final = 180
TITLES_PX: Final = 30  # what the titles of the upper panels take
MOST: Final = 16  # panels that are drawn; all are in the table


def way_lines(programme: Programme, now: Progress, lang: str) -> go.Figure | HTML:
    """Draw the way of each target that has a value: what each year asks for, what was observed, and where it leads.

    A sentence where no target has one.
    """
    say = speak(lang)
    table = now.ways
    under = dict(zip(now.targets["id"], now.targets["under"], strict=True))
    known = [one for one in under if table.loc[table["id"] == one, "observed"].notna().any()]
    seen = [one for one in known if under[one] in ("", one) or under[one] not in known]  # a figure stated twice, once
    if not seen:
        told = say("No target of this body has a value yet.")
        return markup(f"<p>{html.escape(told)}</p>")
    shown = seen[:MOST]
    names = {one: say.of(programme.target(one), "name") for one in seen}
    rows = -(-len(shown) // ACROSS)
    units = now.targets.set_index("id")["unit"]
    words = say.labels(programme.codes, "unit")
    titles = [short_label(safe(f"{row_number(one)} {names[one]}, {words[units[one]]}")) for one in shown]
    figure = make_subplots(
        rows=rows, cols=ACROSS, subplot_titles=titles, vertical_spacing=0.4 / rows, horizontal_spacing=0.12
    )
    for place, one in enumerate(shown):
        _panel(figure, table[table["id"] == one], names[one], units[one], place, say)
        _goal(figure, now.targets.set_index("id").loc[one], place, say)
    figure.update_annotations(font_size=12)
    figure.update_xaxes(dtick=1, tickformat="d", tickangle=0, tickfont_size=11, range=_span(programme))
    figure.update_yaxes(nticks=4, tickfont_size=11, exponentformat="none", separatethousands=True)
    lights = light_names(say)
    standing = now.targets.set_index("id")["light"]
    cells = [
        (
            row_number(row.id),
            names[row.id],
            str(row.year),
            exact(row.required, units[row.id], say),
            exact(row.observed, units[row.id], say),
            f"{SIGNS[standing[row.id]][2]} {lights[standing[row.id]]}",
        )
        for row in table[table["id"].isin(seen)].itertuples()
    ]
    heads = [say("Row"), say("Target"), say("Year"), say("Asked for"), say("Observed"), say("Where it stands")]
    told = say("Line: what each year asks for (a sum is shown by year); dots: observed; diamond: the target")
    if len(seen) > MOST:
        told += "; " + say("the first {shown} of {known}, all in the table", shown=MOST, known=len(seen))
    figure.update_layout(showlegend=True)
    return _roomy(
        frame(
            figure,
            say,
            title=say(
                "From {first} to {last}: the way and what was observed",
                first=programme.years[0] - 1,
                last=programme.years[-1],
            ),
            subtitle=told,
            source=source_line("progress", programme, say),
            table=rows_table(heads, cells),
            height=150 + TITLES_PX + PANEL_PX * rows,
            least_width=620,
        )
    )


def _goal(figure: go.Figure, target: pd.Series, place: int, say: Language) -> None:
    """Draw where the way of a level leads: its end, or both ends of its range, in the target's year."""
    if target["kind"] not in ("level", "by_date"):
        return
    per_cent = 100 if target["unit"].startswith("percent") else 1
    ends = sorted({end for end in (target["low"], target["high"]) if end == end})
    figure.add_scatter(
        x=[target["target_year"]] * len(ends),
        y=[end * per_cent for end in ends],
        mode="markers",
        marker={"symbol": "diamond-open", "color": ORANGE, "size": 10, "line": {"width": 2}},
        name=say("Target"),
        legendgroup="target",
        showlegend=not any(trace.legendgroup == "target" for trace in figure.data),
        hovertemplate="%{y}<extra></extra>",
        row=place // ACROSS + 1,
        col=place % ACROSS + 1,
    )


def _span(programme: Programme) -> list[float]:
    return [programme.years[0] - 1.3, programme.years[-1] + 0.3]


def _roomy(figure: go.Figure) -> go.Figure:
    """Leave room for the titles of the panels under the legend."""
    margin = figure.layout.margin
    plot = figure.layout.height - margin.t - margin.b - TITLES_PX
    figure.update_layout(margin_t=margin.t + TITLES_PX, legend_y=1 + TITLES_PX / plot)
    return figure


def _panel(figure: go.Figure, way: pd.DataFrame, name: str, unit: str, place: int, say: Language) -> None:
    """Draw one target: its line, and a dot for each value."""
    where = {"row": place // ACROSS + 1, "col": place % ACROSS + 1}
    per_cent = 100 if unit.startswith("percent") else 1
    for column, label, style in (
        ("required", say("asked for"), {"mode": "lines+markers", "line": {"color": GREY, "dash": "dash", "width": 2}}),
        ("observed", say("observed"), {"mode": "markers", "marker": {"color": BLUE, "size": 10}}),
    ):
        known = way.dropna(subset=column)
        if column == "required":
            style = {**style, "marker": {"color": GREY, "size": 4}}
        figure.add_scatter(
            x=known["year"],
            y=known[column] * per_cent,
            name=label,
            legendgroup=column,
            showlegend=place == 0,
            customdata=[
                f"{name}, {row.year}: {exact(getattr(row, column), unit, say)} ({label})" for row in known.itertuples()
            ],
            hovertemplate="%{customdata}<extra></extra>",
            **style,
            **where,
        )
