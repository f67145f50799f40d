"""Which levers of a scenario are uncertain, and how do they move together?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from bnplan_lib.errors import Fault, nearest
from bnplan_lib.inputs.levers import lever_of, no_such_item
from bnplan_lib.inputs.scenario_text import SECTIONS, misspelt, one_line, place, shown, title_problem
from bnplan_lib.model.distributions import NAMES, Distribution
from bnplan_lib.model.growth import BLOCK
from bnplan_lib.model.projects import UNCERTAIN

if TYPE_CHECKING:
    from bnplan_lib.inputs.levers import Lever

Pair = tuple[str, str]
MORE = ("added", "source")  # what any distribution may also say
SHARES = tuple(f"base_year.share_{part}" for part in ("agriculture", BLOCK, "services", "product_taxes"))


def uncertain_levers(catalogue: Mapping[str, Lever]) -> set[str]:
    """Return the levers that may carry a distribution and be correlated: numbers that enter growth, one at a time."""
    return {
        key
        for key, lever in catalogue.items()
        if lever.type == "number" and key.split(".")[0] not in ("projects", "phasing") and key not in SHARES
    }


def read_distributions(
    file: str, given: Any, catalogue: Mapping[str, Lever], named: set[str]
) -> tuple[dict[str, Distribution], list[Fault]]:
    """Return the distributions of a file's [uncertainty] by lever, and every fault.

    Parameters
    ----------
    named
        What levers of projects may be set for: ids, classes and `*`.
    """
    if not isinstance(given, dict):
        return {}, [Fault(place(file, "uncertainty"), "must be a table of levers", shown(given))]
    read: dict[str, Distribution] = {}
    faults: list[Fault] = []
    for key, table in given.items():
        at = place(file, "uncertainty", key)
        lever = lever_of(key, catalogue)
        if problem := _lever_problem(key, table, catalogue, named):
            faults.append(Fault(at, problem))
        elif lever and (found := list(_faults(at, table, lever))):
            faults += found
        elif lever:
            read[key] = _distribution(table, lever)
    return read, faults


def read_correlations(file: str, given: Any, catalogue: Mapping[str, Lever]) -> tuple[dict[Pair, float], list[Fault]]:
    """Return the correlations of a file's [correlation] by pair of levers, and every fault."""
    if not isinstance(given, dict):
        return {}, [Fault(place(file, "correlation"), "must be a table of levers", shown(given))]
    read: dict[Pair, float] = {}
    faults: list[Fault] = []
    for one, row in given.items():
        at = place(file, "correlation", one)
        if problem := _lever_problem(one, row, catalogue):
            faults.append(Fault(at, problem))
        elif not isinstance(row, dict):
            faults.append(Fault(at, "must be a table of the levers it goes with", shown(row)))
        for other, value in row.items() if isinstance(row, dict) and not problem else ():
            at = place(file, "correlation", one, other)
            pair: Pair = (min(one, other), max(one, other))
            if wrong := _lever_problem(other, value, catalogue):
                faults.append(Fault(at, wrong))
            elif wrong := _pair_problem(pair, value, read):
                faults.append(Fault(at, wrong, shown(value)))
            else:
                read[pair] = float(value)
    return read, faults


def _lever_problem(key: str, value: Any, catalogue: Mapping[str, Lever], named: set[str] | None = None) -> str:
    """Return why a lever may not be uncertain or, where no projects are named, correlated."""
    known = uncertain_levers(catalogue)
    section, _, rest = key.partition(".")
    project, _, lever = rest.rpartition(".")
    if key in known:
        return ""
    if named and section == "projects" and lever in UNCERTAIN:
        return "" if project in named else no_such_item(section, project, {section: named})
    if key in SECTIONS and isinstance(value, dict):
        return 'quote the whole key of the lever, such as "growth.industry"'
    exists = lever_of(key, catalogue) is not None or key.startswith("projects.")
    return ("no lever that may carry a distribution" if exists else "unknown lever") + nearest(key, known)


def _pair_problem(pair: Pair, value: Any, read: Mapping[Pair, float]) -> str:
    if pair[0] == pair[1]:
        return "a lever goes with itself: name two levers"
    if not _is_number(value) or not -1 <= value <= 1:
        return "must be a number from -1 to 1"
    return "this pair is given twice" if pair in read else ""


def check_together(
    file: str,
    uncertainty: Mapping[str, Distribution],
    correlations: Mapping[Pair, float],
    values: Mapping[str, Any],
    catalogue: Mapping[str, Lever],
) -> Iterator[Fault]:
    """Yield what is wrong with distributions and correlations once the whole chain of files is read."""
    bare = [(pair, key) for pair in correlations for key in pair if key not in uncertainty]
    for pair, key in bare:
        yield Fault(place(file, "correlation", *pair), f"{key} has no distribution")
    if not bare:
        least = float(np.linalg.eigvalsh(correlation_matrix(list(uncertainty), correlations)).min(initial=1.0))
        if least < -1e-9:
            rule = "no such set of correlations can be: make them weaker"
            yield Fault(place(file, "correlation"), rule, f"a matrix with an eigenvalue of {least:.3f}")
    for key, one in uncertainty.items():
        lever = lever_of(key, catalogue)
        if key.startswith("projects.") or lever is None:  # each project has its own value: checked when it is drawn
            continue
        if problem := _value_problem(one, values.get(key), lever.hard or (-math.inf, math.inf)):
            yield Fault(place(file, "uncertainty", key), *problem)


