"""How is a lever said: its title, its value, a change of it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bnplan_lib.analysis.finding import natural
from bnplan_lib.figures.amounts import amount
from bnplan_lib.figures.language import Language
from bnplan_lib.model.projects import CLASSES_OF

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme


def lever_title(programme: Programme, name: str, say: Language) -> str:
    """Return a lever's title; of a year with the year, of a project with its id, and of what stands for several."""
    if name == "growth":
        return say("Growth of all sectors")
    if name == "base_year.share_*":
        return say("Shares of the sectors in 2025")
    titles = programme.levers.set_index("key")
    section, _, own = name.partition(".")
    if section in CLASSES_OF:
        item, _, lever = own.rpartition(".")
        return _whose(programme, section, item, say) + say.of(titles.loc[f"{section}.*.{lever}"], "title")
    key, _, year = name.rpartition(".")
    if year.isdigit():
        return f"{say.of(titles.loc[key], 'title')}, {year}"
    return say.of(titles.loc[name], "title")


def _whose(programme: Programme, section: str, item: str, say: Language) -> str:
    """Return whose lever it is: a project's or a task's by its id, a class by its name, nothing where it is of all."""
    kind, _, code = item.partition(":")
    names = say.labels(programme.codes, {"group": "task_group"}.get(kind, kind)) if code else {}
    task = say("task") + " " if section == "tasks" and not code else ""  # II.6 is a project too
    return "" if item == "*" else f"{task}{names.get(code, item)}: "


def profile_name(value: str, say: Language) -> str:
    """Return what a spending profile is called within a sentence."""
    names = {
        "uniform": say("even"),
        "front": say("front-loaded"),
        "back": say("back-loaded"),
        "s_curve": say("S-curve"),
    }
    return names[value]


def lever_amount(value: Any, unit: str, say: Language) -> str:
    """Return a lever's value with its unit, as in the files; values of several years behind each other."""
    if value is None:
        return say("as its target")
    if isinstance(value, tuple):
        return "; ".join(lever_amount(one, unit, say) for one in value)
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if unit == "profile":
        return profile_name(value, say)
    if isinstance(value, str):
        return say.quarter(value)
    if unit == "percentage_points":
        return say("{points} percentage points", points=say.number(value, 1))
    return amount(natural(value, value, unit), unit, say)


def lever_suffix(unit: str, say: Language) -> str:
    """Return what follows a lever's title to say its unit; blank where there is none."""
    units = {
        "percent_per_year": say(", % a year"),
        "percent": ", %",
        "percent_of_grdp": ", %",
        "percentage_points": say(", percentage points"),
        "bn_vnd": ", " + say("bn VND"),
        "bn_usd": ", " + say("bn USD"),
        "persons": say(", people"),
        "vnd_per_usd": say(", VND per USD"),
        "million_vnd_per_month": say(", million VND a month"),
    }
    return units.get(unit, "")


def change_of(value: float, unit: str, say: Language) -> str:
    """Return the size of a change of a lever, per cent in percentage points."""
    if unit.startswith("percent"):
        return say("{points} percentage points", points=say.number(abs(value), 2))
    return lever_amount(abs(value), unit, say)
