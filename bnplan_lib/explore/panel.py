"""What every panel shares: what was moved, a figure and numbers that follow, a scenario to keep."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import plotly.graph_objects as go

from bnplan_lib.errors import PlanError
from bnplan_lib.explore.controls import WRAPPED, Ruler
from bnplan_lib.figures.language import Language
from bnplan_lib.figures.levers import lever_amount, lever_title
from bnplan_lib.figures.style import SOURCE_NAME, SOURCE_PX, TITLE_PX
from bnplan_lib.inputs.levers import read_levers
from bnplan_lib.inputs.scenario import Scenario, move_levers
from bnplan_lib.inputs.scenario_text import one_line, save_scenario, shown
from bnplan_lib.model.projects import general

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme

Draw = Callable[[Scenario], go.Figure]


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
    """Controls, what was moved, a live figure of one scenario, its numbers, and a way to keep the setting.

    Parameters
    ----------
    was
        What a lever has where nothing is moved.
    numbers_of
        Writes as HTML what stands under the figure.

    Attributes
    ----------
    moved
        Levers by key as a hand set them; `derived` adds those that follow from them.
    settle
        Puts the controls to what holds now.
    note
        Stands between the figure's title and the figure.
    """

    def __init__(
        self,
        programme: Programme,
        story: Scenario,
        say: Language,
        draw: Draw,
        was: Callable[[str], Any],
        numbers_of: Callable[[Scenario], str],
    ) -> None:
        self.programme, self.story, self.say = programme, story, say
        self.draw, self.was, self.numbers_of = draw, was, numbers_of
        self.moved: dict[str, Any] = {}
        self.derived: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda _: {}
        self.settle: Callable[[], None] = lambda: None
        self.paused = False
        self.note = ""
        drawn = draw(story)
        self.figure = go.FigureWidget(bare(drawn))
        self.figure._config = {"displayModeBar": False}  # it is in English, and offers to share outside
        self.least_width = drawn.layout.meta["least_width"]
        self.heading = widgets.HTML(self._heading(drawn))
        self.source = widgets.HTML(f"<small>{html.escape(drawn.layout.meta['source'])}</small>")
        self.ruler = Ruler()
        self.ruler.observe(self._fit, names="width")
        self.chips = widgets.Box(layout=WRAPPED)
        self.numbers = widgets.HTML(numbers_of(story))
        self.reset = widgets.Button(description=say("Back to the scenario"), icon="undo", layout={"width": "16em"})
        self.file = widgets.Text(value="mine.toml", description=say("File"), layout={"width": "24em"})
        self.keep = widgets.Button(description=say("Save as a scenario"), icon="save", layout={"width": "16em"})
        self.kept = widgets.HTML()
        self.reset.on_click(lambda _: self.forget())
        self.keep.on_click(lambda _: self._save())
        parts = {"save": self.keep, "file": self.file, "kept": self.kept, "heading": self.heading, "moved": self.chips}
        for name, part in parts.items():
            part.add_class(f"bn-{name}")

    @property
    def now(self) -> Scenario:
        """The scenario with what was moved and what follows from it."""
        return move_levers(self.story, {**self.derived(self.moved), **self.moved})

    def move(self, changes: Mapping[str, Any]) -> None:
        """Move levers, keep what was moved before, and show what follows."""
        self.moved |= changes
        self._follow()

    def take_back(self, key: str) -> None:
        """Undo one move and show what follows."""
        del self.moved[key]
        self._follow()

    def forget(self) -> None:
        """Undo every move and show what follows."""
        self.moved.clear()
        self.kept.value = ""
        self._follow()

    def load(self) -> None:
        """Put the controls to what holds now; that is no move of theirs."""
        self.paused = True
        self.settle()
        self.paused = False

    def redraw(self) -> None:
        """Draw the figure again, its title and the note with it; what stands under it stays."""
        drawn = self.draw(self.now)
        self.heading.value = self._heading(drawn)
        refresh(self.figure, bare(drawn))

    def show(self, *controls: widgets.Widget) -> widgets.VBox:
        """Return the panel, controls above the figure."""
        row = widgets.HBox([self.reset, self.chips], layout={"margin": "0.6em 0", **WRAPPED})
        figure = widgets.Box([self.figure], layout={"overflow": "auto hidden", "flex": "none"})
        parts = [self.ruler, *controls, row, self.heading, figure, self.source, self.numbers]
        return widgets.VBox([*parts, widgets.HBox([self.file, self.keep, self.kept], layout=WRAPPED)])

    def _follow(self) -> None:
        self.load()
        for old in self.chips.children:
            old.close()
        self.chips.children = [self._chip(*one) for one in self.moved.items() if one[1] != self.was(one[0])]
        self.redraw()
        self.numbers.value = self.numbers_of(self.now)

    def _chip(self, key: str, value: Any) -> widgets.Button:
        """Return a button that says what was moved and takes it back."""
        lever = read_levers(self.programme)[general(key)]
        told = f"{lever_title(self.programme, key, self.say)}: {lever_amount(value, lever.unit, self.say)}"
        chip = widgets.Button(
            description=told,
            icon="times",
            tooltip=self.say("Take back {lever}", lever=f"{key} = {_told(value)}"),
            layout={"width": "auto", "max_width": "100%"},
        )
        chip.on_click(lambda _: self.take_back(key))
        return chip

    def _fit(self, change: Mapping[str, Any]) -> None:
        self.figure.layout.width = max(change["new"], self.least_width)

    def _heading(self, drawn: go.Figure) -> str:
        meta = drawn.layout.meta
        title, subtitle, note = (html.escape(text) for text in (meta["title"], meta["subtitle"], self.note))
        told = f"<div><i>{note}</i></div>" if note else ""
        return f'<div style="line-height:1.4"><b class="bn-title">{title}</b><div>{subtitle}</div>{told}</div>'

    def _save(self) -> None:
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
