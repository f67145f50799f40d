"""What does a tie between figures say: its arithmetic, what alone would mend it, and when it fails?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bnplan_lib.analysis.relations import OUTSIDE, domain
from bnplan_lib.figures.amounts import amount, apart
from bnplan_lib.figures.language import Language

if TYPE_CHECKING:
    from bnplan_lib.analysis.finding import Finding
    from bnplan_lib.analysis.relations import Operand, Tie
    from bnplan_lib.inputs.programme import Programme

MOST_WAYS = 4  # figures named as each able to reconcile a tie
FARTHEST = 4.0  # a figure that would have to move by more than this factor is not named


def relation_sentence(row: Mapping[str, Any], tie: Tie, say: Language) -> str:
    """Return a relation's arithmetic with the figures put in."""
    shown = {figure.name: stated(figure, say) for figure in tie.operands}
    follows = amount(tie.expected, tie.unit, say)
    return say.of(row, "sentence").format(**shown, printed=shown[tie.left.name], expected=follows)


def stated(figure: Operand, say: Language) -> str:
    """Return a figure of a relation as it is stated, with its unit."""
    if figure.open_top:
        return say("at least {value}", value=amount((figure.stated[0],) * 2, figure.unit, say))
    return amount(figure.stated, figure.unit, say)


def figure_name(figure: Operand, programme: Programme, say: Language) -> str:
    """Return what a figure of a relation is called, and its id."""
    if figure.table == "derived":
        return say("construction's share of its block in 2025")
    if figure.table in ("sums", "rows"):
        labels = say.labels(programme.codes, "capital_source" if figure.table == "sums" else "list")
        return labels[figure.ref]
    frame = getattr(programme, figure.table)
    row = frame[frame["id"] == figure.ref].iloc[0]
    name = say.of(row, "title" if figure.table == "assumptions" else "name")
    if figure.table == "facts":
        return f"{name}, {str(row['period']).replace('-', '–')}"
    return name if figure.table == "assumptions" else f"{figure.ref} {name}"


def tie_sentence(one: Finding, programme: Programme, say: Language) -> str:
    """Return the arithmetic of a tie that does not hold, how far apart its sides are, and the pace that would fit."""
    tie: Tie = one.values["tie"]
    told = relation_sentence(one.values["relation"], tie, say)
    pace = _pace(one)
    fits = (
        " " + say("The printed figure fits a pace of {rate} a year.", rate=amount((pace, pace), "percent", say))
        if pace
        else ""
    )
    if tie.verdict != "none":
        common = amount(tie.common, tie.unit, say) if tie.common else "–"
        return told + " " + say("Of the printed range only {common} can come about.", common=common) + fits
    gap = apart(tie.gap, tie.unit, say)
    if any(figure.rounding for figure in tie.operands):
        gap = say("at least {value}", value=gap)
    if one.values["relation"]["binding"]:
        return told + " " + say("They are {gap} apart and cannot be reconciled unless a figure gives way.", gap=gap)
    return told + " " + say("They are {gap} apart.", gap=gap) + fits


def _pace(one: Finding) -> float | None:
    """Return the yearly rate at which the printed figure would keep pace, where that is what a tie asks."""
    tie: Tie = one.values["tie"]
    rates = [figure for figure in tie.operands if figure.unit == "percent_per_year" and figure.table == "targets"]
    way = one.values["ways"].get(rates[0].name) if tie.kind == "pace" and rates else None
    return None if way is None else way[0] if way[0] > rates[0].high else way[1]


def tie_ways(one: Finding, programme: Programme, say: Language) -> list[str]:
    """Return the targets that alone could reconcile a tie, those that move least first."""
    tie: Tie = one.values["tie"]
    ranked = []
    for figure in tie.operands:
        way = one.values["ways"].get(figure.name)
        pace = tie.kind == "pace" and figure.unit == "percent_per_year"  # told as the pace the printed figure fits
        if figure.table in OUTSIDE or way is None or pace:
            continue
        end, word = (way[0], "up") if way[0] > figure.high else (way[1], "down")
        if word == "down" and not way[1] < figure.low:
            continue  # its own range holds a solution: another figure is in the way
        factor = end / figure.high if word == "up" else figure.low / end if end > 0 else float("inf")
        if factor > FARTHEST:
            continue
        value = amount((end, end), figure.unit, say)
        near = say("at least {value}", value=value) if word == "up" else say("at most {value}", value=value)
        ranked.append((factor, f"{figure_name(figure, programme, say)}: {near}"))
    return [told for _, told in sorted(ranked)[:MOST_WAYS]]


def tie_stands(one: Finding, programme: Programme, say: Language) -> list[str]:
    """Return for which values of each outside fact and assumption a tie fails."""
    return [
        _holds_for(figure, one.values["ways"][figure.name], programme, say)
        for figure in one.values["tie"].operands
        if figure.table in OUTSIDE
    ]


def _holds_for(figure: Operand, way: tuple[float, float] | None, programme: Programme, say: Language) -> str:
    name = figure_name(figure, programme, say)
    used = amount(figure.stated, figure.unit, say)
    if way is None:
        low, high = (amount((end, end), figure.unit, say) for end in domain(figure))
        return say("for any {name} from {low} to {high} (used: {used})", name=name, low=low, high=high, used=used)
    if figure.low > way[1]:
        return say(
            "for {name} above {value} (used: {used})",
            name=name,
            value=amount((way[1],) * 2, figure.unit, say),
            used=used,
        )
    if figure.high < way[0]:
        return say(
            "for {name} below {value} (used: {used})",
            name=name,
            value=amount((way[0],) * 2, figure.unit, say),
            used=used,
        )
    return say("for {name} at {used}, though not for all its values", name=name, used=used)
