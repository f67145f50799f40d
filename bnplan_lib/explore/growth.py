"""What if a sector grows faster or slower?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bnplan_lib.explore.presence import person_present
from bnplan_lib.figures.growth import targets_and_path
from bnplan_lib.figures.language import speak
from bnplan_lib.inputs.scenario import read_levers
from bnplan_lib.model.growth import SECTORS, basis_of, sector_rates

if TYPE_CHECKING:
    import ipywidgets as widgets
    import plotly.graph_objects as go

    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario


def growth(programme: Programme, story: Scenario, lang: str) -> widgets.VBox | go.Figure:
    """Return sliders for the five sector rates over the targets, or the figure alone in a run."""

    def draw(now: Scenario) -> go.Figure:
        return targets_and_path(programme, now, lang)

    if not person_present():
        return draw(story)
    from bnplan_lib.explore.panel import Panel, slider

    say = speak(lang)
    panel = Panel(draw, story, say)
    levers = read_levers(programme)
    rates = dict(zip(SECTORS, sector_rates(basis_of(programme), story.values)[..., 0].mean(axis=1) * 100, strict=True))
    controls = {
        f"growth.{sector}": slider(levers[f"growth.{sector}"], round(rates[sector], 6), say) for sector in SECTORS
    }

    def moved(change: dict[str, Any], key: str) -> None:
        panel.move({key: change["new"]})

    for key, control in controls.items():
        control.observe(lambda change, key=key: moved(change, key), names="value")

    def back(_: object) -> None:
        for sector in SECTORS:
            controls[f"growth.{sector}"].value = round(rates[sector], 6)
        panel.moved.clear()
        panel.move({})

    panel.reset.on_click(back)
    return panel.show(*controls.values())
