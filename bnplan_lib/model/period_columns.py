"""Are these columns periods, and from which step to which do they run?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from bnplan_lib.errors import Fault, FaultyInput
from bnplan_lib.model.columns import Columns, Rule, blocks, broken_rules, outside

OPEN: Final = 2**31 - 1  # the end of a period that has none
LOWEST: Final = -(2**31)
STEPS: Final = 2**24  # a table of all steps takes eight bytes each
LIMITS: Final = {"begin": (LOWEST, OPEN - 1), "end": (LOWEST, OPEN), "classes": (0, OPEN)}


@dataclass(frozen=True, slots=True)
class Span:
    """The steps in which periods run, `stop` excluded, and whether some periods are empty."""

    start: int
    stop: int
    empties: bool

    @property
    def steps(self) -> int:
        return self.stop - self.start

    def places(self, part: Columns) -> tuple[np.ndarray, np.ndarray]:
        """Return where periods begin and end, as steps from the start; open-ended ones end with the span."""
        begin, end = (part[name] for name in ("begin", "end"))
        if begin.dtype != np.int32 or end.dtype != np.int32:  # int32 needs no copy: the span is short
            begin, end = begin.astype(np.int64, copy=False), end.astype(np.int64, copy=False)
        return begin - self.start, np.minimum(end, self.stop) - self.start


def proper(part: Columns) -> Columns:
    """Return the periods that are not empty."""
    kept = part["begin"] < part["end"]
    return {name: column[kept] for name, column in part.items()}


def span_of(columns: Columns) -> Span:
    """Return the steps in which periods run, all of which are then known to be sound.

    Weights are looked at only where periods are empty: others show in what they add up to.

    Raises
    ------
    FaultyInput
        If a value is out of range, a period ends before it begins or they span too many steps.
    """
    start, stop, empties = OPEN, LOWEST, False
    for part in blocks(columns):
        begin, end = part["begin"], part["end"]
        sound = begin.min() >= LOWEST and end.max() <= OPEN
        if "classes" in part:
            sound &= part["classes"].min() >= 0 and part["classes"].max() <= OPEN
        if (begin >= end).any():
            sound &= not ((begin > end) | (begin == OPEN)).any()
            sound &= "weight" not in part or bool(np.isfinite(part["weight"]).all())
            empties = True
            begin, end = (proper(part)[name] for name in ("begin", "end"))
        if not sound:
            raise FaultyInput(faults(columns))
        if len(begin):
            start, stop = min(start, int(begin.min())), max(stop, _stop(begin, end))
    if stop - start > STEPS:
        raise FaultyInput([Fault("begin, end", f"must span at most {STEPS} steps", f"{start} to {stop}")])
    return Span(start, stop, empties) if start < stop else Span(0, 0, empties)


def _stop(begin: np.ndarray, end: np.ndarray) -> int:
    """Return the largest end; for open-ended periods one step after the latest begin."""
    stop = int(end.max())
    if stop < OPEN:
        return stop
    unended = end == OPEN
    stop = int(begin[unended].max()) + 1
    return stop if unended.all() else max(stop, int(end[~unended].max()))


def rules(columns: Columns) -> Iterator[Rule]:
    """Yield what must hold: the name of a column, the rule, and which rows break it."""
    for name in columns:
        if name != "weight":
            low, high = LIMITS[name.removeprefix("other_")]
            yield name, f"must be a whole number from {low} to {high}", outside(name, low, high)
    if "other_begin" in columns:
        yield "end", "must come after begin", lambda part: part["end"] <= part["begin"]
        yield "other_end", "must come after other_begin", lambda part: part["other_end"] <= part["other_begin"]
    else:
        yield "end", "must not come before begin", lambda part: part["end"] < part["begin"]
    if "weight" in columns:
        yield "weight", "must be finite", lambda part: ~np.isfinite(part["weight"])


def faults(columns: Columns) -> list[Fault]:
    """Return one fault for each rule of `rules` that rows break."""
    return broken_rules(columns, rules(columns))
