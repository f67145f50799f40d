"""How fast must a target go from here, against how fast it was to go? Plain numbers, one rule for each kind."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from bnplan_lib.model.measures import SLACK

LIGHTS: Final = ("reached", "on_track", "behind", "far_behind", "missed", "no_path", "no_data")
NOTHING: Final = math.nan
SLACK_SHARE: Final = 0.25  # assumed: a quarter faster than planned is taken to be within reach


@dataclass(frozen=True, slots=True)
class Aim:
    """What a target asks for, in natural units: a level, a rate, a sum or a ratio from `low` to `high`.

    `better` says which way it points; `room` is what the rounding of the printed figure
    allows for, negative where the figure itself does not count; `first` and `last` are the
    years it runs over. The level of a `compound` target goes by a constant rate, of any
    other in a straight line.
    """

    kind: str
    better: str
    low: float
    high: float
    first: int
    last: int
    room: float = 0.0
    compound: bool = False

    @property
    def years(self) -> range:
        """Years the target runs over."""
        return range(self.first, self.last + 1)

    def met(self, value: Any) -> Any:
        """Return whether a value meets the target, or each of an array."""
        high = self.low if math.isnan(self.high) else self.high
        enough = (value >= self.low - self.room) | (self.better == "lower")
        return enough & ((value <= high + self.room) | (self.better == "higher"))

    def path(self, base: float, year: int) -> float:
        """Return what the way to the target asks for at the end of a year: nan where the base is not known.

        Of an average the average itself, of a sum the sum so far; of a range its end on the side of the base.
        """
        end, _ = self.bound(base)
        if self.kind in ("level", "by_date"):
            return _on_the_way(self, base, end, year)[0]
        if self.kind != "cumulative":
            return self.bound(-math.inf if self.better == "within" else base)[0]
        steps = _steps(self, base, end)
        return end * sum(steps[: year - self.first + 1]) / sum(steps)

    def bound(self, value: float) -> tuple[float, int]:
        """Return the end of the range that counts for a value, and the way from there to better: 1 up, -1 down.

        Of a range to lie within, that is the nearer end, and 0 inside it.
        """
        high = self.low if math.isnan(self.high) else self.high
        if self.better != "within":
            return (self.low, 1) if self.better == "higher" else (high, -1)
        if self.met(value):
            return min(max(value, self.low), high), 0
        return (self.low, 1) if value < self.low else (high, -1)


@dataclass(frozen=True, slots=True)
class Pace:
    """Where a target stands as of the last observation that counts.

    `year` is that year, `reached` what counts for the target by then (the average so far,
    the level, the sum), `path` what the way to the target asks for by then. `planned` and
    `needed` are the pace of the years that are left: as the target has it and as it now
    must be (a rate, a ratio or an amount a year, or points a year); `growth` is the yearly
    growth that needs of a level or an amount. `strain` is how many times the planned effort
    the needed one is. Missing is nan, a year 0.
    """

    light: str
    year: int = 0
    reached: float = NOTHING
    path: float = NOTHING
    planned: float = NOTHING
    needed: float = NOTHING
    growth: float = NOTHING
    strain: float = NOTHING
    unseen: tuple[int, ...] = field(default=())


def pace(
    aim: Aim,
    base: float,
    observed: Mapping[int, float],
    weights: Mapping[int, float] | None = None,
    slack: float = SLACK_SHARE,
) -> Pace:
    """Return where a target stands and what it still takes.

    Parameters
    ----------
    base
        The value in the year before the first; nan where it is not known.
    observed
        Values by year, natural units: the year's rate, ratio, change or amount, or the
        level at its end. Years after the last one of the target do not count, but for a
        level of which that year has none.
    weights
        Of a ratio: what each year's ratio is of, such as GRDP; all alike where None.
    slack
        Share by which the needed pace may exceed the planned one for a target to be
        `behind` and not `far_behind`.

    References
    ----------
    METHODS section 6. Rates are averaged as a geometric mean, ratios by their weights,
    changes as a plain mean.
    """
    seen = {year: observed[year] for year in aim.years if year in observed}
    if aim.kind in ("level", "by_date"):
        if aim.last not in seen:  # what came later says more than what was before
            seen |= {year: value for year, value in observed.items() if year > aim.last}
        return _of_level(aim, base, seen, slack)
    known = _unbroken(aim, seen)
    unseen = tuple(year for year in aim.years if year < max(seen, default=0) and year not in seen)
    if not known:
        return Pace("no_data", unseen=unseen)
    if aim.kind == "cumulative":
        one = _of_sum(aim, base, known, slack)
    else:
        one = _of_average(aim, known, weights or dict.fromkeys(aim.years, 1.0), slack)
    return replace(one, unseen=unseen)


def constant_growth(first: float, total: float, years: int) -> float:
    """Return the yearly growth by which an amount, grown once in each of some years, adds up to a total.

    nan where no growth does.
    """
    if first <= 0 or total <= 0 or years < 1:
        return NOTHING
    from scipy.optimize import brentq

    def excess(growth: float) -> float:
        return first * sum((1 + growth) ** step for step in range(1, years + 1)) - total

    return float(brentq(excess, -1.0, max(1.0, total / first), xtol=1e-14, rtol=1e-14))


def _unbroken(aim: Aim, seen: Mapping[int, float]) -> list[float]:
    """Return the values from the first year on, up to the first year without one."""
    known = []
    for year in aim.years:
        if year not in seen:
            break
        known.append(seen[year])
    return known


def _of_average(aim: Aim, known: Sequence[float], weights: Mapping[int, float], slack: float) -> Pace:
    """Return where a rate, a ratio or a yearly change stands: all are averages over the years."""
    count, whole = len(known), len(aim.years)
    year = aim.first + count - 1
    shares = [weights[year] for year in aim.years] if aim.kind == "average_ratio" else [1.0] * whole

    def mean(values: Sequence[float], parts: Sequence[float]) -> float:
        if aim.kind == "average_rate":
            return math.prod(1 + value for value in values) ** (1 / len(values)) - 1
        return sum(value * part for value, part in zip(values, parts, strict=True)) / sum(parts)

    def rest(end: float) -> float:
        """Return what the years that are left must average for all to average `end`."""
        if aim.kind == "average_rate":
            left = (1 + end) ** whole / math.prod(1 + value for value in known)
            return float(left ** (1 / (whole - count)) - 1) if left > 0 else NOTHING
        had = sum(value * part for value, part in zip(known, shares, strict=False))
        return (end * sum(shares) - had) / sum(shares[count:])

    reached = mean(known, shares[:count])
    planned, way = aim.bound(reached)
    if count == whole:
        return Pace("reached" if aim.met(reached) else "missed", year, reached, planned)
    needed = rest(planned)
    if way == 0:
        return Pace("on_track", year, reached, planned, planned, needed, strain=1.0)
    strain = _strain(planned, needed, way, falls=False)
    return Pace(_light(strain, slack), year, reached, planned, planned, needed, strain=strain)


def _of_sum(aim: Aim, base: float, known: Sequence[float], slack: float) -> Pace:
    count, whole = len(known), len(aim.years)
    year, reached = aim.first + count - 1, sum(known)
    end, way = aim.bound(reached)
    steps = _steps(aim, base, end)
    path = end * sum(steps[:count]) / sum(steps)
    if count == whole:
        return Pace("reached" if aim.met(reached) else "missed", year, reached, path)
    left = whole - count
    planned, needed = (end - path) / left, (end - reached) / left
    ahead = constant_growth(known[-1], end - reached, left)
    if aim.better == "higher" and aim.met(reached):
        return Pace("reached", year, reached, path, planned)
    strain = _strain(planned, needed, way or 1, falls=False)
    return Pace(_light(strain, slack), year, reached, path, planned, needed, ahead, strain)


def _steps(aim: Aim, base: float, end: float) -> list[float]:
    """Return how the years share a sum: by one growth from the base, all alike where that is not known."""
    whole = len(aim.years)
    growth = constant_growth(base, end, whole) if base > 0 else NOTHING
    return [1.0] * whole if math.isnan(growth) else [(1 + growth) ** step for step in range(1, whole + 1)]


def _of_level(aim: Aim, base: float, seen: Mapping[int, float], slack: float) -> Pace:
    if not seen:
        return Pace("no_data")
    year = max(seen)
    reached = seen[year]
    end, way = aim.bound(reached)
    left, whole = aim.last - year, len(aim.years)
    if not (reached > 0 and end > 0 and not base <= 0):  # no rate leads there
        aim = replace(aim, compound=False)
    path = planned = NOTHING
    if not math.isnan(base):
        path, planned = _on_the_way(aim, base, end, year)
    if aim.met(reached):
        return Pace("reached", year, reached, path, planned)
    if left <= 0:
        return Pace("missed", year, reached, path, planned)
    growth = (end / reached) ** (1 / left) - 1 if reached > 0 and end > 0 else NOTHING
    needed = growth if aim.compound else (end - reached) / left
    if math.isnan(base) or whole < 1:
        return Pace("no_path", year, reached, needed=needed, growth=growth)
    strain = _strain(planned, needed, way, falls=True)
    return Pace(_light(strain, slack), year, reached, path, planned, needed, growth, strain)


def _on_the_way(aim: Aim, base: float, end: float, year: int) -> tuple[float, float]:
    """Return the level that the way from the base to the end asks for in a year, and its pace."""
    whole, gone = len(aim.years), min(year, aim.last) - aim.first + 1
    if aim.compound and base > 0 and end > 0:
        growth = (end / base) ** (1 / whole) - 1
        return base * (1 + growth) ** gone, growth
    step = (end - base) / whole
    return base + step * gone, step


def _strain(planned: float, needed: float, way: int, falls: bool) -> float:
    """Return how many times the planned pace the needed one is: 1 or less where no more is needed.

    `falls` says that the pace is a change, so that going down is a pace below 0; else to
    go lower is the harder the lower the pace must be.
    """
    if math.isnan(needed):
        return math.inf
    if way * needed <= way * planned:
        return min(1.0, needed / planned) if planned and needed / planned > 0 else 0.0
    if falls or way > 0:
        return needed / planned if way * planned > 0 else math.inf
    return planned / needed if needed > 0 else math.inf


def _light(strain: float, slack: float) -> str:
    if strain <= 1 + SLACK:
        return "on_track"
    return "behind" if strain <= 1 + slack + SLACK else "far_behind"
