"""Which figure of the economy does each target speak of, and when is it met?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bnplan_lib.errors import UnknownName
from bnplan_lib.model.economy import Economy
from bnplan_lib.model.growth import BLOCK, BLOCK_MEASURE, HEADLINE, PRINTED_STEP, SECTORS

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme

SLACK = 1e-9  # relative: a value that misses its target by less meets it


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure that a target can be held against: one number a draw, in natural units.

    `lever` is the one that most directly moves it; `sector` says whose growth it is.
    """

    name: str
    of: Callable[[Economy], np.ndarray]
    lever: str
    sector: str = ""

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to another process by name: what it computes does not pickle."""
        return measure, (self.name,)


def measure(name: str) -> Measure:
    """Return a measure by its name, which is that in the column `measure` of the targets."""
    return MEASURES[name]


def _sector(name: str) -> Measure:
    parts = ("industry", "construction") if name == BLOCK else (name,)
    lever = "growth.industry" if name == BLOCK else f"growth.{name}"
    return Measure(f"growth.{name}", lambda economy: economy.sector_growth(*parts), lever, name)


MEASURES: Mapping[str, Measure] = {
    one.name: one
    for one in (
        Measure(HEADLINE, lambda economy: economy.average_growth, "growth", "grdp"),
        *(_sector(sector) for sector in (*SECTORS, BLOCK)),
        Measure("per_head_usd", lambda economy: economy.per_head_usd[-1], "growth"),
        Measure("productivity_growth", lambda economy: economy.average_productivity_growth, "growth"),
        Measure("investment_share", lambda economy: economy.investment_share, "macro.investment_ratio"),
        Measure("icor", lambda economy: economy.icor, "growth"),
        Measure("trade", lambda economy: economy.trade[1:].sum(axis=0), "macro.trade_elasticity"),
        Measure("revenue", lambda economy: economy.revenue[1:].sum(axis=0), "macro.revenue_buoyancy"),
        Measure("income", lambda economy: economy.income[-1], "macro.income_elasticity"),
        Measure("social_investment_share", lambda economy: economy.investment_share, "macro.investment_ratio"),
        Measure("mobilisation", lambda economy: economy.mobilisation, "macro.revenue_buoyancy"),
        Measure("tfp_share", lambda economy: economy.tfp_share, "growth"),
    )
}


@dataclass(frozen=True, slots=True)
class Goal:
    """A target to be met: from `low` to `high` in natural units, shares as fractions, nan where an end is open.

    `better` says which way it points: a higher or a lower value meets it too, or it must
    lie within the range. `room` is what its rounding allows for: a value that misses an
    end by less meets it.
    """

    target_id: str
    measure: Measure
    better: str
    unit: str
    low: float
    high: float
    room: float

    @property
    def least(self) -> float:
        """Lowest value that counts as met."""
        return -np.inf if self.better == "lower" else self.low - self.room

    @property
    def most(self) -> float:
        """Highest value that counts as met."""
        return np.inf if self.better == "higher" or np.isnan(self.high) else self.high + self.room

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
    names = ("id", "measure", "better", "unit", "low", "high", "comparator")
    columns = (programme.targets[name].tolist() for name in names)
    goals = {row[0]: _goal(*row) for row in zip(*columns, strict=True) if row[1] in MEASURES}
    for name in chosen or ():
        if name not in goals:
            raise UnknownName("target that growth decides", name, goals)
    return {name: goal for name, goal in goals.items() if chosen is None or name in chosen}


def room_of(measure: str, low: float, high: float, comparator: str) -> float:
    """Return what the rounding of a printed figure allows for, in its unit: below 0 where it does not count itself."""
    room = SLACK * max(abs(low), 0.0 if np.isnan(high) else abs(high))
    if comparator == "about":  # half a unit of the last digit printed
        return float(0.5 * 10.0 ** -len(f"{low:g}".partition(".")[2]))
    if comparator == "above":
        return -room
    # the rounded mix of its parts' ranges, which are printed exactly
    return PRINTED_STEP / 2 * 100 if measure == BLOCK_MEASURE else room


def _goal(target_id: str, name: str, better: str, unit: str, low: float, high: float, comparator: str) -> Goal:
    per_cent = 100.0 if unit.startswith("percent") else 1.0
    room = room_of(name, low, high, comparator) / per_cent
    return Goal(target_id, MEASURES[name], better, unit, low / per_cent, high / per_cent, room)
