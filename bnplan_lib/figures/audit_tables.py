"""Tables of the audit: findings one can filter, conflicts between targets, corrected values."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

from IPython.display import HTML

from bnplan_lib.analysis.document import read_otherwise
from bnplan_lib.analysis.finding import SEVERITIES, Finding
from bnplan_lib.analysis.relations import evaluate_ties
from bnplan_lib.figures.amounts import amount
from bnplan_lib.figures.findings import expected, resolve, sentence, stands
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.markup import markup
from bnplan_lib.figures.sources import place
from bnplan_lib.figures.tables import as_printed, html_table, small_table
from bnplan_lib.figures.ties import relation_sentence

if TYPE_CHECKING:
    from bnplan_lib.analysis.baskets import Baskets
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

MARKS = {"error": "✕", "tension": "△", "note": "·"}
PLACES_NAMED = 3
# JupyterLab sets tables of its own looks: what must differ says so
LOOKS = """
.findings fieldset{border:0;padding:0;margin:.3rem 0;font-size:.9rem;line-height:1.9}
.findings legend{float:left;font-weight:600;margin-right:.7rem;padding:0}
.findings label{display:inline-block;margin-right:.8rem;white-space:nowrap}
.findings table{border-collapse:collapse;font-size:14px;width:100%;min-width:760px;table-layout:auto!important}
.findings td,.findings th{border-top:1px solid var(--line,#dfe4e8);padding:.45rem .5rem}
.findings td,.findings th{text-align:left!important;vertical-align:top!important;white-space:normal!important}
.findings td p{margin:.35rem 0 0;color:var(--quiet,#4b5761)}
.findings td:nth-child(1){min-width:6.5rem}
.findings td:nth-child(2){min-width:9rem}
.findings td:nth-child(3){min-width:6.5rem;max-width:9rem;overflow-wrap:break-word}
.findings td:nth-child(4){min-width:6.5rem}
.findings td:nth-child(5){min-width:20rem}
.findings code{font-size:.8em;overflow-wrap:anywhere}
@media screen and (max-width:40rem){
.findings table{min-width:0}.findings thead{display:none}
.findings tr{display:block;border-top:1px solid var(--line,#dfe4e8);padding:.5rem 0}
.findings td{display:block;border:0!important;padding:.15rem 0!important;min-width:0!important;max-width:none!important}
.findings td[data-head]:not(:empty)::before{content:attr(data-head) ": ";color:var(--quiet,#4b5761)}
.output:has(.findings) .hint{display:none}
}
.findings .severity-error td:first-child b{color:var(--bad,#b3261e)}
.findings .severity-tension td:first-child b{color:var(--warn,#b85c00)}
"""


def finding_table(programme: Programme, findings: Sequence[Finding], lang: str) -> HTML:
    """Return the findings as a table that can be filtered by severity and by rule, without a script."""
    say = speak(lang)
    severities, rules = (say.labels(programme.codes, name) for name in ("severity", "rule"))
    used = [rule for rule in rules if any(one.rule == rule for one in findings)]
    counts = {level: sum(one.severity == level for one in findings) for level in SEVERITIES}
    levels = [(level, f"{severities[level]} ({counts[level]})") for level in SEVERITIES]
    filters = _filter("severity", say("Show"), levels, say)
    filters += _filter("rule", say("Rule"), [(rule, rules[rule]) for rule in used], say)
    heads = (
        say("Severity"),
        say("Place"),
        say("Printed"),
        say("Agrees with the rest"),
        say("Arithmetic, and what helps"),
    )
    head = "".join(f'<th scope="col">{html.escape(text)}</th>' for text in heads)
    rows = "".join(_row(one, heads[2:4], programme, say) for one in findings)
    label = html.escape(say("Findings"))
    return markup(
        f'<style>{_hidden(used)}{LOOKS}</style><div class="findings">{filters}'
        f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></div>"
    )


def basket_table(programme: Programme, found: Baskets, lang: str) -> HTML:
    """Return the smallest sets of targets that cannot hold together, and what the largest sets leave out."""
    say = speak(lang)
    names = {row["id"]: say.of(row, "name") for row in programme.targets.to_dict("records")}
    printed = dict(zip(programme.targets["id"], programme.targets["printed"], strict=True))
    titles = {row["id"]: say.of(row, "title") for row in programme.relations.to_dict("records")}
    rows = [
        (
            "; ".join(f"{key} {names[key]} ({printed[key]})" for key in one.targets),
            "; ".join(titles[key] for key in one.relations),
        )
        for one in found.conflicts
    ]
    tied = say.number(len(found.tied))
    dropped = ["{" + ", ".join(one.dropped) + "}" for one in found.largest if one.dropped]
    if dropped:
        note = say(
            "Of {tied} targets that bind each other {kept} can hold together, if one of these sets gives way: {sets}.",
            tied=tied,
            kept=say.number(len(found.largest[0].kept)),
            sets=", ".join(dropped),
        )
        if all(one.witnessed for one in found.largest):
            note += " " + say("For each, values were found at which all binding relations hold at once.")
    else:
        note = say("All {tied} targets that bind each other can hold together.", tied=tied)
    if found.ruled_out:
        excluded = "; ".join(titles[key] for key in found.ruled_out)
        note += " " + say(
            "Left out, since the facts exclude them whatever the targets: {relations}.", relations=excluded
        )
    return html_table("conflicts", [say("Cannot hold together"), say("Shown by")], rows, note=note)


def corrected_table(programme: Programme, lang: str) -> HTML:
    """Return every value that analysis corrects, beside the printed one, with reason and confidence."""
    say = speak(lang)
    confidences = say.labels(programme.codes, "confidence")
    readings = {"default": say("used"), "alternative": say("other reading")}
    columns = {
        "low": say("lower value"),
        "high": say("upper value"),
        "cost_bn_vnd": say("cost"),
        "label_vi": say("name"),
    }
    rows = [
        (
            f"{row['row_id']} ({columns[row['column']]})",
            as_printed(_figure(row["printed_value"], say), say),
            as_printed(_figure(row["value"], say), say),
            readings[row["reading"]],
            f"{say.of(row, 'reason')} {say.of(row, 'evidence')}",
            confidences[row["confidence"]],
        )
        for row in programme.corrections.to_dict("records")
    ]
    heads = [say("Row"), say("Printed"), say("Value"), say("Reading"), say("Reason and evidence"), say("Confidence")]
    return html_table("corrections", heads, rows, numbers=(1, 2))


def other_reading_table(programme: Programme, story: Scenario, lang: str) -> HTML:
    """Return the ties that would come out otherwise under the other readings of corrected figures."""
    say = speak(lang)
    relations = {row["id"]: row for row in programme.relations.to_dict("records")}
    words = {
        "all": say("holds for all values"),
        "some": say("holds for some values"),
        "none": say("holds for no values"),
    }
    pairs = zip(evaluate_ties(programme, story), evaluate_ties(read_otherwise(programme), story), strict=True)
    rows = [
        (
            say.of(relations[used.relation_id], "title"),
            *(f"{amount(tie.left.stated, tie.unit, say)}: {words[tie.verdict]}" for tie in (used, other)),
            relation_sentence(relations[used.relation_id], other, say),
        )
        for used, other in pairs
        if (used.printed, used.expected) != (other.printed, other.expected)
    ]
    heads = [say("Tie"), say("Reading used"), say("Other reading"), say("Arithmetic by the other reading")]
    return html_table("other-readings", heads, rows)


def _row(one: Finding, heads: Sequence[str], programme: Programme, say: Language) -> str:
    """Return a finding as a row; `heads` name its two figures where a phone shows the cells below one another."""
    shorts = dict(zip(programme.agencies["id"], programme.agencies[f"short_{say.code}"], strict=True))
    where = "; ".join(place(source, say) for source in one.sources[:PLACES_NAMED])
    where = where or "; ".join(shorts.get(key, key) for key in one.places)
    more = len(one.sources) - PLACES_NAMED
    where += " " + say.plural("and {count} more", "and {count} more", more) if more > 0 else ""
    first, *others = (sentence(one, programme, say), resolve(one, programme, say), stands(one, programme, say))
    if one.accepted:
        others.append(say("Accepted: {reason}", reason=one.accepted))
    labels = {name: say.labels(programme.codes, name) for name in ("severity", "rule", "confidence")}
    cells = (
        f"<b>{MARKS[one.severity]} {html.escape(labels['severity'][one.severity])}</b><br>"
        f"{html.escape(labels['rule'][one.rule])}<br><small>{html.escape(labels['confidence'][one.confidence])}</small>",
        f"{html.escape(where)}<br><code>{html.escape(one.id)}</code>",
        say.quarter(one.printed) if one.unit == "quarter" else str(as_printed(one.printed, say).data),
        html.escape(expected(one, say)),
        html.escape(first) + "".join(f"<p>{html.escape(part)}</p>" for part in others if part),
    )
    marks = ["", "", *(f' data-head="{html.escape(head)}"' for head in heads), ""]
    inner = "".join(f"<td{mark}>{cell}</td>" for mark, cell in zip(marks, cells, strict=True))
    return f'<tr class="severity-{one.severity} rule-{one.rule}">{inner}</tr>'


def _filter(name: str, label: str, options: Sequence[tuple[str, str]], say: Language) -> str:
    """Return radio buttons that the style sheet reads; the first, which shows all, is chosen."""
    buttons = [
        f'<label><input type="radio" name="finding-{name}" class="pick-{name}-{key}"'
        f"{' checked' if key == 'all' else ''}> {html.escape(text)}</label>"
        for key, text in (("all", say("all")), *options)
    ]
    return f'<fieldset class="filter"><legend>{html.escape(label)}</legend>{" ".join(buttons)}</fieldset>'


def _hidden(rules: Sequence[str]) -> str:
    """Return the style rule that hides the rows a filter leaves out."""
    hidden = [
        f".findings:has(.pick-{name}-{key}:checked) tbody tr:not(.{name}-{key})"
        for name, keys in (("severity", SEVERITIES), ("rule", rules))
        for key in keys
    ]
    return f"{','.join(hidden)}{{display:none}}"


def _figure(text: str, say: Language) -> str:
    return say.number(float(text)) if text.replace(".", "", 1).isdigit() else text


def changed_lines(programme: Programme, before: Sequence[Finding], now: Sequence[Finding], lang: str) -> str:
    """Return as a small table of HTML the relations that are judged otherwise than before, for a panel."""
    say = speak(lang)
    severities = say.labels(programme.codes, "severity")
    sides = [{one.id: one for one in findings if one.message == "relation"} for findings in (before, now)]
    known = sides[0] | sides[1]
    rows = []
    for key, one in known.items():
        told = [severities[side[key].severity] if key in side else say("Holds") for side in sides]
        if told[0] != told[1]:
            rows.append([say.of(one.values["relation"], "title"), *told])
    if not rows:
        same = say("Every tie is judged as in the programme as printed.")
        return f'<p class="bn-changed">{html.escape(same)}</p>'
    return small_table("bn-changed", [say("Tie"), say("As printed"), say("Now")], rows)
