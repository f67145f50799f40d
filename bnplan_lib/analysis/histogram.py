"""Where do many draws fall, in memory that does not grow with them?"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

BINS = 8_192  # of one quantity, over three times the spread of the first block of draws
OUTER = 0.002  # share of them at either end that the spread leaves out


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts of several quantities in bins of equal width, one row each.

    The first and the last bin also hold what lies beyond them; a missing value is in
    none. Counts are whole numbers, so parts add up to the same whole in any order.
    """

    low: np.ndarray
    width: np.ndarray
    counts: np.ndarray

    @classmethod
    def around(cls, values: np.ndarray) -> Histogram:
        """Return an empty histogram whose bins reach well beyond most of some first values, quantities by draws."""
        first, last = np.array([_ends(own[np.isfinite(own)]) for own in values]).reshape(-1, 2).T
        spread = np.where(last > first, last - first, np.maximum(np.abs(first), 1.0) * 1e-6)
        counts = np.zeros((len(values), BINS), np.int64)
        return cls(first - spread, 3 * spread / BINS, counts)

    def emptied(self) -> Histogram:
        """Return the same bins without counts."""
        return replace(self, counts=np.zeros_like(self.counts))

    def add(self, values: np.ndarray) -> None:
        """Count values, quantities by draws."""
        for row, own in enumerate(values):
            places = (own - self.low[row]) * (1 / self.width[row])
            if np.isnan(places).any():
                places = places[~np.isnan(places)]
            np.clip(places, 0, BINS - 1, out=places)
            self.counts[row] += np.bincount(places.astype(np.int64), minlength=BINS)


def _ends(values: np.ndarray) -> tuple[float, float]:
    """Return the lowest and highest of values but for the outermost, which may lie far out where ICOR has a pole."""
    if not values.size:
        return 0.0, 0.0
    outer = round(OUTER * (len(values) - 1))
    ordered = np.partition(values, [outer, len(values) - 1 - outer])
    return float(ordered[outer]), float(ordered[-1 - outer])


def quantile(histogram: Histogram, row: int, share: float) -> float:
    """Return the value below which a share of a quantity's draws lie, to a bin's width; missing if all are."""
    below = np.cumsum(histogram.counts[row])
    if not below[-1]:
        return float("nan")
    wanted = max(share * below[-1], 0.5)  # at least half a draw: the lowest of them
    place = int(np.searchsorted(below, wanted))
    before = below[place - 1] if place else 0
    part = (wanted - before) / max(histogram.counts[row][place], 1)
    return float(histogram.low[row] + (place + part) * histogram.width[row])
