"""What every panel shares: sliders from the lever catalogue, a figure that follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as widgets
import plotly.graph_objects as go

from bnplan_lib.figures.language import Language
from bnplan_lib.inputs.scenario import Lever, Scenario, move_levers

WIDTH_PX = 960  # a live figure does not follow the width of its cell
Draw = Callable[[Scenario], go.Figure]


def slider(lever: Lever, value: float, say: Language) -> widgets.Widget:
    """Return a slider for a lever over its usual range, in the lever's unit."""
    low, high = lever.soft or lever.hard or (0.0, 1.0)
    low, high = min(low, value), max(high, value)
    whole = lever.type == "integer"
    units = {"percent_per_year": say(", % a year"), "percent": ", %"}
    unit = units.get(lever.unit, "")
    kind = widgets.IntSlider if whole else widgets.FloatSlider
    control = kind(
        value=value,
        min=low,
        max=high,
        step=1 if whole or lever.unit == "percent" else 0.05,
        description=f"{lever.title_vi if say.code == 'vi' else lever.title_en}{unit}",
        continuous_update=False,
        style={"description_width": "30em"},
        layout={"width": "56em"},
        readout_format="d" if whole else ".2f",
    )
    control.add_class(f"bn-{lever.key.replace('.', '-').replace('*', 'all').replace('_', '-')}")
    return control


def refresh(shown: go.FigureWidget, drawn: go.Figure) -> None:
    """Update a live figure in place from a new drawing of the same traces."""
    with shown.batch_update():
        for old, new in zip(shown.data, drawn.data, strict=True):
            old.update(new.to_plotly_json(), overwrite=True)
        shown.layout.title = drawn.layout.title
        shown.layout.meta = drawn.layout.meta
        for axis in ("xaxis", "yaxis"):
            shown.layout[axis].range = drawn.layout[axis].range


class Panel:
    """Controls, a reset button and a live figure of one scenario."""

    def __init__(self, draw: Draw, story: Scenario, say: Language) -> None:
        self.draw, self.story, self.say = draw, story, say
        self.moved: dict[str, Any] = {}
        self.figure = go.FigureWidget(draw(story))
        self.figure.layout.width = WIDTH_PX
        self.told = widgets.HTML()
        self.reset = widgets.Button(description=say("Back to the scenario"), icon="undo", layout={"width": "16em"})

    def move(self, changes: Mapping[str, Any]) -> None:
        """Move levers, keep what was moved before, and redraw."""
        self.moved |= changes
        now = move_levers(self.story, self.moved)
        differing = {key: value for key, value in self.moved.items() if value != self.story.values.get(key)}
        self.told.value = ", ".join(f"<code>{key} = {value:g}</code>" for key, value in differing.items())
        refresh(self.figure, self.draw(now))

    def show(self, *controls: widgets.Widget) -> widgets.VBox:
        """Return the panel, controls above the figure."""
        return widgets.VBox(
            [*controls, widgets.HBox([self.reset, self.told], layout={"margin": "0.6em 0"}), self.figure]
        )
