"""Where does a figure come from? Step by step, to appendix and row, or to the source outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bnplan_lib.analysis.consistency import audit
from bnplan_lib.analysis.finding import natural
from bnplan_lib.analysis.precedence import precedence_slack
from bnplan_lib.analysis.relations import Operand, Tie, evaluate_ties
from bnplan_lib.errors import UnknownName
from bnplan_lib.figures.amounts import amount
from bnplan_lib.figures.findings import resolve, sentence, stands
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.sources import place
from bnplan_lib.figures.ties import figure_name, relation_sentence, stated

if TYPE_CHECKING:
    import pandas as pd

    from bnplan_lib.inputs.programme import Programme

Trail = Iterator[tuple[int, str]]  # how deep a step lies, and what it says


def trace(programme: Programme, name: str, lang: str) -> list[str]:
    """Return where a figure comes from, one line a step, indented by depth.

    Parameters
    ----------
    name
        Id of a target, project, group, task, order, outside fact, assumption, relation,
        lever or finding; `projects:II.4` where an id stands in several tables.

    Raises
    ------
    UnknownName
        If nothing has that id.
    """
    say = speak(lang)
    table, _, key = name.partition(":") if name.partition(":")[0] in STEPS else ("", "", name)
    findings = {one.id: one for one in audit(programme)}
    ties = evaluate_ties(programme)
    lines: list[str] = []
    for own, (column, steps) in STEPS.items():
        frame = getattr(programme, own)
        found = frame[frame[column] == key]
        if table in ("", own) and not found.empty:
            lines += _indented(steps(programme, found.iloc[0].to_dict(), ties, say))
    if name in findings:
        one = findings[name]
        lines += _indented([(0, f"{name}: {sentence(one, programme, say)}")])
        more = (resolve(one, programme, say), stands(one, programme, say))
        lines += _indented((1, text) for text in more if text)
        if one.message == "relation":
            lines += _indented((depth + 1, text) for depth, text in _operands(programme, one.values["tie"], say))
        else:
            lines += _indented((1, place(source, say)) for source in one.sources)
    if not lines:
        known = {str(value) for own, (column, _) in STEPS.items() for value in getattr(programme, own)[column]}
        raise UnknownName("figure", name, known | set(findings))
    return lines


def _indented(steps: Iterator[tuple[int, str]] | Any) -> list[str]:
    return ["  " * depth + text for depth, text in steps]


def _target(programme: Programme, row: dict[str, Any], ties: tuple[Tie, ...], say: Language) -> Trail:
    yield 0, f"{row['id']} {say.of(row, 'name')}: {_range(row, say)}"
    yield 1, say("printed {printed}, {place}", printed=row["printed"], place=place(row["source"], say))
    yield from _corrections(programme, "targets", row["id"], say)
    levers = programme.levers
    for lever in levers[levers["target_id"] == row["id"]].to_dict("records"):
        yield 1, say("default of the lever {key}: {title}", key=lever["key"], title=say.of(lever, "title"))
    yield from _ties(programme, "targets", row["id"], ties, say)


def _project(programme: Programme, row: dict[str, Any], ties: tuple[Tie, ...], say: Language) -> Trail:
    yield 0, f"{row['id']} {say.of(row, 'name')}: {say.money(row['cost_bn_vnd'], _decimals(row['cost_bn_vnd']))}"
    printed = row["printed_cost"] if isinstance(row["printed_cost"], str) else "–"
    yield 1, say("printed {printed}, {place}", printed=printed, place=place(row["source"], say))
    yield from _corrections(programme, "projects", row["id"], say)
    yield 1, say("period printed as {period}", period=row["printed_period"])
    phases = programme.project_phases[programme.project_phases["project_id"] == row["id"]]
    for phase in phases.to_dict("records"):
        ends = [say.quarter(one) if isinstance(one, str) else "–" for one in (phase["start"], phase["end"])]
        cost = say.money(phase["cost_bn_vnd"])
        yield (
            2,
            say(
                "phase {phase}: {start} to {end}, cost of its own: {cost}",
                phase=phase["phase"],
                start=ends[0],
                end=ends[1],
                cost=cost,
            ),
        )
        if isinstance(phase["cost_source"], str):
            yield from (
                (depth + 3, text)
                for depth, text in _fact(programme, programme.fact(phase["cost_source"]).to_dict(), (), say)
            )
    group = programme.project_groups[programme.project_groups["capital_source"] == row["capital_source"]]
    for one in group.to_dict("records"):
        yield 1, say("in group {group}, printed total {total}", group=one["id"], total=say.money(one["total_bn_vnd"]))
    yield from _waits(programme, "projects", row["id"], say)
    yield from _notes(programme, "projects", row["id"], say)
    yield from _ties(programme, "projects", row["id"], ties, say)


def _group(programme: Programme, row: dict[str, Any], ties: tuple[Tie, ...], say: Language) -> Trail:
    yield 0, f"{row['id']} {say.of(row, 'name')}: {say.money(row['total_bn_vnd'])}"
    yield 1, say("printed {printed}, {place}", printed=row["printed_total"], place=place(row["source"], say))
    members = programme.projects[programme.projects["capital_source"] == row["capital_source"]]
    total = members["cost_bn_vnd"].sum()
    yield 1, say("{count} rows add up to {sum}", count=len(members), sum=say.money(total, _decimals(total)))
    yield from _notes(programme, "project_groups", row["id"], say)


def _task(programme: Programme, row: dict[str, Any], ties: tuple[Tie, ...], say: Language) -> Trail:
    yield 0, f"{row['id']} {say.of(row, 'title')}"
    yield 1, say("period printed as {period}", period=row["printed_period"]) + f", {place(row['source'], say)}"
    yield 1, say("{start} to {end}", start=say.quarter(row["start"]), end=say.quarter(row["end"]))
    yield from _waits(programme, "tasks", row["id"], say)
    yield from _notes(programme, "tasks", row["id"], say)


def _order(programme: Programme, row: dict[str, Any], ties: tuple[Tie, ...], say: Language) -> Trail:
    yield 0, f"{row['id']} {say.of(row, 'summary')}"
    yield 1, place(row["source"], say)


def _fact(programme: Programme, row: dict[str, Any], ties: tuple[Tie, ...], say: Language) -> Trail:
    value = amount(natural(row["value"], row["value"], row["unit"]), row["unit"], say)
    yield 0, f"{row['id']} {say.of(row, 'name')}, {str(row['period']).replace('-', '–')}: {value}"
    yield 1, f"{row['source_title']}, {row['publisher']}, {say.date(row['published'])}"
    if isinstance(row["url"], str):
        yield 1, row["url"]
    if say.of(row, "note"):
        yield 1, say.of(row, "note")
    levers = programme.levers
    for lever in levers[levers["fact_id"] == row["id"]].to_dict("records"):
        yield 1, say("default of the lever {key}: {title}", key=lever["key"], title=say.of(lever, "title"))
    yield from _ties(programme, "facts", row["id"], ties, say)


def _assumption(programme: Programme, row: dict[str, Any], ties: tuple[Tie, ...], say: Language) -> Trail:
    value = amount(natural(row["low"], row["high"], row["unit"]), row["unit"], say)
    yield 0, f"{row['id']} {say.of(row, 'title')}: {value}"
    yield 1, say.of(row, "reason")
    yield from _ties(programme, "assumptions", row["id"], ties, say)


def _relation(programme: Programme, row: dict[str, Any], ties: tuple[Tie, ...], say: Language) -> Trail:
    tie = next(tie for tie in ties if tie.relation_id == row["id"])
    yield 0, f"{row['id']} {say.of(row, 'title')}: {relation_sentence(row, tie, say)}"
    verdicts = {
        "all": say("holds for all values"),
        "some": say("holds for some values"),
        "none": say("holds for no values"),
    }
    yield 1, verdicts[tie.verdict]
    yield from ((depth + 1, text) for depth, text in _operands(programme, tie, say))


def _lever(programme: Programme, row: dict[str, Any], ties: tuple[Tie, ...], say: Language) -> Trail:
    yield 0, f"{row['key']} {say.of(row, 'title')}"
    yield 1, say.of(row, "description")
    if isinstance(row["fact_id"], str):
        yield from (
            (depth + 1, text) for depth, text in _fact(programme, programme.fact(row["fact_id"]).to_dict(), (), say)
        )
    if isinstance(row["target_id"], str):
        yield from (
            (depth + 1, text)
            for depth, text in _target(programme, programme.target(row["target_id"]).to_dict(), (), say)
        )


def _operands(programme: Programme, tie: Tie, say: Language) -> Trail:
    """Yield a relation's formula and each figure of it with its place or its source."""
    yield 0, tie.formula.text
    for one in tie.operands:
        value = stated(one, say)
        yield 1, f"{one.name} = {value}: {figure_name(one, programme, say)}{_from(programme, one, say)}"


