"""Which values may an uncertain lever take, and how likely is each?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import inf
from typing import Any

import numpy as np

NAMES = {  # what each kind is given by
    "triangular": ("low", "mode", "high"),
    "pert": ("low", "mode", "high"),
    "normal": ("mean", "sd"),
    "uniform": ("low", "high"),
    "discrete": ("values", "weights"),
}


KNOTS = 4097  # of the spline that stands for the quantiles of a PERT distribution


@dataclass(frozen=True, slots=True)
class Distribution:
    """One lever's distribution, in the unit of the lever's file.

    `numbers` are those of `NAMES`, in that order; a discrete one has its values and
    their weights. `added` says that a draw is added to the scenario's value instead of
    taking its place. `limits` cut a normal one off: the bounds of its lever. `source`
    says what it rests on.
    """

    kind: str
    numbers: tuple[float, ...] | tuple[tuple[float, ...], tuple[float, ...]]
    added: bool = False
    limits: tuple[float, float] = (-inf, inf)
    source: str = ""

    def quantile(self, share: np.ndarray) -> np.ndarray:
        """Return the values below which the given shares of draws lie; shapes are kept."""
        return _QUANTILES[self.kind](np.asarray(share, dtype=float), *self.numbers, limits=self.limits)

    @property
    def support(self) -> tuple[float, float]:
        """Lowest and highest value a draw can have."""
        if self.kind == "discrete":
            return min(self.numbers[0]), max(self.numbers[0])  # type: ignore[arg-type]
        return self.limits if self.kind == "normal" else (self.numbers[0], self.numbers[-1])  # type: ignore[return-value]


def _triangular(share: np.ndarray, low: float, mode: float, high: float, limits: object) -> np.ndarray:
    width = high - low
    if not width:
        return np.full_like(share, low)
    # the way from low up to the mode, then the way left from there to high; each stands still while the other runs
    rise = np.sqrt(np.minimum(share * (width * (mode - low)), (mode - low) ** 2))
    left = np.sqrt(np.minimum((1 - share) * (width * (high - mode)), (high - mode) ** 2))
    rise -= left
    rise += low + (high - mode)
    return rise


def _pert(share: np.ndarray, low: float, mode: float, high: float, limits: object) -> np.ndarray:
    """Beta distribution with mean (low + 4 mode + high) / 6, as PERT has it."""
    width = high - low
    if not width:
        return np.full_like(share, low)
    return low + width * np.clip(_beta_quantile(4 * (mode - low) / width)(share), 0, 1)


@lru_cache(maxsize=256)
def _beta_quantile(rise: float) -> Any:
    """Return the quantiles of the beta distribution on 0 to 1 with shapes 1 + rise and 5 - rise, as a function.

    A spline through exact values, to 1e-10; the exact inverse takes fifteen times as long.
    """
    from scipy.interpolate import CubicHermiteSpline
    from scipy.special import beta, betainc

    values = np.sin(np.linspace(0, np.pi / 2, KNOTS)) ** 2  # closer together where the ends are steep
    shares = betainc(1 + rise, 5 - rise, values)
    distinct = np.append(np.diff(shares) > 0, True)  # at a far tail the share of one value is that of the next
    values, shares = values[distinct], shares[distinct]
    density = values**rise * (1 - values) ** (4 - rise) / beta(1 + rise, 5 - rise)
    chord = np.gradient(values, shares)
    with np.errstate(divide="ignore"):
        slopes = np.where(density > 0, 1 / density, chord)
    return CubicHermiteSpline(shares, values, slopes)


def _normal(share: np.ndarray, mean: float, sd: float, limits: tuple[float, float]) -> np.ndarray:
    from scipy.special import ndtr, ndtri

    left, right = ((end - mean) / sd for end in limits)
    inside = ndtr(right) - ndtr(left)
    below, above = ndtr(left) + share * inside, ndtr(-right) + (1 - share) * inside
    place = np.where(below < 0.5, ndtri(below), -ndtri(above))  # each from the tail where it is exact
    return np.clip(mean + sd * place, *limits)


def _uniform(share: np.ndarray, low: float, high: float, limits: object) -> np.ndarray:
    return low + share * (high - low)


def _discrete(share: np.ndarray, values: tuple[float, ...], weights: tuple[float, ...], limits: object) -> np.ndarray:
    steps = np.cumsum(weights) / np.sum(weights)
    return np.asarray(values)[np.minimum(np.searchsorted(steps, share, side="right"), len(values) - 1)]


_QUANTILES: Mapping[str, Callable[..., np.ndarray]] = {
    "triangular": _triangular,
    "pert": _pert,
    "normal": _normal,
    "uniform": _uniform,
    "discrete": _discrete,
}
