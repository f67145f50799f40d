"""What if a sector grows faster, prices rise, investment falls? Every lever that enters growth, on sliders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from bnplan_lib.explore.live import Live, here
from bnplan_lib.explore.live_growth import POSITION, SHARES, live_growth, rest_of
from bnplan_lib.explore.presence import person_present
from bnplan_lib.figures.growth import targets_and_path
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.outlook import outlook_lines
from bnplan_lib.inputs.levers import read_levers
from bnplan_lib.inputs.scenario import without_moves
from bnplan_lib.model.averages import mean_of_years, moved_as_whole
from bnplan_lib.model.economy import MACRO, lever_value
from bnplan_lib.model.growth import SECTORS, basis_of, target_rate

if TYPE_CHECKING:
    import ipywidgets as widgets

    from bnplan_lib.explore.live_widget import LiveForm
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

RATES = {sector: f"growth.{sector}" for sector in SECTORS}
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
    say, basis, catalogue = speak(lang), basis_of(programme), read_levers(programme)
    groups = _groups(say)
    settings = {key: lever_value(basis, story.values, key) for keys in groups.values() for key in keys}
    at_start = {key: _mean(value, catalogue[key].unit) for key, value in settings.items()}
    if as_page or not person_present():
        drawn = targets_and_path(programme, story, lang)
        return here(live_growth(programme, story, groups, settings, at_start, drawn, say))
    from bnplan_lib.explore.controls import folded, put, slider
    from bnplan_lib.explore.panel import Panel

    def setting(key: str, value: float) -> Any:
        """Return what a slider sets: one number, or the years of a lever that differs by year moved as a whole."""
        own = settings[key]
        if not isinstance(own, tuple):
            return value
        whole = moved_as_whole(own, catalogue[key].unit, np.array([value]))
        return tuple(round(float(one), 6) for one in whole[:, 0])

    def was(key: str) -> Any:
        """Return what a lever has without a move; a position has none where the scenario sets rates itself."""
        overruled = key == POSITION and any(rate in story.values for rate in RATES.values())
        return None if overruled else setting(key, at_start[key])

    unmoved = without_moves(story)
    panel = Panel(
        programme,
        story,
        say,
        draw=lambda now: targets_and_path(programme, now, lang, beside=unmoved),
        was=was,
        numbers_of=lambda now: outlook_lines(programme, now, lang, beside=unmoved),
    )
    controls = {key: slider(catalogue[key], value, say) for key, value in at_start.items()}

    def derived(moved: Mapping[str, Any]) -> dict[str, Any]:
        found = {}
        if POSITION in moved:  # the rates are read off their targets, where no hand has set them since
            rates = {rate: target_rate(basis, sector, moved[POSITION]) * 100 for sector, rate in RATES.items()}
            found = {rate: round(float(value), 6) for rate, value in rates.items()}
        return found | rest_of(story, moved)

    def follow(change: dict[str, Any], key: str) -> None:
        if panel.paused:
            return
        if key == POSITION:
            panel.moved = {one: value for one, value in panel.moved.items() if one not in RATES.values()}
        panel.move({key: setting(key, round(change["new"], 6))})  # a slider adds up its steps

    def settle() -> None:
        values = panel.now.values
        for key, control in controls.items():
            put(control, _mean(lever_value(basis, values, key), catalogue[key].unit))

    panel.derived, panel.settle = derived, settle
    for key, control in controls.items():
        control.observe(lambda change, key=key: follow(change, key), names="value")
    return panel.show(folded({title: [controls[key] for key in keys] for title, keys in groups.items()}))


def _groups(say: Language) -> dict[str, tuple[str, ...]]:
    """Return the levers by what they are about."""
    others = tuple(f"macro.{name}" for name in MACRO if name not in (*TRADE, *CAPITAL))
    return {
        say("Growth"): (POSITION, *RATES.values(), "growth.tilt"),
        say("The economy of 2025"): ("base_year.grdp_bn_vnd", *SHARES, "base_year.construction_share"),
        say("Prices, people, jobs"): others,
        say("Investment and capital"): tuple(f"macro.{name}" for name in CAPITAL),
        say("Trade, budget, income"): tuple(f"macro.{name}" for name in TRADE),
    }


def _mean(value: Any, unit: str) -> float:
    """Return one number for a slider: the average of a lever that differs by year."""
    return round(mean_of_years(value, unit) if isinstance(value, tuple) else float(value), 6)
