"""Which periods run at once?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from bnplan_lib.errors import Fault, FaultyInput
from bnplan_lib.model.columns import BLOCK, Columns, blocks, columns_of
from bnplan_lib.model.period_columns import OPEN, Span, faults, proper, span_of

__all__ = ["OPEN", "RELATIONS", "Profile", "allen_relations", "concurrency_profile", "overlap_counts", "overlap_pairs"]

# Allen's thirteen, so placed that the inverse of number k is number 12 - k
RELATIONS: Final[tuple[str, ...]] = (
    *("before", "meets", "overlaps", "finished-by", "contains", "starts"),
    "equals",
    *("started-by", "during", "finishes", "overlapped-by", "met-by", "after"),
)
EVENTS: Final = 16_384  # rows added up together: longer sums would lose digits
PAIRS: Final = 32_768  # what one block needs stays in the caches
CELLS: Final = 2**22  # a table of where each step begins takes eight bytes a cell; beyond this steps are searched for


class Profile(NamedTuple):
    """What runs at each step from `start` on: how many periods, and what their weights add up to."""

    start: int
    running: np.ndarray
    load: np.ndarray | None


def allen_relations(begin: np.ndarray, end: np.ndarray, other_begin: np.ndarray, other_end: np.ndarray) -> np.ndarray:
    """Say how each period lies to another, in Allen's thirteen terms.

    Two open-ended periods end together.

    Returns
    -------
    ndarray
        Of int8, one place in `RELATIONS` a row; 12 less it is the inverse.

    Raises
    ------
    FaultyInput
        If columns differ in length or are not of whole numbers, a value is out of range, or a period does not
        end after it begins.

    References
    ----------
    J. F. Allen, Maintaining knowledge about temporal intervals, CACM 26 (1983), 832-843.
    """
    columns = columns_of("weight", begin=begin, end=end, other_begin=other_begin, other_end=other_end)
    if found := faults(columns):
        raise FaultyInput(found)
    relations = np.empty(len(columns["begin"]), np.int8)
    for number, part in enumerate(blocks(columns)):
        one_begin, one_end, two_begin, two_end = part.values()
        place = 6 + 3 * _sign(one_begin, two_begin) + _sign(one_end, two_end)
        place += (one_begin >= two_end).view(np.int8) + (one_begin > two_end)
        place -= (one_end <= two_begin).view(np.int8) + (one_end < two_begin)
        relations[number * BLOCK :][: len(place)] = place
    return relations


def _sign(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return (one > other).view(np.int8) - (one < other)


def concurrency_profile(begin: np.ndarray, end: np.ndarray, weight: np.ndarray | None = None) -> Profile:
    """Count the periods that run at each step, and add up their weights.

    Parameters
    ----------
    begin, end
        Whole numbers on one grid of at most 2**24 steps, such as days or quarters; the end is not part of the
        period. It is `OPEN` where there is none: such a period runs to the last step of the profile.
    weight
        Of a step of each period, in any unit.

    Returns
    -------
    Profile
        The first step in which anything runs, then int64 counts and, with weights, float64 sums for each step
        up to the last finite end, or up to the latest begin of an open-ended period if it begins there or
        later. Without periods that are not empty: 0 and no steps. A sum is 0.0 where nothing runs; elsewhere it
        is off by about 1e-15 of the largest (1e-12 where millions of equal weights begin on one step).

    Raises
    ------
    FaultyInput
        If columns differ in length or type, a period ends before it begins, a step is out of range, there are
        too many steps, or a weight is not finite; rows count from 0.
    """
    columns = columns_of("weight", begin=begin, end=end, weight=weight)
    span = span_of(columns)
    with np.errstate(invalid="ignore", over="ignore"):  # what is not finite shows in the load
        counts, sums = _events(columns, span)
        running = np.cumsum(counts[0] - counts[1])[:-1]
        if weight is None:
            return Profile(span.start, running, None)
        load = _load((sums[0] - sums[1])[:-1], running)
    if not np.isfinite(load).all():
        raise FaultyInput(faults(columns) or [Fault("weight", "must add up to a finite number")])
    return Profile(span.start, running, load)


def _events(columns: Columns, span: Span) -> tuple[np.ndarray, np.ndarray]:
    """Return how many periods begin and end at each step, and the sums of their weights; empty ones are left out."""
    size = span.steps + 1
    counts, sums = np.zeros((2, size), np.int64), np.zeros((2, size))
    for part in blocks(columns, max(EVENTS, 4 * size)):
        kept = proper(part) if span.empties else part
        for side, places in enumerate(span.places(kept)):
            counts[side] += np.bincount(places, minlength=size)
            if "weight" in kept:
                sums[side] += np.bincount(places, kept["weight"], minlength=size)
    return counts, sums


def _load(change: np.ndarray, running: np.ndarray) -> np.ndarray:
    """Add up changes, with what each addition rounds away, afresh after each step in which nothing runs."""
    load = np.cumsum(change)
    before = np.concatenate([[0.0], load[:-1]])
    added = load - before
    load += np.cumsum((before - (load - added)) + (change - added))
    idle = running == 0
    last_idle = np.maximum.accumulate(np.where(idle, np.arange(len(idle)), -1))
    load -= np.where(last_idle < 0, 0.0, load[last_idle])
    return load


def overlap_counts(begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Count for each period the others that overlap it.

    Returns
    -------
    ndarray
        Of int64, one a row; 0 for an empty period.

    Raises
    ------
    FaultyInput
        As of `concurrency_profile`.
    """
    columns = columns_of("weight", begin=begin, end=end)
    span = span_of(columns)
    (begun, ended), _ = _events(columns, span)
    begun, ended = np.cumsum(begun) - begun - 1, np.cumsum(ended)  # begun before a step but oneself, ended by it
    counts = np.empty(len(columns["begin"]), np.int64)
    for number, part in enumerate(blocks(columns)):
        first, stop = span.places(part)
        found = counts[number * BLOCK :][: len(first)]
        np.subtract(begun.take(stop, mode="clip"), ended.take(first, mode="clip"), out=found)
        if span.empties:
            found[part["begin"] == part["end"]] = 0
    return counts


