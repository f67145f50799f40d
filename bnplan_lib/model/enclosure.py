"""Within which bounds does a value lie, and its slope in each name? Interval arithmetic."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

Interval = tuple[float, float]


class FormulaError(ValueError):
    """The text is no formula, or its value does not exist over the ranges given."""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """Bounds of a value over a box, and of its slope in each name."""

    low: float
    high: float
    slopes: Mapping[str, Interval]


def cumulative(rate: float, years: float) -> float:
    """Return the sum of (1 + rate)^t over t = 1 … years: five years of a level that starts at one."""
    return math.fsum((1 + rate) ** year for year in range(1, int(years) + 1))


def add(one: Enclosure, other: Enclosure) -> Enclosure:
    """Return the bounds of a sum."""
    return Enclosure(one.low + other.low, one.high + other.high, _joined(one.slopes, other.slopes))


def subtract(one: Enclosure, other: Enclosure) -> Enclosure:
    """Return the bounds of a difference."""
    return add(one, scaled(other, (-1.0, -1.0)))


def multiply(one: Enclosure, other: Enclosure) -> Enclosure:
    """Return the bounds of a product."""
    low, high = _times((one.low, one.high), (other.low, other.high))
    left = {name: _times(slope, (other.low, other.high)) for name, slope in one.slopes.items()}
    right = {name: _times(slope, (one.low, one.high)) for name, slope in other.slopes.items()}
    return Enclosure(low, high, _joined(left, right))


def divide(one: Enclosure, other: Enclosure) -> Enclosure:
    """Return the bounds of a quotient; FormulaError where it divides by zero."""
    if other.low <= 0 <= other.high:
        raise FormulaError("divides by zero within the ranges given")
    inverse = (1 / other.high, 1 / other.low)
    squared = _times(inverse, inverse)
    steep = (-squared[1], -max(squared[0], 0.0))
    slopes = {name: _times(slope, steep) for name, slope in other.slopes.items()}
    return multiply(one, Enclosure(*inverse, slopes))


def raised(one: Enclosure, other: Enclosure) -> Enclosure:
    """Return the bounds of a power with a fixed exponent."""
    exponent = other.low
    ends = [one.low, one.high]
    if one.low < 0 < one.high:
        ends.append(0.0)  # a whole power may turn at nought
    values = [power(end, exponent) for end in ends]
    steep = [exponent * power(end, exponent - 1) if exponent else 0.0 for end in ends]
    slope = (min(steep), max(steep))
    return Enclosure(min(values), max(values), {name: _times(own, slope) for name, own in one.slopes.items()})


def logarithm(inner: Enclosure) -> Enclosure:
    """Return the bounds of a natural logarithm."""
    if inner.low <= 0:
        raise FormulaError("takes the logarithm of zero or less within the ranges given")
    slope = (1 / inner.high, 1 / inner.low)
    slopes = {name: _times(own, slope) for name, own in inner.slopes.items()}
    return Enclosure(math.log(inner.low), math.log(inner.high), slopes)


def cumulated(inner: Enclosure, years: float) -> Enclosure:
    """Return the bounds of a cumulative sum of growth."""
    if inner.low <= -1:
        raise FormulaError("a yearly rate is above -100 % within the ranges given")
    slope = tuple(
        math.fsum(t * (1 + end) ** (t - 1) for t in range(1, int(years) + 1)) for end in (inner.low, inner.high)
    )
    slopes = {name: _times(own, (slope[0], slope[1])) for name, own in inner.slopes.items()}
    return Enclosure(cumulative(inner.low, years), cumulative(inner.high, years), slopes)


def scaled(one: Enclosure, by: Interval) -> Enclosure:
    """Return bounds multiplied by a range."""
    low, high = _times((one.low, one.high), by)
    return Enclosure(low, high, {name: _times(slope, by) for name, slope in one.slopes.items()})


def _joined(one: Mapping[str, Interval], other: Mapping[str, Interval]) -> dict[str, Interval]:
    slopes = dict(one)
    for name, (low, high) in other.items():
        first, last = slopes.get(name, (0.0, 0.0))
        slopes[name] = (first + low, last + high)
    return slopes


def _times(one: Interval, other: Interval) -> Interval:
    products = (one[0] * other[0], one[0] * other[1], one[1] * other[0], one[1] * other[1])
    return min(products), max(products)


def power(base: float, exponent: float) -> float:
    """Return a power; FormulaError where it does not exist."""
    if base < 0 and exponent != round(exponent):
        raise FormulaError("takes a broken power of less than zero within the ranges given")
    if base == 0 and exponent < 0:
        raise FormulaError("divides by zero within the ranges given")
    return float(base**exponent)
