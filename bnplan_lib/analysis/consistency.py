"""Does the programme agree with itself? Every rule over every table."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from bnplan_lib.analysis.document import document_findings
from bnplan_lib.analysis.finding import CONFIDENCES, SEVERITIES, Finding
from bnplan_lib.analysis.precedence import precedence_findings
from bnplan_lib.analysis.relations import evaluate_ties, relation_findings

if TYPE_CHECKING:
    import pandas as pd

    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario


def audit(programme: Programme, story: Scenario | None = None) -> tuple[Finding, ...]:
    """Return what in the programme does not agree, gravest first.

    Parameters
    ----------
    story
        A scenario whose base year stands in for the facts; the programme's own facts
        where none is given.

    Returns
    -------
    tuple of Finding
        Sorted by severity, confidence and id. Findings listed in the table `accepted`
        carry the reason; an accepted one that no longer occurs is a finding itself.
    """
    found = [
        *document_findings(programme),
        *relation_findings(programme, evaluate_ties(programme, story)),
        *precedence_findings(programme),
    ]
    return tuple(sorted(_accept(found, programme.accepted), key=_gravity))


def audit_relations(programme: Programme, story: Scenario | None = None) -> tuple[Finding, ...]:
    """Return the findings of `audit` that a scenario can change: those of the relations, in its order."""
    return tuple(sorted(relation_findings(programme, evaluate_ties(programme, story)), key=_gravity))


def open_findings(findings: Iterable[Finding], severities: Container[str]) -> list[Finding]:
    """Return the findings of some severities that nobody has accepted."""
    return [one for one in findings if not one.accepted and one.severity in severities]


def _accept(found: list[Finding], accepted: pd.DataFrame) -> list[Finding]:
    reasons = dict(zip(accepted["finding_id"], accepted["reason"], strict=True))
    known = {one.id for one in found}
    gone = [
        Finding(
            id=f"accepted:{key}",
            rule="accepted",
            severity="note",
            confidence="certain",
            message="gone",
            places=(key,),
            values={"finding": key, "reason": reason},
        )
        for key, reason in reasons.items()
        if key not in known
    ]
    return [replace(one, accepted=reasons.get(one.id, "")) for one in found] + gone


def _gravity(one: Finding) -> tuple[int, int, str]:
    return SEVERITIES.index(one.severity), CONFIDENCES.index(one.confidence), one.id
