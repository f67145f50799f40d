"""What if one project slips or costs more? Controls for any figure of projects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from bnplan_lib.explore.panel import Draw, Panel, slider
from bnplan_lib.figures.language import speak
from bnplan_lib.inputs.levers import read_levers
from bnplan_lib.inputs.scenario import move_levers
from bnplan_lib.model.projects import project_values

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario


def project_panel(programme: Programme, story: Scenario, lang: str, names: Sequence[str], draw: Draw) -> widgets.VBox:
    """Return a choice of project and sliders for its levers, such as `delay_quarters`."""
    say = speak(lang)
    panel = Panel(draw, story, say)
    catalogue = read_levers(programme)
    ordered = programme.projects.sort_values("cost_bn_vnd", ascending=False, kind="stable")
    options = [(f"{row['id']}  {say.of(row, 'label')}", row["id"]) for row in ordered.to_dict("records")]
    choice = widgets.Dropdown(
        options=options, description=say("Project"), style={"description_width": "30em"}, layout={"width": "56em"}
    )

    def own(now: Scenario, name: str) -> Any:
        project = programme.projects[programme.projects["id"] == choice.value]
        return project_values(project, now.values, name)[0]

    controls = {name: slider(catalogue[f"projects.*.{name}"], own(story, name), say) for name in names}
    loading = False

    def load(_: object = None) -> None:
        nonlocal loading
        now, loading = move_levers(story, panel.moved), True
        for name, control in controls.items():
            control.value = own(now, name)
        loading = False

    def moved(change: dict[str, Any], name: str) -> None:
        if not loading:
            panel.move({f"projects.{choice.value}.{name}": change["new"]})

    def back(_: object) -> None:
        panel.moved.clear()
        load()
        panel.move({})

    for name, control in controls.items():
        control.observe(lambda change, name=name: moved(change, name), names="value")
    choice.observe(load, names="value")
    panel.reset.on_click(back)
    return panel.show(choice, *controls.values())
