"""Which uncertain lever matters most for a target?"""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bnplan_lib.analysis.draws import Spread, chosen_groups, coupled, drawn, spread_of
from bnplan_lib.errors import Infeasible, PlanError, shorten
from bnplan_lib.model.economy import Economy, lever_value
from bnplan_lib.model.growth import Basis, basis_of
from bnplan_lib.model.measures import Goal, goals_of

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

EDGE = 2.0**-53  # a share of 0 or 1 may have no value
RESAMPLES = 200
COLUMNS = ["levers", "first", "first_error", "total", "total_error"]
POINTS = 8  # of the other levers, to see whether one matters
NOISE = 1e-12  # relative: a smaller change is rounding


def tornado(
    programme: Programme, story: Scenario, target_id: str, tails: tuple[float, float] = (0.1, 0.9)
) -> pd.DataFrame:
    """Return what a target's figure becomes when one uncertain lever at a time goes to either tail.

    Returns
    -------
    DataFrame
        One row a lever, the widest swing first: `lever, low_value, high_value, low,
        high, base, swing`. Lever values are in the lever's unit, the mean of the years
        where it differs by year; figures in natural units; `base` has every lever at
        its median.
    """
    if not 0 <= tails[0] < tails[1] <= 1:
        raise PlanError(f"tails: must rise from 0 to 1, found {shorten(tails)}")
    basis, spread, goal = _asked(programme, story, target_id)
    count = len(spread.keys)
    shares = np.full((count, 2 * count + 1), 0.5)
    for place in range(count):
        shares[place, 2 * place : 2 * place + 2] = tails
    found = _figures(basis, story, spread, goal, shares)
    ends = []
    for key, one in zip(spread.keys, spread.distributions, strict=True):
        added = np.mean(lever_value(basis, story.values, key)) if one.added else 0.0
        ends.append(one.quantile(np.array(tails)) + added)
    table = pd.DataFrame(
        {
            "lever": spread.keys,
            "low_value": [float(pair[0]) for pair in ends],
            "high_value": [float(pair[1]) for pair in ends],
            "low": found[0:-1:2],
            "high": found[1:-1:2],
            "base": found[-1],
        }
    )
    swing = (table["high"] - table["low"]).abs()
    table["swing"] = swing.where(~(swing <= NOISE * table["base"].abs()), 0.0)
    return table.sort_values("swing", ascending=False, kind="stable", ignore_index=True)


def sensitivity(
    programme: Programme, story: Scenario, target_id: str, samples: int = 1024, seed: int = 1
) -> pd.DataFrame:
    """Return how much of a target's variance each uncertain lever explains: Sobol indices.

    Levers that are correlated count as one group, since indices need independent
    parts.

    Parameters
    ----------
    samples
        A power of two; the economy is walked that often for each group, and twice more.

    Returns
    -------
    DataFrame
        One row a group of levers that enter the target's figure, the largest total
        first: `levers, first, first_error, total, total_error`. Shares of the variance:
        `first` what the group explains alone, `total` with all its interactions; errors
        are half the width of the 95 per cent confidence interval.

    Raises
    ------
    PlanError
        If `samples` is no power of two, or `seed` no whole number.

    References
    ----------
    Saltelli et al. (2010), as in SALib.
    """
    if isinstance(samples, bool) or not isinstance(samples, Integral) or samples < 2 or samples & (samples - 1):
        raise PlanError(f"samples: must be a power of two, found {shorten(samples)}")
    if isinstance(seed, bool) or not isinstance(seed, Integral) or seed < 0:
        raise PlanError(f"seed: must be a whole number of at least 0, found {shorten(seed)}")
    from SALib.analyze import sobol as analysis
    from SALib.sample import sobol as sampling

    basis, spread, goal = _asked(programme, story, target_id)
    spread = _entering(basis, story, spread, goal)
    if not spread.keys:
        return pd.DataFrame(columns=COLUMNS)
    names = ["; ".join(_moving(basis, story, spread, goal, group)) for group in spread.groups]
    if len(names) == 1:  # alone, it explains all
        whole = dict(zip(COLUMNS, ([names[0]], [1.0], [0.0], [1.0], [0.0]), strict=True))
        return pd.DataFrame(whole)
    whose = {place: name for group, name in zip(spread.groups, names, strict=True) for place in group}
    problem = {
        "num_vars": len(spread.keys),
        "names": list(spread.keys),
        "bounds": [[EDGE, 1 - EDGE]] * len(spread.keys),
        "groups": [whose[place] for place in range(len(spread.keys))],
    }
    shares = sampling.sample(problem, samples, calc_second_order=False, seed=seed)
    found = _figures(basis, story, spread, goal, coupled(spread, shares.T))
    if np.isnan(found).any():
        raise Infeasible(f"{target_id}: has no value in some draws, so its variance cannot be divided")
    result = analysis.analyze(
        problem, found, calc_second_order=False, num_resamples=RESAMPLES, seed=seed + 1
    )  # 0 is none
    table = pd.DataFrame(
        {
            "levers": names,
            "first": result["S1"],
            "first_error": result["S1_conf"],
            "total": result["ST"],
            "total_error": result["ST_conf"],
        }
    )
    return table.sort_values("total", ascending=False, kind="stable", ignore_index=True)


def _entering(basis: Basis, story: Scenario, spread: Spread, goal: Goal) -> Spread:
    """Return the groups of levers that move a figure."""
    return chosen_groups(spread, [group for group in spread.groups if _moving(basis, story, spread, goal, group)])


def _moving(basis: Basis, story: Scenario, spread: Spread, goal: Goal, group: tuple[int, ...]) -> list[str]:
    """Return the levers of a group that move a figure, each tried at several points of the others."""
    points = np.random.default_rng(0).random((len(spread.keys), POINTS))
    moving = []
    for place in group:
        tried = np.tile(points, 3)  # within, and at either end, which a rare value alone may differ at
        tried[place, POINTS:] = np.repeat([EDGE, 1 - EDGE], POINTS)
        within, *ends = np.split(_figures(basis, story, spread, goal, tried), 3)
        if not all(np.allclose(within, end, rtol=NOISE, atol=0, equal_nan=True) for end in ends):
            moving.append(spread.keys[place])
    return moving


def _asked(programme: Programme, story: Scenario, target_id: str) -> tuple[Basis, Spread, Goal]:
    basis = basis_of(programme)
    return basis, spread_of(programme, basis, story), goals_of(programme, [target_id])[target_id]


def _figures(basis: Basis, story: Scenario, spread: Spread, goal: Goal, shares: np.ndarray) -> np.ndarray:
    """Return a target's figure for draws from 0 to 1, levers by draws."""
    found = goal.measure.of(Economy(basis, drawn(basis, story.values, spread, shares)))
    return np.array(np.broadcast_to(found, shares.shape[1]))
