"""Where do the numbers come from? Appendix, row, fact, and what was corrected."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from IPython.display import Markdown

from bnplan_lib.analysis.finding import natural
from bnplan_lib.errors import Infeasible, UnknownName
from bnplan_lib.figures.amounts import amount
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.levers import lever_amount
from bnplan_lib.figures.markup import link, plain
from bnplan_lib.model.growth import SECTORS, construction_interval

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme

TOPICS = ("growth", "comparison", "investment", "timeline", "consistency")
CORRECTED = {
    "growth": ("targets",),
    "investment": ("projects",),
    "timeline": ("projects",),
    "consistency": ("targets", "projects"),
}
# the notes that a topic shows: of which tables, and of which kinds
NOTED = {
    "growth": (("targets",), ("blank", "doubt")),
    "investment": (("projects", "project_groups", "project_phases"), ("blank", "doubt")),
    "timeline": (("tasks", "project_phases"), ("doubt", "standing_order")),
}
REPORTED = "investment_target"  # indicator: what the press reports of the five-year target


def number_of(programme: Programme) -> str:
    """Return the number under which the document was issued; its name in the data package where it has none."""
    return str(programme.properties["programme"].get("number") or programme.properties["name"])


def source_line(topic: str, programme: Programme, say: Language) -> str:
    """Return the one line under a figure: which part of the document it rests on."""
    growth = [programme.target_of(name) for name in ("growth", *(f"growth.{sector}" for sector in SECTORS))]
    targets = [one for one in programme.targets["id"] if one in growth] or ["–"]
    projects = [*programme.projects["id"]] or ["–"]
    known = {"number": number_of(programme), "year": programme.base_year}
    lines = {
        "growth": say(
            "Source: programme {number}, Appendix I, rows {first} to {last}; base year {year}: provincial estimates.",
            first=row_number(targets[0]),
            last=row_number(targets[-1]),
            **known,
        ),
        "outlook": say(
            "Source: programme {number}, Appendix I; base year {year} and assumptions: the levers listed below.",
            **known,
        ),
        "investment": say(
            "Source: programme {number}, Appendix III, rows {first} to {last}.",
            first=projects[0],
            last=projects[-1],
            **known,
        ),
        "envelope": say(
            "Source: programme {number}, Appendices I and III; base year {year} and assumptions as listed below.",
            **known,
        ),
        "timeline": say("Source: programme {number}, Appendices II and III.", **known),
        "consistency": say(
            "Source: programme {number}, Appendices I to III; outside facts and assumptions: end of the audit page.",
            **known,
        ),
        "progress": say(
            "Source: programme {number}, Appendix I and body text; observed values: listed in the progress report.",
            **known,
        ),
        "agencies": say("Source: programme {number}, Appendices I and II, sections II and III.", **known),
    }
    if topic not in lines:
        raise UnknownName("topic", topic, lines)
    return lines[topic]


def row_number(row_id: str) -> str:
    """Return a row's number as the document has it: A.I.1.2.industry stands in row A.I.1.2, text.1.7.growth in 1.7."""
    return re.sub(r"\.[a-z][a-z0-9_]*$", "", row_id).removeprefix("text.")


def place(source: str, say: Language) -> str:
    """Return a place in the document in words: appendix-3:I.16 is Appendix III, row I.16."""
    match = re.fullmatch(r"(appendix|section)-(\d):(.+)", source)
    if match is None:
        return source
    part = ("I", "II", "III")[int(match[2]) - 1]
    if match[1] == "appendix":
        return say("Appendix {part}, row {row}", part=part, row=match[3])
    return say("section {part}, {row}", part=part, row=match[3])


def source_note(topic: str, programme: Programme, lang: str) -> Markdown:
    """Return what a notebook's figures rest on: rows, facts, corrections and doubts."""
    say = speak(lang)
    if topic not in TOPICS:
        raise UnknownName("topic", topic, TOPICS)
    line = source_line("outlook" if topic in ("growth", "comparison") else topic, programme, say)
    topic = "growth" if topic == "comparison" else topic  # it rests on the same rows, facts and levers
    parts = [plain(line), _facts(topic, programme, say)]
    if topic == "growth":
        parts += [_derived(programme, say), _assumed_levers(programme, "macro.", say)]
    if topic == "investment":
        parts.append(_assumed_levers(programme, "phasing.", say))
    if topic == "consistency":
        return Markdown("\n\n".join([*parts, _assumptions(programme, say)]))
    parts.append(_corrections(topic, programme, say))
    return Markdown("\n\n".join(part for part in [*parts, _doubts(topic, programme, say)] if part))


def _assumptions(programme: Programme, say: Language) -> str:
    lines = [say("**Assumptions** (ranges; a finding says while it stands):")]
    for row in programme.assumptions[programme.assumptions["basis"] == "assumed"].to_dict("records"):
        value = amount(natural(row["low"], row["high"], row["unit"]), row["unit"], say)
        lines.append("- " + plain(f"{say.of(row, 'title')}: {value}. {say.of(row, 'reason')}"))
    return "\n".join(lines)


