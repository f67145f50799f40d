"""What does a slip of one item do to the rest, and which chain of items decides whether the goal is reached in time?"""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from bnplan_lib.analysis.precedence import Span, item_spans, latest_end
from bnplan_lib.errors import Fault, FaultyInput, UnknownName, nearest
from bnplan_lib.model.quarters import quarter_name

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

LONGEST_SLIP = 80  # quarters
SURE = ("certain", "likely", "possible")


class Pair(NamedTuple):
    """One pair of the precedence table, items by keys such as tasks:II.7."""

    id: str
    before: str
    after: str
    link: str
    confidence: str


def propagate(programme: Programme, story: Scenario, slips: Mapping[str, int]) -> pd.DataFrame:
    """Return how far each item of the precedence table moves if some slip and every pair is to be kept.

    An item moves as a whole and no further than its pairs ask: slack in between
    swallows a slip. Dates that are blank bind nothing.

    Parameters
    ----------
    slips
        Quarters, by key: {"tasks:II.6": 4} is task II.6 four quarters late.

    Returns
    -------
    DataFrame
        One row an item of the table that has dates, those before others first: `item,
        start, end, own_slip, needed_quarters` (moved so that every pair holds even
        without a slip), `moved_quarters` (with the slips), `caused_quarters` (the
        difference: what the slips do), `end_then, pushed_by` (the item before it that
        pushes it, if any). A target has no start; moved is how much too late it falls.

    Raises
    ------
    FaultyInput
        If a slip is of no item of the table, of one without dates, or no whole number from
        0 to 80.
    """
    spans, pairs = item_spans(programme, story), pairs_of(programme)
    _check_slips(slips, pairs, spans)
    needed, _ = _push(spans, pairs, {})
    moved, pushed_by = _push(spans, pairs, slips)
    rows = [
        {
            "item": key,
            "start": spans[key].start,
            "end": spans[key].end,
            "own_slip": slips.get(key, 0),
            "needed_quarters": needed[key],
            "moved_quarters": moved[key],
            "caused_quarters": moved[key] - needed[key],
            "end_then": quarter_name(spans[key].last + moved[key]),
            "pushed_by": pushed_by.get(key),
        }
        for key in moved
    ]
    columns = ["item", "start", "end", "own_slip", "needed_quarters", "moved_quarters", "caused_quarters"]
    return pd.DataFrame(rows, columns=[*columns, "end_then", "pushed_by"])


def margins(programme: Programme, story: Scenario, goal: str | None = None) -> pd.DataFrame:
    """Return how many quarters each item before a goal may slip, alone, before the goal falls too late.

    Parameters
    ----------
    goal
        Key of a dated item; without it the one of `goal_of`.

    Returns
    -------
    DataFrame
        One row an item that the goal waits for, directly or through others, the least
        margin first, of equal ones the later first: `item, start, end, latest_end,
        margin_quarters` (negative: the goal is too late as it is), `critical` (on the
        chain back from the goal to the least margin, along the pairs that decide how late
        each item may be; of equal ones to the later). No rows where the programme has no
        such goal.

    Raises
    ------
    UnknownName
        If nothing leads to the goal that is asked for, or it has no date.
    """
    spans, pairs = item_spans(programme, story), pairs_of(programme)
    columns = ["item", "start", "end", "latest_end", "margin_quarters", "critical"]
    goal = goal_of(programme) if goal is None else goal
    if goal is None:
        return pd.DataFrame(columns=columns)
    if goal not in spans or not any(pair.after == goal for pair in pairs):
        ends = sorted({pair.after for pair in pairs} & set(spans))
        raise UnknownName("dated goal that others come before", goal, ends)
    latest = {goal: spans[goal].last}
    following = _grouped(pairs, "before")
    for key in reversed(_in_order(pairs)):
        waits = [pair for pair in following.get(key, ()) if pair.after in latest]
        if key in spans and waits:
            latest[key] = min(latest_end(pair.link, spans[pair.after], latest[pair.after]) for pair in waits)
    on_chain = _chain(pairs, spans, latest, goal)
    rows = [
        {
            "item": key,
            "start": spans[key].start,
            "end": spans[key].end,
            "latest_end": quarter_name(end),
            "margin_quarters": end - spans[key].last,
            "critical": key in on_chain,
        }
        for key, end in latest.items()
        if key != goal
    ]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["margin_quarters", "end"], ascending=[True, False], kind="stable", ignore_index=True)


