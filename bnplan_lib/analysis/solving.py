"""For which values of one figure can a relation hold, the others within their ranges?"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np

from bnplan_lib.model.enclosure import FormulaError, Interval
from bnplan_lib.model.formula import YEARS, Formula

SLACK = 1e-9  # relative: ends that cross by less meet
STEPS = 40  # halvings that find an end of a range
PIECES = 8  # parts of a wide range in which slopes are looked at
GRID = 5  # values tried in a part where the relation turns,
COARSE_STEPS = 14  # and halvings between two of them


def solve(
    formula: Formula, box: Mapping[str, Interval], name: str, wide: Interval, thorough: bool = True
) -> Interval | None:
    """Return the values of one figure at which a relation can hold, the others within the box.

    The lowest and highest such value within `wide`; None if there is none. Where the
    relation turns with a figure they come from a grid, refined; without `thorough`
    all of `wide` is returned there.
    """
    signs = {YEARS: 1}
    if _agree(formula, {**box, name: wide}, signs):
        return _monotone(formula, box, name, wide, signs)
    found = []
    for part in pairwise(np.linspace(*wide, PIECES + 1).tolist()):
        signs = {YEARS: 1}
        if _agree(formula, {**box, name: part}, signs):
            way = _monotone(formula, box, name, part, signs)
        else:
            way = _scan(formula, box, name, part) if thorough else part
        found += [way] if way else []
    return (min(way[0] for way in found), max(way[1] for way in found)) if found else None


def _monotone(
    formula: Formula, box: Mapping[str, Interval], name: str, wide: Interval, signs: Mapping[str, int]
) -> Interval | None:
    """Return the solutions of a figure where the difference rises or falls with each name."""
    low = {other: box[other][0 if signs[other] >= 0 else 1] for other in box if other != name}
    high = {other: box[other][1 if signs[other] >= 0 else 0] for other in box if other != name}
    rises = signs[name] >= 0
    value = formula.difference.value

    def least(x: float) -> bool:  # can left less right be zero or less?
        return value({**low, name: x}) <= 0

    def most(x: float) -> bool:
        return value({**high, name: x}) >= 0

    try:
        start, end = wide
        if formula.sign in ("=", "<="):
            cut = _edge(least, start, end, first=rises)
            if math.isnan(cut):
                return None
            start, end = (start, cut) if rises else (cut, end)
        if formula.sign in ("=", ">="):
            cut = _edge(most, *wide, first=not rises)
            if math.isnan(cut):
                return None
            start, end = (max(start, cut), end) if rises else (start, min(end, cut))
    except (ArithmeticError, ValueError):
        return None
    if start - end > SLACK * max(abs(start), abs(end)):
        return None
    return min(start, end), max(start, end)


def _agree(formula: Formula, box: Mapping[str, Interval], signs: dict[str, int]) -> bool:
    """Note the sign of each slope over a box; return whether each has one, the same as before."""
    try:
        slopes = formula.difference.enclose(box).slopes
    except (FormulaError, ArithmeticError):
        return False
    for name, (down, up) in slopes.items():
        low, high = box[name]
        sign = 1 if down >= 0 else -1 if up <= 0 else 0
        if low == high:
            signs.setdefault(name, sign or 1)  # a point has no ends to choose from
        elif sign == 0 or signs.setdefault(name, sign) != sign:
            return False
    return True


def _edge(holds: Callable[[float], bool], start: float, end: float, first: bool, steps: int = STEPS) -> float:
    """Return where a condition ends: it holds from the start (first) or up to the end; nan if nowhere."""
    good, bad = (start, end) if first else (end, start)
    if holds(bad):
        return bad
    if not holds(good):
        return math.nan
    for _ in range(steps):
        middle = (good + bad) / 2
        good, bad = (middle, bad) if holds(middle) else (good, middle)
    return good


def _scan(formula: Formula, box: Mapping[str, Interval], name: str, wide: Interval) -> Interval | None:
    """Return the solutions of a figure that the relation turns with: from a grid, its ends refined."""
    start, end = wide
    grid = np.linspace(start, end, GRID)

    def side(x: float) -> int:  # 0 where there is a solution; 2 where there is no value
        try:
            found = formula.difference.side({**box, name: (x, x)})
        except FormulaError:
            return 2
        return 0 if (found, formula.sign) in ((1, ">="), (-1, "<=")) else found

    sides = [side(x) for x in grid.tolist()]
    good = [place for place, one in enumerate(sides) if one == 0]
    turns = [place for place, (one, other) in enumerate(pairwise(sides)) if {one, other} == {1, -1}]
    if not good and not turns:
        return None
    first, last = min([*good, *(place + 1 for place in turns)]), max([*good, *turns])
    before, after = sides[max(first - 1, 0)], sides[min(last + 1, GRID - 1)]
    low, high = float(grid[first]), float(grid[last])
    if first > 0:
        low = _edge(lambda x: side(x) != before, float(grid[first - 1]), low, first=False, steps=COARSE_STEPS)
    if last < GRID - 1:
        high = _edge(lambda x: side(x) != after, high, float(grid[last + 1]), first=True, steps=COARSE_STEPS)
    return low, high
