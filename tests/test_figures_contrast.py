"""The colours of figures are told apart from their ground, by the formula of WCAG 2.2."""

from __future__ import annotations

import pytest
from test_figures import DRAWN

from bnplan_lib.figures import style

PALETTE = ("BLUE", "ORANGE", "GREEN", "PURPLE", "GREY", "RED", "FAINT")
TEXTS = ("INK", "GREY")
NAMED = {"white": "#ffffff", "black": "#000000"}
HOLLOW = "rgba(0,0,0,0)"
BARS = {name: [trace for trace in figure.data if trace.type == "bar"] for name, figure in DRAWN["middle", "en"].items()}


def luminance(color: str) -> float:
    """Return the relative luminance of #rrggbb."""
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the ratio of contrast of two colours, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("name", PALETTE)
def test_marks_are_told_apart_from_the_ground(name):
    assert contrast(getattr(style, name), "#ffffff") >= 3


@pytest.mark.parametrize("name", TEXTS)
def test_texts_are_read_on_the_ground(name):
    assert contrast(getattr(style, name), "#ffffff") >= 4.5


def written(trace) -> list[tuple[str, str]]:
    """Return the colours of each text that stands in a mark, and of the mark."""
    if trace.text is None:
        return []
    if trace.type == "bar" and trace.textposition == "inside":
        inks, grounds = trace.insidetextfont.color, trace.marker.color
    elif trace.type == "scatter" and trace.mode == "markers+text" and trace.textposition is None:
        stroke = trace.marker.symbol == "line-ew"
        inks, grounds = trace.textfont.color, trace.marker.line.color if stroke else trace.marker.color
    else:
        return []
    each = ([color] * len(trace.text) if isinstance(color, str) else color for color in (inks, grounds))
    return [(NAMED.get(ink, ink), NAMED.get(ground, ground)) for ink, ground in zip(*each, strict=True)]


@pytest.mark.parametrize("key", DRAWN, ids="-".join)
def test_texts_are_read_on_the_marks_they_stand_in(key):
    pairs = {name: {pair for trace in figure.data for pair in written(trace)} for name, figure in DRAWN[key].items()}
    assert {"treemap", "class_grid", "workload_grid", "project_gantt"} <= {name for name, own in pairs.items() if own}
    assert [(name, *pair) for name, own in pairs.items() for pair in own if contrast(*pair) < 4.5] == []


@pytest.mark.parametrize("name", BARS)
def test_no_text_stands_on_a_pattern(name):
    lettered = [trace for trace in BARS[name] if trace.text is not None and trace.textposition != "outside"]
    assert [trace.name for trace in lettered if trace.textposition != "inside" or trace.marker.pattern.shape] == []


@pytest.mark.parametrize("name", BARS)
def test_bars_of_a_legend_are_told_apart_without_colour(name):
    bars = {trace.name: trace for trace in BARS[name] if trace.name and trace.showlegend is not False}
    looks = {(one.yaxis, one.marker.pattern.shape, one.marker.color == HOLLOW) for one in bars.values()}
    assert name == "treemap" or len(looks) == len(bars)


@pytest.mark.parametrize("name", DRAWN["middle", "en"])
def test_lines_of_a_legend_are_told_apart_without_colour(name):
    lines = {
        trace.name: (trace.line.dash, trace.line.width, trace.marker.symbol, trace.fillcolor)
        for trace in DRAWN["middle", "en"][name].data
        if trace.type == "scatter" and "lines" in (trace.mode or "") and trace.name and trace.showlegend is not False
    }
    assert len(set(lines.values())) == len(lines)


def test_the_legend_of_the_treemap_names_the_rows_of_each_source():
    figure = DRAWN["middle", "en"]["treemap"]
    assert [trace.name.split()[0] for trace in figure.data] == ["III", "II", "I"]
    assert [{text.partition(".")[0] for text in trace.text if text} for trace in figure.data] == [
        {"III"},
        {"II"},
        {"I"},
    ]


@pytest.mark.parametrize("looks", [style.SECTOR_STYLE, style.SOURCE_STYLE])
def test_kinds_are_told_apart_without_colour(looks):
    assert len({shape for _, shape in looks.values()}) == len(looks)