def goal_of(programme: Programme) -> str | None:
    """Return the key of the first dated target of the precedence table: what the programme's chain leads to."""
    targets = programme.precedences.loc[programme.precedences["after_table"] == "targets", "after_id"]
    return None if targets.empty else f"targets:{targets.iloc[0]}"


def pairs_of(programme: Programme) -> list[Pair]:
    """Return the precedence table as pairs of keys, in its order."""
    rows = programme.precedences.to_dict("records")
    return [
        Pair(
            row["id"],
            f"{row['before_table']}:{row['before_id']}",
            f"{row['after_table']}:{row['after_id']}",
            row["link"],
            row["confidence"],
        )
        for row in rows
    ]


def _push(
    spans: Mapping[str, Span], pairs: list[Pair], slips: Mapping[str, int]
) -> tuple[dict[str, int], dict[str, str]]:
    """Return how far each item moves, those before others first, and which item pushes it."""
    moved: dict[str, int] = {}
    pushed_by: dict[str, str] = {}
    waiting = _grouped(pairs, "after")
    for key in _in_order(pairs):
        if key not in spans:
            continue
        moved[key] = slips.get(key, 0)
        for pair in waiting.get(key, ()):
            if pair.before in moved:
                end = spans[pair.before].last + moved[pair.before]
                push = end - latest_end(pair.link, spans[key], spans[key].last)
                if push > moved[key]:
                    moved[key], pushed_by[key] = push, pair.before
    return moved, pushed_by


def _grouped(pairs: list[Pair], side: str) -> dict[str, list[Pair]]:
    groups: dict[str, list[Pair]] = {}
    for pair in pairs:
        groups.setdefault(getattr(pair, side), []).append(pair)
    return groups


def _in_order(pairs: list[Pair]) -> list[str]:
    """Return every item of the pairs, each after those it waits for. Pairs in a circle were refused when read."""
    waits: dict[str, list[str]] = {}
    for pair in pairs:
        waits.setdefault(pair.before, [])
        waits.setdefault(pair.after, []).append(pair.before)
    return list(TopologicalSorter(waits).static_order())


def _chain(pairs: list[Pair], spans: Mapping[str, Span], latest: Mapping[str, int], goal: str) -> list[str]:
    """Return the items from the goal back along the pairs that hold them, each time to where the least margin lies."""
    margin = {key: end - spans[key].last for key, end in latest.items()}
    holding = _grouped(
        [
            pair
            for pair in pairs
            if pair.before in latest
            and pair.after in latest
            and latest[pair.before] == latest_end(pair.link, spans[pair.after], latest[pair.after])
        ],
        "after",
    )
    least: dict[str, int] = {}  # of an item and of those before it, which have less where a pair is broken
    for key in _in_order(pairs):
        if key in margin:
            least[key] = min([margin[key], *(least[pair.before] for pair in holding.get(key, ()))])
    chain, key = [], goal
    while key in holding:
        tightest = min(
            holding[key], key=lambda pair: (least[pair.before], SURE.index(pair.confidence), -spans[pair.before].last)
        )
        key = tightest.before
        chain.append(key)
    return chain


def _check_slips(slips: Mapping[str, int], pairs: list[Pair], spans: Mapping[str, Span]) -> None:
    known = {key for pair in pairs for key in (pair.before, pair.after)}
    faults = [
        Fault(f"slip of {key}", f"no item of the precedence table{nearest(str(key), known)}")
        for key in slips
        if key not in known
    ]
    faults += [
        Fault(f"slip of {key}", "has no date, or is not in this scenario")
        for key in slips
        if key in known - spans.keys()
    ]
    faults += [
        Fault(f"slip of {key}", f"must be a whole number of quarters from 0 to {LONGEST_SLIP}", repr(value))
        for key, value in slips.items()
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LONGEST_SLIP
    ]
    if faults:
        raise FaultyInput(faults)
