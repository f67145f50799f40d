"""What every panel shares: sliders from the lever catalogue, a figure that follows, a scenario to keep."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PureWindowsPath
from typing import Any

import anywidget
import ipywidgets as widgets
import plotly.graph_objects as go
from traitlets import Int

from bnplan_lib.errors import PlanError
from bnplan_lib.explore.scale import scale_of
from bnplan_lib.figures.language import Language
from bnplan_lib.figures.levers import lever_suffix
from bnplan_lib.figures.style import SOURCE_NAME, SOURCE_PX, TITLE_PX
from bnplan_lib.inputs.levers import Lever
from bnplan_lib.inputs.scenario import Scenario, move_levers
from bnplan_lib.inputs.scenario_text import one_line, save_scenario, shown

LABEL = {"description_width": "min(30em, 55%)"}
WIDE = {"width": "min(56em, 100%)"}
WRAPPED = {"flex_flow": "row wrap", "align_items": "center"}
Draw = Callable[[Scenario], go.Figure]


def slider(lever: Lever, value: float, say: Language) -> widgets.Widget:
    """Return a slider for a lever over its usual range, in the lever's unit."""
    scale = scale_of(lever, value)
    kind = widgets.IntSlider if lever.type == "integer" else widgets.FloatSlider
    control = kind(
        value=value,
        min=scale.low,
        max=scale.high,
        step=scale.step,
        description=(lever.title_vi if say.code == "vi" else lever.title_en) + lever_suffix(lever.unit, say),
        continuous_update=False,
        style=LABEL,
        layout=WIDE,
        readout_format="d" if lever.type == "integer" else f".{scale.digits}f",
    )
    control.add_class(f"bn-{lever.key.replace('.', '-').replace('*', 'all').replace('_', '-')}")
    return control


def folded(groups: Mapping[str, Sequence[widgets.Widget]]) -> widgets.Accordion:
    """Return groups of controls of which one is open at a time, the first at the start."""
    boxes = [widgets.VBox(list(controls)) for controls in groups.values()]
    return widgets.Accordion(boxes, titles=tuple(groups), selected_index=0, layout={"width": "min(60em, 100%)"})


class Ruler(anywidget.AnyWidget):
    """How wide is the cell? A line without height that tells its width, which a live figure does not follow itself."""

    _esm = """
    export default { render({ model, el }) {
      let waiting;
      const tell = () => { model.set("width", Math.floor(el.clientWidth)); model.save_changes(); };
      const seen = new ResizeObserver(() => {
        clearTimeout(waiting);
        if (el.clientWidth) waiting = setTimeout(tell, 100);  // no width while another tab is in front
      });
      seen.observe(el);
      return () => { clearTimeout(waiting); seen.disconnect(); };
    } };
    """
    width = Int(0).tag(sync=True)


def bare(drawn: go.Figure) -> dict[str, Any]:
    """Return data and layout of a figure whose title and source stand around it as text, which wraps."""
    spec: dict[str, Any] = drawn.to_plotly_json()
    layout = {key: value for key, value in spec["layout"].items() if key not in ("title", "meta")}
    margin = layout["margin"]
    layout["margin"] = {**margin, "t": margin["t"] - TITLE_PX, "b": margin["b"] - SOURCE_PX}
    layout["height"] -= TITLE_PX + SOURCE_PX
    layout["annotations"] = [one for one in layout["annotations"] if one.get("name") != SOURCE_NAME]
    return {"data": spec["data"], "layout": layout}


def refresh(live: go.FigureWidget, spec: Mapping[str, Any]) -> None:
    """Update a live figure in place from a new drawing; where that has other traces they are drawn anew."""
    if [trace.type for trace in live.data] != [trace["type"] for trace in spec["data"]]:
        live.data = []
        live.add_traces(spec["data"])
    with live.batch_update():
        for old, new in zip(live.data, spec["data"], strict=True):
            old.update(new, overwrite=True)
        live.layout.annotations = spec["layout"]["annotations"]
        live.layout.height = spec["layout"]["height"]
        for axis in ("xaxis", "yaxis"):
            live.layout[axis].range = spec["layout"][axis].get("range")


def name_problem(name: str, say: Language) -> str:
    """Return why a scenario cannot be saved under a name, in the reader's language; '' if it can."""
    told = one_line(name)
    if not name:
        return say("Give the file a name, such as mine.toml.")
    if PureWindowsPath(name).name != name:  # knows the marks of folders and drives of every system
        return say("{name}: give a file name alone, without a folder.", name=told)
    if not name.endswith(".toml") or not name.removesuffix(".toml").strip(". "):
        return say("{name}: the name must end in .toml, as in mine.toml.", name=told)
    with suppress(OSError, ValueError):  # what cannot be looked at is refused when it is written
        if Path(name).exists():
            return say("{name} exists already; choose another name.", name=told)
    return ""


