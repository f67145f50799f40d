"""Could starts be staggered so that less runs, or less money falls, at once?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from numbers import Integral, Real
from time import monotonic
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bnplan_lib.analysis.chain import pairs_of
from bnplan_lib.analysis.precedence import item_spans, latest_end
from bnplan_lib.analysis.starts import StartOptions, start_options
from bnplan_lib.errors import Fault, FaultyInput, UnknownName, shorten
from bnplan_lib.model.projects import project_values
from bnplan_lib.model.quarters import quarter_name
from bnplan_lib.model.schedule import TINY

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

UNITS = {"load": "bn_vnd_per_quarter", "running": "projects"}
LONGEST = 40  # quarters: ten years
FIRST_SHARE = 0.6  # of the seconds are for the lowest peak, at most; what is left is for the fewest moves
TOLERANCE = 1e-6  # absolute: how exact the solver is
PROVEN = 5e-5  # relative: a gap that reads 0.00 per cent
HELD = 1e-9  # relative: what the fewest moves may add to the lowest peak


@dataclass(frozen=True, slots=True)
class Levelled:
    """A plan whose starts are staggered, and how far from the best it can be.

    `before` and `after` are the peaks of all quarters, those too in which nothing may move
    any more; `bound` is what no plan under the same rules gets below, in `unit`, and
    `gap_share` how far `after` lies above it. `status` is `optimal`, or `time_limit` where
    the solver was stopped: the peak or the quarters moved may then be more than they need
    be. `movable` counts the projects that have a later start to choose.

    `moved` has one row a project that moves: `project_id, later_quarters, start_before,
    end_before, start_after, end_after, cost_bn_vnd`. `quarters` has one row a quarter from
    the first to the last in which anything falls or runs: `quarter, before, after`.
    `levers` make the scenario the levelled plan.
    """

    lower: str
    unit: str
    before: float
    after: float
    bound: float
    gap_share: float
    status: str
    most_later: int
    keep_end: bool
    movable: int
    moved: pd.DataFrame
    quarters: pd.DataFrame
    levers: dict[str, Any]

    @property
    def lowest(self) -> bool:
        """Whether the peak is proven to be the lowest, to the digits shown."""
        return self.gap_share < PROVEN


def level(
    programme: Programme,
    story: Scenario,
    lower: str = "load",
    most_later: int = 4,
    keep_end: bool = False,
    seconds: float = 60.0,
    capital: str | None = None,
) -> Levelled:
    """Return the scenario with starts moved later so that its highest quarter is as low as can be.

    It is no ranking of merit: it knows dates and amounts, nothing of urgency or worth.

    Parameters
    ----------
    lower
        What is to peak lower: the `load`, money that falls in a quarter, or the number of
        projects `running` in it.
    most_later
        Quarters, 0 to 40, by which a project may start later than the scenario has it.
    keep_end
        A project that starts later ends when it would have, built in less time, but not in
        less than half of the time planned. Without it, it keeps its length and ends later.
    seconds
        For the solver. A plan that it was stopped at may differ from machine to machine,
        one that it finished does not.
    capital
        Look at the projects of one capital source alone: public, ppp or off_budget.

    Notes
    -----
    Only projects move that the scenario keeps, that are not urgent and that begin in the
    quarter from which delays act, or later; tasks stay. Shifts add to what the scenario moves; one that its
    levers cannot express within their bounds is left out. A pair of the precedence table
    that holds still holds, one that does not gets no worse; of a project with phases the
    first counts. Of plans with the lowest peak one with the fewest quarters moved is
    taken, of those one that moves what stands further down in the document.

    Raises
    ------
    UnknownName
        If there is no such thing to lower, or no such capital source.
    FaultyInput
        If the quarters or the seconds are out of range.

    References
    ----------
    A mixed-integer linear programme, solved by HiGHS; METHODS.md section 4.
    """
    _check(lower, most_later, seconds)
    if capital is not None:
        story = _alone(programme, story, capital)
    options = start_options(programme, story, lower, np.arange(most_later + 1), keep_end)
    chosen, bound, finished = _choose(options, _pairs(programme, story, options), lower == "running", seconds)
    before, after = options.profile(options.later == 0), options.profile(chosen)
    peak, moves = float(after.max(initial=0.0)), np.flatnonzero(chosen & (options.later > 0))
    used = np.flatnonzero(before + after).max(initial=-1) + 1
    names = [quarter_name(options.start + place) for place in range(used)]
    return Levelled(
        lower=lower,
        unit=UNITS[lower],
        before=float(before.max(initial=0.0)),
        after=peak,
        bound=min(bound, peak),
        gap_share=max(peak / bound - 1, 0.0) if bound > 0 else 0.0,
        status="optimal" if finished else "time_limit",
        most_later=int(most_later),
        keep_end=bool(keep_end),
        movable=len(np.unique(options.project[options.later > 0])),
        moved=_moved(programme, story, options, moves),
        quarters=pd.DataFrame({"quarter": names, "before": before[:used], "after": after[:used]}),
        levers=_levers(programme, options, moves, keep_end),
    )


def _check(lower: str, most_later: int, seconds: float) -> None:
    if lower not in UNITS:
        raise UnknownName("thing to lower", lower, UNITS)
    faults = []
    if isinstance(most_later, bool) or not isinstance(most_later, Integral) or not 0 <= most_later <= LONGEST:
        rule = f"must be a whole number of quarters from 0 to {LONGEST}"
        faults.append(Fault("most_later", rule, shorten(most_later)))
    if isinstance(seconds, bool) or not isinstance(seconds, Real) or not seconds > 0:
        faults.append(Fault("seconds", "must be a number above 0", shorten(seconds)))
    if faults:
        raise FaultyInput(faults)


def _alone(programme: Programme, story: Scenario, capital: str) -> Scenario:
    """Return the scenario without the projects of other capital sources."""
    codes = programme.codes.loc[programme.codes["list"] == "capital_source", "code"]
    if capital not in set(codes):
        raise UnknownName("capital source", capital, list(codes))
    others = programme.projects.loc[programme.projects["capital_source"] != capital, "id"]
    return replace(story, values={**story.values, **{f"projects.{key}.dropped": True for key in others}})


def _pairs(programme: Programme, story: Scenario, options: StartOptions) -> tuple[np.ndarray, np.ndarray]:
    """Return what each option adds to the slack of each pair, pairs by options, and what it must add up to at least."""
    spans = item_spans(programme, story)
    item = np.array([f"projects:{key}" for key in programme.projects["id"]], object)[options.project]
    adds, least = [], []
    for pair in pairs_of(programme):
        if pair.before in spans and pair.after in spans:
            before, after = spans[pair.before], spans[pair.after]
            slack = latest_end(pair.link, after, after.last) - before.last
            starts = pair.link == "finish_start" and after.first is not None
            waits = options.first - after.first if starts else options.last - after.last
            adds.append(waits * (item == pair.after) - (options.last - before.last) * (item == pair.before))
            least.append(-max(slack, 0))
    return np.array(adds, float).reshape(len(least), len(item)), np.array(least, float)


def _choose(
    options: StartOptions, pairs: tuple[np.ndarray, np.ndarray], whole: bool, seconds: float
) -> tuple[np.ndarray, float, bool]:
    """Return which options are chosen, what the peak cannot get below, and whether the solver finished."""
    best, start = options.later == 0, monotonic()
    peak, number = options.profile(best).max(initial=0.0), np.cumsum(best)  # of the option's project, from 1
    if best.all():
        return best, float(peak), True
    least = _extreme(options, np.minimum).max()
    solve = _solver(options, pairs, whole, least)
    lowest = solve(np.append(np.zeros(len(best)), 1.0), np.inf, FIRST_SHARE * seconds)
    if lowest.x is not None and options.profile(lowest.x[:-1] > 0.5).max() < peak * (1 - HELD):
        best = lowest.x[:-1] > 0.5
        peak = options.profile(best).max()
    # a quarter counts more for a project further up, but all such parts together less than one quarter
    most, count = options.later.max(), number[-1]
    weight = options.later * (1 + (count - number) / (count * (1 + count * most)))
    fewest = solve(np.append(weight, 0.0), peak * (1 + HELD), max(seconds - (monotonic() - start), TINY))
    if fewest.x is not None and weight @ (fewest.x[:-1] > 0.5) < weight @ best:
        best = fewest.x[:-1] > 0.5
    proven = lowest.mip_dual_bound
    bound = max(proven, least) if proven is not None and np.isfinite(proven) else least
    return best, float(np.ceil(bound - TOLERANCE) if whole else bound), lowest.status == fewest.status == 0


def _extreme(options: StartOptions, function: np.ufunc) -> np.ndarray:
    """Return the least or the most that can fall or run in each quarter."""
    total: np.ndarray = options.given
    return total + function.reduceat(options.amounts, np.flatnonzero(options.later == 0), axis=1).sum(axis=1)


def _solver(
    options: StartOptions, pairs: tuple[np.ndarray, np.ndarray], whole: bool, least: float
) -> Callable[..., Any]:
    """Return a function that takes costs of the options and of the peak, a limit of the peak and one of seconds."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    number = np.cumsum(options.later == 0)
    can_peak = _extreme(options, np.maximum) >= least
    adds, needed = pairs
    rows = [  # the last column is the peak
        LinearConstraint(_beside(number == np.arange(1, number[-1] + 1)[:, None], 0), 1, 1),
        LinearConstraint(_beside(options.amounts[can_peak], -1), -np.inf, -options.given[can_peak]),
        *([LinearConstraint(_beside(adds, 0), needed, np.inf)] if len(needed) else []),
    ]
    integrality = np.append(np.ones(len(number)), whole)

    def solve(cost: np.ndarray, limit: float, seconds: float) -> Any:
        bounds = Bounds(0, np.append(np.ones(len(number)), limit))
        stop = {"time_limit": seconds, "mip_rel_gap": 0}
        return milp(cost, integrality=integrality, bounds=bounds, constraints=rows, options=stop)

    return solve


