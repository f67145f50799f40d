"""Which figure of the economy does each target speak of, and when is it met?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bnplan_lib.errors import UnknownName
from bnplan_lib.model.economy import PRODUCTIVITY_TARGET, Economy
from bnplan_lib.model.growth import BLOCK, BLOCK_TARGET, PRINTED_STEP, SECTORS, TARGETS

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme

SLACK = 1e-9  # relative: a value that misses its target by less meets it


@dataclass(frozen=True, slots=True)
class Measure:
    """The figure that a target is held against: one number a draw, in natural units.

    `better` says which way the target points: a higher or a lower value meets it too,
    or it must lie within the range. `lever` is the one that most directly moves it.
    """

    target_id: str
    of: Callable[[Economy], np.ndarray]
    better: str
    lever: str
    sector: str = ""

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to another process by name: what it computes does not pickle."""
        return measure, (self.target_id,)


def measure(target_id: str) -> Measure:
    """Return the measure of a target."""
    return MEASURES[target_id]


def _sector(name: str) -> Measure:
    parts = ("industry", "construction") if name == BLOCK else (name,)
    target, lever = (BLOCK_TARGET, "growth.industry") if name == BLOCK else (TARGETS[name], f"growth.{name}")
    return Measure(target, lambda economy: economy.sector_growth(*parts), "higher", lever, name)


MEASURES: Mapping[str, Measure] = {
    one.target_id: one
    for one in (
        Measure(TARGETS["grdp"], lambda economy: economy.average_growth, "higher", "growth", "grdp"),
        *(_sector(sector) for sector in (*SECTORS, BLOCK)),
        Measure("A.I.2", lambda economy: economy.per_head_usd[-1], "higher", "growth"),
        Measure(
            PRODUCTIVITY_TARGET,
            lambda economy: economy.average_productivity_growth,
            "higher",
            "growth",
        ),
        Measure("A.I.4", lambda economy: economy.investment_share, "within", "macro.investment_ratio"),
        Measure("A.I.5", lambda economy: economy.icor, "lower", "growth"),
        Measure("A.I.7", lambda economy: economy.trade[1:].sum(axis=0), "higher", "macro.trade_elasticity"),
        Measure("A.I.8.revenue", lambda economy: economy.revenue[1:].sum(axis=0), "higher", "macro.revenue_buoyancy"),
        Measure("A.II.3", lambda economy: economy.income[-1], "higher", "macro.income_elasticity"),
        Measure("B.I.1", lambda economy: economy.investment_share, "within", "macro.investment_ratio"),
        Measure("B.I.2", lambda economy: economy.mobilisation, "higher", "macro.revenue_buoyancy"),
        Measure("B.I.3", lambda economy: economy.tfp_share, "higher", "growth"),
    )
}


@dataclass(frozen=True, slots=True)
class Goal:
    """A target to be met: from `low` to `high` in natural units, shares as fractions, nan where an end is open.

    `room` is what its rounding allows for: a value that misses an end by less meets it.
    """

    measure: Measure
    unit: str
    low: float
    high: float
    room: float

    @property
    def least(self) -> float:
        """Lowest value that counts as met."""
        return -np.inf if self.measure.better == "lower" else self.low - self.room

    @property
    def most(self) -> float:
        """Highest value that counts as met."""
        return np.inf if self.measure.better == "higher" or np.isnan(self.high) else self.high + self.room

    def met(self, values: Any) -> Any:
        """Return whether a value meets the target, or each of an array; a missing one does not."""
        if np.isinf(self.most):
            return values >= self.least
        return values <= self.most if np.isinf(self.least) else (values >= self.least) & (values <= self.most)

    def gap(self, value: float) -> float:
        """Return the distance to the nearer end of the range: negative below it, positive above, 0 inside."""
        if value < self.low - self.room:
            return value - self.low
        return value - self.high if value > self.high + self.room else 0.0


def goals_of(programme: Programme, chosen: Iterable[str] | None = None) -> dict[str, Goal]:
    """Return the targets that growth decides, by id and in the order of the document.

    Raises
    ------
    UnknownName
        If a chosen target is not in the programme, or nothing is computed for it.
    """
    targets = programme.targets
    rows = {
        row[0]: row[1:]
        for row in zip(
            *(targets[name].tolist() for name in ("id", "unit", "low", "high", "comparator")),
            strict=True,
        )
        if row[0] in MEASURES
    }
    for name in chosen or ():
        if name not in rows:
            raise UnknownName("target that growth decides", name, rows)
    return {name: _goal(MEASURES[name], *row) for name, row in rows.items() if chosen is None or name in chosen}


def _goal(measure: Measure, unit: str, low: float, high: float, comparator: str) -> Goal:
    per_cent = 100.0 if unit.startswith("percent") else 1.0
    room = SLACK * max(abs(low), 0.0 if np.isnan(high) else abs(high)) / per_cent
    if comparator == "about":  # half a unit of the last digit printed
        room = 0.5 * 10.0 ** -len(f"{low:g}".partition(".")[2]) / per_cent
    elif comparator == "above":  # the figure itself does not count
        room = -room
    elif measure.target_id == BLOCK_TARGET:  # the rounded mix of its parts' ranges, which are printed exactly
        room = PRINTED_STEP / 2
    return Goal(measure, unit, low / per_cent, high / per_cent, room)
