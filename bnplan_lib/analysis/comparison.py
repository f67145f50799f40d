"""How do scenarios differ, and which levers make the difference?"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bnplan_lib.errors import Infeasible, PlanError
from bnplan_lib.model.economy import Economy, lever_value, macro_path
from bnplan_lib.model.growth import HEADLINE, Basis, basis_of, growth_path
from bnplan_lib.model.measures import goals_of

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

EXACT = 8  # drivers; above it orders are sampled
ORDERS = 400
INERT = ("phasing.", "projects.", "tasks.")  # sections that do not enter growth
POSITION = "targets.position"
SHARES = "base_year.share_"
SHARES_TOGETHER = "base_year.share_*"  # they add up to 100, so they change as one


def compare(programme: Programme, stories: Sequence[Scenario]) -> pd.DataFrame:
    """Return scenarios side by side, and how each differs from the first.

    Returns
    -------
    DataFrame
        One row a scenario, quantity, sector and year: `scenario, quantity, unit, sector,
        year, target_id, value, difference, relative`. Quantities are `level_bn_vnd`,
        `growth`, `contribution`, `share_of_grdp` by sector and year; the columns of
        `macro_path` by year; and `target`, the figure each target is held against.
        Natural units, shares as fractions; `relative` is the difference over the first
        scenario's value, missing for shares and where that is 0.

    Raises
    ------
    PlanError
        If there is no scenario, or two have one name.
    """
    names = [story.name for story in stories]
    if not names or len(set(names)) < len(names):
        raise PlanError(f"compare: needs scenarios of different names, found {', '.join(names) or 'none'}")
    parts = [part for story in stories for part in _quantities(programme, story)]
    keys = ["quantity", "unit", "sector", "year", "target_id"]
    table = pd.concat(parts, ignore_index=True)[["scenario", *keys, "value"]]
    table["year"] = table["year"].astype("Int64")
    size = len(table) // len(stories)
    first = np.tile(table["value"].to_numpy()[:size], len(stories))
    table["difference"] = table["value"] - first
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = (table["unit"] == "share") | table["unit"].str.startswith("percent")
        relative = np.where(shares | (first == 0), np.nan, table["difference"] / np.abs(first))
    return table.assign(relative=relative)


def _quantities(programme: Programme, story: Scenario) -> list[pd.DataFrame]:
    path = growth_path(programme, story)
    whole = path.loc[path["sector"] == "grdp"].set_index("year")["level_bn_vnd"]
    path["share_of_grdp"] = path["level_bn_vnd"] / path["year"].map(whole)
    by_sector = path.melt(["scenario", "sector", "year"], var_name="quantity")
    by_sector["unit"] = by_sector["quantity"].map(lambda name: "bn_vnd" if name == "level_bn_vnd" else "share")
    macro = macro_path(programme, story).drop(columns=["grdp_bn_vnd", "growth"])
    by_year = macro.melt(["scenario", "year"], var_name="quantity")
    by_year["unit"] = by_year["quantity"].map(_unit)
    now = Economy(basis_of(programme), story.values)
    goals = goals_of(programme)
    by_target = pd.DataFrame(
        {
            "scenario": story.name,
            "quantity": "target",
            "unit": [goal.unit for goal in goals.values()],
            "target_id": list(goals),
            "value": [float(goal.measure.of(now)[0]) for goal in goals.values()],
        }
    )
    return [by_sector, by_year, by_target]


def _unit(quantity: str) -> str:
    """Return the unit that a column's name ends in; growth and parts of growth are shares."""
    endings = {
        "per_month": "million_vnd_per_month",
        "per_usd": "vnd_per_usd",
        "bn_vnd": "bn_vnd",
        "bn_usd": "bn_usd",
        "usd": "usd",
        "growth": "share",
        "implied": "share",
        "part": "share",
        "population": "persons",
    }
    return next((unit for ending, unit in endings.items() if quantity.endswith(ending)), "ratio")


