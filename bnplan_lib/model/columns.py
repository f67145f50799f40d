"""Are these columns of numbers fit to be worked on together, some rows at a time?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

import numpy as np

from bnplan_lib.errors import Fault, FaultyInput

BLOCK: Final = 65_536  # rows: what one block needs stays in the second cache
SHOWN: Final = 3

Columns = Mapping[str, np.ndarray]
Rule = tuple[str, str, Callable[[Columns], np.ndarray]]  # a column, what must hold, which rows break it


def columns_of(decimal: str, **given: np.ndarray | None) -> Columns:
    """Return columns of one length and fit type, those that are None left out.

    Parameters
    ----------
    decimal
        The column that may hold any numbers; the others hold whole ones.

    Raises
    ------
    FaultyInput
        If one is not one-dimensional, not as long as the first, or not of numbers that fit.
    """
    columns = {name: np.asarray(one) for name, one in given.items() if one is not None}
    leader = next(iter(columns))
    rows = columns[leader].size
    found = []
    for name, column in columns.items():
        if column.ndim != 1:
            found.append(Fault(name, "must be one column of numbers", f"{column.ndim} dimensions"))
        elif column.size != rows:
            found.append(Fault(name, f"must have as many rows as {leader}, {rows}", f"{column.size}"))
        elif column.size and column.dtype.kind not in ("iuf" if name == decimal else "iu"):
            kind = "numbers" if name == decimal else "whole numbers"
            found.append(Fault(name, f"must hold {kind}", str(column.dtype)))
    if found:
        raise FaultyInput(found)
    return columns


def blocks(columns: Columns, block: int = BLOCK) -> Iterator[Columns]:
    """Yield the rows of columns, some at a time."""
    for begin in range(0, len(next(iter(columns.values()))), block):
        yield {name: column[begin : begin + block] for name, column in columns.items()}


def outside(name: str, low: int, high: int) -> Callable[[Columns], np.ndarray]:
    """Return which rows of a column lie outside two bounds."""
    return lambda part: (part[name] < low) | (part[name] > high)


def broken_rules(columns: Columns, rules: Iterable[Rule], block: int = BLOCK) -> list[Fault]:
    """Return one fault for each rule that rows break, with the first of them; rows count from 0."""
    found = []
    for name, rule, broken in rules:
        count = 0
        shown: list[str] = []
        for number, part in enumerate(blocks(columns, block)):
            places = np.flatnonzero(broken(part))
            count += len(places)
            first = places[: SHOWN - len(shown)]
            shown += [f"{part[name][place]} in row {number * block + place}" for place in first]
        if count:
            more = f" and {count - len(shown)} more" if count > len(shown) else ""
            found.append(Fault(name, rule, ", ".join(shown) + more))
    return found