def _from(programme: Programme, one: Operand, say: Language) -> str:
    if one.table in ("targets", "projects", "project_groups"):
        frame: pd.DataFrame = getattr(programme, one.table)
        return f" ({place(frame.loc[frame['id'] == one.ref, 'source'].iloc[0], say)})"
    if one.table == "facts":
        fact = programme.fact(one.ref)
        return f" ({fact['publisher']}, {say.date(fact['published'])})"
    return ""


def _corrections(programme: Programme, table: str, key: str, say: Language) -> Trail:
    own = programme.corrections
    own = own[(own["table"] == table) & (own["row_id"] == key)]
    words = {"default": say("corrected"), "alternative": say("other reading")}
    for row in own.to_dict("records"):
        told = f"{words[row['reading']]}: {row['column']} {row['printed_value']} → {row['value']}"
        yield 1, f"{told}. {say.of(row, 'reason')} {say.of(row, 'evidence')}"
        if isinstance(row["fact_id"], str):
            fact = programme.fact(row["fact_id"])
            yield 2, f"{row['fact_id']}: {fact['publisher']}, {say.date(fact['published'])}, {fact['url']}"


def _waits(programme: Programme, table: str, key: str, say: Language) -> Trail:
    """Yield what an item waits for, and what waits for it, with the quarters between them."""
    for row in precedence_slack(programme).to_dict("records"):
        slack = say.number(row["slack_quarters"])
        if (row["after_table"], row["after_id"]) == (table, key):
            yield 1, say("waits for {item}, slack in quarters {slack}", item=row["before_id"], slack=slack)
        if (row["before_table"], row["before_id"]) == (table, key):
            yield 1, say("{item} waits for it, slack in quarters {slack}", item=row["after_id"], slack=slack)


