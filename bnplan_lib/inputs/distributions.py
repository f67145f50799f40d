"""Which levers of a scenario are uncertain, and how do they move together?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from bnplan_lib.errors import Fault, nearest, shorten
from bnplan_lib.model.distributions import NAMES, Distribution
from bnplan_lib.model.growth import BLOCK

if TYPE_CHECKING:
    from bnplan_lib.inputs.scenario import Lever

Pair = tuple[str, str]
SHARES = tuple(f"base_year.share_{part}" for part in ("agriculture", BLOCK, "services", "product_taxes"))


def uncertain_levers(catalogue: Mapping[str, Lever]) -> set[str]:
    """Return the levers that may carry a distribution: numbers that enter growth, one at a time."""
    return {
        key
        for key, lever in catalogue.items()
        if lever.type == "number" and not key.startswith("projects.") and key not in SHARES
    }


def read_distributions(
    file: str, given: Any, catalogue: Mapping[str, Lever]
) -> tuple[dict[str, Distribution], list[Fault]]:
    """Return the distributions of a file's [uncertainty] by lever, and every fault."""
    if not isinstance(given, dict):
        return {}, [Fault(f"{file}:uncertainty", "must be a table of levers", shorten(given))]
    read: dict[str, Distribution] = {}
    faults: list[Fault] = []
    for key, table in given.items():
        place = f"{file}:uncertainty.{key}"
        if key not in uncertain_levers(catalogue):
            rule = "no lever that may carry a distribution" if key in catalogue else "unknown lever"
            faults.append(Fault(place, f"{rule}{nearest(key, uncertain_levers(catalogue))}"))
        elif found := list(_faults(place, table, catalogue[key])):
            faults += found
        else:
            read[key] = _distribution(table, catalogue[key])
    return read, faults


def read_correlations(file: str, given: Any, catalogue: Mapping[str, Lever]) -> tuple[dict[Pair, float], list[Fault]]:
    """Return the correlations of a file's [correlation] by pair of levers, and every fault."""
    if not isinstance(given, dict) or not all(isinstance(row, dict) for row in given.values()):
        return {}, [Fault(f"{file}:correlation", "must hold a table of levers for each lever", shorten(given))]
    read: dict[Pair, float] = {}
    faults: list[Fault] = []
    for one, row in given.items():
        for other, value in row.items():
            place = f"{file}:correlation.{one}.{other}"
            unknown = [key for key in (one, other) if key not in uncertain_levers(catalogue)]
            pair: Pair = (min(one, other), max(one, other))
            if unknown:
                faults.append(Fault(place, f"unknown lever{nearest(unknown[0], uncertain_levers(catalogue))}"))
            elif one == other:
                faults.append(Fault(place, "a lever goes with itself: name two levers"))
            elif not _is_number(value) or not -1 <= value <= 1:
                faults.append(Fault(place, "must be a number from -1 to 1", shorten(value)))
            elif pair in read:
                faults.append(Fault(place, "this pair is given twice", shorten(value)))
            else:
                read[pair] = float(value)
    return read, faults


def check_together(
    file: str,
    uncertainty: Mapping[str, Distribution],
    correlations: Mapping[Pair, float],
    values: Mapping[str, Any],
    catalogue: Mapping[str, Lever],
) -> Iterator[Fault]:
    """Yield what is wrong with distributions and correlations once the whole chain of files is read."""
    for pair in correlations:
        for key in pair:
            if key not in uncertainty:
                yield Fault(f"{file}:correlation.{pair[0]}.{pair[1]}", f"{key} has no distribution")
    if not any(key not in uncertainty for pair in correlations for key in pair):
        least = float(np.linalg.eigvalsh(correlation_matrix(list(uncertainty), correlations)).min(initial=1.0))
        if least < -1e-9:
            rule = "no such set of correlations can be: make them weaker"
            yield Fault(f"{file}:correlation", rule, f"a matrix with an eigenvalue of {least:.3f}")
    for key, one in uncertainty.items():
        value, (low, high) = values.get(key), one.support
        if isinstance(value, tuple) and not one.added:
            yield Fault(f"{file}:uncertainty.{key}", "the lever has a value for each year: set added = true")
        hard = catalogue[key].hard or (-math.inf, math.inf)
        for number in (value if isinstance(value, tuple) else (value,)) if one.added and one.kind != "normal" else ():
            if number is not None and not (hard[0] <= number + low and number + high <= hard[1]):
                found = f"{number + low:g} to {number + high:g}"
                yield Fault(f"{file}:uncertainty.{key}", f"must stay between {hard[0]:g} and {hard[1]:g}", found)


