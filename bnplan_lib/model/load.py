"""How much money falls in each quarter, for a register of any size?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from bnplan_lib.errors import Fault, FaultyInput, UnknownName
from bnplan_lib.model.columns import Columns, Rule, blocks, broken_rules, columns_of, outside
from bnplan_lib.model.profiles import PROFILES, quarterly_shares

BLOCK: Final = 16_384  # rows: what one block needs stays in the second cache; longer sums would lose digits
CELLS: Final = 2**22  # a table of all cells takes eight bytes each; beyond this only cells that occur are kept
SORTED: Final = 2**18  # rows sorted at once where the table of all cells would be too large
END: Final = 40_000  # quarter numbers stay below the year 10000


def quarterly_load(
    first: np.ndarray,
    last: np.ndarray,
    cost_bn_vnd: np.ndarray,
    profile: str | np.ndarray = "uniform",
    classes: np.ndarray | None = None,
    class_count: int = 1,
    block: int = BLOCK,
) -> tuple[int, np.ndarray]:
    """Spread the cost of every project over its quarters and add up what falls in each.

    On a grid of quarters a spread depends only on when a project begins and how long it lasts. So costs
    are counted by class, profile, first quarter and length, block by block, and each count is spread once.

    Parameters
    ----------
    first, last
        Whole numbers as of `quarter_number`, both quarters included.
    cost_bn_vnd
        NaN adds nothing.
    profile
        A name of `PROFILES`, or for each project its place there.
    classes
        For each project a whole number below `class_count`; without it all are of class 0.
    block
        Rows looked at together, which bounds the memory beyond that of the result.

    Returns
    -------
    tuple of int and ndarray
        The first quarter number, and billion VND by quarter (rows, to the last quarter of any project)
        and class (columns); no rows without projects. The total is the sum of the costs to about 1e-12.

    Raises
    ------
    FaultyInput
        If columns differ in length or type, a project ends before it begins, a cost is negative or
        infinite, or a class, a profile or a quarter is out of range; rows count from 0.
    UnknownName
        If there is no such profile.
    """
    columns, profiles = _columns(first, last, cost_bn_vnd, profile, classes)
    if class_count < 1 or block < 1:
        raise FaultyInput([Fault("class_count, block", "must be 1 or more", f"{class_count}, {block}")])
    rows = len(columns["first"])
    if rows == 0:
        return 0, np.zeros((0, class_count))
    grid = _grid(columns, profiles, class_count, block)
    load = np.zeros((grid.quarters, class_count))
    if grid.cells > min(CELLS, 64 * rows):
        for part in blocks(columns, max(block, SORTED)):
            keys, place = np.unique(_keys(part, grid, np.int64), return_inverse=True)
            _spread(load, keys, np.bincount(place, _costs(part)), grid)
        return grid.begin, load
    table = np.zeros(grid.cells)
    for part in blocks(columns, max(block, grid.cells // 8)):
        table += np.bincount(_keys(part, grid, np.int32), _costs(part), minlength=grid.cells)
    keys = np.flatnonzero(table)
    _spread(load, keys, table[keys], grid)
    return grid.begin, load


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where a project is counted: by length, profile, first quarter and class, the last of them fastest."""

    begin: int
    starts: int
    quarters: int
    lengths: int
    profiles: tuple[str, ...]
    classes: int

    @property
    def cells(self) -> int:
        return self.lengths * len(self.profiles) * self.starts * self.classes


def _columns(
    first: np.ndarray,
    last: np.ndarray,
    cost_bn_vnd: np.ndarray,
    profile: str | np.ndarray,
    classes: np.ndarray | None,
) -> tuple[Columns, tuple[str, ...]]:
    """Return the columns of one length and fit type, and the profiles they count from."""
    if isinstance(profile, str) and profile not in PROFILES:
        raise UnknownName("profile", profile, PROFILES)
    own = None if isinstance(profile, str) else profile
    columns = columns_of("cost_bn_vnd", first=first, last=last, cost_bn_vnd=cost_bn_vnd, profile=own, classes=classes)
    return columns, (profile,) if isinstance(profile, str) else tuple(PROFILES)


