"""Which quarters does a printed period hold?

    period     = "Từ năm" YEAR | phase { phase } | span
    phase      = ("GD" | "GĐ" | "Giai đoạn") NUMBER ":" span
    span       = YEAR [ "-" YEAR ] | "Quý" QUARTER [ "-" [ "Quý" ] QUARTER ] "/" YEAR
               | "Quý" QUARTER "/" YEAR "-" [ "Quý" ] QUARTER "/" YEAR

A phase that prints one quarter alone is a milestone. Anything else is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bnplan_lib.model.quarters import quarter_name

ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4}
_Q = r"(?:Quý )?(IV|I{1,3})"
OPEN = re.compile(r"Từ năm (\d{4})")
LABEL = re.compile(r"(?:GD|GĐ|Giai đoạn) ?(\d|IV|I{1,3}): ?")
YEARS = re.compile(r"(\d{4})(?:-(\d{4}))?")
ONE_YEAR_QUARTERS = re.compile(rf"Quý (IV|I{{1,3}})(?:-{_Q})?/(\d{{4}})")
TWO_YEAR_QUARTERS = re.compile(rf"Quý (IV|I{{1,3}})/(\d{{4}})-{_Q}/(\d{{4}})")


@dataclass(frozen=True, slots=True)
class Period:
    """First and last quarter, both included; blank where the document prints none."""

    phase: int
    start: str | None
    end: str | None
    open_ended: bool = False
    milestone: bool = False


def read_period(text: str) -> tuple[Period, ...]:
    """Return the phases of a printed period, one where it prints no phases.

    Raises
    ------
    ValueError
        If the text is not of the grammar above, or a period ends before it starts.
    """
    plain = re.sub(r"\s*[-–]\s*", "-", re.sub(r"\s+", " ", text.strip()))
    if match := OPEN.fullmatch(plain):
        return (Period(1, f"{match[1]}Q1", None, open_ended=True),)
    labels = list(LABEL.finditer(plain))
    if not labels:
        return (_span(1, plain, text),)
    if labels[0].start() != 0:
        raise ValueError(f"not a period: {text!r}")
    ends = [label.start() for label in labels[1:]] + [len(plain)]
    phases = tuple(
        _phase(label, plain[label.end() : end].strip(), text) for label, end in zip(labels, ends, strict=True)
    )
    if [phase.phase for phase in phases] != list(range(1, len(phases) + 1)):
        raise ValueError(f"phases not numbered from 1: {text!r}")
    return phases


def _phase(label: re.Match[str], span: str, text: str) -> Period:
    number = ROMAN.get(label[1]) or int(label[1])
    period = _span(number, span, text)
    if span.startswith("Quý") and period.start == period.end:
        return Period(number, None, period.end, milestone=True)
    return period


def _span(phase: int, plain: str, text: str) -> Period:
    if match := YEARS.fullmatch(plain):
        start, end = int(match[1]) * 4, int(match[2] or match[1]) * 4 + 3
    elif match := ONE_YEAR_QUARTERS.fullmatch(plain):
        start = int(match[3]) * 4 + ROMAN[match[1]] - 1
        end = int(match[3]) * 4 + ROMAN[match[2] or match[1]] - 1
    elif match := TWO_YEAR_QUARTERS.fullmatch(plain):
        start = int(match[2]) * 4 + ROMAN[match[1]] - 1
        end = int(match[4]) * 4 + ROMAN[match[3]] - 1
    else:
        raise ValueError(f"not a period: {text!r}")
    if end < start:
        raise ValueError(f"period ends before it starts: {text!r}")
    return Period(phase, quarter_name(start), quarter_name(end))
