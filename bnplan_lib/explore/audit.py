"""What if the economy of 2025 was another one: which of the programme's figures agree then?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bnplan_lib.analysis.consistency import audit_relations
from bnplan_lib.explore.live_growth import SHARES, rest_of
from bnplan_lib.explore.presence import person_present
from bnplan_lib.figures.audit_tables import changed_lines
from bnplan_lib.figures.consistency import tensions
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.inputs.levers import read_levers
from bnplan_lib.inputs.scenario import without_moves
from bnplan_lib.model.economy import lever_value
from bnplan_lib.model.growth import basis_of

if TYPE_CHECKING:
    import ipywidgets as widgets
    import plotly.graph_objects as go

    from bnplan_lib.analysis.finding import Finding
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario


def audit(programme: Programme, story: Scenario, lang: str) -> widgets.VBox | go.Figure:
    """Return sliders for every fact that relations rest on over the ties that fail; in a run, these ties alone."""
    say, basis, catalogue = speak(lang), basis_of(programme), read_levers(programme)

    found: tuple[Finding, ...] = ()  # of the setting drawn last: finding it takes longest

    def draw(now: Scenario) -> go.Figure:
        nonlocal found
        found = audit_relations(programme, now)
        return tensions(programme, found, lang)

    if not person_present():
        return draw(story)
    from bnplan_lib.explore.controls import folded, put, slider
    from bnplan_lib.explore.panel import Panel

    before, groups = audit_relations(programme, without_moves(story)), _groups(say)
    at_start = {key: float(lever_value(basis, story.values, key)) for keys in groups.values() for key in keys}
    panel = Panel(
        programme,
        story,
        say,
        draw=draw,
        was=at_start.get,
        numbers_of=lambda _: changed_lines(programme, before, found, lang),
    )
    controls = {key: slider(catalogue[key], value, say) for key, value in at_start.items()}

    def follow(change: dict[str, Any], key: str) -> None:
        if not panel.paused:
            panel.move({key: round(change["new"], 6)})  # a slider adds up its steps

    def settle() -> None:
        for key, control in controls.items():
            put(control, float(lever_value(basis, panel.now.values, key)))

    panel.derived, panel.settle = lambda moved: rest_of(story, moved), settle
    for key, control in controls.items():
        control.observe(lambda change, key=key: follow(change, key), names="value")
    return panel.show(folded({title: [controls[key] for key in keys] for title, keys in groups.items()}))


def _groups(say: Language) -> dict[str, tuple[str, ...]]:
    """Return the levers that relations rest on, by what they are about."""
    outside = tuple(f"macro.{name}" for name in ("exchange_rate", "trade", "revenue", "income"))
    return {
        say("The economy of 2025"): ("base_year.grdp_bn_vnd", *SHARES, "base_year.construction_share"),
        say("Trade, budget, income"): outside,
    }