def _told(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_told, value))
    return shown(value) if isinstance(value, bool | str) else f"{value:g}"


class Panel:
    """Controls, a reset button, a live figure of one scenario, and a way to keep the setting.

    `note` stands between the figure's title and the figure; `title_of` says a moved lever in words.
    """

    def __init__(
        self,
        draw: Draw,
        story: Scenario,
        say: Language,
        table: Callable[[Scenario], str] | None = None,
        title_of: Callable[[str], str] | None = None,
    ) -> None:
        self.draw, self.story, self.say, self.table, self.title_of = draw, story, say, table, title_of
        self.moved: dict[str, Any] = {}
        self.paused = False
        self.note = ""
        drawn = draw(story)
        self.figure = go.FigureWidget(bare(drawn))
        self.figure._config = {"displayModeBar": False}  # it is in English, and offers to share outside
        self.least_width = drawn.layout.meta["least_width"]
        self.heading, self.source = (
            widgets.HTML(self._heading(drawn)),
            widgets.HTML(_small(drawn.layout.meta["source"])),
        )
        self.ruler = Ruler()
        self.ruler.observe(self._fit, names="width")
        self.told = widgets.HTML()
        self.numbers = widgets.HTML(table(story) if table else "")
        self.reset = widgets.Button(description=say("Back to the scenario"), icon="undo", layout={"width": "16em"})
        self.file = widgets.Text(value="mine.toml", description=say("File"), layout={"width": "24em"})
        self.keep = widgets.Button(description=say("Save as a scenario"), icon="save", layout={"width": "16em"})
        self.kept = widgets.HTML()
        self.keep.on_click(self._save)
        for part, name in ((self.keep, "save"), (self.file, "file"), (self.kept, "kept"), (self.heading, "heading")):
            part.add_class(f"bn-{name}")

    @property
    def now(self) -> Scenario:
        """The scenario with what was moved."""
        return move_levers(self.story, self.moved)

    def move(self, changes: Mapping[str, Any]) -> None:
        """Move levers, keep what was moved before, and redraw."""
        self.moved |= changes
        differing = {key: value for key, value in self.moved.items() if value != self.story.values.get(key)}
        self.told.value = ", ".join(self._in_words(key, value) for key, value in differing.items())
        self.redraw()
        if self.table:
            self.numbers.value = self.table(self.now)

    def redraw(self) -> None:
        """Draw the figure again, its title and the note with it; what stands under it stays."""
        drawn = self.draw(self.now)
        self.heading.value = self._heading(drawn)
        refresh(self.figure, bare(drawn))

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

    def _fit(self, change: Mapping[str, Any]) -> None:
        self.figure.layout.width = max(change["new"], self.least_width)

    def _heading(self, drawn: go.Figure) -> str:
        meta = drawn.layout.meta
        title, subtitle, note = (html.escape(text) for text in (meta["title"], meta["subtitle"], self.note))
        told = f"<div><i>{note}</i></div>" if note else ""
        return f'<div style="line-height:1.4"><b class="bn-title">{title}</b><div>{subtitle}</div>{told}</div>'

    def _in_words(self, key: str, value: Any) -> str:
        title = html.escape(self.title_of(key)) + " " if self.title_of else ""
        return f"{title}<code>{key} = {_told(value)}</code>"

    def _save(self, _: object) -> None:
        title = {
            "title_en": f"{self.story.title_en}, moved by hand",
            "title_vi": f"{self.story.title_vi}, đã điều chỉnh",
        }
        name = self.file.value.strip()
        if problem := name_problem(name, self.say):
            self.kept.value = f"<b>{html.escape(problem)}</b>"
            return
        try:
            save_scenario(self.now, name, why="Set with the sliders of a notebook.", **title)
            self.kept.value = self.say("Saved: {path}", path=f"<code>{html.escape(name)}</code>")
        except PlanError as error:
            told = self.say("{name} cannot be written here:", name=one_line(name))
            reason = getattr(error.__context__, "strerror", None) or str(error)  # the system's own words
            self.kept.value = f"<b>{html.escape(told)}</b> <code>{html.escape(reason)}</code>"

    def show(self, *controls: widgets.Widget) -> widgets.VBox:
        """Return the panel, controls above the figure."""
        row = widgets.HBox([self.reset, self.told], layout={"margin": "0.6em 0", **WRAPPED})
        figure = widgets.Box([self.figure], layout={"overflow": "auto hidden", "flex": "none"})
        parts = [self.ruler, *controls, row, self.heading, figure, self.source, self.numbers]
        return widgets.VBox([*parts, widgets.HBox([self.file, self.keep, self.kept], layout=WRAPPED)])


def _small(text: str) -> str:
    return f"<small>{html.escape(text)}</small>"
