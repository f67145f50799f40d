"""Which targets can hold together, and which smallest sets of them cannot?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from bnplan_lib.analysis.relations import Operand, Tie, domain, evaluate_ties
from bnplan_lib.analysis.solving import solve
from bnplan_lib.model.enclosure import FormulaError, Interval
from bnplan_lib.model.formula import YEARS

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

ROUNDS = 8  # how often ranges are narrowed through all relations
SHRINK = 1e-6  # relative: a range that narrows by less counts as unchanged
HAIR = 1e-6  # relative: sides of a relation nearer than this agree
TRIES = (0.5, 0.25, 0.75, 0.0, 1.0)  # places in a range where a figure is set in search of a joint solution

Key = tuple[str, str, str]  # table, id and end of a figure; one figure whatever relation names it
State = dict[Key, Interval]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A smallest set of targets that cannot hold together: without any one of them the rest can.

    `relations` are those that show it.
    """

    targets: tuple[str, ...]
    relations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Basket:
    """A largest set of targets without a conflict; `dropped` are those that had to give way.

    `witnessed` says that values were found at which all relations hold at once; if
    not, no conflict was found, which is less.
    """

    kept: tuple[str, ...]
    dropped: tuple[str, ...]
    witnessed: bool


@dataclass(frozen=True, slots=True)
class Baskets:
    """Targets that binding relations tie, their conflicts, and the largest sets without one.

    `ruled_out` are relations that the facts exclude whatever the targets are, within
    the bounds searched; they count for no set.
    """

    tied: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    largest: tuple[Basket, ...]
    ruled_out: tuple[str, ...] = ()


def baskets(programme: Programme, story: Scenario | None = None) -> Baskets:
    """Return the smallest sets of targets that cannot hold together, and the largest that can.

    Each target is held to its printed range or left free within wide bounds; facts
    keep their values and assumptions their ranges. Only relations marked as binding
    count. A conflict is proved by intervals: for every value of the assumptions.
    """
    binding = set(programme.relations.loc[programme.relations["binding"], "id"])
    ties = [tie for tie in evaluate_ties(programme, story) if tie.relation_id in binding]
    years = float(len(programme.years))
    ties, ruled_out = _possible_ties(ties, years)
    order = {key: place for place, key in enumerate(programme.targets["id"])}
    tied = tuple(
        sorted({one.ref for tie in ties for one in tie.operands if one.table == "targets"}, key=order.__getitem__)
    )
    conflicts = _single(ties, years)
    feasible: dict[frozenset[str], State] = {}
    while True:
        drops = _hitting_sets([conflict.targets for conflict in conflicts])
        for drop in drops:
            if drop in feasible:
                continue
            kept = tuple(key for key in tied if key not in drop)
            state = _narrowed(ties, _state(ties, set(kept)), years)
            if state is None:
                conflicts = _smallest([*conflicts, _shrunk(ties, kept, years)])
                break
            feasible[drop] = state
        else:
            break
    least = min(map(len, drops))
    largest = tuple(
        Basket(
            tuple(key for key in tied if key not in drop),
            tuple(key for key in tied if key in drop),
            _witness(ties, feasible[drop], years),
        )
        for drop in drops
        if len(drop) == least
    )
    ordered = sorted(conflicts, key=lambda one: (len(one.targets), [order[key] for key in one.targets]))
    return Baskets(tied, tuple(ordered), largest, ruled_out)


def _possible_ties(ties: list[Tie], years: float) -> tuple[list[Tie], tuple[str, ...]]:
    """Return the relations that can hold with every target free, and those that cannot."""
    kept: list[Tie] = []
    for tie in ties:
        if _narrowed([*kept, tie], _state([*kept, tie], set()), years) is not None:
            kept.append(tie)
    return kept, tuple(tie.relation_id for tie in ties if tie not in kept)


def _single(ties: list[Tie], years: float) -> list[Conflict]:
    """Return the smallest conflicts that one relation alone shows."""
    found: list[Conflict] = []
    for tie in ties:
        own = tuple(dict.fromkeys(one.ref for one in tie.operands if one.table == "targets"))
        if tie.verdict != "none":
            continue
        for size in range(1, len(own) + 1):
            for held in combinations(own, size):
                known = any(set(one.targets) <= set(held) for one in found if one.relations == (tie.relation_id,))
                if not known and not _possible(tie, _state([tie], set(held)), years):
                    found.append(Conflict(held, (tie.relation_id,)))
    return _smallest(found)


