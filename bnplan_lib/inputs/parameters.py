"""Are a notebook's parameters ones it knows, and within bounds?"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Collection, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from bnplan_lib.errors import Fault, ParameterError, nearest, shorten
from bnplan_lib.model.measures import goals_of
from bnplan_lib.model.quarters import is_quarter

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme

LANGUAGES = ("en", "vi")
MOST_COMPARED = 5  # scenarios beside the first: as many as a reader can tell apart
SCENARIOS = {"scenario", "uncertainty", "against"}  # the parameters that name scenarios
INJECTED = "# Parameters"  # how papermill heads the cell it puts in


def _choice(*allowed: str) -> Callable[[Any], str]:
    return lambda value: "" if value in allowed else f"must be one of {', '.join(allowed)}"


def _whole(low: int, high: int) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        whole = isinstance(value, int) and not isinstance(value, bool)
        return "" if whole and low <= value <= high else f"must be a whole number from {low} to {high}"

    return check


def _per_cent(low: float, high: float) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return "" if number and low <= value <= high else f"must be a number from {low:g} to {high:g} (per cent)"

    return check


def _text(value: Any) -> str:
    return "" if isinstance(value, str) and value else "must be a text"


def _quarter(value: Any) -> str:
    return "" if is_quarter(value) else "must be a quarter such as 2026Q1, from 2000Q1 to 2100Q4"


def _levers(value: Any) -> str:
    named = isinstance(value, dict) and all(isinstance(key, str) for key in value)
    return "" if named else "must be a mapping from levers to values"


def _slips(value: Any) -> str:
    named = isinstance(value, dict) and all(isinstance(key, str) for key in value)
    sound = named and all(_whole(0, 80)(one) == "" for one in value.values())
    return "" if sound else 'must be a mapping from items to quarters from 0 to 80, such as {"tasks:II.6": 4}'


def _agency(value: Any) -> str:
    sound = isinstance(value, str) and (value == "" or re.fullmatch(r"[a-z][a-z0-9_]*", value))
    return "" if sound else "must be the id of a body, as `bnplan show agencies` lists them, or blank for all"


def _target(value: Any) -> str:
    sound = isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_.]*", value)
    return "" if sound else "must be the id of a target that growth decides, or blank for GRDP growth"


def _names(value: Any) -> str:
    named = isinstance(value, list) and all(isinstance(name, str) and name for name in value)
    if not named or len(value) > MOST_COMPARED or len(set(value)) < len(value):
        return f"must be a list of at most {MOST_COMPARED} different names"
    return ""


# Every parameter of every notebook, and what it may be.
RULES: Mapping[str, Callable[[Any], str]] = {
    "scenario": _text,
    "lang": _choice(*LANGUAGES),
    "levers": _levers,
    "goal": _per_cent(0, 25),
    "uncertainty": _text,
    "draws": _whole(100, 100_000_000),
    "seed": _whole(0, 2**31 - 1),
    "against": _names,
    "measured": _target,
    "largest": _whole(1, 30),
    "limit": _per_cent(1, 500),
    "slip": _whole(1, 40),
    "shared": _choice("corridor", "place", "sector", "asset", "capital_source", "agency"),
    "lanes": _choice("capital_source", "sector", "asset", "place", "corridor", "agency"),
    "slips": _slips,
    "later": _whole(0, 40),
    "as_of": _quarter,
    "year": _whole(2000, 2100),
    "agency": _agency,
    "slack": _per_cent(0, 200),
}


def parameter_faults(given: Mapping[str, Any], known: Mapping[str, Any] | None = None) -> list[Fault]:
    """Return the faults of parameters; `known` are those that the notebook declares."""
    known = RULES if known is None else known
    faults = []
    for name, value in given.items():
        if name in known and name not in RULES:
            faults.append(Fault(f"parameter {name}", f"the suite has no rule for it{nearest(name, RULES)}"))
        elif name not in known:
            faults.append(Fault(f"parameter {name}", f"unknown{nearest(name, known)}", shorten(value)))
        elif problem := RULES[name](value):
            faults.append(Fault(f"parameter {name}", problem, shorten(value)))
    return faults


def programme_faults(given: Mapping[str, Any], programme: Programme) -> list[Fault]:
    """Return faults of a year that is not the programme's, and of a body or a target that it does not know."""
    faults = []
    if (measured := given.get("measured")) and measured not in (known := goals_of(programme)):
        faults.append(
            Fault("parameter measured", f"growth does not decide it{nearest(measured, known)}", shorten(measured))
        )
    years, agency = programme.years, given.get("agency")
    if isinstance(year := given.get("year"), int) and year not in years:
        faults.append(Fault("parameter year", f"must be one from {years[0]} to {years[-1]}", shorten(year)))
    tables = (programme.targets, programme.tasks, programme.directives)
    leads = {lead for table in tables for cell in table["leads"].dropna() for lead in cell.split(";")}
    if agency and agency not in leads:
        faults.append(
            Fault("parameter agency", f"no body that leads anything{nearest(agency, leads)}", shorten(agency))
        )
    return faults


def slip_faults(slips: Any, programme: Programme) -> list[Fault]:
    """Return a fault for each slip of something that waits for nothing and that nothing waits for."""
    pairs = programme.precedences
    items = {
        f"{table}:{item}"
        for side in ("before", "after")
        for table, item in zip(pairs[f"{side}_table"], pairs[f"{side}_id"], strict=True)
    }
    wrong = [key for key in slips if key not in items] if isinstance(slips, dict) else []
    return [
        Fault("parameter slips", f"no item of the precedence table{nearest(key, items)}", shorten(key)) for key in wrong
    ]


def check_parameters(**declared: Any) -> None:
    """Check the parameters of the notebook that calls this, as strictly as `bnplan run` does.

    A name that papermill or jupyter-scheduler put in and the notebook does not declare is
    an error too: the one would only log it, the other not even that.

    Raises
    ------
    ParameterError
        With every fault at once.
    """
    faults = parameter_faults(declared, declared)
    faults += [
        Fault(f"parameter {name}", f"unknown{nearest(name, declared)}")
        for name in sorted(_injected_names(declared) - set(declared))
    ]
    if faults:
        raise ParameterError(faults)


def _injected_names(declared: Collection[str]) -> set[str]:
    """Return the names assigned in the cell that papermill or jupyter-scheduler put in, if this runs under one."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    cells = shell.user_ns.get("In", []) if shell else []
    injected = next((cell for cell in cells if cell.startswith(INJECTED)), "")
    alone = not getattr(getattr(shell, "kernel", None), "_allow_stdin", True)  # a person may try things between cells
    if alone and not injected:
        pairs = (after for own, after in pairwise(cells) if _declares(own, declared) and _only_sets_values(after))
        injected = next(pairs, "")
    targets = (node.targets for node in ast.parse(injected).body if isinstance(node, ast.Assign))
    return {target.id for group in targets for target in group if isinstance(target, ast.Name)}


def _declares(cell: str, names: Collection[str]) -> bool:
    return bool(names) and all(re.search(rf"^{name}\b.*=", cell, re.MULTILINE) for name in names)


def _only_sets_values(cell: str) -> bool:
    """Return whether a cell is like the one of jupyter-scheduler, which has no heading: names and values alone."""
    tree = ast.parse(cell)
    calls = any(isinstance(node, ast.Call) for node in ast.walk(tree))
    return bool(tree.body) and not calls and all(isinstance(line, ast.Assign) for line in tree.body)
