"""What is the whole story at a glance? Four figures: targets, money, time, tensions."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from IPython.display import HTML

from bnplan_lib.analysis.consistency import audit
from bnplan_lib.analysis.envelope import investment_envelope
from bnplan_lib.analysis.growth import growth_targets
from bnplan_lib.analysis.timeline import concurrency
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.markup import markup

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

ROW = "display:flex;flex-wrap:wrap;gap:.8rem 1.6rem;margin:1rem 0"
CARD = "flex:1 1 9rem;max-width:15rem;border-top:3px solid var(--accent,#1f5fa8);padding-top:.4rem"
FIGURE = "font-size:1.9rem;font-weight:700;line-height:1.2"


def at_a_glance(programme: Programme, story: Scenario, lang: str) -> HTML:
    """Return four figures with what they mean: targets met, money taken, what runs at once, figures that disagree."""
    say = speak(lang)
    parts = (_targets, _money, _time, _tensions)
    told = (part(programme, story, say) for part in parts)
    cards = (
        f'<div style="{CARD}"><div style="{FIGURE}">{html.escape(figure)}</div><div>{html.escape(text)}</div></div>'
        for figure, text in told
    )
    return markup(f'<div class="glance" style="{ROW}">{"".join(cards)}</div>')


def _targets(programme: Programme, story: Scenario, say: Language) -> tuple[str, str]:
    met = growth_targets(programme, story)["met"]
    figure = say("{met} of {all_targets}", met=say.number(met.sum()), all_targets=say.number(len(met)))
    return figure, say("targets that growth decides are met")


def _money(programme: Programme, story: Scenario, say: Language) -> tuple[str, str]:
    table = investment_envelope(programme, story)
    fullest = table.loc[table["listed_share"].idxmax()]
    share = say.percent(table["listed_bn_vnd"].sum() / table["envelope_bn_vnd"].sum(), 0)
    return share, say(
        "of all that is invested in {first}–{last} goes to the listed projects; {most} in {year} alone",
        first=programme.years[0],
        last=programme.years[-1],
        most=say.percent(fullest["listed_share"], 0),
        year=fullest["year"],
    )


def _time(programme: Programme, story: Scenario, say: Language) -> tuple[str, str]:
    table = concurrency(programme, story)
    if table.empty:
        return "0", say("projects and tasks run")
    runs = table["running_projects"] + table["running_tasks"]
    peak = table.loc[runs.idxmax()]
    return say.number(runs.max()), say(
        "projects and tasks run at once in {quarter}, of {items} in all",
        quarter=say.quarter(peak["quarter"]),
        items=say.number(len(programme.projects) + len(programme.tasks)),
    )


def _tensions(programme: Programme, story: Scenario, say: Language) -> tuple[str, str]:
    found = [one.severity for one in audit(programme, story)]
    figure = say.number(found.count("error"))
    return figure, say(
        "errors among the programme's own figures; tensions besides: {tensions}",
        tensions=say.number(found.count("tension")),
    )
