"""Is this register of projects fit to use? Read any number of projects and list what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from bnplan_lib.errors import Fault, FaultyInput, ParameterError, UnknownName, shorten
from bnplan_lib.inputs.batches import Source, check_columns, open_source
from bnplan_lib.inputs.register_columns import Found, check_types, hash_texts, read_columns, read_ids
from bnplan_lib.model.profiles import PROFILES

REQUIRED: Final = ("id", "start", "end", "cost_bn_vnd")
AMOUNT: Final = "amount_bn_vnd"  # with `quarter` a column of what comes of a register
CONFIRMED: Final = 100_000  # ids held as text at once, to tell repeated ids from ids that only share a hash


@dataclass(frozen=True, slots=True)
class Register:
    """The projects of a register by column, in the order of its file.

    `first` and `last` are quarter numbers (int32), `cost_bn_vnd` is NaN where none is given, `profile` is a
    place in `PROFILES` (int8), `classes` a place in `class_names` (int16), which rise; a blank class is ''.
    """

    file: str
    rows: int
    first: np.ndarray
    last: np.ndarray
    cost_bn_vnd: np.ndarray
    profile: np.ndarray
    classes: np.ndarray | None
    class_names: tuple[str, ...]


class RegisterError(FaultyInput):
    """A register breaks its rules: correct the file. Holds the first faults; `total` counts them all."""

    def __init__(self, file: str, faults: Iterable[Fault], total: int) -> None:
        self.faults, self.total = tuple(faults), total
        lines = [str(fault) for fault in self.faults]
        if total > 1:
            shown = "" if total == len(lines) else f"; the first {len(lines)} are listed"
            lines.append(f"{file}: {total} faults{shown}")
        Exception.__init__(self, "\n".join(lines))


def read_register(path: Path | str, by: str | None = None, profile: str = "uniform", limit: int = 20) -> Register:
    """Read a register of projects from CSV or Parquet, part by part.

    Columns: `id` (text, unique), `start` and `end` (quarters such as 2026Q1, of 2000 to 2100), `cost_bn_vnd`
    (0 to 1e9, blank where unknown) and, where there is one, `profile`. Others are left alone.

    Parameters
    ----------
    by
        A text column that classifies projects.
    profile
        How a cost is spent where a row names no profile.
    limit
        Faults listed; all are counted.

    Raises
    ------
    FaultyInput
        If the file cannot be read or lacks a column; a `RegisterError` if rows break a rule, named by
        file:line:column for CSV (the header is line 1) and file:row:column for Parquet (rows from 1).
    ParameterError
        If `by` is a column that does not classify.
    UnknownName
        If there is no such profile.
    """
    if profile not in PROFILES:
        raise UnknownName("profile", profile, PROFILES)
    if by in (*REQUIRED, "quarter", AMOUNT):
        raise ParameterError([Fault("by", "must name a column of classes", shorten(by))])
    source = open_source(Path(path))
    wanted = [*REQUIRED, *([by] if by else [])]
    check_columns(source, wanted, ["profile"])
    names = list(dict.fromkeys([*wanted, *({"profile"} & set(source.names))]))
    tally = _Tally(source, limit)
    try:
        parts, known = _read_parts(source, names, by, profile, tally)
    except FaultyInput as error:
        raise tally.error(error.faults) from error
    if tally.total:
        raise tally.error()
    ordered = {name: place for place, name in enumerate(sorted(known))}
    if by:
        places = np.array([ordered[name] for name in known], np.int16)
        parts["classes"] = [places[part] for part in parts["classes"]]
    whole = {name: np.concatenate(parts.pop(name)) for name in list(parts)}  # one column at a time is there twice
    classes = whole.pop("classes", None)
    return Register(source.path.name, len(whole["first"]), classes=classes, class_names=tuple(ordered), **whole)


def _read_parts(
    source: Source, names: Sequence[str], by: str | None, profile: str, tally: _Tally
) -> tuple[dict[str, list[np.ndarray]], dict[str, int]]:
    """Return the parts of each column of a register, and the classes found with their codes."""
    parts: dict[str, list[np.ndarray]] = {}
    known: dict[str, int] = {}
    rows = 0
    for batch in source.batches(names, [one for one in names if one not in ("id", "cost_bn_vnd")], tally.ragged):
        check_types(batch.schema, source.path.name, by)
        if batch.num_rows:
            for name, column in read_columns(batch, by, profile, known, partial(tally.add, rows)):
                parts.setdefault(name, []).append(column)
        rows += batch.num_rows
    if rows:
        _tell_repeated(source, np.concatenate(parts.pop("hash")), tally)
    elif not tally.total:
        raise FaultyInput([Fault(source.path.name, "must hold at least one project")])
    return parts, known


@dataclass(slots=True)
class _Tally:
    """Counts faults and keeps the first, as row, column, rule and what was found."""

    source: Source
    limit: int
    cells: int = 0
    listed: list[tuple[int, str, str, str]] = field(default_factory=list)
    ragged: list[int] = field(default_factory=lambda: [0])

    @property
    def total(self) -> int:
        return self.cells + self.ragged[0]

    def add(self, begin: int, column: str, rule: str, broken: np.ndarray, found: Found) -> None:
        """Take note of where a part that begins at a row breaks a rule."""
        places = np.flatnonzero(broken)
        self.cells += len(places)
        self.listed += [(begin + place, column, rule, found(place)) for place in places[: self.limit].tolist()]
        if len(self.listed) > self.limit:
            self.listed = sorted(self.listed, key=lambda one: one[0])[: self.limit]

    def error(self, ending: tuple[Fault, ...] = ()) -> RegisterError:
        """Return what was found, and last what ended the reading."""
        faults = self.source.faults(self.listed, self.ragged[0], self.limit)
        return RegisterError(self.source.path.name, [*faults, *ending], self.total + len(ending))


def _tell_repeated(source: Source, hashes: np.ndarray, tally: _Tally) -> None:
    """Take note of ids that stand more than once; ids of one hash are read again and compared as text."""
    hashes.sort()
    again = hashes[1:][hashes[1:] == hashes[:-1]]
    if not again.size:
        return
    suspect = np.unique(again)[:CONFIRMED]
    tally.cells += int((again > suspect[-1]).sum())  # so many that they are counted by their hash
    seen: dict[str, int] = {}
    begin = 0
    for batch in source.batches(["id"], [], [0]):
        text = read_ids(batch.column("id"))
        rows = np.flatnonzero(text.is_valid().to_numpy(zero_copy_only=False))
        rows = rows[np.isin(hash_texts(text.drop_null()), suspect)]
        broken = np.zeros(len(text), bool)
        for row, name in zip(rows.tolist(), text.take(rows).to_pylist(), strict=True):
            broken[row] = seen.setdefault(name, begin + row) != begin + row
        tally.add(begin, "id", "must be unique", broken, partial(_shown, text))
        begin += batch.num_rows


def _shown(text: Any, row: int) -> str:
    return shorten(text[row].as_py())
