"""What did the audit find? One record for each finding, whatever rule it breaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

SEVERITIES = ("error", "tension", "note")  # gravest first
CONFIDENCES = ("certain", "likely", "possible")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the programme that does not agree, and what it rests on.

    `id` is the rule and what it is about, the same from run to run. `places` are ids
    of rows, `sources` their places in the document, `facts` outside facts it rests
    on. `expected` is an interval in `unit`, shares as fractions; `message` names the
    sentence that tells it, filled from `values`. `accepted` is why it is accepted.
    """

    id: str
    rule: str
    severity: str
    confidence: str
    message: str
    places: tuple[str, ...]
    sources: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    printed: str = ""
    expected: tuple[float, float] | None = None
    unit: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    accepted: str = ""


def rows_of(frame: pd.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of some columns: through lists, which are read several times faster than columns of text."""
    return zip(*(frame[column].tolist() for column in columns), strict=True)


def scale(unit: str) -> float:
    """Return what a figure of a file is multiplied by to be a natural number: per cent become shares."""
    return 0.01 if unit.startswith("percent") else 1.0


def natural(low: float, high: float, unit: str) -> tuple[float, float]:
    """Return a range of a file in natural numbers, shares as fractions."""
    return low * scale(unit), high * scale(unit)
