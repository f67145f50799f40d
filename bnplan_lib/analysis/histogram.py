"""Where do many draws fall, in memory that does not grow with them?"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

BINS = 8_192  # of one quantity, over three times the spread of the first block of draws


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts of several quantities in bins of equal width, one row each.

    The first and the last bin also hold what lies beyond them. Counts are whole
    numbers, so parts add up to the same whole in any order.
    """

    low: np.ndarray
    width: np.ndarray
    counts: np.ndarray

    @classmethod
    def around(cls, values: np.ndarray) -> Histogram:
        """Return an empty histogram whose bins reach well beyond some first values, quantities by draws."""
        first, last = values.min(axis=1), values.max(axis=1)
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
            np.clip(places, 0, BINS - 1, out=places)
            self.counts[row] += np.bincount(places.astype(np.int64), minlength=BINS)


def quantile(histogram: Histogram, row: int, share: float) -> float:
    """Return the value below which a share of a quantity's draws lie, to a bin's width."""
    below = np.cumsum(histogram.counts[row])
    wanted = share * below[-1]
    place = int(np.searchsorted(below, wanted))
    before = below[place - 1] if place else 0
    part = (wanted - before) / max(histogram.counts[row][place], 1)
    return float(histogram.low[row] + (place + part) * histogram.width[row])