def explain_difference(
    programme: Programme, story: Scenario, other: Scenario, target_id: str = "", seed: int = 1
) -> pd.DataFrame:
    """Return how the difference between two scenarios divides among the levers that differ.

    Each lever's part is its Shapley value: what it adds, averaged over all orders in
    which the levers could be moved. Exact up to eight levers, sampled above. The parts
    add up to the difference.

    Parameters
    ----------
    target_id
        The target whose figure is explained; average GRDP growth where blank.

    Returns
    -------
    DataFrame
        One row a lever, the largest part first: `lever, first_value, other_value, part,
        error`. `part` is in the natural unit of the target, `error` its standard error
        where orders are sampled, 0 where exact. Levers of projects do not enter growth
        and have no row; the four shares of the base year change as one.

    References
    ----------
    Shapley (1953); METHODS section 1.
    """
    basis = basis_of(programme)
    target_id = target_id or programme.target_of(HEADLINE)
    measure = goals_of(programme, [target_id])[target_id].measure
    drivers = _drivers(basis, story.values, other.values)

    def figure(moved: frozenset[str]) -> float:
        keys = {key for driver in moved for key in drivers[driver]}
        value = float(measure.of(Economy(basis, _mixed(story.values, other.values, keys)))[0])
        if math.isnan(value):
            raise Infeasible(f"{target_id}: has no value for some of the levers' settings, so they share no difference")
        return value

    parts, errors = _shapley(tuple(drivers), figure, seed)
    table = pd.DataFrame(
        {
            "lever": list(drivers),
            "first_value": [_shown(basis, story.values, keys) for keys in drivers.values()],
            "other_value": [_shown(basis, other.values, keys) for keys in drivers.values()],
            "part": parts,
            "error": errors,
        }
    )
    return table.sort_values("part", key=lambda part: -part.abs(), kind="stable", ignore_index=True)


def farthest(programme: Programme, stories: Sequence[Scenario], target_id: str) -> Scenario:
    """Return the scenario whose figure for a target lies farthest from the first one's; the first if it is alone."""
    basis = basis_of(programme)
    target_id = target_id or programme.target_of(HEADLINE)
    measure = goals_of(programme, [target_id])[target_id].measure
    figures = [float(measure.of(Economy(basis, story.values))[0]) for story in stories]
    apart = np.nan_to_num(np.abs(np.subtract(figures, figures[0])), nan=-1.0)
    return stories[int(np.argmax(apart))]


def _drivers(basis: Basis, first: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return what differs between two settings: a name, and the levers that change with it."""
    same_position = first.get(POSITION) == other.get(POSITION)

    def differs(key: str) -> bool:
        if first.get(key) == other.get(key) or key.startswith(INERT):
            return False
        if (key in first and key in other) or not same_position:
            return True
        return bool(lever_value(basis, first, key) != lever_value(basis, other, key))  # one of them follows a target

    differing = [key for key in dict.fromkeys([*first, *other]) if differs(key)]
    shares = tuple(key for key in differing if key.startswith(SHARES))
    alone = {key: (key,) for key in differing if key not in shares}
    return alone | ({SHARES_TOGETHER: shares} if shares else {})


def _mixed(first: Mapping[str, Any], other: Mapping[str, Any], keys: set[str]) -> dict[str, Any]:
    """Return the first setting with some levers as in the other, where they may be absent."""
    mixed = {key: value for key, value in first.items() if key not in keys}
    return mixed | {key: other[key] for key in keys if key in other}


def _shown(basis: Basis, values: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    """Return a driver's value in one setting, the one of its target where it follows that."""
    return lever_value(basis, values, keys[0]) if len(keys) == 1 else tuple(values[key] for key in keys)


def _shapley(
    drivers: tuple[str, ...], figure: Callable[[frozenset[str]], float], seed: int
) -> tuple[list[float], list[float]]:
    """Return each driver's Shapley value and its standard error."""
    known: dict[frozenset[str], float] = {}

    def worth(moved: frozenset[str]) -> float:
        if moved not in known:
            known[moved] = figure(moved)
        return known[moved]

    if len(drivers) <= EXACT:
        return [_exact(driver, drivers, worth) for driver in drivers], [0.0] * len(drivers)
    random = np.random.default_rng(seed)
    added = np.empty((ORDERS, len(drivers)))
    for order in range(0, ORDERS, 2):  # each order also backwards: the parts of the two vary less
        way = random.permutation(len(drivers))
        for line, places in ((order, way), (order + 1, way[::-1])):
            moved: frozenset[str] = frozenset()
            for place in places:
                more = moved | {drivers[place]}
                added[line, place] = worth(more) - worth(moved)
                moved = more
    pairs = (added[::2] + added[1::2]) / 2
    errors = pairs.std(axis=0, ddof=1) / math.sqrt(len(pairs))
    return added.mean(axis=0).tolist(), errors.tolist()


def _exact(driver: str, drivers: tuple[str, ...], worth: Callable[[frozenset[str]], float]) -> float:
    others = [one for one in drivers if one != driver]
    total = 0.0
    for size in range(len(others) + 1):
        weight = 1 / (len(drivers) * math.comb(len(others), size))
        for group in itertools.combinations(others, size):
            moved = frozenset(group)
            total += weight * (worth(moved | {driver}) - worth(moved))
    return total
