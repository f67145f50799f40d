"""Why does a sum miss its printed total? The slips that would explain it, likeliest first."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

FACTORS = (1000.0, 100.0, 10.0)  # unit slips and shifted decimal points
MOST_CHANCE = 0.5  # an explanation that chance alone would offer every second time explains nothing
MOST_TRIED = 60_000  # ways of one kind that are tried at all
LARGEST_SUBSET = 4


@dataclass(frozen=True, slots=True)
class Slip:
    """One slip that would make rows and total agree.

    `kind` is left_out, counted_twice, factor, transposed, digit (in rows) or
    total_transposed, total_digit, total_factor; `rows` are positions, `value` what
    the row or the total would be (nan for several rows), `residue` the difference
    that stays. `chance` is how many such slips would fit by accident: ways tried
    times how near one must come.
    """

    kind: str
    rows: tuple[int, ...]
    factor: float
    value: float
    residue: float
    chance: float


def explain_sum(values: Sequence[float], total: float, tolerance: float = 0.5) -> list[Slip]:
    """Return the slips that make the values add up to a printed total, likeliest first.

    Parameters
    ----------
    values
        The rows as printed, without blanks.
    tolerance
        Half the step to which the total is printed, in the unit of the values.

    Returns
    -------
    list of Slip
        Empty where they add up already, or where nothing simple explains the miss.
    """
    rows = np.asarray(values, float)
    miss = math.fsum(rows) - total
    if abs(miss) <= tolerance or not len(rows):
        return []
    found = [*_total_slips(rows, total, tolerance), *_row_slips(rows, total, miss, tolerance)]
    return sorted(found, key=lambda slip: (slip.chance, len(slip.rows), slip.rows))


def _total_slips(rows: np.ndarray, total: float, tolerance: float) -> Iterator[Slip]:
    """Yield slips in the total itself: it would have to be the sum of the rows."""
    needed = math.fsum(rows)
    near = min(1.0, 2 * tolerance / max(abs(needed - total), tolerance))
    swapped, changed = _transpositions(total), _digit_changes(total)
    for kind, options in (("total_transposed", swapped), ("total_digit", changed)):
        for option in options:
            if abs(option - needed) <= tolerance:
                yield Slip(kind, (), 1.0, option, needed - option, len(options) * near)
    for factor in (*FACTORS, *(1 / one for one in FACTORS)):
        if abs(total / factor - needed) <= tolerance:
            yield Slip("total_factor", (), factor, total / factor, needed - total / factor, 2 * len(FACTORS) * near)


def _row_slips(rows: np.ndarray, total: float, miss: float, tolerance: float) -> Iterator[Slip]:
    kind = "left_out" if miss > 0 else "counted_twice"
    for chosen, sum_, chance in _subsets(rows, abs(miss), tolerance):
        yield Slip(kind, chosen, 1.0, math.nan, abs(miss) - sum_, chance)
    for factor in (*FACTORS, *(1 / one for one in FACTORS)):
        needed = miss / (1 - 1 / factor)  # rows that add up to this, each divided by the factor
        if needed > 0:
            for chosen, sum_, chance in _subsets(rows, needed, tolerance / abs(1 - 1 / factor)):
                value = rows[chosen[0]] / factor if len(chosen) == 1 else math.nan
                residue = miss - sum_ * (1 - 1 / factor)
                yield Slip("factor", chosen, factor, float(value), residue, chance * 2 * len(FACTORS))
    yield from _digit_slips(rows, miss, tolerance)


def _digit_slips(rows: np.ndarray, miss: float, tolerance: float) -> Iterator[Slip]:
    """Yield rows in which two digits changed places, or one digit is wrong."""
    near = min(1.0, 2 * tolerance / abs(miss))
    for kind, options_of, each in (("transposed", _transpositions, 5), ("digit", _digit_changes, 45)):
        chance = len(rows) * each * near
        if len(rows) * each > MOST_TRIED:
            continue
        for place, value in enumerate(rows.tolist()):
            for option in options_of(value):
                if abs(value - option - miss) <= tolerance:
                    yield Slip(kind, (place,), 1.0, option, miss - (value - option), chance)


def _subsets(rows: np.ndarray, needed: float, tolerance: float) -> Iterator[tuple[tuple[int, ...], float, float]]:
    """Yield rows that add up to an amount: neighbours, the largest ones, any few; with their sum and chance."""
    near = min(1.0, 2 * tolerance / needed)
    seen: set[tuple[int, ...]] = set()
    for chosen, ways in (
        *_runs(rows, needed, tolerance),
        *_largest(rows, needed, tolerance),
        *_any(rows, needed, tolerance),
    ):
        if ways * near <= MOST_CHANCE and chosen not in seen:
            seen.add(chosen)
            yield chosen, float(rows[list(chosen)].sum()), ways * near


def _runs(rows: np.ndarray, needed: float, tolerance: float) -> Iterator[tuple[tuple[int, ...], int]]:
    """Yield neighbouring rows, single ones first."""
    count = len(rows)
    for place in np.flatnonzero(np.abs(rows - needed) <= tolerance).tolist():
        yield (place,), count
    ways = count * (count + 1) // 2
    if ways > MOST_TRIED:
        return
    ends = np.concatenate([[0.0], np.cumsum(rows)])
    starts, stops = np.nonzero(np.abs(ends[None, :] - ends[:, None] - needed) <= tolerance)
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        if stop - start > 1:
            yield tuple(range(start, stop)), ways


def _largest(rows: np.ndarray, needed: float, tolerance: float) -> Iterator[tuple[tuple[int, ...], int]]:
    order = np.argsort(-rows, kind="stable")
    for place in np.flatnonzero(np.abs(np.cumsum(rows[order]) - needed) <= tolerance).tolist():
        yield tuple(sorted(order[: place + 1].tolist())), len(rows)


def _any(rows: np.ndarray, needed: float, tolerance: float) -> Iterator[tuple[tuple[int, ...], int]]:
    """Yield any two, three or four rows, as long as there are few enough ways to choose them."""
    for size in range(2, min(LARGEST_SUBSET, len(rows)) + 1):
        ways = math.comb(len(rows), size)
        if ways > MOST_TRIED or ways * 2 * tolerance > MOST_CHANCE * needed:
            return
        chosen = np.array(list(combinations(range(len(rows)), size)))
        for place in np.flatnonzero(np.abs(rows[chosen].sum(axis=1) - needed) <= tolerance).tolist():
            yield tuple(chosen[place].tolist()), ways


def _transpositions(value: float) -> list[float]:
    """Return the numbers with two neighbouring digits of a whole number changed about."""
    digits = f"{value:.0f}" if value == round(value) else ""
    options = (
        digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :] for place in range(len(digits) - 1)
    )
    return [float(option) for option in options if option != digits and option[0] != "0"]


def _digit_changes(value: float) -> list[float]:
    """Return the numbers with one digit of a whole number replaced by another."""
    digits = f"{value:.0f}" if value == round(value) else ""
    return [
        float(digits[:place] + digit + digits[place + 1 :])
        for place in range(len(digits))
        for digit in "0123456789"
        if digit != digits[place] and not (place == 0 and digit == "0")
    ]
