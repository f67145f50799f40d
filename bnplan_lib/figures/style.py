"""How does a figure look? One palette, one frame, its table and caption with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from bnplan_lib.figures.language import Language
from bnplan_lib.model.quarters import quarter_number

# All at least 3:1 against white; a pattern goes with each, so colour never stands alone.
BLUE, ORANGE, GREEN, PURPLE, GREY, RED = "#1f5fa8", "#b85c00", "#2e7d32", "#7b3fa0", "#66717a", "#b3261e"
INK, FAINT, BAND = "#1c2733", "#8a949e", "#dfe8f3"
SECTOR_STYLE = {
    "agriculture": (GREEN, "\\"),
    "industry": (BLUE, ""),
    "construction": (ORANGE, "/"),
    "services": (PURPLE, "."),
    "product_taxes": (GREY, "x"),
}
SOURCE_STYLE = {"public": (BLUE, ""), "ppp": (ORANGE, "/"), "off_budget": (GREY, ".")}
# what stands around the plot, in pixels: a title with room for the marks above Vietnamese letters
TITLE_PX, LEGEND_PX, NO_LEGEND_PX, AXIS_PX, SOURCE_PX = 72, 48, 24, 26, 20
YEARS_SHOWN_AFTER = 5  # on a time axis; later years stand in the table
SOURCE_NAME = "source"  # a page sets title and source in HTML, and finds the source by this name
FONT = "Open Sans, DejaVu Sans, Segoe UI, Helvetica, Arial, sans-serif"


def pattern(color: str, shape: str) -> dict[str, Any]:
    """Return a bar's marker: its colour, and a pattern that tells it apart without colour."""
    drawn = (
        {"pattern": {"shape": shape, "bgcolor": color, "fgcolor": "white", "size": 6, "solidity": 0.2}} if shape else {}
    )
    return {"color": color, "line": {"color": "white", "width": 0.5}, **drawn}


def frame(
    figure: go.Figure,
    say: Language,
    *,
    title: str,
    subtitle: str,
    source: str,
    table: pd.DataFrame,
    height: int = 420,
    axis_on_top: bool = False,
    least_width: int = 340,
) -> go.Figure:
    """Finish a figure: title, subtitle and source, and the table behind it.

    `layout.meta` carries them as text, so that a page can set them in HTML and put
    the table one click away; `table` holds what is shown, formatted. With the axis
    on top the legend stands above its labels. On a screen narrower than
    `least_width` pixels a page lets the reader scroll the figure.
    """
    legend = any(trace.name and trace.showlegend is not False for trace in figure.data)
    axis = AXIS_PX if axis_on_top else 0
    top = TITLE_PX + axis + (LEGEND_PX if legend else NO_LEGEND_PX)
    bottom = (24 if axis_on_top else 56) + SOURCE_PX
    plot = height - top - bottom
    figure.add_annotation(
        name=SOURCE_NAME,
        text=source,
        showarrow=False,
        x=0,
        xref="paper",
        xanchor="left",
        y=-(bottom - 2) / plot,
        yref="paper",
        yanchor="bottom",
        font={"size": 11, "color": GREY},
    )
    figure.update_layout(
        template="none",
        title={
            "text": f"<b>{title}</b><br><sub>{subtitle}</sub>",
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"l": 8, "t": 24},
        },
        font={"family": FONT, "size": 13, "color": INK},
        paper_bgcolor="white",
        plot_bgcolor="white",
        height=height,
        margin={"l": 8, "r": 16, "t": top, "b": bottom},
        legend={"orientation": "h", "x": 0, "y": 1 + axis / plot, "yanchor": "bottom", "traceorder": "normal"},
        hoverlabel={"bgcolor": "white", "font": {"family": FONT, "color": INK}},
        separators=say.separators,
        bargap=0.3,
        meta={
            "title": title,
            "subtitle": subtitle,
            "source": source,
            "lang": say.code,
            "least_width": least_width,
            "table": records(table),
        },
    )
    figure.update_xaxes(
        automargin=True, gridcolor="#e6eaee", zeroline=False, linecolor=FAINT, fixedrange=True, title_font_size=12
    )
    figure.update_yaxes(
        automargin=True, gridcolor="#e6eaee", zeroline=False, fixedrange=True, ticksuffix=" ", title_font_size=12
    )
    if axis_on_top:
        figure.update_xaxes(side="top")
    return figure


def labelled_bars(
    figure: go.Figure, labels: Sequence[str], values: Any, texts: Sequence[str], marker: dict[str, Any], name: str = ""
) -> None:
    """Add horizontal bars with their text behind them; a name puts them into the legend."""
    figure.add_bar(
        y=labels,
        x=values,
        orientation="h",
        name=name,
        showlegend=bool(name),
        marker=marker,
        text=texts,
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    figure.update_xaxes(showgrid=False, separatethousands=True)  # lines would run through the texts


def records(table: pd.DataFrame) -> dict[str, list[Any]]:
    """Return a formatted table as columns and rows of text."""
    return {"columns": list(table.columns), "rows": table.astype(str).to_numpy().tolist()}


def rows_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> pd.DataFrame:
    """Return a table of texts from its column heads and rows."""
    return pd.DataFrame([list(row) for row in rows], columns=list(columns))


def middles(quarters: Iterable[str]) -> list[float]:
    """Return the middle of each quarter on an axis of years: 2026Q1 is 2026.125."""
    return [(quarter_number(quarter) + 0.5) / 4 for quarter in quarters]


def in_years(table: pd.DataFrame, last: int, first: int = 0) -> pd.DataFrame:
    """Return the rows of a table by `quarter` that fall in some years, both included: those an axis has room for."""
    inside = [first <= quarter_number(quarter) // 4 <= last for quarter in table["quarter"]]
    return table[np.array(inside, bool)]


def safe(text: str) -> str:
    """Return text that plotly shows letter for letter: it reads a little HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def bold_last(labels: Sequence[str]) -> list[str]:
    """Return labels with the last one bold: the row that sums up the others."""
    return [*labels[:-1], f"<b>{labels[-1]}</b>"]