def overlap_pairs(
    begin: np.ndarray, end: np.ndarray, classes: np.ndarray | None = None, block: int = PAIRS
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Stream the pairs of periods that overlap, each once.

    Parameters
    ----------
    begin, end
        As of `concurrency_profile`.
    classes
        Whole numbers, 0 or more: only periods of the same class make a pair.
    block
        The most pairs yielded together.

    Returns
    -------
    iterator of two ndarrays
        Row numbers, of int64, the lower of a pair in the first array. Pairs come by class, then by the one that
        begins first (by row where both do), then by the begin and row of the other. Memory is below 96 bytes a
        row, 64 a pair of one block and 32 MB, however many pairs there are.

    Raises
    ------
    FaultyInput
        As of `concurrency_profile`, before the first pair; or if a class is out of range, or `block` below 1.
    """
    if block < 1:
        raise FaultyInput([Fault("block", "must be 1 or more", f"{block}")])
    columns = columns_of("weight", begin=begin, end=end, classes=classes)
    span = span_of(columns)
    return _pairs(*_in_order(columns, span), block)


def _in_order(columns: Columns, span: Span) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows by class and begin, and for each the place in that order where its partners end."""
    kept = proper(columns) if span.empties else columns
    first, stop = span.places(kept)
    cells = span.steps + 1
    if "classes" in kept and len(first):
        since = kept["classes"].astype(np.int64) * cells
        cells *= int(kept["classes"].max()) + 1
        first, stop = (np.add(places, since, dtype=np.int64) for places in (first, stop))
    stop -= 1
    order = _order(first, cells)
    if cells <= max(CELLS, 4 * len(first)):
        begun = np.bincount(first, minlength=cells)
        after = np.cumsum(begun, out=begun)[stop[order]]
    else:
        after = np.searchsorted(first[order], stop[order], side="right")
    rows = np.flatnonzero(columns["begin"] < columns["end"])[order] if span.empties else order
    return rows, after


def _order(keys: np.ndarray, end: int) -> np.ndarray:
    """Return the stable order of keys from 0 to below the end: numpy counts where they have 16 bits."""
    order = np.argsort(keys.astype(np.uint16), kind="stable")
    for shift in range(16, (end - 1).bit_length(), 16):
        digits = (keys >> shift).astype(np.uint16)
        order = order[np.argsort(digits[order], kind="stable")]
    return order


def _pairs(rows: np.ndarray, after: np.ndarray, block: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield each row with the rows after it in order, up to where its partners end."""
    next_place = np.arange(1, len(rows) + 1)
    until = np.cumsum(after - next_place)  # pairs of all rows up to and with this one
    shift = after - until  # from the number of a pair to the place of the other
    for start in range(0, int(until[-1]) if len(until) else 0, block):
        stop = min(start + block, int(until[-1]))
        low, high = np.searchsorted(until, [start, stop - 1], side="right")
        bounds = np.concatenate([[start], until[low:high], [stop]])
        counts = bounds[1:] - bounds[:-1]
        one = np.repeat(rows[low : high + 1], counts)
        other = np.arange(start, stop)
        other += np.repeat(shift[low : high + 1], counts)
        other = rows[other]
        yield np.minimum(one, other), np.maximum(one, other)
