"""Which levers are drawn, from what, and how do they move together?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from bnplan_lib.errors import Fault, PlanError, ScenarioError
from bnplan_lib.model.distributions import Distribution
from bnplan_lib.model.economy import lever_value
from bnplan_lib.model.growth import Basis
from bnplan_lib.model.measures import SLACK

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Spread:
    """The uncertain levers of a scenario, and how they go together.

    `groups` are the levers that are correlated with each other, alone where with none;
    `roots` turn independent normal draws of a group into correlated ones.
    """

    keys: tuple[str, ...]
    distributions: tuple[Distribution, ...]
    groups: tuple[tuple[int, ...], ...]
    roots: tuple[np.ndarray | None, ...]


def of_growth(story: Scenario) -> dict[str, Distribution]:
    """Return the distributions of the levers that enter growth, by lever."""
    return {key: one for key, one in story.uncertainty.items() if not key.startswith("projects.")}


def spread_of(programme: Programme, basis: Basis, story: Scenario) -> Spread:
    """Return what a scenario says to draw.

    Raises
    ------
    PlanError
        If it has no distribution of a lever that enters growth.
    ScenarioError
        With every lever that a draw could carry out of its bounds.
    """
    uncertainty = of_growth(story)
    if not uncertainty:
        raise PlanError(f"scenario {story.name}: has no [uncertainty], so there is nothing to draw")
    bounds = {row.key: (row.hard_low, row.hard_high) for row in programme.levers.itertuples()}
    faults = []
    distributions = []
    for key, one in uncertainty.items():
        value = lever_value(basis, story.values, key)
        at = f"{story.name}:uncertainty.{key}"
        if not one.added and isinstance(value, tuple):
            faults.append(Fault(at, "the lever has a value for each year: set added = true"))
        now = np.asarray(value, dtype=float) if one.added else np.zeros(1)
        # what may be added: no year leaves the lever's bounds, a normal distribution is cut off there
        least, most = bounds[key][0] - float(now.min()), bounds[key][1] - float(now.max())
        low, high = one.quantile(np.full(2, 0.5)) if one.kind == "normal" else one.support
        if low < least - SLACK or high > most + SLACK:
            rule = f"must stay between {bounds[key][0]:g} and {bounds[key][1]:g}"
            faults.append(Fault(at, rule, f"{float(now.min()) + low:g} to {float(now.max()) + high:g}"))
        distributions.append(replace(one, limits=(least, most)))
    if faults:
        raise ScenarioError(faults)
    keys = tuple(uncertainty)
    matrix = np.eye(len(keys))
    for (one_key, other), value in story.correlations.items():
        if one_key in keys and other in keys:
            first, second = keys.index(one_key), keys.index(other)
            matrix[first, second] = matrix[second, first] = value
    groups = _groups(matrix)
    roots = tuple(_root(matrix[np.ix_(group, group)]) if len(group) > 1 else None for group in groups)
    return Spread(keys, tuple(distributions), groups, roots)


def chosen_groups(spread: Spread, groups: Sequence[tuple[int, ...]]) -> Spread:
    """Return some groups of a spread; the levers of the others keep their scenario's value."""
    order = [place for group in groups for place in group]
    return Spread(
        tuple(spread.keys[place] for place in order),
        tuple(spread.distributions[place] for place in order),
        tuple(tuple(order.index(place) for place in group) for group in groups),
        tuple(spread.roots[spread.groups.index(group)] for group in groups),
    )


def _groups(matrix: np.ndarray) -> tuple[tuple[int, ...], ...]:
    """Return the levers that hang together, in the order of their first."""
    left = list(range(len(matrix)))
    groups = []
    while left:
        group, border = {left[0]}, [left[0]]
        while border:
            for other in np.flatnonzero(matrix[border.pop()]):
                if int(other) not in group:
                    group.add(int(other))
                    border.append(int(other))
        groups.append(tuple(sorted(group)))
        left = [one for one in left if one not in group]
    return tuple(groups)


def _root(matrix: np.ndarray) -> np.ndarray:
    """Return a root of a correlation matrix; its rows are of length 1, also where the matrix is singular."""
    values, vectors = np.linalg.eigh(matrix)
    root: np.ndarray = vectors * np.sqrt(np.clip(values, 0, None))
    return root / np.linalg.norm(root, axis=1, keepdims=True)


def uniforms(spread: Spread, stream: np.random.SeedSequence, size: int) -> np.ndarray:
    """Return draws from 0 to 1, levers by draws, correlated by a Gaussian copula."""
    random = np.random.Generator(np.random.PCG64(stream))
    return coupled(spread, random.random((len(spread.keys), size)))


def coupled(spread: Spread, shares: np.ndarray) -> np.ndarray:
    """Return independent draws from 0 to 1 made to go together within each group, levers by draws."""
    if all(root is None for root in spread.roots):
        return shares
    from scipy.special import ndtr, ndtri

    shares = shares.copy()
    least = 2.0**-53  # a draw of 0 has no normal value
    for group, root in zip(spread.groups, spread.roots, strict=True):
        if root is not None:
            rows = list(group)
            shares[rows] = ndtr(root @ ndtri(np.clip(shares[rows], least, 1 - least)))
    return shares


def drawn(basis: Basis, values: Mapping[str, Any], spread: Spread, shares: np.ndarray) -> dict[str, Any]:
    """Return lever values with the uncertain ones drawn: an array of draws each, years by draws where yearly."""
    moved = dict(values)
    ways = zip(spread.keys, spread.distributions, shares, strict=True)
    # the position comes first: a sector's rate that follows it is what a draw is added to
    for key, one, share in sorted(ways, key=lambda way: way[0] != "targets.position"):
        draw = one.quantile(share)
        if one.added:
            now = lever_value(basis, moved, key)
            draw = (np.asarray(now)[:, None] if isinstance(now, tuple) else now) + draw
        moved[key] = draw
    return moved
