"""Of what day is a file that must come out the same each time it is made? Never of the clock's."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any, Final

from bnplan_lib.errors import DataError, Fault, PlanError

if TYPE_CHECKING:
    from bnplan_lib.figures.language import Language
    from bnplan_lib.inputs.programme import Programme

EPOCH: Final = "SOURCE_DATE_EPOCH"


def day_signed(programme: Programme) -> datetime:
    """Return SOURCE_DATE_EPOCH if it is set, else the day the programme was signed; in UTC.

    Raises
    ------
    PlanError
        If SOURCE_DATE_EPOCH is no time.
    DataError
        If the data package gives no day of signing.
    """
    return _set_time() or _day("programme.signed", programme.properties["programme"].get("signed"))


def day_of_data(programme: Programme) -> datetime:
    """Return SOURCE_DATE_EPOCH if it is set, else the day the data are of, where they say none that of signing; in UTC.

    Raises
    ------
    PlanError
        If SOURCE_DATE_EPOCH is no time.
    DataError
        If the data package gives neither day, or one that is none.
    """
    if created := programme.properties.get("created"):
        return _set_time() or _day("created", str(created)[:10])
    return day_signed(programme)


def document_of(properties: Mapping[str, Any]) -> dict[str, str]:
    """Return the number of the document that data are taken from, and the day it was signed, blank if not known."""
    about = properties["programme"]
    return {"document": str(about.get("number") or properties["name"]), "signed": str(about.get("signed") or "")}


def document_words(about: Mapping[str, str], say: Language) -> str:
    """Return a document in words: its number and the day it was signed."""
    return ", ".join([about["document"], *([say.date(about["signed"])] if about["signed"] else [])])


def _set_time() -> datetime | None:
    if not (epoch := os.environ.get(EPOCH)):
        return None
    try:
        return datetime.fromtimestamp(int(epoch), UTC)
    except (ValueError, OverflowError, OSError):
        raise PlanError(f"{EPOCH}: must be whole seconds since 1970, found {epoch!r}") from None


def _day(place: str, value: Any) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(str(value)), time(), UTC)
    except ValueError:
        fault = Fault(f"datapackage.json:{place}", "must be a day such as 2026-03-31", repr(value))
        raise DataError([fault]) from None
