"""What if projects and tasks slip: what runs at once then, and does what must wait still hold?"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from bnplan_lib.explore.live import Live, here
from bnplan_lib.explore.live_timeline import live_timeline
from bnplan_lib.explore.presence import person_present
from bnplan_lib.figures.lanes import kind_name, members, used_classes
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.timeline import running_at_once
from bnplan_lib.figures.waiting import item_label, waiting_lines
from bnplan_lib.inputs.levers import read_levers
from bnplan_lib.model.projects import item_value

if TYPE_CHECKING:
    import ipywidgets as widgets

    from bnplan_lib.explore.live_widget import LiveForm
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

KINDS = ("capital_source", "sector", "asset", "place", "corridor", "agency", "group")
ROWS_SHOWN = 8


def timeline(
    programme: Programme, story: Scenario, lang: str, *, as_page: bool = False
) -> widgets.VBox | Live | LiveForm:
    """Return a filter, items to shift, and what follows; in a run, what a page needs to shift them.

    Parameters
    ----------
    as_page
        As of `growth`.
    """
    if as_page or not person_present():
        return here(live_timeline(programme, story, running_at_once(programme, story, lang), speak(lang)))
    import ipywidgets as widgets

    from bnplan_lib.explore.controls import LABEL, WIDE, differing, put, slider
    from bnplan_lib.explore.panel import Panel

    say = speak(lang)
    kind = widgets.Dropdown(
        options=[(say("Everything"), ""), *((kind_name(by, say), by) for by in KINDS)],
        description=say("Filter"),
        style=LABEL,
        layout=WIDE,
    )
    which = widgets.Dropdown(description=say("Class"), style=LABEL, layout={**WIDE, "display": "none"})
    items = widgets.SelectMultiple(
        description=say("Items (Ctrl or Shift for several)"), rows=ROWS_SHOWN, style=LABEL, layout=WIDE
    )
    control = slider(read_levers(programme)["projects.*.delay_quarters"], 0, say)
    control.description = say("Shift later by, quarters")
    differ = widgets.HTML(
        description=" ", style=LABEL, layout={"width": "100%"}
    )  # stands under the slider, not under its name

    def chosen() -> tuple[str, str] | None:
        return (kind.value, which.value) if kind.value and which.value else None

    panel = Panel(
        programme,
        story,
        say,
        draw=lambda now: running_at_once(programme, now, lang, chosen()),
        was=lambda key: item_value(getattr(programme, key.partition(".")[0]), story.values, key),
        numbers_of=lambda now: waiting_lines(programme, now, lang),
    )
    listed: list[tuple[str, str] | None] = []  # the class whose items stand in the list

    def list_classes(_: object) -> None:
        names = used_classes(programme, kind.value, say) if kind.value else {}
        which.options = [(name, code) for code, name in names.items()]
        which.index = 0 if names else None  # the widget chooses the first by itself only where one was chosen before
        which.layout.display = "" if names else "none"
        follow()

    def follow(_: object = None) -> None:
        if listed == [chosen()]:  # the classes were listed anew, which has been followed already
            return
        listed[:] = [chosen()]
        list_items()
        panel.note = _only(kind.label, which.label, say) if chosen() else ""
        panel.redraw()

    def list_items() -> None:
        items.value = ()  # the browser would look for what is picked among the new options
        items.options = [(item_label(programme, key, say), key) for key in members(programme, chosen())]

    def levers() -> list[str]:
        return [f"{key.replace(':', '.', 1)}.delay_quarters" for key in items.value]

    def settle() -> None:
        now = panel.now.values
        values = [item_value(getattr(programme, key.partition(".")[0]), now, key) for key in levers()]
        put(control, values[0] if values else 0)
        differ.value = html.escape(differing(control.description, "quarters", values, say))
        control.disabled = not values

    def shift(change: dict[str, Any]) -> None:
        if not panel.paused:
            panel.move(dict.fromkeys(levers(), change["new"]))

    for box, name in ((kind, "kind"), (which, "class"), (items, "items"), (control, "delay"), (differ, "differ")):
        box.add_class(f"bn-timeline-{name}")
    kind.observe(list_classes, names="value")
    which.observe(follow, names="value")
    items.observe(lambda _: panel.load(), names="value")
    control.observe(shift, names="value")
    panel.settle = settle
    listed.append(None)
    list_items()
    panel.load()
    return panel.show(kind, which, items, control, differ)


def _only(kind: str, name: str, say: Language) -> str:
    """Return what the figure is cut down to, and what is not."""
    return say(
        "Shown here: {kind}, {name} alone. What stands under the figure is about everything.", kind=kind, name=name
    )
