"""How large is the economy each year, and which sector carries its growth?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bnplan_lib.errors import Infeasible

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

SECTORS = ("agriculture", "industry", "construction", "services", "product_taxes")
BLOCK = "industry_construction"
HEADLINE = "growth"  # the measure of the target for GRDP as a whole
BLOCK_MEASURE = f"growth.{BLOCK}"
BASE_YEAR = (
    "base_year.grdp_bn_vnd",
    *(f"base_year.share_{part}" for part in ("agriculture", BLOCK, "services", "product_taxes")),
)
PRINTED_STEP = 0.001  # the ranges are printed to 0.1 per cent


@dataclass(frozen=True, slots=True)
class Basis:
    """What all scenarios of one programme share.

    `ranges` are the targets in natural units, shares as fractions, by id; an end
    that the programme leaves open is nan. `targets` are their ids by what they measure.
    `construction` is the interval of construction's share of its block, None where the
    ranges allow no share or the programme has none of them.
    """

    years: tuple[int, ...]
    ranges: Mapping[str, tuple[float, float]]
    construction: tuple[float, float] | None
    targets: Mapping[str, str]

    def range_of(self, measure: str) -> tuple[float, float]:
        """Return the range of the target that a figure is measured against; Infeasible if there is none."""
        if measure not in self.targets:
            raise Infeasible(f"the programme has no target for {measure}")
        return self.ranges[self.targets[measure]]

    def known_range(self, measure: str) -> tuple[float, float]:
        """Return the range of the target that a figure is measured against; nan where there is none."""
        return self.range_of(measure) if measure in self.targets else (np.nan, np.nan)


def basis_of(programme: Programme) -> Basis:
    """Return what every scenario of a programme shares; worth keeping where many paths are walked."""
    ranges, targets = target_ranges(programme), target_ids(programme)
    years = tuple(programme.years)
    interval = _interval(ranges, targets, len(years))
    return Basis(years, ranges, interval if interval and interval[0] <= interval[1] else None, targets)


def target_ids(programme: Programme) -> dict[str, str]:
    """Return the ids of the targets that the model has a figure for, by what they measure."""
    pairs = zip(programme.targets["measure"].tolist(), programme.targets["id"].tolist(), strict=True)
    return {measure: target_id for measure, target_id in pairs if isinstance(measure, str)}


def growth_path(programme: Programme, story: Scenario) -> pd.DataFrame:
    """Return GRDP by sector and year under a scenario, constant 2025 prices.

    Returns
    -------
    DataFrame
        One row per sector and year, 2025 to 2030, and `grdp` for the whole:
        `scenario, sector, year, level_bn_vnd, growth, contribution`. Growth is a
        share per year; contribution is the sector's part of headline growth, and
        the parts add up to it. Sector growth in 2025 is missing: not published.

    References
    ----------
    METHODS: Y[k,t] = Y[k,t-1] (1 + g[k,t]); contribution = g[k,t] Y[k,t-1] / Y[t-1].
    """
    basis = basis_of(programme)
    rates = sector_rates(basis, story.values)[..., 0]
    levels = walk(base_levels(basis, story.values), rates[..., None])[..., 0]
    total = levels.sum(axis=0)
    blank = np.full((len(SECTORS), 1), np.nan)
    headline = total[1:] / total[:-1] - 1
    fact = programme.fact_of("grdp_growth", str(programme.base_year))
    base_growth = np.nan if fact is None else fact["value"] / 100
    years = [basis.years[0] - 1, *basis.years]
    return pd.DataFrame(
        {
            "scenario": story.name,
            "sector": np.repeat([*SECTORS, "grdp"], len(years)),
            "year": years * (len(SECTORS) + 1),
            "level_bn_vnd": np.vstack([levels, total]).ravel(),
            "growth": np.vstack([np.hstack([blank, rates]), [base_growth, *headline]]).ravel(),
            "contribution": np.vstack(
                [np.hstack([blank, rates * levels[:, :-1] / total[:-1]]), [np.nan, *headline]]
            ).ravel(),
        }
    )


def walk(base: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """Return levels from a base year and yearly rates.

    Parameters
    ----------
    base
        Sectors by draws.
    rates
        Sectors by years by draws, as shares.

    Returns
    -------
    ndarray
        Sectors by years by draws, the base year first.
    """
    sectors, years, draws = rates.shape
    levels = np.empty((sectors, years + 1, max(draws, base.shape[-1])))
    levels[:, 0] = base
    factors = 1 + (rates[:, :1] if same_each_year(rates) else rates)
    for year in range(years):
        np.multiply(levels[:, year], factors[:, min(year, factors.shape[1] - 1)], out=levels[:, year + 1])
    return levels


def same_each_year(rates: np.ndarray) -> bool:
    """Return whether rates, sectors by years by draws, are one rate shown once for each year."""
    return rates.strides[1] == 0 or rates.shape[1] == 1


def sector_rates(basis: Basis, values: Mapping[str, Any]) -> np.ndarray:
    """Return the yearly growth of each sector as shares: sectors by years by draws.

    A value is one number, five yearly ones (a tuple), or an array of draws, whose
    last axis they are. A sector that no lever moves follows its target, walked by
    `targets.position`; `growth.tilt` bends a sector's one rate over the years.
    """
    own = []
    tilt = np.asarray(values.get("growth.tilt", 0.0)) / 100
    for sector in SECTORS:
        moved = values.get(f"growth.{sector}")
        if moved is None:
            rate = np.asarray(target_rate(basis, sector, values["targets.position"]))
        else:
            rate = yearly(moved, len(basis.years)) / 100
        own.append(bend(rate, tilt, len(basis.years)) if tilt.any() and rate.ndim < 2 else np.atleast_2d(rate))
    years, draws = (max(rate.shape[axis] for rate in own) for axis in (0, 1))
    rates = np.stack([np.broadcast_to(rate, (years, draws)) for rate in own])
    return np.broadcast_to(rates, (len(own), len(basis.years), draws))  # one rate is held once for all years


def target_rate(basis: Basis, sector: str, position: Any) -> Any:
    """Return a sector's growth at a position in its target range, a share a year: 0 low, 1 high."""
    low, high = basis.range_of(f"growth.{sector}")
    return low + position * (high - low)


