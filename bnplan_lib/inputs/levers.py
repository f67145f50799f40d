"""What may a scenario move, and is a value of it allowed?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from bnplan_lib.errors import Fault, nearest
from bnplan_lib.inputs.scenario_text import place, shown
from bnplan_lib.model.profiles import PROFILES
from bnplan_lib.model.projects import CLASSES_OF, general
from bnplan_lib.model.quarters import is_quarter

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme


@dataclass(frozen=True, slots=True)
class Lever:
    """One thing a scenario may move, with its bounds; per cent as in the files."""

    key: str
    type: str
    unit: str
    title_vi: str
    title_en: str
    default: Any
    hard: tuple[float, float] | None
    soft: tuple[float, float] | None
    yearly: bool
    target_id: str | None


@lru_cache(maxsize=4)
def read_levers(programme: Programme) -> dict[str, Lever]:
    """Return the catalogue of levers by key, defaults filled from facts."""
    facts = programme.facts.set_index("id")["value"]
    levers = {}
    for row in programme.levers.astype(object).where(programme.levers.notna(), None).itertuples():
        default = float(facts[row.fact_id]) if row.fact_id else _default(row.type, row.default)
        hard = None if row.hard_low is None else (row.hard_low, row.hard_high)
        soft = None if row.soft_low is None else (row.soft_low, row.soft_high)
        names = (row.unit, row.title_vi, row.title_en)
        levers[row.key] = Lever(row.key, row.type, *names, default, hard, soft, bool(row.yearly), row.target_id)
    return levers


def lever_of(key: str, catalogue: Mapping[str, Lever]) -> Lever | None:
    """Return the lever that a key moves; the id of a project or a task stands for the * of its key."""
    return catalogue.get(general(key))


@lru_cache(maxsize=4)
def item_names(programme: Programme) -> dict[str, set[str]]:
    """Return whose levers may be set in each section: `*`, ids, and classes such as `sector:airport`."""
    named = {}
    for section, classes in CLASSES_OF.items():
        items = getattr(programme, section)
        own = {f"{name}:{code}" for name in classes for code in items[name].dropna().unique()}
        named[section] = {"*", *items["id"], *own}
    return named


def no_such_item(section: str, name: str, named: Mapping[str, set[str]]) -> str:
    """Return the rule that a name of no project or task, and of no class of them, breaks."""
    one = section.removesuffix("s")
    if name.partition(":")[0] in CLASSES_OF[section]:
        return f"no {one} is of this class{nearest(name, named[section])}"
    return f"no such {one}{nearest(name, named[section])}"


def check_levers(
    file: str, given: Mapping[str, Any], programme: Programme, catalogue: Mapping[str, Lever]
) -> tuple[dict[str, Any], list[Fault]]:
    """Return the values of levers that are sound, in their type, and every fault of the others."""
    checked: dict[str, Any] = {}
    faults = []
    named = item_names(programme)
    for key, value in given.items():
        lever, at = lever_of(key, catalogue), place(file, key)
        section, _, own = key.partition(".")
        item = own.rpartition(".")[0] if section in named else ""
        if lever is None:
            faults.append(Fault(at, f"unknown lever{nearest(key, catalogue)}", shown(value)))
        elif section in named and item not in named[section]:
            faults.append(Fault(at, no_such_item(section, item, named), shown(item)))
        elif problem := _problem(value, lever, len(programme.years)):
            faults.append(Fault(at, problem, shown(value)))
        else:
            checked[key] = tuple(map(float, value)) if isinstance(value, list | tuple) else _plain(value, lever)
    return checked, faults


CHOICES = {"profile": tuple(PROFILES)}  # what a lever of this unit may be


def _problem(value: Any, lever: Lever, years: int) -> str:
    if lever.type == "boolean":
        return "" if isinstance(value, bool) else "must be true or false"
    if lever.type == "choice":
        return "" if value in CHOICES[lever.unit] else f"must be one of {', '.join(CHOICES[lever.unit])}"
    if lever.type == "quarter":
        return "" if is_quarter(value) else "must be a quarter such as 2026Q1, from 2000Q1 to 2100Q4"
    if not isinstance(value, list | tuple):
        return _number_problem(value, lever)
    if not lever.yearly:
        return "must be one number"
    if len(value) != years:
        return f"must be one number or {years}, one a year"
    return next(filter(None, (_number_problem(one, lever) for one in value)), "")


def _number_problem(value: Any, lever: Lever) -> str:
    kinds = int if lever.type == "integer" else int | float
    if isinstance(value, bool) or not isinstance(value, kinds):
        return "must be a whole number" if lever.type == "integer" else "must be a number such as 10.5"
    low, high = lever.hard or (float("-inf"), float("inf"))
    if not low <= value <= high:  # also refuses nan
        return f"must lie between {low:g} and {high:g} ({lever.unit.replace('_', ' ')})"
    return ""


def _plain(value: Any, lever: Lever) -> Any:
    return float(value) if lever.type == "number" else value


def _default(kind: str, text: str | None) -> Any:
    if text is None or kind in ("quarter", "choice"):
        return text
    return text == "true" if kind == "boolean" else int(text) if kind == "integer" else float(text)