def _beside(rows: np.ndarray, peak: float) -> np.ndarray:
    return np.column_stack([rows, np.full(len(rows), peak)])


def _moved(programme: Programme, story: Scenario, options: StartOptions, moves: np.ndarray) -> pd.DataFrame:
    project = options.project[moves]
    stays = np.searchsorted(options.project, project)  # the option of each that leaves it as it is
    overrun = np.array(project_values(programme.projects, story.values, "overrun"), float)[project]
    quarters = {
        f"{name}_{when}": [quarter_name(number) for number in numbers]
        for when, chosen in (("before", stays), ("after", moves))
        for name, numbers in (
            ("start", np.floor(options.begin[chosen] + TINY).astype(int)),
            ("end", np.ceil(options.end[chosen] - TINY).astype(int) - 1),
        )
    }
    return pd.DataFrame(
        {
            "project_id": programme.projects["id"].to_numpy(object)[project],
            "later_quarters": options.later[moves],
            **quarters,
            "cost_bn_vnd": programme.projects["cost_bn_vnd"].to_numpy(float)[project] * (1 + overrun / 100),
        }
    )


def _levers(programme: Programme, options: StartOptions, moves: np.ndarray, keep_end: bool) -> dict[str, Any]:
    levers: dict[str, Any] = {}
    for key, move in zip(programme.projects["id"].iloc[options.project[moves]], moves, strict=True):
        levers[f"projects.{key}.delay_quarters"] = round(options.delay_quarters[move])
        if keep_end:
            levers[f"projects.{key}.stretch"] = float(options.stretch[move])
    return levers
