"""What if a sector grows faster, prices rise, investment falls? Every lever that enters growth, on sliders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bnplan_lib.explore.live import Live, here
from bnplan_lib.explore.live_growth import POSITION, REST, SHARES, live_growth
from bnplan_lib.explore.presence import person_present
from bnplan_lib.figures.growth import targets_and_path
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.outlook import outlook_lines
from bnplan_lib.inputs.levers import read_levers
from bnplan_lib.model.averages import mean_of_years, moved_as_whole
from bnplan_lib.model.economy import MACRO, lever_value
from bnplan_lib.model.growth import SECTORS, basis_of, target_rate

if TYPE_CHECKING:
    import ipywidgets as widgets
    import plotly.graph_objects as go

    from bnplan_lib.explore.live_widget import LiveForm
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

TRADE = ("trade", "trade_elasticity", "revenue", "revenue_buoyancy", "income", "income_elasticity")
CAPITAL = (
    "investment_ratio",
    "investment_ratio_base",
    "icor",
    "capital_share",
    "capital_output_ratio",
    "depreciation_rate",
)


def growth(
    programme: Programme, story: Scenario, lang: str, *, as_page: bool = False
) -> widgets.VBox | Live | LiveForm:
    """Return sliders for every lever that enters growth over the targets; in a run, what a page needs for them.

    Parameters
    ----------
    as_page
        The form of the page instead: it answers without the kernel, and its `setting` tells Python what was moved.
    """

    def draw(now: Scenario) -> go.Figure:
        return targets_and_path(programme, now, lang)

    say, basis, catalogue = speak(lang), basis_of(programme), read_levers(programme)
    groups = _groups(say)
    settings = {key: lever_value(basis, story.values, key) for keys in groups.values() for key in keys}
    at_start = {key: _mean(value, catalogue[key].unit) for key, value in settings.items()}
    if as_page or not person_present():
        return here(live_growth(programme, story, groups, settings, at_start, draw(story), say))
    from bnplan_lib.explore.panel import Panel, folded, slider

    panel = Panel(draw, story, say, table=lambda now: outlook_lines(programme, now, lang))
    controls = {key: slider(catalogue[key], value, say) for key, value in at_start.items()}

    def follow(change: dict[str, Any], key: str) -> None:
        if panel.paused:
            return
        value = round(change["new"], 6)  # a slider adds up its steps
        moved = {key: _setting(settings[key], catalogue[key].unit, value)}
        if key == POSITION:  # the five rates are read off their targets
            rates = {f"growth.{sector}": round(target_rate(basis, sector, value) * 100, 6) for sector in SECTORS}
            panel.set(controls, rates)
            moved |= rates
        elif key in SHARES:
            moved[REST] = 100 - sum(controls[share].value for share in SHARES)
        panel.move(moved)

    for key, control in controls.items():
        control.observe(lambda change, key=key: follow(change, key), names="value")

    def back(_: object) -> None:
        panel.set(controls, at_start)
        panel.forget()

    panel.reset.on_click(back)
    return panel.show(folded({title: [controls[key] for key in keys] for title, keys in groups.items()}))


def _groups(say: Language) -> dict[str, tuple[str, ...]]:
    """Return the levers by what they are about."""
    others = tuple(f"macro.{name}" for name in MACRO if name not in (*TRADE, *CAPITAL))
    return {
        say("Growth"): (POSITION, *(f"growth.{sector}" for sector in SECTORS), "growth.tilt"),
        say("The economy of 2025"): ("base_year.grdp_bn_vnd", *SHARES, "base_year.construction_share"),
        say("Prices, people, jobs"): others,
        say("Investment and capital"): tuple(f"macro.{name}" for name in CAPITAL),
        say("Trade, budget, income"): tuple(f"macro.{name}" for name in TRADE),
    }


def _mean(value: Any, unit: str) -> float:
    """Return one number for a slider: the average of a lever that differs by year."""
    return round(mean_of_years(value, unit) if isinstance(value, tuple) else float(value), 6)


def _setting(value: Any, unit: str, mean: float) -> Any:
    """Return what a slider sets: one number, or the years of a lever that differs by year moved as a whole."""
    if not isinstance(value, tuple):
        return mean
    return tuple(round(float(one), 6) for one in moved_as_whole(value, unit, np.array([mean]))[:, 0])
