"""What would it take to meet a target: which lever, how far, and what if it cannot be?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bnplan_lib.analysis.knobs import knobs_of, turned
from bnplan_lib.analysis.search import Problem, along
from bnplan_lib.analysis.shortest import least_squares
from bnplan_lib.errors import PlanError, UnknownName, shorten
from bnplan_lib.model.growth import basis_of
from bnplan_lib.model.measures import SLACK, goals_of

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

RULES = ("equal", "proportional", "smallest")


@dataclass(frozen=True, slots=True)
class Solution:
    """What would meet the goals, or come closest.

    `levers` has one row a lever: `lever, before, after, change, low, high, binding`, in
    the lever's unit, `binding` being low, high or blank. `targets` has one row a goal:
    `target_id, unit, goal, before, after, shortfall`, natural units; the shortfall is 0
    where the goal is met. `story` is the scenario with the levers so moved.
    """

    feasible: bool
    how: str
    levers: pd.DataFrame
    targets: pd.DataFrame
    story: Scenario


def solve(
    programme: Programme,
    story: Scenario,
    goals: Mapping[str, float],
    by: Sequence[str],
    how: str = "equal",
    within: str = "usual",
) -> Solution:
    """Return how far levers must move for targets to be met, the rest of the scenario held.

    Parameters
    ----------
    goals
        Wanted values by target id, natural units: {"A.I.1": 0.115}. One goal is met
        exactly; of several each is met at least.
    by
        Levers such as `growth.industry`, one year of one as `growth.industry.2028`, a
        share of the base year as `base_year.share_services` (the others shrink in
        proportion), or `growth` for the five sectors.
    how
        Several levers move by the same `equal` amount, in the same `proportional`
        measure, or by the `smallest` sum of squares, those of unlike units each in
        parts of its usual range.
    within
        Bounds of each lever: the `usual` ones, all that is `possible`, or those of the
        lever's own `targets`.

    Returns
    -------
    Solution
        Goals met to 1e-9, or the closest that can be reached and the bounds that bind.

    Raises
    ------
    PlanError
        If a goal, a lever or a rule is not known, a goal is no number, or the levers
        cannot be turned together.
    Infeasible
        If a goal's figure has no value, such as growth of a sector with no value added.
    """
    if how not in RULES:
        raise UnknownName("rule", how, RULES)
    if not goals or not by:
        raise PlanError("solve: needs at least one goal and one lever")
    for name, wanted in goals.items():
        if isinstance(wanted, bool) or not isinstance(wanted, Real) or not np.isfinite(wanted):
            raise PlanError(f"goal {name}: must be a number, found {shorten(wanted)}")
    basis = basis_of(programme)
    chosen = goals_of(programme, list(goals))
    knobs = knobs_of(programme, basis, story.values, by, within)
    before = np.array([knob.before for knob in knobs])
    aims = np.array([float(goals[name]) for name in chosen])
    problem = Problem(basis, story.values, knobs, tuple(chosen.values()), aims, np.ones(len(chosen)))
    now = problem.reach(before[:, None])[:, 0]
    problem = replace(problem, sense=_senses(problem, now))
    find = least_squares if how == "smallest" and len(knobs) > 1 else along
    after = np.clip(find(problem, before, how), [knob.low for knob in knobs], [knob.high for knob in knobs])
    return _told(problem, story, how, before, after, now)


def _senses(problem: Problem, now: np.ndarray) -> np.ndarray:
    """Return the way each goal points; a range is entered from the side where the scenario stands."""
    ways = {"higher": 1.0, "lower": -1.0}
    towards = np.where(now <= problem.wanted, 1.0, -1.0)
    if len(problem.goals) == 1:  # it is met exactly, from wherever the scenario stands
        return towards
    return np.array([ways.get(goal.better, towards[place]) for place, goal in enumerate(problem.goals)])


def _told(
    problem: Problem, story: Scenario, how: str, before: np.ndarray, after: np.ndarray, now: np.ndarray
) -> Solution:
    reached = problem.reach(after[:, None])[:, 0]
    missing = (problem.wanted - reached) * problem.sense
    if len(problem.goals) == 1:
        missing = np.abs(missing)
    short = np.where(missing <= SLACK * problem.scale, 0.0, missing)
    rows = []
    for knob, value in zip(problem.knobs, after, strict=True):
        near = 1e-9 * max(1.0, abs(knob.high - knob.low))
        binding = "low" if value <= knob.low + near else "high" if value >= knob.high - near else ""
        rows.append((knob.name, knob.unit, knob.before, value, value - knob.before, *knob.limits, binding))
    levers = pd.DataFrame(rows, columns=["lever", "unit", "before", "after", "change", "low", "high", "binding"])
    targets = pd.DataFrame(
        {
            "target_id": [goal.target_id for goal in problem.goals],
            "unit": [goal.unit for goal in problem.goals],
            "goal": problem.wanted,
            "before": now,
            "after": reached,
            "shortfall": short,
        }
    )
    moved = _single(turned(problem.basis, story.values, problem.knobs, after[:, None]), story.values)
    name = story.name.rstrip("*") + "*"  # as of a scenario whose levers are moved by hand
    reached_story = replace(story, name=name, changes={**story.changes, **moved}, values={**story.values, **moved})
    return Solution(not short.any(), how, levers, targets, reached_story)


def _single(values: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the levers that differ, one draw as plain numbers: a number, or one for each year."""
    moved = {}
    for key, value in values.items():
        if value is not before.get(key):
            array = np.asarray(value, dtype=float)
            numbers = [round(float(one), 12) for one in (array[:, 0] if array.ndim == 2 else array.reshape(-1)[:1])]
            moved[key] = tuple(numbers) if array.ndim == 2 else numbers[0]
    return moved
