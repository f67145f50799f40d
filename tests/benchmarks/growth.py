"""How fast are one path, a million draws of it, and the way back from a target?

python tests/benchmarks/growth.py [DRAWS]
"""

from __future__ import annotations

import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

import bnplan_lib as bn
from bnplan_lib.analysis.comparison import EXACT, explain_difference
from bnplan_lib.analysis.goals import solve
from bnplan_lib.analysis.growth import growth_targets
from bnplan_lib.analysis.uncertainty import simulate
from bnplan_lib.inputs.programme import Programme
from bnplan_lib.inputs.scenario import Scenario, move_levers
from bnplan_lib.model.distributions import Distribution
from bnplan_lib.model.economy import macro_path
from bnplan_lib.model.growth import SECTORS, base_levels, basis_of, growth_path
from bnplan_lib.model.measures import goals_of

REPEATS, LOOPED = 5, 300  # timings of each; draws of the plain loop
GROWTH = [key for key, goal in goals_of(bn.read_programme()).items() if goal.measure.sector]


def seconds(*actions: Callable[[], object], repeats: int = REPEATS) -> list[float]:
    """Return the median time of each call, taken in turns, one warm round left out."""
    measured = []
    for turn in range(repeats + 1):
        begin = [time.perf_counter()]
        for action in actions:
            action()
            begin.append(time.perf_counter())
        if turn:
            measured.append(np.diff(begin))
    return [statistics.median(times) for times in zip(*measured, strict=True)]


def around_targets(programme: Programme, story: Scenario) -> Scenario:
    """Return the story with a triangular distribution a point to either side of each sector's target."""
    basis = basis_of(programme)
    spread = {}
    for sector in SECTORS:
        low, high = (100 * end for end in basis.range_of(f"growth.{sector}"))
        spread[f"growth.{sector}"] = Distribution("triangular", (low - 1, (low + high) / 2, high + 1))
    return replace(story, uncertainty=spread, correlations={})


def looped(programme: Programme, story: Scenario, draws: int) -> np.ndarray:
    """Return how often each growth target is met, the same model as a plain loop with one table a draw."""
    random = np.random.default_rng(1)
    basis = basis_of(programme)
    base = pd.Series(base_levels(basis, story.values)[:, 0], index=list(SECTORS))
    goals = [goals_of(programme)[key] for key in GROWTH]
    parts = {"grdp": list(SECTORS), "industry_construction": ["industry", "construction"]}
    met = np.zeros(len(goals))
    for _ in range(draws):
        rates = {key: random.triangular(*one.numbers) / 100 for key, one in story.uncertainty.items()}
        path = pd.DataFrame({0: base})
        growth = pd.Series([rates[f"growth.{sector}"] for sector in SECTORS], index=path.index)
        for year in range(1, 6):
            path[year] = path[year - 1] * (1 + growth)
        for place, goal in enumerate(goals):
            level = path.loc[parts.get(goal.measure.sector, [goal.measure.sector])].sum()
            met[place] += goal.least <= (level[5] / level[0]) ** 0.2 - 1
    return met / draws


def million(programme: Programme, story: Scenario, draws: int) -> None:
    """Measure many draws against drawing the same numbers with numpy, and against the plain loop."""
    spread = around_targets(programme, story)
    numbers = [one.numbers for one in spread.uncertainty.values()]
    random = np.random.default_rng(1)
    alone, plain, walked = seconds(
        lambda: [random.triangular(*one, size=draws) for one in numbers],
        lambda: [random.random(draws) for _ in numbers],
        lambda: simulate(programme, spread, draws, targets=GROWTH, fans=()),
    )
    table_loop = seconds(lambda: looped(programme, spread, LOOPED), repeats=3)[0]
    tracemalloc.start()
    result = simulate(programme, spread, draws, targets=GROWTH, fans=())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    told("draws", f"{draws:,} of five sectors, {len(GROWTH)} targets: {walked * 1000:.0f} ms")
    told("", f"{walked / alone:.2f} x numpy drawing the same {5 * draws:,} triangular numbers ({alone * 1000:.0f} ms)")
    told("", f"{walked / plain:.2f} x numpy drawing as many from 0 to 1 ({plain * 1000:.0f} ms)")
    told("", f"{draws / walked:,.0f} a second, {draws / walked / (LOOPED / table_loop):,.0f} x a plain pandas loop")
    told("", f"peak memory {peak / 1e6:.0f} MB")
    apart = np.abs(looped(programme, spread, 10 * LOOPED) - result.targets["probability"]).max()
    told("", f"largest difference to the loop's probabilities {apart:.3f}, of {10 * LOOPED:,} draws")


def workers(programme: Programme, draws: int) -> None:
    """Measure all targets and fans under the shipped uncertainties, by one process and by two."""
    story = bn.read_scenario("uncertain")
    one, two = seconds(
        lambda: simulate(programme, story, draws),
        lambda: simulate(programme, story, draws, workers=2),
        repeats=1,
    )
    told("workers", f"{draws:,} draws, every target and fan: 1 in {one:.2f} s, 2 in {two:.2f} s ({one / two:.2f} x)")


def backwards(programme: Programme, story: Scenario) -> None:
    """Measure the way back from a target, and a difference explained."""
    goal = {"A.I.1": 0.115}
    for name, by, how in (
        ("one sector", ["growth.industry"], "equal"),
        ("five, equal", ["growth"], "equal"),
        ("five, smallest", ["growth"], "smallest"),
    ):
        median = seconds(lambda by=by, how=how: solve(programme, story, goal, by, how), repeats=15)[0]
        told("solve", f"{name}: {median * 1000:.1f} ms")
    moved = {**{f"growth.{sector}": 9.0 for sector in SECTORS}, "macro.deflator_growth": 4.0}
    other = move_levers(story, {**moved, "growth.tilt": 3.0, "macro.population_growth": 1.0})
    assert len(explain_difference(programme, story, other, "A.I.2")) == EXACT
    median = seconds(lambda: explain_difference(programme, story, other, "A.I.2"))[0]
    told("Shapley", f"{EXACT} levers, exact: {median * 1000:.0f} ms")


def told(what: str, line: str) -> None:
    """Print one line of the result."""
    print(f"{what:10} {line}")


def main(draws: int) -> None:
    """Measure the growth engine."""
    programme, story = bn.read_programme(), bn.read_scenario("middle")
    path, macro, targets = seconds(
        lambda: growth_path(programme, story),
        lambda: macro_path(programme, story),
        lambda: growth_targets(programme, story),
        repeats=25,
    )
    whole = (path + macro + targets) * 1000
    told("path", f"{whole:.1f} ms: growth {path * 1000:.1f}, macro {macro * 1000:.1f}, targets {targets * 1000:.1f}")
    million(programme, story, draws)
    workers(programme, draws)
    backwards(programme, story)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
