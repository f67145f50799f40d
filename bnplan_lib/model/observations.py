"""What can be observed of each table, and which status counts before another?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

MEASURES_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "targets": ("value",),
    "tasks": ("done_percent",),
    "directives": ("done_percent",),
    "projects": ("done_percent", "disbursed_bn_vnd"),
}
MILESTONE: Final = "milestone"  # unit of a target that is reached or not: per cent done, as of a task
STATUSES: Final = ("estimate", "preliminary", "final")  # a later one counts before an earlier one


def measures_of(table: str, unit: str = "") -> tuple[str, ...]:
    """Return what can be observed of a row of a table; of a target by its unit."""
    return ("done_percent",) if table == "targets" and unit == MILESTONE else MEASURES_OF[table]
