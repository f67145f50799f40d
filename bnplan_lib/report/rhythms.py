"""How often does a schedule start a run, as systemd, cron and Windows each say it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

QUARTERS: Final = ("January", "April", "July", "October")  # each the month after a quarter's end
MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often, in words, for systemd (the days before a time), for cron (the days after a time) and for Windows.

    Once the last run is older than `hours`, the next one is missing: the longest time between two, and half a day.
    """

    when: str
    calendar: str
    days: str
    trigger: str
    hours: int


def _on_the_first(months: tuple[str, ...]) -> str:
    named = "".join(f"<{month}/>" for month in months)
    return f"<ScheduleByMonth><DaysOfMonth><Day>1</Day></DaysOfMonth><Months>{named}</Months></ScheduleByMonth>"


DAILY: Final = "<ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>"
WEEKLY: Final = "<ScheduleByWeek><WeeksInterval>1</WeeksInterval><DaysOfWeek><Monday/></DaysOfWeek></ScheduleByWeek>"
FOUR_TIMES: Final = "on the first of January, April, July and October"
RHYTHMS: Final = {
    "day": Rhythm("every day", "*-*-*", "* * *", DAILY, 36),
    "week": Rhythm("on Mondays", "Mon *-*-*", "* * 1", WEEKLY, 180),
    "month": Rhythm("on the first of each month", "*-*-01", "1 * *", _on_the_first(MONTHS), 756),
    "quarter": Rhythm(FOUR_TIMES, "*-01,04,07,10-01", "1 1,4,7,10 *", _on_the_first(QUARTERS), 2220),
}
