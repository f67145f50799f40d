"""Which quarter comes when: `2026Q1` as a number one can count with."""

from __future__ import annotations

import re
from typing import Final

QUARTER: Final = re.compile(r"([0-9]{4})Q([1-4])")


def is_quarter(value: object) -> bool:
    """Return whether a value is a quarter of this century, such as 2026Q1."""
    return isinstance(value, str) and QUARTER.fullmatch(value) is not None and "2000" <= value[:4] <= "2100"


def quarter_number(quarter: str) -> int:
    """Return the count of quarters since year 0: 2026Q1 is 8104.

    Raises
    ------
    ValueError
        If the text is not a quarter such as 2026Q1.
    """
    match = QUARTER.fullmatch(quarter)
    if match is None:
        raise ValueError(f"a quarter is written 2026Q1, found {quarter!r}")
    return int(match[1]) * 4 + int(match[2]) - 1


def quarter_name(number: int) -> str:
    """Return the quarter of a count: 8104 is 2026Q1."""
    return f"{number // 4}Q{number % 4 + 1}"
