"""Over which values of its lever does each target hold?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bnplan_lib.analysis.knobs import Knob, knobs_of, turned
from bnplan_lib.analysis.search import root_between
from bnplan_lib.model.economy import Economy
from bnplan_lib.model.growth import basis_of
from bnplan_lib.model.measures import Goal, goals_of

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

POINTS = 241
FARTHEST = 15.0  # percentage points by which growth of all sectors is moved either way
COLUMNS = ["target_id", "lever", "unit", "before", "low", "high", "closest"]


def turning_points(programme: Programme, story: Scenario) -> pd.DataFrame:
    """Return, for each target that growth decides, the values of its lever at which it holds.

    Returns
    -------
    DataFrame
        One row a target, as in `growth_targets`: `target_id, lever, unit, before, low,
        high, closest`. The lever that moves the target most goes over its usual range,
        the rest of the scenario held; the target holds from `low` to `high`, those
        values that lie nearest to `before`, in the lever's unit. An end is infinite
        where the target holds up to the end of the usual range, and missing with the
        other where no value does it; `closest` is then the nearest figure, natural
        units. The lever `growth` stands for all five sectors moved by the same
        percentage points: its `before` is 0.
    """
    basis = basis_of(programme)
    rows = []
    for target_id, goal in goals_of(programme).items():
        lever = goal.measure.lever
        knobs = knobs_of(programme, basis, story.values, [lever], "usual")
        start = np.array([knob.before for knob in knobs])

        def figure(
            shift: np.ndarray, goal: Goal = goal, knobs: tuple[Knob, ...] = knobs, start: np.ndarray = start
        ) -> np.ndarray:
            values = turned(basis, story.values, knobs, start[:, None] + np.atleast_1d(shift))
            return np.broadcast_to(goal.measure.of(Economy(basis, values)), np.atleast_1d(shift).shape)

        together = lever == "growth"
        first, last = (-FARTHEST, FARTHEST) if together else (knobs[0].low - start[0], knobs[0].high - start[0])
        before = 0.0 if together else start[0]
        low, high, closest = _holding(figure, goal, np.unique(np.append(np.linspace(first, last, POINTS), 0.0)))
        rows.append((target_id, lever, knobs[0].unit, before, before + low, before + high, closest))
    return pd.DataFrame(rows, columns=COLUMNS)


def _holding(figure: Callable[[np.ndarray], np.ndarray], goal: Goal, grid: np.ndarray) -> tuple[float, float, float]:
    """Return the shifts between which a target holds, nearest to none, and else the figure that comes closest."""

    def margin(shift: np.ndarray) -> np.ndarray:
        value = figure(shift)
        return np.fmin(value - goal.least, goal.most - value)

    found = margin(grid)
    holds = found >= 0
    if not holds.any():
        best = np.nan if np.isnan(found).all() else float(figure(grid)[np.nanargmax(found)])
        return np.nan, np.nan, best
    places = np.flatnonzero(holds)
    nearest = int(places[np.abs(grid[places]).argmin()])
    first = last = nearest
    while first > 0 and holds[first - 1]:
        first -= 1
    while last < len(grid) - 1 and holds[last + 1]:
        last += 1
    low = -np.inf if first == 0 else _end(margin, grid[first - 1], grid[first])
    high = np.inf if last == len(grid) - 1 else _end(margin, grid[last + 1], grid[last])
    return low, high, np.nan


def _end(margin: Callable[[np.ndarray], np.ndarray], outside: float, inside: float) -> float:
    """Return where a target begins to hold between two shifts."""
    if margin(np.array([inside]))[0] == 0 or np.isnan(margin(np.array([outside]))[0]):
        return float(inside)
    roots = root_between(margin, *sorted((outside, inside)))
    return roots[0] if roots else float(inside)
