"""How sure is it: how likely is each target, and all of them together?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bnplan_lib.analysis.blocks import check_draws, walk_in_parts
from bnplan_lib.analysis.draws import Spread, drawn, spread_of, uniforms
from bnplan_lib.analysis.histogram import Histogram, quantile
from bnplan_lib.errors import UnknownName
from bnplan_lib.model.economy import Economy
from bnplan_lib.model.growth import Basis, basis_of
from bnplan_lib.model.measures import Goal, goals_of

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

BLOCK = 16_384  # draws walked at once: small enough for the processor's own memory, whatever the number of draws
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
FANS = {"grdp_bn_vnd": "grdp", "growth": "growth", "grdp_per_head_usd": "per_head_usd"}


@dataclass(frozen=True, slots=True)
class Simulation:
    """What many draws of the uncertain levers give.

    `targets` has one row a target: `target_id, sector, unit, low, high, probability,
    error, mean, q05, q25, q50, q75, q95`, natural units; `error` is the standard error
    of the probability; mean and quantiles are those of the draws that have a value.
    `joint` has one row a set of targets met at once: `targets, count, probability,
    error`, with `growth` for those of GRDP and its sectors, and `all`; missing where the
    set is empty.
    `fans` has one row a quantity, year and share of draws: `quantity, year, share,
    value, error`. `spread` names what was drawn.
    """

    draws: int
    seed: int
    spread: Spread
    targets: pd.DataFrame
    joint: pd.DataFrame
    fans: pd.DataFrame


def block_size(draws: int, block: int) -> int:
    """Return how many draws a block has: all the same number but the last."""
    return min(BLOCK, draws - block * BLOCK)


def drawn_economy(
    basis: Basis, values: Mapping[str, Any], spread: Spread, seed: int, draws: int, block: int
) -> Economy:
    """Return the economy under the draws of one block: the same block has the same draws whoever asks."""
    stream = np.random.SeedSequence(seed, spawn_key=(block,))
    return Economy(basis, drawn(basis, values, spread, uniforms(spread, stream, block_size(draws, block))))


@dataclass(frozen=True, slots=True)
class _Job:
    """What one worker needs to walk some blocks of draws; blocks do not depend on who walks them."""

    basis: Basis
    values: Mapping[str, Any]
    spread: Spread
    goals: tuple[Goal, ...]
    fans: tuple[str, ...]
    seed: int
    draws: int

    def outcome(self, block: int) -> tuple[np.ndarray, np.ndarray]:
        """Return goals by draws, and the fans' quantities and years by draws, of one block."""
        now = drawn_economy(self.basis, self.values, self.spread, self.seed, self.draws, block)
        size = block_size(self.draws, block)
        reached = np.empty((len(self.goals), size))
        with np.errstate(divide="ignore", invalid="ignore"):  # no ICOR where nothing grows
            for row, goal in enumerate(self.goals):
                reached[row] = goal.measure.of(now)
        years = len(self.basis.years)
        fanned = np.empty((len(self.fans) * years, size))
        for row, name in enumerate(self.fans):
            fanned[row * years : (row + 1) * years] = getattr(now, FANS[name])[-years:]
        return reached, fanned


@dataclass(frozen=True, slots=True)
class _Tally:
    """What some blocks add up to: whole numbers, so that the order of the blocks is no matter."""

    met: np.ndarray
    together: np.ndarray
    sums: list[np.ndarray]
    histogram: Histogram