def correlation_matrix(keys: list[str], correlations: Mapping[Pair, float]) -> np.ndarray:
    """Return the correlations of levers as a matrix in the order of `keys`."""
    matrix = np.eye(len(keys))
    for (one, other), value in correlations.items():
        first, second = keys.index(one), keys.index(other)
        matrix[first, second] = matrix[second, first] = value
    return matrix


def _faults(place: str, table: Any, lever: Lever) -> Iterator[Fault]:
    if not isinstance(table, dict):
        yield Fault(place, "must be a table with its distribution", shorten(table))
        return
    kind = table.get("distribution")
    if not isinstance(kind, str) or kind not in NAMES:
        found = "nothing" if kind is None else shorten(kind)
        yield Fault(f"{place}.distribution", f"must be one of {', '.join(NAMES)}", found)
        return
    needed = NAMES[kind]
    for name, value in table.items():
        if name not in (*needed, "distribution", "added"):
            yield Fault(f"{place}.{name}", f"unknown key{nearest(name, (*needed, 'added'))}", shorten(value))
    if not isinstance(table.get("added", False), bool):
        yield Fault(f"{place}.added", "must be true or false", shorten(table["added"]))
    wrong = [fault for name in needed for fault in _number_faults(f"{place}.{name}", name, table.get(name))]
    yield from wrong
    if not wrong:
        yield from _shape_faults(place, kind, [table[name] for name in needed], table.get("added") is True, lever)


def _number_faults(place: str, name: str, value: Any) -> Iterator[Fault]:
    if name in ("values", "weights"):
        if not isinstance(value, list) or not value or not all(map(_is_number, value)):
            yield Fault(place, "must be a list of numbers", "nothing" if value is None else shorten(value))
    elif not _is_number(value):
        yield Fault(place, "must be a number such as 10.5", "nothing" if value is None else shorten(value))


def _shape_faults(place: str, kind: str, numbers: list[Any], added: bool, lever: Lever) -> Iterator[Fault]:
    hard = (-math.inf, math.inf) if added or lever.hard is None else lever.hard
    if kind == "normal":
        if numbers[1] <= 0:
            yield Fault(f"{place}.sd", "must be above 0", shorten(numbers[1]))
        numbers = numbers[:1]
    elif kind == "discrete":
        if len(numbers[0]) != len(numbers[1]):
            yield Fault(f"{place}.weights", f"must be as many as the values, {len(numbers[0])}", str(len(numbers[1])))
        if min(numbers[1]) < 0 or sum(numbers[1]) <= 0:
            yield Fault(f"{place}.weights", "must not be negative, and some above 0", shorten(numbers[1]))
        numbers = numbers[0]
    elif numbers != sorted(numbers) or numbers[0] == numbers[-1]:
        yield Fault(place, f"must rise: {', '.join(NAMES[kind])}", ", ".join(f"{one:g}" for one in numbers))
    if not all(hard[0] <= one <= hard[1] for one in numbers):
        yield Fault(place, f"must lie between {hard[0]:g} and {hard[1]:g}", ", ".join(f"{one:g}" for one in numbers))


def _distribution(table: Mapping[str, Any], lever: Lever) -> Distribution:
    kind, added = table["distribution"], table.get("added", False)
    given = [table[name] for name in NAMES[kind]]
    numbers = tuple(tuple(map(float, one)) if isinstance(one, list) else float(one) for one in given)
    limits = (-math.inf, math.inf) if added or lever.hard is None else lever.hard
    return Distribution(kind, numbers, added, limits)  # type: ignore[arg-type]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