def yearly(value: Any, years: int) -> np.ndarray:
    """Return a lever's value: one number, an array of draws, or years by draws where it differs by year."""
    array = np.asarray(value, dtype=float)
    return array.reshape(years, 1) if isinstance(value, tuple) else array


def bend(rate: np.ndarray, tilt: np.ndarray, years: int) -> np.ndarray:
    """Return yearly rates, years by draws, whose geometric mean is `rate`.

    The first year's rate exceeds the last one's by `tilt`; each year's growth factor
    is the same multiple of the year's before. With u the first factor over the mean
    and 1/u the last, (1 + rate) (u - 1/u) = tilt.
    """
    slope = tilt / (1 + rate)
    first = slope / 2 + np.sqrt(slope * slope / 4 + 1)
    steps = np.linspace(1, -1, years)[:, None] if years > 1 else np.zeros((1, 1))
    return (1 + rate) * first**steps - 1


def base_levels(basis: Basis, values: Mapping[str, Any]) -> np.ndarray:
    """Return the value added of each sector in 2025, bn VND: sectors by draws."""
    if unknown := [key for key in BASE_YEAR if values.get(key) is None]:
        raise Infeasible(f"{', '.join(unknown)}: needs a value, neither the scenario nor the lever catalogue has one")
    share = {
        key.removeprefix("base_year.share_"): np.asarray(value) / 100
        for key, value in values.items()
        if key.startswith("base_year.share_")
    }
    block = share[BLOCK]
    built = values.get("base_year.construction_share")
    built = construction_share(basis) if built is None else np.asarray(built) / 100
    parts = [share["agriculture"], block * (1 - built), block * built, share["services"], share["product_taxes"]]
    return np.stack(np.broadcast_arrays(*(np.atleast_1d(part * values["base_year.grdp_bn_vnd"]) for part in parts)))


def construction_share(basis: Basis) -> float:
    """Return construction's share of its block where no lever sets it: the middle of the interval; else Infeasible."""
    if basis.construction is None:
        interval = _interval(basis.ranges, basis.targets, len(basis.years))
        raise Infeasible(_no_share(basis.targets, interval))
    return sum(basis.construction) / 2


def construction_interval(programme: Programme) -> tuple[float, float]:
    """Return the lowest and highest share of construction in its block in 2025.

    The share is not published. The programme's range for the whole block, rounded
    to 0.1 per cent, must be the mix of the ranges for industry and construction
    over five years, at the low end and at the high end; that confines the share.

    Raises
    ------
    Infeasible
        If no share makes the three ranges agree.
    """
    targets = target_ids(programme)
    interval = _interval(target_ranges(programme), targets, len(programme.years))
    if interval is None or interval[0] > interval[1]:
        raise Infeasible(_no_share(targets, interval))
    return interval


def _interval(
    ranges: Mapping[str, tuple[float, float]], targets: Mapping[str, str], years: int
) -> tuple[float, float] | None:
    """Return the lowest and highest share, the lowest above the highest where none does; None without the targets."""
    names = ("growth.industry", "growth.construction", BLOCK_MEASURE)
    if not set(names) <= set(targets):
        return None
    industry, construction, block = (ranges[targets[name]] for name in names)
    lowest, highest = 0.0, 1.0
    for end in (0, 1):
        start, stop = (1 + industry[end]) ** years, (1 + construction[end]) ** years
        if start == stop:
            continue
        edges = [(1 + block[end] + side * PRINTED_STEP / 2) ** years for side in (-1, 1)]
        shares = sorted((edge - start) / (stop - start) for edge in edges)
        lowest, highest = max(lowest, shares[0]), min(highest, shares[1])
    return lowest, highest


def _no_share(targets: Mapping[str, str], interval: tuple[float, float] | None) -> str:
    if interval is None:
        return "base_year.construction_share: needs a value, the programme lacks targets to take it from"
    lowest, highest = interval
    return (
        f"no share of construction makes {targets[BLOCK_MEASURE]} the mix of its parts: "
        f"at least {lowest:.2%} by one end of the ranges, at most {highest:.2%} by the other"
    )


def target_ranges(programme: Programme) -> dict[str, tuple[float, float]]:
    """Return every target's lower and upper value in natural units, shares as fractions, by id."""
    targets = programme.targets
    units = [100.0 if unit.startswith("percent") else 1.0 for unit in targets["unit"].tolist()]
    ends = zip(targets["id"].tolist(), targets["low"].tolist(), targets["high"].tolist(), units, strict=True)
    return {target_id: (low / unit, high / unit) for target_id, low, high, unit in ends}
