"""What can a scenario move, how far, and what do the defaults rest on?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.display import HTML

from bnplan_lib.analysis.finding import natural
from bnplan_lib.figures.amounts import amount
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.levers import lever_amount
from bnplan_lib.figures.tables import html_table

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme


def lever_table(programme: Programme, lang: str) -> HTML:
    """Return every lever of a scenario: how it is written, its default and what that rests on, how far it may go."""
    say = speak(lang)
    facts = dict(zip(programme.facts["id"], programme.facts["value"], strict=True))
    rows = [
        (
            f"{say.of(row, 'title')} ({row['key']})",
            _default(row, facts, say),
            _reach(row, "soft", say),
            _reach(row, "hard", say),
            say("yes") if row["yearly"] else say("no"),
            say.of(row, "description"),
        )
        for row in programme.levers.to_dict("records")
    ]
    heads = [say("Lever"), say("Default"), say("Usual"), say("Possible"), say("By year"), say("Meaning")]
    note = say("Outside the usual values a scenario is accepted and told so; outside the possible ones it is refused.")
    return html_table("levers", heads, rows, note=note)


def _default(row: dict[str, Any], facts: dict[str, float], say: Language) -> str:
    """Return a lever's default and what it rests on."""
    if isinstance(row["fact_id"], str):
        value = lever_amount(float(facts[row["fact_id"]]), row["unit"], say)
        return say("{value}, fact {fact}", value=value, fact=row["fact_id"])
    if isinstance(row["target_id"], str):
        return say("target {target}", target=row["target_id"])
    if not isinstance(row["default"], str):
        return say("derived")
    if row["type"] in ("number", "integer"):
        value = lever_amount(float(row["default"]), row["unit"], say)
    elif row["type"] in ("quarter", "choice"):
        value = lever_amount(row["default"], row["unit"], say)
    else:
        value = lever_amount(row["default"] == "true", "", say)
    return say("{value}, assumed", value=value) if row["basis"] == "assumed" else value


def _reach(row: dict[str, Any], kind: str, say: Language) -> str:
    """Return the range that a lever usually keeps to (soft) or may have at all (hard)."""
    low, high = row[f"{kind}_low"], row[f"{kind}_high"]
    return "–" if low != low else amount(natural(low, high, row["unit"]), row["unit"], say)
