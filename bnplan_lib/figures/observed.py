"""What has been reported, by whom it is said, and what did it take the place of?"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import pandas as pd
from IPython.display import HTML

from bnplan_lib.figures.language import NBSP, Language, speak
from bnplan_lib.figures.markup import markup
from bnplan_lib.figures.report_form import NAMES
from bnplan_lib.figures.sources import row_number
from bnplan_lib.figures.tables import html_table

if TYPE_CHECKING:
    from bnplan_lib.analysis.progress import Progress
    from bnplan_lib.inputs.programme import Programme


def observed_table(programme: Programme, now: Progress, lang: str) -> HTML:
    """Return every value that counts with its status, source and day, and those that another took the place of."""
    say = speak(lang)
    statuses = say.labels(programme.codes, "observation_status")
    measures = say.labels(programme.codes, "observation_measure")
    replaced = {
        (row["table"], row["id"], row["measure"], row["period"], row["status"]): row
        for row in now.revisions.to_dict("records")
    }
    shown = now.observed
    if now.agency:
        own = {*zip(now.items["table"], now.items["id"], strict=True), *(("targets", one) for one in now.targets["id"])}
        shown = shown[[(name, row_id) in own for name, row_id in zip(shown["table"], shown["id"], strict=True)]]
    addresses = programme.facts.set_index("id")["url"]
    rows = []
    for row in shown.to_dict("records"):
        items = getattr(programme, row["table"])
        item = items[items["id"] == row["id"]].iloc[0]
        change = replaced.get(tuple(row[name] for name in ("table", "id", "measure", "period", "status")))
        told = (
            say("instead of {value}: {reason}", value=_number(change["before"], say), reason=change["reason"])
            if change
            else "–"
        )
        url = addresses.get(row["fact_id"]) if isinstance(row["fact_id"], str) else None
        source = html.escape(row["source"])
        rows.append(
            (
                row_number(row["id"]),
                say.of(item, NAMES[row["table"]]),
                say.quarter(row["period"]) if "Q" in row["period"] else row["period"],
                _number(row["value"], say),
                _unit(programme, row, item, measures, say),
                statuses[row["status"]].replace(" ", NBSP),
                markup(f'<a href="{html.escape(url)}">{source}</a>' if isinstance(url, str) else source),
                say.date(row["recorded"]),
                told,
            )
        )
    heads = [
        *(say("Row"), say("What is reported"), say("Period"), say("Value"), say("Unit"), say("Status")),
        *(say("Source or evidence"), say("Recorded on"), say("Corrected")),
    ]
    return html_table("observed", heads, rows, numbers=(3,))


def _number(value: float, say: Language) -> str:
    return say.number(value, len(f"{value:.4f}".rstrip("0").partition(".")[2]))


def _unit(programme: Programme, row: dict[str, Any], item: pd.Series, measures: dict[str, str], say: Language) -> str:
    if row["measure"] == "value":
        return say.labels(programme.codes, "unit")[item["unit"]]
    return measures[row["measure"]]
