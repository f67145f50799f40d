"""How large is the economy each year, and which sector carries its growth?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bnplan_lib.errors import Infeasible

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

SECTORS = ("agriculture", "industry", "construction", "services", "product_taxes")
TARGETS = dict(
    zip(
        (*SECTORS, "grdp"),
        ("A.I.1.1", "A.I.1.2.industry", "A.I.1.2.construction", "A.I.1.3", "A.I.1.4", "A.I.1"),
        strict=True,
    )
)
BLOCK_TARGET = "A.I.1.2"
PRINTED_STEP = 0.001  # the ranges are printed to 0.1 per cent


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
    rates = sector_rates(programme, story)
    base = base_levels(programme, story)
    levels = base[:, None] * np.cumprod(np.hstack([np.ones((len(SECTORS), 1)), 1 + rates]), axis=1)
    total = levels.sum(axis=0)
    blank = np.full((len(SECTORS), 1), np.nan)
    headline = total[1:] / total[:-1] - 1
    base_growth = programme.fact("grdp_growth.2025")["value"] / 100
    years = [programme.years[0] - 1, *programme.years]
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


def sector_rates(programme: Programme, story: Scenario) -> np.ndarray:
    """Return the yearly growth of each sector as shares, sectors by years."""
    rates = np.empty((len(SECTORS), len(programme.years)))
    position = story.values["targets.position"]
    for row, sector in enumerate(SECTORS):
        low, high = target_range(programme, TARGETS[sector])
        moved = story.values.get(f"growth.{sector}")
        rates[row] = low + position * (high - low) if moved is None else np.divide(moved, 100)
    return rates


def base_levels(programme: Programme, story: Scenario) -> np.ndarray:
    """Return the value added of each sector in 2025, bn VND."""
    share = {key[11:]: value / 100 for key, value in story.values.items() if key.startswith("base.share_")}
    block = share["industry_construction"]
    built = story.values.get("base.construction_share")
    built = sum(construction_interval(programme)) / 2 if built is None else built / 100
    parts = [share["agriculture"], block * (1 - built), block * built, share["services"], share["product_taxes"]]
    return np.array(parts) * story.values["base.grdp_bn_vnd"]


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
    industry, construction, block = (
        target_range(programme, key) for key in (TARGETS["industry"], TARGETS["construction"], BLOCK_TARGET)
    )
    years = len(programme.years)
    lowest, highest = 0.0, 1.0
    for end in (0, 1):
        start, stop = (1 + industry[end]) ** years, (1 + construction[end]) ** years
        if start == stop:
            continue
        edges = [(1 + block[end] + side * PRINTED_STEP / 2) ** years for side in (-1, 1)]
        shares = sorted((edge - start) / (stop - start) for edge in edges)
        lowest, highest = max(lowest, shares[0]), min(highest, shares[1])
    if lowest > highest:
        raise Infeasible(
            f"no share of construction makes {BLOCK_TARGET} the mix of its parts: "
            f"at least {lowest:.2%} by one end of the ranges, at most {highest:.2%} by the other"
        )
    return lowest, highest


def target_range(programme: Programme, target_id: str) -> tuple[float, float]:
    """Return a rate target's lower and upper value as shares per year."""
    row = programme.target(target_id)
    return row["low"] / 100, row["high"] / 100
