"""How likely is the list to outgrow what the province can invest, if costs run over and works are late?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bnplan_lib.analysis.blocks import check_draws, walk_in_parts
from bnplan_lib.analysis.draws import Spread, drawn, of_growth, spread_of, uniforms
from bnplan_lib.analysis.envelope import SOURCES, SPENDING
from bnplan_lib.analysis.histogram import Histogram, quantile
from bnplan_lib.analysis.risks import Risks, risks_of
from bnplan_lib.errors import PlanError
from bnplan_lib.model.economy import Economy
from bnplan_lib.model.growth import Basis, basis_of
from bnplan_lib.model.investment import Spending, spending_of

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

BLOCK = 2_048  # draws walked at once: the phases' arrays then stay in the processor's own memory
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
TOTALS = ("cost", "inside", "after", "public_inside")


@dataclass(frozen=True, slots=True)
class Exposure:
    """What many draws of overruns, delays and growth give for the listed projects.

    `years` has one row a year of the programme: `year, planned_bn_vnd` (the scenario
    without draws), `mean, q05, q25, q50, q75, q95` (of what the list takes, bn VND),
    `envelope_q05, envelope_q50, envelope_q95`, `over` (probability that the list takes
    more than the envelope), `over_limit` (more than `limit` of it), `peak` (probability
    that the year is the list's highest), and the standard errors `over_error,
    over_limit_error`.
    `totals` has one row a sum: `total, planned_bn_vnd, mean, q05 … q95`; `cost` of all
    projects, `inside` and `after` the programme's years, `public_inside` of public
    projects.
    `chances` has one row an event: `event, probability, error`: `peak_over` the highest
    year is above its envelope, `any_over` any year is, `any_over_limit` any is above
    `limit` of it, `public_over` public projects take more than budget spending.
    """

    draws: int
    seed: int
    limit: float
    risks: Risks
    years: pd.DataFrame
    totals: pd.DataFrame
    chances: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _Job:
    """What one worker needs to walk some blocks of draws; blocks do not depend on who walks them."""

    programme: Programme
    basis: Basis
    values: Mapping[str, Any]
    spread: Spread | None
    risks: Risks
    public: np.ndarray
    budget: float
    limit: float
    seed: int
    draws: int

    def outcome(self, block: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the list's and the envelope's amounts, years by draws, and the sums of `TOTALS`, of one block."""
        size = min(BLOCK, self.draws - block * BLOCK)
        growth, projects = np.random.SeedSequence(self.seed, spawn_key=(block,)).spawn(2)
        values = self.values
        if self.spread is not None:
            values = drawn(self.basis, values, self.spread, uniforms(self.spread, growth, size))
        moved = self.risks.drawn(np.random.Generator(np.random.PCG64(projects)), size)
        money = spending_of(self.programme, self.values, moved)
        listed, totals = self._sums(money)
        envelope = np.broadcast_to(Economy(self.basis, values).investment[1:], listed.shape)
        return listed, envelope, totals

    def _sums(self, money: Spending) -> tuple[np.ndarray, np.ndarray]:
        all_and_public = np.array([np.ones(len(money.plan.project)), self.public[money.plan.project]])
        listed, public = money.by_year(self.basis.years, all_and_public)
        cost = money.cost_bn_vnd.sum(axis=0)
        after = cost - money.until(4 * self.basis.years[-1] + 4).sum(axis=0)
        return listed, np.array([cost, listed.sum(axis=0), after, public.sum(axis=0)])


@dataclass(frozen=True, slots=True)
class _Tally:
    """What some blocks add up to."""

    counts: dict[str, np.ndarray]
    sums: np.ndarray
    histogram: Histogram


def simulate_exposure(
    programme: Programme,
    story: Scenario,
    limit: float = 0.75,
    draws: int = 20_000,
    seed: int = 1,
    workers: int = 1,
) -> Exposure:
    """Return how the list stands to the envelope under the distributions of a scenario.

    Growth and the investment ratio are drawn with the projects, where the scenario has
    distributions for them.

    Parameters
    ----------
    limit
        Share of the envelope that the list is held against.
    draws, seed, workers
        As for `simulate`: the same seed gives the same result on any number of processes.

    Raises
    ------
    PlanError
        If the scenario has no distribution for any project, or a draw could leave a
        lever's bounds.
    """
    check_draws("simulate_exposure", draws, workers, seed)
    risks = risks_of(programme, story)
    if not risks.risks:
        raise PlanError(f"scenario {story.name}: has no [uncertainty] of a project, so there is nothing to draw")
    basis = basis_of(programme)
    spread = spread_of(programme, basis, story) if of_growth(story) else None
    public = (programme.projects["capital_source"] == SOURCES[0]).to_numpy(float)
    budget = basis.known_range(SPENDING)[1]
    job = _Job(programme, basis, story.values, spread, risks, public, budget, limit, seed, draws)
    pilot = Histogram.around(np.vstack(job.outcome(0)))
    tallies = walk_in_parts(_walk, job, -(-draws // BLOCK), pilot, workers)
    counts = {name: np.sum([one.counts[name] for one in tallies], axis=0) for name in tallies[0].counts}
    sums = np.sum([part for one in tallies for part in one.sums], axis=0)
    histogram = replace(pilot, counts=np.sum([one.histogram.counts for one in tallies], axis=0))
    planned, totals = job._sums(spending_of(programme, story.values))
    return Exposure(
        draws,
        seed,
        limit,
        risks,
        _year_table(job, counts, sums / draws, histogram, planned[:, 0]),
        _total_table(job, sums / draws, histogram, totals[:, 0]),
        _chance_table(job, counts),
    )


def _walk(job: _Job, blocks: range, pilot: Histogram) -> _Tally:
    years = len(job.basis.years)
    counts = {name: np.zeros(years, np.int64) for name in ("over", "over_limit", "peak")}
    counts |= {name: np.zeros(1, np.int64) for name in ("peak_over", "any_over", "any_over_limit", "public_over")}
    histogram = pilot.emptied()
    sums = []
    for block in blocks:
        listed, envelope, totals = job.outcome(block)
        over, highest = listed > envelope, listed.argmax(axis=0)
        above = listed > job.limit * envelope
        counts["over"] += over.sum(axis=1)
        counts["over_limit"] += above.sum(axis=1)
        counts["peak"] += np.bincount(highest, minlength=years)
        counts["peak_over"] += np.count_nonzero(np.take_along_axis(over, highest[None], axis=0))
        counts["any_over"] += np.count_nonzero(over.any(axis=0))
        counts["any_over_limit"] += np.count_nonzero(above.any(axis=0))
        counts["public_over"] += np.count_nonzero(totals[TOTALS.index("public_inside")] > job.budget)
        both = np.vstack([listed, envelope, totals])
        sums.append(both.sum(axis=1))
        histogram.add(both)
    return _Tally(counts, np.array(sums), histogram)


def _quantiles(histogram: Histogram, rows: range, prefix: str = "") -> dict[str, list[float]]:
    return {
        f"{prefix}q{round(share * 100):02d}": [quantile(histogram, row, share) for row in rows] for share in QUANTILES
    }


def _error(probability: np.ndarray, draws: int) -> np.ndarray:
    return np.sqrt(probability * (1 - probability) / draws)


def _year_table(
    job: _Job, counts: Mapping[str, np.ndarray], means: np.ndarray, histogram: Histogram, planned: np.ndarray
) -> pd.DataFrame:
    years = len(job.basis.years)
    table = pd.DataFrame({"year": list(job.basis.years), "planned_bn_vnd": planned, "mean": means[:years]})
    table = table.assign(**_quantiles(histogram, range(years)))
    table = table.assign(**_quantiles(histogram, range(years, 2 * years), "envelope_"))
    for name in ("over", "over_limit", "peak"):
        table[name] = counts[name] / job.draws
    return table.assign(
        over_error=_error(table["over"], job.draws), over_limit_error=_error(table["over_limit"], job.draws)
    )


def _total_table(job: _Job, means: np.ndarray, histogram: Histogram, planned: np.ndarray) -> pd.DataFrame:
    first = 2 * len(job.basis.years)
    table = pd.DataFrame({"total": TOTALS, "planned_bn_vnd": planned, "mean": means[first:]})
    return table.assign(**_quantiles(histogram, range(first, first + len(TOTALS))))


def _chance_table(job: _Job, counts: Mapping[str, np.ndarray]) -> pd.DataFrame:
    events = ["peak_over", "any_over", "any_over_limit", "public_over"]
    probability = np.array([counts[event][0] for event in events]) / job.draws
    if np.isnan(job.budget):
        probability[-1] = np.nan
    return pd.DataFrame({"event": events, "probability": probability, "error": _error(probability, job.draws)})