def _value_problem(one: Distribution, value: Any, hard: tuple[float, float]) -> tuple[str, ...]:
    """Return the rule and what was found where a distribution does not suit its lever's value."""
    if not one.added:
        return ("the lever has a value for each year: set added = true",) if isinstance(value, tuple) else ()
    if value is None:  # the targets give it
        return ()
    given = value if isinstance(value, tuple) else (value,)
    # the tails of a normal one are cut off later, so its mean alone is looked at
    low, high = (one.numbers[0], one.numbers[0]) if one.kind == "normal" else one.support
    low, high = min(given) + low, max(given) + high
    if hard[0] <= low and high <= hard[1]:
        return ()
    return f"must stay between {hard[0]:g} and {hard[1]:g}", f"{low:g} to {high:g}"


def correlation_matrix(keys: list[str], correlations: Mapping[Pair, float]) -> np.ndarray:
    """Return the correlations of levers as a matrix in the order of `keys`."""
    matrix = np.eye(len(keys))
    for (one, other), value in correlations.items():
        first, second = keys.index(one), keys.index(other)
        matrix[first, second] = matrix[second, first] = value
    return matrix


def _faults(at: str, table: Any, lever: Lever) -> Iterator[Fault]:
    if not isinstance(table, dict):
        yield Fault(at, "must be a table with its distribution", shown(table))
        return
    kind = table.get("distribution")
    if not isinstance(kind, str) or kind not in NAMES:
        found = "nothing" if kind is None else shown(kind)
        yield Fault(f"{at}.distribution", f"must be one of {', '.join(NAMES)}", found)
        return
    needed = NAMES[kind]
    unknown = [name for name in table if name not in (*needed, "distribution", *MORE)]
    for name in unknown:
        yield Fault(one_line(f"{at}.{name}"), f"unknown key{nearest(name, (*needed, *MORE))}", shown(table[name]))
    if not isinstance(table.get("added", False), bool):
        yield Fault(f"{at}.added", "must be true or false", shown(table["added"]))
    if "source" in table and (problem := title_problem(table["source"])):
        yield Fault(f"{at}.source", problem, shown(table["source"]))
    meant = misspelt(unknown, [name for name in needed if name not in table])
    wrong = [name for name in needed if not _is_given(name, table.get(name))]
    for name in wrong:
        if name not in meant:
            kinds = "a list of numbers" if name in ("values", "weights") else "a number such as 10.5"
            yield Fault(f"{at}.{name}", f"must be {kinds}", shown(table[name]) if name in table else "nothing")
    if not wrong:
        yield from _shape_faults(at, kind, [table[name] for name in needed], table.get("added") is True, lever)


def _is_given(name: str, value: Any) -> bool:
    if name in ("values", "weights"):
        return isinstance(value, list) and bool(value) and all(map(_is_number, value))
    return _is_number(value)


def _shape_faults(at: str, kind: str, numbers: list[Any], added: bool, lever: Lever) -> Iterator[Fault]:
    low, high = lever.hard or (-math.inf, math.inf)
    width = high - low
    if added:  # from one bound to the other at most
        low, high = -width, width
    if kind == "normal":
        if not 0 < numbers[1] <= width:
            yield Fault(f"{at}.sd", f"must be above 0 and at most {width:g}", shown(numbers[1]))
        numbers = numbers[:1]
    elif kind == "discrete":
        yield from _weight_faults(f"{at}.weights", *numbers)
        numbers = numbers[0]
    elif numbers != sorted(numbers) or numbers[0] == numbers[-1]:
        yield Fault(at, f"must rise: {', '.join(NAMES[kind])}", ", ".join(f"{one:g}" for one in numbers))
    if outside := [one for one in numbers if not low <= one <= high]:
        yield Fault(at, f"must lie between {low:g} and {high:g}", ", ".join(f"{one:g}" for one in outside[:5]))


def _weight_faults(at: str, values: list[float], weights: list[float]) -> Iterator[Fault]:
    if len(values) != len(weights):
        yield Fault(at, f"must be as many as the values, {len(values)}", str(len(weights)))
    if min(weights) < 0 or not 0 < sum(weights) < math.inf:
        yield Fault(at, "must not be negative, and add up to a number above 0", shown(weights))


def _distribution(table: Mapping[str, Any], lever: Lever) -> Distribution:
    kind, added = table["distribution"], table.get("added", False)
    given = [table[name] for name in NAMES[kind]]
    if kind == "discrete":  # a value without weight is never drawn, so it is no end of the support either
        given = [list(column) for column in zip(*(row for row in zip(*given, strict=True) if row[1] > 0), strict=True)]
    numbers = tuple(tuple(map(float, one)) if isinstance(one, list) else float(one) for one in given)
    limits = (-math.inf, math.inf) if added or lever.hard is None else lever.hard
    return Distribution(kind, numbers, added, limits, table.get("source", ""))  # type: ignore[arg-type]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