def _grid(columns: Columns, profiles: tuple[str, ...], class_count: int, block: int) -> _Grid:
    """Return the extent of a register, all of whose rows are then known to be sound."""
    begin, latest, end, lengths = END, 0, 0, 0
    codes = {"classes": class_count, "profile": len(profiles)}
    for part in blocks(columns, block):
        low, high = int(part["first"].min()), int(part["last"].max())
        starts = int(part["first"].max())
        sound = low >= 0 and starts < END and high < END and not (part["last"] < part["first"]).any()
        cost = part["cost_bn_vnd"]
        least, most = cost.min(), cost.max()
        if least != least:
            least, most = np.fmin.reduce(cost), np.fmax.reduce(cost)
        sound &= not (least < 0 or most == np.inf)
        sound &= all(part[name].min() >= 0 and part[name].max() < codes[name] for name in codes if name in part)
        if not sound:
            raise FaultyInput(broken_rules(columns, _rules(codes, columns), block))
        begin, latest, end = min(begin, low), max(latest, starts), max(end, high)
        lengths = max(lengths, int((part["last"] - part["first"]).max()) + 1)
    return _Grid(begin, latest - begin + 1, end - begin + 1, lengths, profiles, class_count)


def _keys(part: Columns, grid: _Grid, kind: type[np.signedinteger]) -> np.ndarray:
    """Return the cell of each row, as a place in the grid of all cells."""
    first, last = (part[name].astype(kind, copy=False) for name in ("first", "last"))
    keys = last - first
    keys *= kind(len(grid.profiles) * grid.starts * grid.classes)
    since = first - kind(grid.begin)
    since *= kind(grid.classes)
    keys += since
    if "profile" in part:
        keys += part["profile"].astype(kind, copy=False) * kind(grid.starts * grid.classes)
    if "classes" in part:
        keys += part["classes"].astype(kind, copy=False)
    return keys


def _costs(part: Columns) -> np.ndarray:
    cost = part["cost_bn_vnd"].astype(np.float64, copy=False)
    missing = np.isnan(cost)
    return np.where(missing, 0.0, cost) if missing.any() else cost


def _spread(load: np.ndarray, keys: np.ndarray, costs: np.ndarray, grid: _Grid) -> None:
    """Add to the load what each cell spends by quarter; keys rise, so a length and its profile come together."""
    flat = load.reshape(-1)
    groups, cells = np.divmod(keys, grid.starts * grid.classes)
    edges = np.flatnonzero(np.diff(groups, prepend=-1, append=-1))
    for begin, end in pairwise(edges):
        length, profile = divmod(int(groups[begin]), len(grid.profiles))
        shares = quarterly_shares(grid.profiles[profile], length + 1)
        cell, cost = cells[begin:end], costs[begin:end]
        if len(cell) < len(shares):
            for place, amount in zip(cell.tolist(), cost.tolist(), strict=True):
                flat[place : place + length * grid.classes + 1 : grid.classes] += amount * shares
        else:
            for quarter, share in enumerate(shares.tolist()):
                flat[cell + quarter * grid.classes] += cost * share


def _rules(codes: Mapping[str, int], columns: Columns) -> Iterator[Rule]:
    for name in ("first", "last"):
        yield name, f"must be a quarter number from 0 to {END - 1}", outside(name, 0, END - 1)
    yield "last", "must not come before first", lambda part: part["last"] < part["first"]
    yield "cost_bn_vnd", "must be 0 or more", lambda part: part["cost_bn_vnd"] < 0
    yield "cost_bn_vnd", "must be finite", lambda part: part["cost_bn_vnd"] == np.inf
    for name, count in codes.items():
        if name in columns:
            yield name, f"must be a whole number from 0 to {count - 1}", outside(name, 0, count - 1)
