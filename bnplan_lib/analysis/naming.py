"""Is every body and every place called by one name, and by today's?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from bnplan_lib.analysis.finding import Finding

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme

MARKED_FORMER = " cũ"  # a former name that says so is no slip
MOST_EDITS = 2  # letters by which two names may differ and still be one body, one in a short name
NEAR_NAME = 8  # letters below which a name is short


def former_names(programme: Programme) -> Iterator[Finding]:
    """Yield rows that name a former unit as if it were still there."""
    former = programme.former_names
    if former.empty:
        return
    by_name = {row["name"]: row for row in former.to_dict("records")}
    longest = sorted(by_name, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)(?!{MARKED_FORMER})")
    for table, column in (("targets", "name_vi"), ("tasks", "title_vi"), ("projects", "name_vi")):
        frame = getattr(programme, table)
        for row in frame[frame[column].str.contains(pattern)].to_dict("records"):
            names = list(dict.fromkeys(pattern.findall(row[column])))
            yield Finding(
                id=f"name:{table}.{row['id']}",
                rule="name",
                severity="note",
                confidence="certain",
                message="former_name",
                places=(row["id"],),
                sources=(row["source"],),
                printed=", ".join(names),
                values={"names": [by_name[name] for name in names]},
            )


def bodies(programme: Programme) -> Iterator[Finding]:
    """Yield bodies under several spellings, and bodies that look like one under two ids."""
    agencies = programme.agencies
    known = set(agencies["id"])
    named = agencies[(agencies["kind"] != "collective") & agencies["spellings"].str.contains("|", regex=False)]
    if len(named):
        yield Finding(
            id="name:spellings",
            rule="name",
            severity="note",
            confidence="certain",
            message="spellings",
            places=tuple(named["id"]),
            printed="; ".join(spellings.replace(" | ", " = ") for spellings in named["spellings"]),
            values={"count": len(named)},
        )
    plain = [_plain(name) for name in agencies["name_vi"]]
    rows = agencies.to_dict("records")
    for one, other in _near_pairs(plain):
        yield Finding(
            id=f"name:{rows[one]['id']}={rows[other]['id']}",
            rule="name",
            severity="tension",
            confidence="likely",
            message="one_body_twice",
            places=(rows[one]["id"], rows[other]["id"]),
            printed=f"{rows[one]['name_vi']} | {rows[other]['name_vi']}",
        )
    for table in ("targets", "tasks", "directives"):
        frame = getattr(programme, table)
        named = [column for column in ("leads", "coordinates") if column in frame.columns]
        for key, source, *cells in zip(frame["id"], frame["source"], *(frame[name] for name in named), strict=True):
            bodies = {body for cell in cells if isinstance(cell, str) for body in cell.split(";")}
            for body in sorted(bodies - known):
                yield Finding(
                    id=f"name:{table}.{key}.{body}",
                    rule="name",
                    severity="error",
                    confidence="certain",
                    message="unknown_body",
                    places=(key,),
                    sources=(source,),
                    printed=body,
                )


def _plain(name: str) -> str:
    """Return a name without marks, capitals and signs: what spelling slips leave alike."""
    letters = unicodedata.normalize("NFD", name.casefold().replace("đ", "d"))
    return re.sub(r"[^a-z0-9]+", "", letters)


def _near_pairs(names: list[str]) -> list[tuple[int, int]]:
    """Return the pairs of names that differ by a letter or two at most."""
    if not names:
        return []
    counts = np.array([[name.count(letter) for letter in "abcdefghijklmnopqrstuvwxyz0123456789"] for name in names])
    pairs = []
    for place, own in enumerate(counts):
        apart = np.abs(counts[place + 1 :] - own).sum(axis=1)
        for other in (np.flatnonzero(apart <= 2 * MOST_EDITS) + place + 1).tolist():
            short = min(len(names[place]), len(names[other])) < NEAR_NAME
            if _edits(names[place], names[other]) <= (1 if short else MOST_EDITS):
                pairs.append((place, other))
    return pairs


def _edits(one: str, other: str) -> int:
    """Return how many letters must be put in, left out or changed to turn one name into the other."""
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        above, row[0] = row[0], place
        for column, second in enumerate(other, 1):
            above, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, above + (letter != second))
    return row[-1]