def _assumed_levers(programme: Programme, section: str, say: Language) -> str:
    lines = [say("**Assumptions** (a scenario may move each of them):")]
    levers = programme.levers
    for row in levers[(levers["basis"] == "assumed") & levers["key"].str.startswith(section)].to_dict("records"):
        default = lever_amount(float(row["default"]), row["unit"], say)
        usual = amount(natural(row["soft_low"], row["soft_high"], row["unit"]), row["unit"], say)
        told = say("{default}, usually {usual}", default=default, usual=usual)
        lines.append("- " + plain(f"{say.of(row, 'title')}: {told}. {say.of(row, 'description')}"))
    return "\n".join(lines)


def _facts(topic: str, programme: Programme, say: Language) -> str:
    lines = [say("**Facts from outside the document** (none is final unless it says so):")]
    status = {
        "estimate": say("estimate"),
        "plan": say("plan"),
        "target": say("target"),
        "preliminary": say("preliminary"),
        "final": say("final"),
        "derived": say("derived"),
        "legal": say("from a legal text"),
        "draft": say("draft"),
    }
    for fact_id in _fact_ids(topic, programme):
        fact = programme.fact(fact_id)
        value = amount(natural(fact["value"], fact["value"], fact["unit"]), fact["unit"], say)
        source = link(fact["publisher"], fact["url"] if isinstance(fact["url"], str) else "")
        told = status[fact["status"]]
        period = fact["period"].replace("-", "–")
        named = plain(f"{say.of(fact, 'name')}, {period}: {value}")
        line = f"- {named} ({told}; {source}, {say.date(fact['published'])})"
        derived = f". {say.of(fact, 'note')}" if fact["status"] == "derived" and say.of(fact, "note") else ""
        lines.append(line + plain(derived))
    return "\n".join(lines)


def _fact_ids(topic: str, programme: Programme) -> list[str]:
    """Return the facts that a topic rests on: what its levers start from, what phases cost, or what relations take."""
    if topic == "consistency":
        return list(programme.operands.loc[programme.operands["table"] == "facts", "ref"].drop_duplicates())
    costs = list(programme.project_phases["cost_source"].dropna())
    if topic == "timeline":
        return costs
    base = programme.levers.dropna(subset="fact_id").set_index("key")["fact_id"]
    if topic == "investment":
        span = f"{programme.years[0]}-{programme.years[-1]}"
        reported = programme.fact_of(REPORTED, span)
        first = base.get("base_year.grdp_bn_vnd")
        return [*costs, *([first] if first else []), *([] if reported is None else [str(reported["id"])])]
    growth = programme.fact_of("grdp_growth", str(programme.base_year))
    ids = list(base)
    return [*ids[:1], *([] if growth is None else [str(growth["id"])]), *ids[1:]]


def _corrections(topic: str, programme: Programme, say: Language) -> str:
    chosen = programme.corrections[
        programme.corrections["table"].isin(CORRECTED[topic])
        & (programme.corrections["reading"] == "default")
        & (programme.corrections["column"] != "label_vi")
    ]
    lines = [say("**Corrected values** (the printed one is kept beside the used one):")]
    columns = [f"{column}_{say.code}" for column in ("reason", "evidence")]
    for (reason, evidence), rows in chosen.groupby(columns, sort=False):
        changes = " ".join(_change(row, say) for row in rows.to_dict("records"))
        lines.append("- " + plain(f"{changes} {reason} {evidence}"))
    others = programme.corrections[
        programme.corrections["table"].isin(CORRECTED[topic]) & (programme.corrections["reading"] == "alternative")
    ]
    for row_id, rows in others.groupby("row_id", sort=False):
        values = " – ".join(say.number(float(value)) for value in rows["value"])
        reason, evidence = (say.of(rows.iloc[0], column) for column in ("reason", "evidence"))
        lines.append("- " + plain(f"{row_id}: {values}. {reason} {evidence}"))
    return "\n".join(lines)


def _derived(programme: Programme, say: Language) -> str:
    try:
        low, high = construction_interval(programme)
    except Infeasible:  # then a scenario or the lever catalogue says it
        return ""
    return say(
        "**Derived:** construction's share of industry and construction in 2025 is not published; the programme's "
        "ranges confine it to {low} to {high}, and the middle is used unless a scenario sets it.",
        low=say.percent(low, 2),
        high=say.percent(high, 2),
    )


def _change(row: dict[str, Any], say: Language) -> str:
    printed, used = (say.number(float(row[key])) for key in ("printed_value", "value"))
    return say("{row}: printed {printed}, used {used}.", row=row["row_id"], printed=printed, used=used)


def _doubts(topic: str, programme: Programme, say: Language) -> str:
    tables, kinds = NOTED[topic]
    notes = programme.notes[programme.notes["table"].isin(tables) & programme.notes["kind"].isin(kinds)]
    lines = [say("**Left as printed, with a doubt:**")]
    lines += ["- " + plain(f"{place(row['source'], say)}: {say.of(row, 'text')}") for row in notes.to_dict("records")]
    return "\n".join(lines)