def simulate(
    programme: Programme,
    story: Scenario,
    draws: int = 20_000,
    seed: int = 1,
    workers: int = 1,
    targets: Iterable[str] | None = None,
    fans: Sequence[str] = tuple(FANS),
) -> Simulation:
    """Return how likely each target is under the distributions of a scenario.

    Parameters
    ----------
    draws
        How many; they are walked in blocks, so memory does not grow with them.
    seed, workers
        The same seed gives the same result on any number of processes.
    targets
        Ids of the targets to count, all that growth decides where None.
    fans
        Quantities whose spread is wanted year by year, of `FANS`.

    Raises
    ------
    PlanError
        If the scenario has no distribution, or a draw could leave a lever's bounds.
    """
    check_draws("simulate", draws, workers, seed)
    for fan in fans:
        if fan not in FANS:
            raise UnknownName("quantity with a fan", fan, FANS)
    basis = basis_of(programme)
    goals = goals_of(programme, None if targets is None else list(targets))
    job = _Job(basis, story.values, spread_of(programme, basis, story), tuple(goals.values()), tuple(fans), seed, draws)
    pilot = Histogram.around(np.vstack(job.outcome(0)))
    tallies = walk_in_parts(_walk, job, -(-draws // BLOCK), pilot, workers)
    histogram = replace(pilot, counts=np.sum([one.histogram.counts for one in tallies], axis=0))
    met = np.sum([one.met for one in tallies], axis=0)
    together = np.sum([one.together for one in tallies], axis=0)
    valued = histogram.counts.sum(axis=1)[: len(goals)]
    totals = np.sum([total for one in tallies for total in one.sums], axis=0)
    means = np.divide(totals, valued, out=np.full(len(goals), np.nan), where=valued > 0)
    return Simulation(
        draws,
        seed,
        job.spread,
        _target_table(goals, met, means, histogram, draws),
        _joint_table(job, together / draws),
        _fan_table(job, histogram, len(goals), draws),
    )


def _walk(job: _Job, blocks: range, pilot: Histogram) -> _Tally:
    met = np.zeros(len(job.goals), np.int64)
    of_growth = [bool(goal.measure.sector) for goal in job.goals]
    together = np.zeros(2, np.int64)
    sums = []
    histogram = pilot.emptied()
    for block in blocks:
        reached, fanned = job.outcome(block)
        hits = np.empty(reached.shape, bool)
        for row, goal in enumerate(job.goals):
            hits[row] = goal.met(reached[row])
        met += np.count_nonzero(hits, axis=1)
        together += [np.count_nonzero(np.logical_and.reduce(part)) for part in (hits[of_growth], hits)]
        sums.append(np.nansum(reached, axis=1))
        histogram.add(np.vstack([reached, fanned]))
    return _Tally(met, together, sums, histogram)


def _error(probability: Any, draws: int) -> Any:
    """Return the standard error of a probability estimated by independent draws."""
    return np.sqrt(probability * (1 - probability) / draws)


def _target_table(
    goals: Mapping[str, Goal], met: np.ndarray, means: np.ndarray, histogram: Histogram, draws: int
) -> pd.DataFrame:
    probability = met / draws
    table = pd.DataFrame(
        {
            "target_id": list(goals),
            "sector": [goal.measure.sector for goal in goals.values()],
            "unit": [goal.unit for goal in goals.values()],
            "low": [goal.low for goal in goals.values()],
            "high": [goal.high for goal in goals.values()],
            "probability": probability,
            "error": _error(probability, draws),
            "mean": means,
        }
    )
    for share in QUANTILES:
        table[f"q{round(share * 100):02d}"] = [quantile(histogram, row, share) for row in range(len(goals))]
    return table


def _joint_table(job: _Job, probability: np.ndarray) -> pd.DataFrame:
    counts = [sum(bool(goal.measure.sector) for goal in job.goals), len(job.goals)]
    probability = np.where(np.array(counts) > 0, probability, np.nan)
    error = _error(probability, job.draws)
    return pd.DataFrame({"targets": ["growth", "all"], "count": counts, "probability": probability, "error": error})


def _fan_table(job: _Job, histogram: Histogram, first: int, draws: int) -> pd.DataFrame:
    rows = []
    years = job.basis.years
    for place, name in enumerate(job.fans):
        for step, year in enumerate(years):
            row = first + place * len(years) + step
            for share in QUANTILES:
                # one standard error of the share, read off the spread itself
                apart = math.sqrt(share * (1 - share) / draws)
                ends = [quantile(histogram, row, min(max(share + side * apart, 0), 1)) for side in (-1, 1)]
                rows.append((name, year, share, quantile(histogram, row, share), (ends[1] - ends[0]) / 2))
    return pd.DataFrame(rows, columns=["quantity", "year", "share", "value", "error"])