def _notes(programme: Programme, table: str, key: str, say: Language) -> Trail:
    tables = {table, "project_phases"} if table == "projects" else {table}
    own = programme.notes[programme.notes["table"].isin(tables) & (programme.notes["row_id"] == key)]
    yield from ((1, say.of(row, "text")) for row in own.to_dict("records"))


def _ties(programme: Programme, table: str, key: str, ties: tuple[Tie, ...], say: Language) -> Trail:
    titles = {row["id"]: say.of(row, "title") for row in programme.relations.to_dict("records")}
    verdicts = {
        "all": say("holds for all values"),
        "some": say("holds for some values"),
        "none": say("holds for no values"),
    }
    for tie in ties:
        if any((one.table, one.ref) == (table, key) for one in tie.operands):
            yield (
                1,
                say(
                    "tied by {relation}: {title}, {verdict}",
                    relation=tie.relation_id,
                    title=titles[tie.relation_id],
                    verdict=verdicts[tie.verdict],
                ),
            )


def _range(row: Mapping[str, Any], say: Language) -> str:
    if row["low"] != row["low"]:  # missing: a goal without a figure
        return str(row["printed"])
    high = row["high"] if row["high"] == row["high"] else row["low"]
    value = amount(natural(row["low"], high, row["unit"]), row["unit"], say)
    return say("at least {value}", value=value) if row["high"] != row["high"] else value


def _decimals(value: float) -> int:
    return int(value == value and value != round(value))


STEPS: Mapping[str, tuple[str, Callable[[Programme, dict[str, Any], tuple[Tie, ...], Language], Trail]]] = {
    "targets": ("id", _target),
    "projects": ("id", _project),
    "project_groups": ("id", _group),
    "tasks": ("id", _task),
    "directives": ("id", _order),
    "facts": ("id", _fact),
    "assumptions": ("id", _assumption),
    "relations": ("id", _relation),
    "levers": ("key", _lever),
}