def _smallest(conflicts: list[Conflict]) -> list[Conflict]:
    """Return the conflicts that hold no other, those of the same targets as one."""
    merged: dict[frozenset[str], Conflict] = {}
    for one in conflicts:
        key = frozenset(one.targets)
        relations = merged[key].relations if key in merged else ()
        merged[key] = Conflict(one.targets, tuple(dict.fromkeys((*relations, *one.relations))))
    return [one for key, one in merged.items() if not any(other < key for other in merged)]


def _shrunk(ties: list[Tie], kept: tuple[str, ...], years: float) -> Conflict:
    """Return a smallest conflict within a set that cannot hold, and relations enough to show it."""
    held, needed = list(kept), list(ties)
    for key in kept:
        fewer = [one for one in held if one != key]
        if _narrowed(needed, _state(needed, set(fewer)), years) is None:
            held = fewer
    for tie in ties:
        others = [one for one in needed if one is not tie]
        if _narrowed(others, _state(others, set(held)), years) is None:
            needed = others
    return Conflict(tuple(held), tuple(tie.relation_id for tie in needed))


def _hitting_sets(sets: Iterable[tuple[str, ...]]) -> list[frozenset[str]]:
    """Return every smallest choice that takes at least one of each set (Berge)."""
    chosen: list[frozenset[str]] = [frozenset()]
    for one in sets:
        grown = {hit if hit & set(one) else hit | {key} for hit in chosen for key in one}
        chosen = [hit for hit in grown if not any(other < hit for other in grown)]
    return sorted(chosen, key=lambda hit: (len(hit), sorted(hit)))


def _state(ties: list[Tie], held: set[str]) -> State:
    """Return the range of every figure: targets not held are free within their widest bounds."""
    state: State = {}
    for tie in ties:
        for one in tie.operands:
            free = one.table == "targets" and one.ref not in held
            low, high = domain(one) if free else (one.low, one.high)
            key = _key(one)
            if key in state:  # relations may give one figure more or less room for rounding
                low, high = min(low, state[key][0]), max(high, state[key][1])
            state[key] = (low, high)
    return state


def _key(one: Operand) -> Key:
    return one.table, one.ref, one.end


def _box(tie: Tie, state: State, years: float) -> dict[str, Interval]:
    """Return a relation's ranges, the left side with a hair of room: points agree only to rounding."""
    low, high = state[_key(tie.left)]
    hair = HAIR * max(abs(low), abs(high))
    box = {one.name: state[_key(one)] for one in tie.operands} | {YEARS: (years, years)}
    return box | {tie.left.name: (low - hair, high + hair)}


def _possible(tie: Tie, state: State, years: float) -> bool:
    """Return whether a relation can hold somewhere in the ranges; True where that cannot be told."""
    try:
        side = tie.formula.difference.side(_box(tie, state, years))
    except FormulaError:
        return True
    return side == 0 or (side, tie.formula.sign) in ((1, ">="), (-1, "<="))


def _narrowed(
    ties: list[Tie], state: Mapping[Key, Interval], years: float, moved: Iterable[Key] | None = None
) -> State | None:
    """Return the ranges narrowed to what every relation allows; None where nothing is left.

    Only relations of figures that have `moved` are looked at, all where none are given.
    """
    now = dict(state)
    changed = set(now if moved is None else moved)
    for _ in range(ROUNDS):
        narrower: set[Key] = set()
        for tie in ties:
            keys = [_key(one) for one in tie.operands]
            if not changed & set(keys):
                continue
            if not _possible(tie, now, years):
                return None
            for one, key in zip(tie.operands, keys, strict=True):
                low, high = now[key]
                if high - low <= SHRINK * max(abs(low), abs(high)):
                    continue
                way = solve(tie.formula, _box(tie, now, years), one.name, (low, high), thorough=False)
                if way is None:
                    continue  # not to be told from this figure: the others narrow it
                start, end = max(low, way[0]), min(high, way[1])
                if (start - low) + (high - end) > SHRINK * max(high - low, SHRINK):
                    now[key] = (start, end)
                    narrower.add(key)
        if not narrower:
            break
        changed = narrower
    return now


def _witness(ties: list[Tie], state: State, years: float) -> bool:
    """Return whether values can be found at which all relations hold at once."""
    now: State = dict(state)
    for key in sorted(now, key=lambda one: (one[0] != "targets", one)):
        low, high = now[key]
        if low == high:
            continue
        for place in TRIES:
            value = low + place * (high - low)
            tried = _narrowed(ties, {**now, key: (value, value)}, years, [key])
            if tried is not None:
                now = tried
                break
        else:
            return False
    return _narrowed(ties, now, years) is not None
