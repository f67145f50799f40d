"""What went wrong, said so that the reader knows what to do next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

FAULTS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule that one place breaks; `place` is file:row:column or file:key."""

    place: str
    rule: str
    found: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.rule}" + (f", found {self.found}" if self.found else "")


class PlanError(Exception):
    """Anything a user of the suite can put right."""

    exit_code = 2


class FaultyInput(PlanError):
    """Several faults of one kind of input, all listed at once."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        shown = [str(fault) for fault in self.faults[:FAULTS_SHOWN]]
        hidden = len(self.faults) - len(shown)
        super().__init__("\n".join(shown + ([f"… and {hidden} faults more"] if hidden else [])))


class DataError(FaultyInput):
    """A data table breaks its rules: correct the file."""

    exit_code = 3


class ScenarioError(FaultyInput):
    """A scenario file or lever breaks its rules: correct it."""


class ParameterError(FaultyInput):
    """A notebook parameter is unknown or out of bounds: pass another."""


class UnknownName(PlanError):
    """A name that does not exist: choose another."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f"no {kind} {name!r}{nearest(name, known)}")


class Infeasible(PlanError):
    """No value can meet what was asked; the message says why and by how much."""


class NotebookError(PlanError):
    """A notebook failed: open its half-run copy."""

    exit_code = 4


def nearest(name: str, known: Iterable[str]) -> str:
    """Return '; nearest: …; there are: …' to append to a message about an unknown name."""
    names = sorted(str(one) for one in known)
    close = get_close_matches(name, names, n=1, cutoff=0.5)
    listed = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return (f"; nearest: {close[0]}" if close else "") + f"; there are: {listed}"


def shorten(value: object, limit: int = 60) -> str:
    """Return a value fit for one line of a message: quoted, printable, cut."""
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
