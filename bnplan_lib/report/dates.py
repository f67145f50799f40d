"""How does the calendar leave the suite? An iCalendar file (RFC 5545), the same bytes for the same inputs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bnplan_lib.figures.dates import Agenda


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
