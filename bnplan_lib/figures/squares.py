"""How is a grid of numbers drawn? Squares, darker where there is more, each with its number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import plotly.graph_objects as go

SHADES = ("#eceff2", "#dbe6f2", "#a9c4e4", "#7ea6d3", "#3f74b5", "#123a6d")  # the first for what counts less
WHITE_FROM = 4  # the first shade on which black would not be read


def draw_squares(
    figure: go.Figure,
    at: tuple[Iterable[float], Iterable[float]],
    texts: Sequence[str],
    shades: Sequence[int],
    hover: Sequence[str],
    size: int,
) -> None:
    """Add squares to a figure.

    Parameters
    ----------
    at
        Where they stand, across and up.
    shades
        Places in `SHADES`.
    size
        Pixels.
    """
    x, y = at
    figure.add_scatter(
        x=list(x),
        y=list(y),
        mode="markers+text",
        showlegend=False,
        marker={"symbol": "square", "size": size, "color": [SHADES[shade] for shade in shades]},
        text=list(texts),
        textfont={"size": 11, "color": ["white" if shade >= WHITE_FROM else "black" for shade in shades]},
        customdata=list(hover),
        hovertemplate="%{customdata}<extra></extra>",
    )


def shade_of(value: float, most: float) -> int:
    """Return the blue shade of a value from 0 to the most there is; small values are kept apart."""
    blues = len(SHADES) - 1
    return 1 + min(int(blues * (value / most) ** 0.5), blues - 1) if most > 0 else 1
