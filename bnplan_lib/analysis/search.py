"""Where do the levers meet the goals, or come closest?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bnplan_lib.analysis.knobs import Knob, turned
from bnplan_lib.errors import Infeasible, PlanError
from bnplan_lib.model.economy import Economy
from bnplan_lib.model.growth import Basis
from bnplan_lib.model.measures import SLACK, Goal

POINTS = 129  # along the way from one bound to the other, in search of a change of sign
SMALL = 1e-3  # a goal nearer to nil than that is held against it, not against itself
TIGHT = 1e-12  # relative: how closely a goal is met before SLACK is asked for
NO_VALUE = "no setting of the levers gives the wanted figures a value"
Function = Callable[[Any], np.ndarray]


@dataclass(frozen=True, slots=True)
class Problem:
    """Goals to be met by turning knobs from where a scenario has them."""

    basis: Basis
    values: Mapping[str, Any]
    knobs: tuple[Knob, ...]
    goals: tuple[Goal, ...]
    wanted: np.ndarray  # goals, natural units
    sense: np.ndarray  # goals: 1 where at least the wanted value is asked for, -1 where at most

    def reach(self, settings: np.ndarray) -> np.ndarray:
        """Return what settings give: goals by draws, from knobs by draws."""
        now = Economy(self.basis, turned(self.basis, self.values, self.knobs, settings))
        with np.errstate(divide="ignore", invalid="ignore"):  # no ICOR where nothing grows
            found = [np.broadcast_to(goal.measure.of(now), settings.shape[1]) for goal in self.goals]
        return np.stack(found)

    @property
    def scale(self) -> np.ndarray:
        """Size of each goal, to compare misses of unlike units."""
        return np.maximum(np.abs(self.wanted), SMALL)

    def surplus(self, settings: np.ndarray) -> np.ndarray:
        """Return by how much each goal is passed, relative to its size: goals by draws."""
        return self.sense[:, None] * (self.reach(settings) - self.wanted[:, None]) / self.scale[:, None]


def along(problem: Problem, before: np.ndarray, how: str) -> np.ndarray:
    """Return settings on the one way that moves all knobs alike, nearest to where they are."""
    low, high = (np.array([getattr(knob, end) for knob in problem.knobs]) for end in ("low", "high"))
    step = np.abs(before) if how == "proportional" else np.ones(len(before))
    if not step.any():
        raise PlanError("proportional: every lever is 0, so none can move in proportion")
    moving = step > 0
    ends = ((low - before)[moving] / step[moving]).min(), ((high - before)[moving] / step[moving]).max()

    def settings(shift: Any) -> np.ndarray:
        return np.clip(before[:, None] + step[:, None] * np.atleast_1d(shift), low[:, None], high[:, None])

    alone = len(problem.goals) == 1

    def margin(shift: Any) -> np.ndarray:
        return problem.surplus(settings(shift)).min(axis=0)

    if not alone and margin(0.0)[0] >= -TIGHT:
        return before
    grid = np.unique(np.concatenate([np.linspace(*ends, POINTS), [0.0]]))
    return settings(_nearest_root(margin, grid, alone))[:, 0]


def _nearest_root(margin: Function, grid: np.ndarray, alone: bool) -> float:
    """Return the shift nearest to none at which the margin is nil, or else the one that comes closest."""
    from scipy.optimize import minimize_scalar

    found = margin(grid)
    if np.isnan(found).all():
        raise Infeasible(NO_VALUE)
    roots = [float(shift) for shift in grid[np.abs(found) <= TIGHT]]
    for turn in np.flatnonzero(np.sign(found[:-1]) * np.sign(found[1:]) < 0):
        roots += root_between(margin, grid[turn], grid[turn + 1])
    if roots:
        return min(roots, key=abs)

    def miss(shift: Any) -> np.ndarray:
        left = margin(shift)
        return np.where(np.isnan(left), np.inf, np.abs(left) if alone else -left)

    misses = miss(grid)
    alike = np.flatnonzero(misses <= misses.min() + TIGHT)
    place = int(alike[np.abs(grid[alike]).argmin()])
    if place in (0, len(grid) - 1) or len(alike) > 1:
        return float(grid[place])
    between = (grid[place - 1], grid[place + 1])
    best = minimize_scalar(lambda x: miss(x)[0], bounds=between, method="bounded", options={"xatol": 1e-12}).x
    if np.sign(margin(best)[0]) * np.sign(found[place]) < 0:  # two changes of sign within one step of the grid
        return min(root_between(margin, *sorted((best, grid[place]))), key=abs, default=float(grid[place]))
    return float(best if miss(best)[0] < misses[place] else grid[place])


def root_between(margin: Function, low: float, high: float) -> list[float]:
    """Return the shift at which the margin is nil between two of unlike sign; none where it jumps."""
    from scipy.optimize import brentq

    def finite(shift: float) -> float:
        return float(np.clip(margin(shift)[0], -1e100, 1e100))

    root = float(brentq(finite, low, high, xtol=1e-14, rtol=1e-15))
    return [root] if abs(finite(root)) <= SLACK else []
