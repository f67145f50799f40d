"""What did the audit find, in words? The arithmetic, what would resolve it, while it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import pandas as pd

from bnplan_lib.figures.amounts import amount
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.slips import resolve_sum, sum_sentence
from bnplan_lib.figures.sources import place
from bnplan_lib.figures.ties import tie_sentence, tie_stands, tie_ways

if TYPE_CHECKING:
    from bnplan_lib.analysis.finding import Finding
    from bnplan_lib.inputs.programme import Programme


def findings_frame(programme: Programme, findings: Iterable[Finding], lang: str) -> pd.DataFrame:
    """Return findings as rows with their sentences.

    Returns
    -------
    DataFrame
        One row per finding: `id, rule, severity, confidence, places` (list of row
        ids), `printed, expected` (texts), `expected_low, expected_high` (natural
        numbers, shares as fractions), `unit, sentence, resolve, stands, sources`
        (places in the document), `facts` (ids), `accepted` (the reason, '' if open).
    """
    say = speak(lang)
    rows = [
        {
            "id": one.id,
            "rule": one.rule,
            "severity": one.severity,
            "confidence": one.confidence,
            "places": list(one.places),
            "printed": one.printed,
            "expected": expected(one, say),
            "expected_low": one.expected[0] if one.expected else None,
            "expected_high": one.expected[1] if one.expected else None,
            "unit": one.unit,
            "sentence": sentence(one, programme, say),
            "resolve": resolve(one, programme, say),
            "stands": stands(one, programme, say),
            "sources": list(one.sources),
            "facts": list(one.facts),
            "accepted": one.accepted,
        }
        for one in findings
    ]
    columns = ["id", "rule", "severity", "confidence", "places", "printed", "expected", "expected_low",
               "expected_high", "unit", "sentence", "resolve", "stands", "sources", "facts", "accepted"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def told_in_lines(programme: Programme, findings: Iterable[Finding], lang: str, width: int = 100) -> list[str]:
    """Return findings as lines to read on a terminal: severity, place, figures, then the sentences."""
    say = speak(lang)
    severities = say.labels(programme.codes, "severity")
    lines = []
    for one in findings:
        where = "; ".join(place(source, say) for source in one.sources[:3]) or ", ".join(one.places[:3])
        lines.append(f"{severities[one.severity].upper():8} {one.id}  [{where}{' …' if len(one.sources) > 3 else ''}]")
        printed = say.quarter(one.printed) if one.unit == "quarter" else one.printed
        sides = (say("printed {printed}", printed=printed) if printed else "", expected(one, say))
        lines += ["  " + " · ".join(filter(None, sides))] if any(sides) else []
        parts = [sentence(one, programme, say), resolve(one, programme, say), stands(one, programme, say)]
        parts.append(say("Accepted: {reason}", reason=one.accepted) if one.accepted else "")
        lines += [
            line for part in parts if part for line in wrap(part, width, initial_indent="  ", subsequent_indent="    ")
        ]
        lines.append("")
    return lines


def sentence(one: Finding, programme: Programme, say: Language) -> str:
    """Return the arithmetic of a finding in one sentence or two."""
    return SENTENCES[one.message](one, programme, say)


def expected(one: Finding, say: Language) -> str:
    """Return what would agree with the rest, as a figure, a range or a quarter; '' where there is none."""
    if one.message == "precedence":
        return _awaited(one.values["pair"], say)
    if one.message == "relation":
        sign = {"<=": say("at most") + " ", ">=": say("at least") + " ", "=": ""}[one.values["tie"].formula.sign]
        return sign + amount(one.expected, one.unit, say) if one.expected else ""
    return amount(one.expected, one.unit, say) if one.expected else ""


def resolve(one: Finding, programme: Programme, say: Language) -> str:
    """Return what would resolve a finding, with the figures that would each do it alone."""
    if one.message != "relation":
        return RESOLVE[one.message](one, say) if one.message in RESOLVE else ""
    told = say.of(one.values["relation"], "resolve")
    ways = tie_ways(one, programme, say)
    return told + " " + say("Each of these alone would reconcile it: {ways}.", ways="; ".join(ways)) if ways else told


def stands(one: Finding, programme: Programme, say: Language) -> str:
    """Return for which values of the outside facts and assumptions a finding stands; '' if it rests on none."""
    if one.message != "relation":
        return ""
    told = tie_stands(one, programme, say)
    return say("It stands {ranges}.", ranges="; ".join(told)) if told else ""


def _bounds(one: Finding, programme: Programme, say: Language) -> str:
    told = say("The lower value is printed above the upper one.")
    if one.values["corrected"] and one.expected:
        told += " " + say("Read as {used}.", used=amount(one.expected, one.unit, say))
    if one.values["other"]:
        told += " " + say("The other reading is {other}.", other=amount(one.values["other"], one.unit, say))
    return told


def _precedence(one: Finding, programme: Programme, say: Language) -> str:
    pair = one.values["pair"]
    names = [_item_name(pair[f"{side}_table"], pair[f"{side}_id"], programme, say) for side in ("before", "after")]
    reason = say.of(pair, "reason")
    if pair["link"] == "finish_start":
        told = say(
            "“{after}” is to start in {start}, “{before}” to end in {end}.",
            before=names[0],
            after=names[1],
            start=say.quarter(pair["after_start"]),
            end=say.quarter(pair["before_end"]),
        )
    else:
        told = say(
            "“{after}” is to end in {start}, “{before}” in {end}.",
            before=names[0],
            after=names[1],
            start=say.quarter(pair["after_end"]),
            end=say.quarter(pair["before_end"]),
        )
    basis = say("stated in the programme") if pair["basis"] == "stated" else say("inferred")
    return f"{told} {reason} ({basis})"


def _awaited(pair: Mapping[str, Any], say: Language) -> str:
    quarter = say.quarter(pair["before_end"])
    return (
        say("after {quarter}", quarter=quarter)
        if pair["link"] == "finish_start"
        else say("from {quarter}", quarter=quarter)
    )


def _item_name(table: str, key: str, programme: Programme, say: Language) -> str:
    frame = getattr(programme, table)
    row = frame[frame["id"] == key].iloc[0]
    return f"{key} {say.of(row, 'name' if table == 'targets' else 'label')}"


def _former_name(one: Finding, programme: Programme, say: Language) -> str:
    told = [
        say(
            "{name} has been {now} since {date}.",
            name=say.of(row, "former"),
            now=say.of(row, "now"),
            date=say.date(row["since"]),
        )
        for row in one.values["names"]
    ]
    return " ".join(dict.fromkeys(told))


def _plain_messages(say: Language) -> dict[str, str]:
    """Return the sentences that need no more than a count."""
    return {
        "same_figure": say("The same figure is printed with two values."),
        "repeated_figure": say("One list states the same figure twice."),
        "same_project": say("The list holds one project twice, so its cost counts twice."),
        "unit": say("The figure is printed without its whole unit; its wording makes it a yearly one."),
        "period_reversed": say("The period ends before it starts."),
        "period_outside": say("No part of the period lies in the programme's years."),
        "period_phases": say("A phase begins before the one before it has ended."),
        "blank_cost": say("No cost is printed: missing, not zero."),
        "blank_leads": say("No lead agency is printed."),
        "blank_issuer": say("No issuing body is printed."),
        "joint_share": say("No share of construction makes both ends of the range the mix of its two parts."),
        "one_body_twice": say("The two names differ by a letter or two and may be one body."),
        "unknown_body": say("The body is not among those of the programme."),
    }


def _counted(one: Finding, say: Language) -> str:
    count = one.values["count"]
    match one.message:
        case "period_before":
            return say.plural(
                "{count} project begins before the first year.", "{count} projects begin before the first year.", count
            )
        case "period_after":
            return say.plural(
                "{count} project runs past the last year.", "{count} projects run past the last year.", count
            )
        case "period_signed":
            return say.plural(
                "{count} task was to begin in a quarter that was over when the programme was signed.",
                "{count} tasks were to begin in a quarter that was over when the programme was signed.",
                count,
            )
        case "blank_end":
            return say.plural("{count} project prints no end.", "{count} projects print no end.", count)
        case "blank_start":
            return say.plural(
                "{count} project prints dates of completion only.",
                "{count} projects print dates of completion only.",
                count,
            )
        case "blank_due":
            return say.plural(
                "{count} numbered order sets no date for the order as a whole.",
                "{count} numbered orders set no date for the order as a whole.",
                count,
            )
        case "spellings":
            return say.plural(
                "{count} body is spelt in several ways.", "{count} bodies are spelt in several ways.", count
            )
    return say.plural("{count} number is missing from the list.", "{count} numbers are missing from the list.", count)


def _plain(one: Finding, programme: Programme, say: Language) -> str:
    return _plain_messages(say).get(one.message) or _counted(one, say)


def _structure(one: Finding, programme: Programme, say: Language) -> str:
    return say.of(one.values["note"], "text")


def _gone(one: Finding, programme: Programme, say: Language) -> str:
    return say("The accepted finding {id} no longer occurs.", id=one.values["finding"])


SENTENCES: Mapping[str, Callable[[Finding, Programme, Language], str]] = {
    "relation": tie_sentence,
    "sum": sum_sentence,
    "bounds": _bounds,
    "precedence": _precedence,
    "former_name": _former_name,
    "structure": _structure,
    "gone": _gone,
    **dict.fromkeys(
        (
            *("same_figure", "repeated_figure", "same_project", "unit", "period_reversed", "period_outside"),
            *("period_phases", "period_before", "period_after", "period_signed", "blank_cost", "blank_leads"),
            *("blank_issuer", "blank_end", "blank_start", "blank_due", "spellings", "one_body_twice"),
            *("unknown_body", "numbering", "joint_share"),
        ),
        _plain,
    ),
}
RESOLVE: Mapping[str, Callable[[Finding, Language], str]] = {
    "sum": resolve_sum,
    "bounds": lambda one, say: say("Print the two values in their order, with the lost figure restored."),
    "joint_share": lambda one, say: say("Compute the range of the whole anew from its two parts."),
    "same_figure": lambda one, say: say("Choose one value."),
    "same_project": lambda one, say: say("Drop one of the two rows, or tell them apart."),
    "unit": lambda one, say: say("Print the unit."),
    "period_reversed": lambda one, say: say("Correct one of the two dates."),
    "period_signed": lambda one, say: say("Print the dates at which the tasks can begin."),
    "precedence": lambda one, say: say("Move one of the two dates, or say why the second need not wait."),
    "blank_cost": lambda one, say: say("Print the cost, or say that it is not known."),
    "blank_leads": lambda one, say: say("Name the body that leads."),
    "blank_issuer": lambda one, say: say("Name the body that issues it."),
    "former_name": lambda one, say: say("Add that the unit is a former one, or name today's."),
    "spellings": lambda one, say: say("Use one name throughout."),
    "one_body_twice": lambda one, say: say("Say which spelling is right."),
    "numbering": lambda one, say: say("Find the missing row, or number the list anew."),
    "gone": lambda one, say: say("Take it off the list of accepted findings."),
}
