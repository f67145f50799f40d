"""What every panel shares: sliders from the lever catalogue, a figure that follows, a scenario to keep."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets
import plotly.graph_objects as go

from bnplan_lib.errors import PlanError
from bnplan_lib.figures.language import Language
from bnplan_lib.inputs.levers import Lever
from bnplan_lib.inputs.scenario import Scenario, move_levers
from bnplan_lib.inputs.scenario_text import save_scenario, shown

WIDTH_PX = 960  # a live figure does not follow the width of its cell
STEPS = 200  # from one end of a slider to the other, where its unit sets none
LABEL = {"description_width": "30em"}
Draw = Callable[[Scenario], go.Figure]


def slider(lever: Lever, value: float, say: Language) -> widgets.Widget:
    """Return a slider for a lever over its usual range, in the lever's unit."""
    low, high = lever.soft or lever.hard or (0.0, 1.0)
    low, high = min(low, value), max(high, value)
    whole = lever.type == "integer"
    units = {
        "percent_per_year": say(", % a year"),
        "percent": ", %",
        "percent_of_grdp": ", %",
        "percentage_points": say(", percentage points"),
        "bn_vnd": ", " + say("bn VND"),
        "bn_usd": ", " + say("bn USD"),
        "persons": say(", people"),
        "vnd_per_usd": say(", VND per USD"),
        "million_vnd_per_month": say(", million VND a month"),
    }
    kind = widgets.IntSlider if whole else widgets.FloatSlider
    large = high >= 1000
    control = kind(
        value=value,
        min=low,
        max=high,
        step=1 if whole or (large and high - low <= 1e6) else _step(lever, high - low),
        description=f"{lever.title_vi if say.code == 'vi' else lever.title_en}{units.get(lever.unit, '')}",
        continuous_update=False,
        style=LABEL,
        layout={"width": "56em"},
        readout_format="d" if whole else ".0f" if large else ".2f",
    )
    control.add_class(f"bn-{lever.key.replace('.', '-').replace('*', 'all').replace('_', '-')}")
    return control


def _step(lever: Lever, width: float) -> float:
    """Return how far one press moves a slider."""
    if lever.key.startswith("projects."):
        return 1.0
    return 0.05 if lever.unit.startswith("percent") else width / STEPS


def folded(groups: Mapping[str, Sequence[widgets.Widget]]) -> widgets.Accordion:
    """Return groups of controls of which one is open at a time, the first at the start."""
    boxes = [widgets.VBox(list(controls)) for controls in groups.values()]
    return widgets.Accordion(boxes, titles=tuple(groups), selected_index=0, layout={"width": "60em"})


def refresh(shown: go.FigureWidget, drawn: go.Figure) -> None:
    """Update a live figure in place from a new drawing of the same traces."""
    with shown.batch_update():
        for old, new in zip(shown.data, drawn.data, strict=True):
            old.update(new.to_plotly_json(), overwrite=True)
        shown.layout.title = drawn.layout.title
        shown.layout.annotations = drawn.layout.annotations
        shown.layout.meta = drawn.layout.meta
        for axis in ("xaxis", "yaxis"):
            shown.layout[axis].range = drawn.layout[axis].range


def _told(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_told, value))
    return shown(value) if isinstance(value, bool | str) else f"{value:g}"


class Panel:
    """Controls, a reset button, a live figure of one scenario, and a way to keep the setting."""

    def __init__(
        self, draw: Draw, story: Scenario, say: Language, table: Callable[[Scenario], str] | None = None
    ) -> None:
        self.draw, self.story, self.say, self.table = draw, story, say, table
        self.moved: dict[str, Any] = {}
        self.paused = False
        self.figure = go.FigureWidget(draw(story))
        self.figure.layout.width = WIDTH_PX
        self.told = widgets.HTML()
        self.numbers = widgets.HTML(table(story) if table else "")
        self.reset = widgets.Button(description=say("Back to the scenario"), icon="undo", layout={"width": "16em"})
        self.file = widgets.Text(value="mine.toml", description=say("File"), layout={"width": "24em"})
        self.keep = widgets.Button(description=say("Save as a scenario"), icon="save", layout={"width": "16em"})
        self.kept = widgets.HTML()
        self.keep.on_click(self._save)
        self.keep.add_class("bn-save")

    @property
    def now(self) -> Scenario:
        """The scenario with what was moved."""
        return move_levers(self.story, self.moved)

    def move(self, changes: Mapping[str, Any]) -> None:
        """Move levers, keep what was moved before, and redraw."""
        self.moved |= changes
        differing = {key: value for key, value in self.moved.items() if value != self.story.values.get(key)}
        self.told.value = ", ".join(f"<code>{key} = {_told(value)}</code>" for key, value in differing.items())
        refresh(self.figure, self.draw(self.now))
        if self.table:
            self.numbers.value = self.table(self.now)

    def set(self, controls: Mapping[str, widgets.Widget], values: Mapping[str, float]) -> None:
        """Put controls to values without redrawing for each."""
        self.paused = True
        for key, value in values.items():
            controls[key].value = value
        self.paused = False

    def forget(self) -> None:
        """Undo every move and redraw."""
        self.moved.clear()
        self.kept.value = ""
        self.move({})

    def _save(self, _: object) -> None:
        title = {
            "title_en": f"{self.story.title_en}, moved by hand",
            "title_vi": f"{self.story.title_vi}, đã điều chỉnh",
        }
        try:
            path = save_scenario(self.now, self.file.value, why="Set with the sliders of a notebook.", **title)
            self.kept.value = self.say("Saved: {path}", path=f"<code>{html.escape(path.name)}</code>")
        except PlanError as error:
            self.kept.value = f"<b>{html.escape(str(error))}</b>"

    def show(self, *controls: widgets.Widget) -> widgets.VBox:
        """Return the panel, controls above the figure."""
        row = widgets.HBox([self.reset, self.told], layout={"margin": "0.6em 0"})
        parts = [*controls, row, self.figure, self.numbers]
        return widgets.VBox([*parts, widgets.HBox([self.file, self.keep, self.kept])])
