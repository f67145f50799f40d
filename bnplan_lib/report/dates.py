"""How does the calendar leave the suite? An iCalendar file (RFC 5545), the same bytes for the same inputs."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bnplan_lib.errors import DataError, Fault, PlanError
from bnplan_lib.report.folder import write_whole

if TYPE_CHECKING:
    from bnplan_lib.figures.dates import Agenda
    from bnplan_lib.inputs.programme import Programme

EPOCH = "SOURCE_DATE_EPOCH"


def to_icalendar(agenda: Agenda, stamp: datetime) -> str:
    """Return a calendar as iCalendar text, lines ending in CRLF; all its days are shown as free."""
    from icalendar import Calendar, Event, vText

    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//bnplan//calendar//EN")
    calendar.add("x-wr-calname", vText(agenda.title))
    for entry in agenda.entries:
        event = Event()
        event.add("uid", f"{entry.key}@bnplan")
        event.add("dtstamp", stamp)
        event.add("dtstart", entry.first)
        event.add("dtend", entry.last + timedelta(days=1))
        event.add("summary", entry.summary)
        event.add("description", entry.description)
        event.add("categories", [entry.category])
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return str(calendar.to_ical().decode("utf-8"))


def stamp_of(programme: Programme) -> datetime:
    """Return when a calendar says it was made: SOURCE_DATE_EPOCH if it is set, else the day the programme was signed.

    Raises
    ------
    PlanError
        If SOURCE_DATE_EPOCH is no time.
    DataError
        If the data package gives no day of signing.
    """
    if epoch := os.environ.get(EPOCH):
        try:
            return datetime.fromtimestamp(int(epoch), UTC)
        except (ValueError, OverflowError, OSError):
            raise PlanError(f"{EPOCH}: must be whole seconds since 1970, found {epoch!r}") from None
    signed = programme.properties["programme"].get("signed")
    try:
        return datetime.combine(date.fromisoformat(str(signed)), time(), UTC)
    except ValueError:
        fault = Fault("datapackage.json:programme.signed", "must be a day such as 2026-03-31", repr(signed))
        raise DataError([fault]) from None


def write_calendar(to: Path, text: str) -> None:
    """Write a calendar whole or not at all; a link is followed.

    Raises
    ------
    PlanError
        If the file cannot be written.
    """
    try:
        if to.exists() and not to.is_file():  # moving a file in would replace the device
            raise PlanError(f"{to}: must be a file, found {'a folder' if to.is_dir() else 'a device'}")
        write_whole(to.resolve(), text)
    except OSError as error:
        raise PlanError(f"{to}: must be a file in a folder that can be written, {error.strerror}") from error
