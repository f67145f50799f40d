"""Where do the levers meet the goals, or come closest?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bnplan_lib.analysis.knobs import Knob, turned
from bnplan_lib.errors import PlanError
from bnplan_lib.model.economy import Economy
from bnplan_lib.model.growth import Basis
from bnplan_lib.model.measures import SLACK, Goal

POINTS = 129  # along the way from one bound to the other, in search of a change of sign
TIGHT = 1e-12  # relative: how closely a goal is met before SLACK is asked for
Function = Callable[[np.ndarray], np.ndarray]


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
        found = [np.broadcast_to(goal.measure.of(now), settings.shape[1]) for goal in self.goals]
        return np.stack(found)

    @property
    def scale(self) -> np.ndarray:
        """Size of each goal, to compare misses of unlike units."""
        return np.maximum(np.abs(self.wanted), SLACK)

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


def _nearest_root(margin: Callable[[Any], np.ndarray], grid: np.ndarray, alone: bool) -> float:
    """Return the shift nearest to none at which the margin is nil, or else the one that comes closest."""
    from scipy.optimize import brentq, minimize_scalar

    found = margin(grid)
    if exact := [float(shift) for shift in grid[np.abs(found) <= TIGHT]]:
        return min(exact, key=abs)
    turns = np.flatnonzero(np.sign(found[:-1]) * np.sign(found[1:]) < 0)
    if turns.size:
        place = int(min(turns, key=lambda one: min(abs(grid[one]), abs(grid[one + 1]))))
        root = brentq(lambda shift: float(margin(shift)[0]), grid[place], grid[place + 1], xtol=1e-14, rtol=1e-15)
        return float(root)
    misses = np.abs(found) if alone else -found
    place = int(np.nanargmin(misses))
    if place in (0, len(grid) - 1):
        return float(grid[place])
    between = (grid[place - 1], grid[place + 1])
    miss = (lambda shift: abs(float(margin(shift)[0]))) if alone else (lambda shift: -float(margin(shift)[0]))
    return float(minimize_scalar(miss, bounds=between, method="bounded", options={"xatol": 1e-12}).x)


def least_squares(problem: Problem, before: np.ndarray, how: str) -> np.ndarray:
    """Return settings that meet the goals with the smallest sum of squared moves, or come closest to them."""
    from scipy.optimize import minimize

    units = {knob.unit for knob in problem.knobs}
    width = np.array([knob.width if len(units) > 1 else 1.0 for knob in problem.knobs])
    bounds = [
        ((knob.low - knob.before) / size, (knob.high - knob.before) / size)
        for knob, size in zip(problem.knobs, width, strict=True)
    ]

    def surplus(moves: np.ndarray) -> np.ndarray:
        return problem.surplus((before + width * moves)[:, None])[:, 0]

    def slopes(moves: np.ndarray) -> np.ndarray:
        small = 1e-6
        steps = np.hstack([np.eye(len(moves)), -np.eye(len(moves))]) * small
        found = problem.surplus((before[:, None]) + width[:, None] * (moves[:, None] + steps))
        return (found[:, : len(moves)] - found[:, len(moves) :]) / (2 * small)

    start = _closest(surplus, slopes, bounds, len(problem.goals))
    short = surplus(start).min()
    if short < -SLACK:
        return before + width * start
    kind = "eq" if len(problem.goals) == 1 else "ineq"
    rule = {"type": kind, "fun": surplus, "jac": slopes}
    best = None
    for origin in (np.zeros(len(before)), start):
        found = minimize(
            lambda moves: float(moves @ moves), origin, jac=lambda moves: 2 * moves, bounds=bounds, constraints=[rule],
            method="SLSQP", options={"ftol": 1e-15, "maxiter": 300},
        )  # fmt: skip
        met = np.abs(surplus(found.x)).max() if kind == "eq" else -surplus(found.x).min()
        if met < 1e-6 and (best is None or found.x @ found.x < best @ best - 1e-12):
            best = found.x
    moves = _polished(surplus, slopes, bounds, start if best is None else best, kind)
    return before + width * moves


def _closest(surplus: Function, slopes: Function, bounds: list, goals: int) -> np.ndarray:
    """Return the moves that leave the largest shortfall smallest: nil where all goals can be met."""
    from scipy.optimize import minimize

    low, high = np.array(bounds).T
    # every measure rises or falls with every lever, so the best corner is found one lever at a time
    corner = np.where(slopes(np.zeros(len(low))).sum(axis=0) > 0, high, low)
    best = np.zeros(len(low))
    for origin in (np.zeros(len(low)), corner):
        room = np.append(origin, max(0.0, -surplus(origin).min()))
        rule = {
            "type": "ineq",
            "fun": lambda point: surplus(point[:-1]) + point[-1],
            "jac": lambda point: np.hstack([slopes(point[:-1]), np.ones((goals, 1))]),
        }
        found = minimize(
            lambda point: point[-1], room, jac=lambda point: np.append(np.zeros(len(point) - 1), 1.0),
            bounds=[*bounds, (0.0, None)], constraints=[rule], method="SLSQP", options={"ftol": 1e-15, "maxiter": 300},
        )  # fmt: skip
        for moves in (np.clip(found.x[:-1], low, high), origin):
            if surplus(moves).min() > surplus(best).min():
                best = moves
    return best


def _polished(
    surplus: Function,
    slopes: Function,
    bounds: list,
    moves: np.ndarray,
    kind: str,
) -> np.ndarray:
    """Return moves brought exactly onto the goals that they meet only just, by Newton's steps."""
    low, high = np.array(bounds).T
    for _ in range(8):
        found = surplus(moves)
        tight = np.abs(found) < 1e-5 if kind == "ineq" else np.ones(len(found), bool)
        free = (moves > low + 1e-12) & (moves < high - 1e-12)
        if not tight.any() or not free.any() or np.abs(found[tight]).max() < TIGHT:
            break
        step = np.linalg.lstsq(slopes(moves)[np.ix_(tight, free)], -found[tight], rcond=None)[0]
        moves = moves.copy()
        moves[free] = np.clip(moves[free] + step, low[free], high[free])
    return moves
