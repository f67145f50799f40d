"""What if a project slips or costs more: when does the money fall then?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bnplan_lib.explore.presence import person_present
from bnplan_lib.figures.investment import yearly_load

if TYPE_CHECKING:
    import ipywidgets as widgets
    import plotly.graph_objects as go

    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario


def investment(programme: Programme, story: Scenario, lang: str) -> widgets.VBox | go.Figure:
    """Return the levers of any one project over the figure, or the figure alone in a run."""

    def draw(now: Scenario) -> go.Figure:
        return yearly_load(programme, now, lang)

    if not person_present():
        return draw(story)
    from bnplan_lib.explore.project import project_panel

    return project_panel(programme, story, lang, ("delay_quarters", "overrun"), draw)
