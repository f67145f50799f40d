"""Which levers can be turned in search of an answer, from where, and how far?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bnplan_lib.errors import PlanError, UnknownName, shorten
from bnplan_lib.model.averages import mean_bounds, mean_of_years, moved_as_whole
from bnplan_lib.model.economy import Economy, lever_value
from bnplan_lib.model.growth import SECTORS, Basis, yearly

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme

BOUNDS = ("usual", "possible", "targets")
SHARE = "base_year.share_"


@dataclass(frozen=True, slots=True)
class Knob:
    """One lever, or one year of it, as a number that can be turned, in the lever's unit.

    `before` is where the scenario has it; a lever with a value for each year is turned
    by its average, geometric for rates. `low` and `high` bound it, and reach as far as
    `before`; `limits` are the bounds asked for. `width` is how far apart its usual
    bounds lie.
    """

    key: str
    year: int | None
    unit: str
    before: float
    low: float
    high: float
    width: float
    limits: tuple[float, float]

    @property
    def name(self) -> str:
        """The key, with the year if it is of one."""
        return self.key if self.year is None else f"{self.key}.{self.year}"


def knobs_of(
    programme: Programme, basis: Basis, values: Mapping[str, Any], names: Sequence[str], within: str
) -> tuple[Knob, ...]:
    """Return the levers of the given names as knobs.

    Raises
    ------
    UnknownName
        If there is no such lever or kind of bounds.
    PlanError
        If a lever is not a number that enters growth, or levers cannot be turned together.
    """
    if isinstance(names, str):
        raise PlanError(f"levers: must be a list of names, found {shorten(names)}")
    if within not in BOUNDS:
        raise UnknownName("kind of bounds", within, BOUNDS)
    table = programme.levers
    number = (table["type"] == "number") & ~table["key"].str.startswith("projects.")
    levers = {row["key"]: row for row in table[number].to_dict("records")}
    wanted = [key for name in names for key in (_sectors() if name == "growth" else (name,))]
    knobs = tuple(_knob(name, basis, values, levers, within) for name in wanted)
    _check_together(knobs, values)
    return knobs


def _check_together(knobs: Sequence[Knob], values: Mapping[str, Any]) -> None:
    names = [knob.name for knob in knobs]
    if len(set(names)) < len(names):
        raise PlanError(f"levers: each may be named once, found {', '.join(names)}")
    for knob in knobs:
        if knob.year is not None and knob.key in names:
            raise PlanError(f"levers: name all years or single ones, found {knob.key} and {knob.name}")
    shares = [knob.key for knob in knobs if knob.key.startswith(SHARE)]
    if len(shares) > 1:
        raise PlanError(
            f"levers: one share of the base year at a time, the others make room; found {', '.join(shares)}"
        )
    for share in shares:
        if values[share] >= 100:
            raise PlanError(f"lever {share}: is 100 per cent, so the others are 0 and cannot grow in proportion")


def _sectors() -> tuple[str, ...]:
    return tuple(f"growth.{sector}" for sector in SECTORS)


def _knob(
    name: str, basis: Basis, values: Mapping[str, Any], levers: Mapping[str, Mapping[str, Any]], within: str
) -> Knob:
    key, _, year = name.rpartition(".")
    if not (year.isdigit() and key in levers):
        key, year = name, ""
    if key not in levers:
        raise UnknownName("lever that a target can be solved for", name, levers)
    row = levers[key]
    if year and (not row["yearly"] or int(year) not in basis.years):
        rule = f"a year from {basis.years[0]} to {basis.years[-1]}" if row["yearly"] else "no year: it is one number"
        raise PlanError(f"lever {name}: takes {rule}")
    limits, value = _limits(row, basis, within), lever_value(basis, values, key)
    low, high = limits
    if year:
        before = float(_by_year(basis, values, key)[basis.years.index(int(year))])
    elif isinstance(value, tuple):
        before = mean_of_years(value, row["unit"])
        possible = mean_bounds(value, row["unit"], row["hard_low"], row["hard_high"])
        low, high = max(low, possible[0]), min(high, possible[1])
    else:
        before = float(value)
    width = row["soft_high"] - row["soft_low"]
    bounds = (min(low, before), max(high, before))
    return Knob(key, int(year) if year else None, row["unit"], before, *bounds, width, limits)


def _limits(row: Mapping[str, Any], basis: Basis, within: str) -> tuple[float, float]:
    """Return the bounds of a lever in its unit; where its target leaves an end open, or it has none, the usual one."""
    if within == "possible":
        return row["hard_low"], row["hard_high"]
    usual = (row["soft_low"], row["soft_high"])
    if within == "usual" or row["target_id"] not in basis.ranges:
        return usual
    unit = 100 if row["unit"].startswith("percent") else 1
    low, high = (end * unit for end in basis.ranges[row["target_id"]])
    return usual[0] if np.isnan(low) else low, usual[1] if np.isnan(high) else high


def _by_year(basis: Basis, values: Mapping[str, Any], key: str) -> np.ndarray:
    """Return a lever's value for each year, in its unit; a tilted rate is bent."""
    sector = key.removeprefix("growth.")
    if sector in SECTORS and values.get("growth.tilt"):
        return Economy(basis, values).rates[SECTORS.index(sector), :, 0] * 100
    value = yearly(lever_value(basis, values, key), len(basis.years))
    return np.broadcast_to(value[:, 0] if value.ndim == 2 else value, len(basis.years))


def turned(basis: Basis, values: Mapping[str, Any], knobs: Sequence[Knob], settings: np.ndarray) -> dict[str, Any]:
    """Return the lever values with knobs turned to settings, knobs by draws.

    A lever with a value for each year keeps its shape and moves as a whole; a share of
    the base year takes from the others in proportion.
    """
    moved = dict(values)
    for knob, setting in zip(knobs, settings, strict=True):
        value = moved.get(knob.key)
        if knob.year is not None:
            years = (
                value
                if isinstance(value, np.ndarray) and value.ndim == 2
                else _by_year(basis, values, knob.key)[:, None]
            )
            years = np.repeat(years, len(setting), axis=1) if years.shape[1] < len(setting) else years.copy()
            years[basis.years.index(knob.year)] = setting
            moved[knob.key] = years
        elif isinstance(value, tuple):
            moved[knob.key] = moved_as_whole(value, knob.unit, setting)
        else:
            moved[knob.key] = setting
        if knob.key.startswith(SHARE):
            _rescale(moved, knob.key)
    return moved


def _rescale(values: dict[str, Any], fixed: str) -> None:
    """Make the other shares of the base year add up to what one leaves, in proportion."""
    others = [key for key in values if key.startswith(SHARE) and key != fixed]
    left = 100 - values[fixed]
    total = sum(values[key] for key in others)  # above 0: no knob has a share of 100
    for key in others:
        values[key] = values[key] * left / total
