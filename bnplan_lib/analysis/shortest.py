"""Which smallest moves of several levers meet the goals together?"""

from __future__ import annotations

import itertools
from functools import partial

import numpy as np

from bnplan_lib.analysis.search import NO_VALUE, TIGHT, Function, Problem, root_between
from bnplan_lib.errors import Infeasible
from bnplan_lib.model.measures import SLACK

ALL_CORNERS = 5  # levers; of more, some corners of their bounds are tried
STEPS = 33  # on the way to each
STARTS = 2  # of the search, besides no move at all


def least_squares(problem: Problem, before: np.ndarray, how: str) -> np.ndarray:
    """Return settings that meet the goals with the smallest sum of squared moves, or come closest to them."""
    units = {knob.unit for knob in problem.knobs}
    width = np.array([knob.width if len(units) > 1 else 1.0 for knob in problem.knobs])
    low, high = (np.array([getattr(knob, end) for knob in problem.knobs]) for end in ("low", "high"))
    box = np.column_stack([low - before, high - before]) / width[:, None]

    def surplus(moves: np.ndarray) -> np.ndarray:
        found = problem.surplus(before[:, None] + width[:, None] * moves.reshape(len(before), -1))
        return found[:, 0] if moves.ndim == 1 else found

    moves = _shortest(surplus, box, len(problem.goals) == 1)
    settings = np.where(moves <= box[:, 0], low, before + width * moves)
    return np.where(moves >= box[:, 1], high, settings)


def _shortest(surplus: Function, box: np.ndarray, alone: bool) -> np.ndarray:
    """Return the shortest moves that meet the goals, or those that come closest."""
    from scipy.optimize import minimize

    points = _scan(box)
    found = surplus(points.reshape(len(box), -1)).reshape(-1, *points.shape[1:])
    margin = found.min(axis=0)
    margin[~np.isfinite(margin)] = np.nan
    if np.isnan(margin).all():
        raise Infeasible(NO_VALUE)
    if abs(margin[0, 0]) <= TIGHT or (margin[0, 0] > 0 and not alone):
        return points[:, 0, 0]
    starts = _crossings(surplus, points, margin)
    if not starts:
        nearest = _closest(surplus, box, _best(points, margin))
        if surplus(nearest).min() < -SLACK:
            return nearest
        way = nearest[:, None, None] * np.linspace(0, 1, STEPS)[None, :, None]
        starts = _crossings(surplus, way, surplus(way[:, :, 0]).min(axis=0)[:, None]) or [nearest]
    moved = np.ptp(found[:, ~np.isnan(margin)], axis=1) > SLACK  # the levers do nothing for other goals
    rule = {
        "type": "eq" if alone else "ineq",
        "fun": lambda moves: surplus(moves)[moved],
        "jac": lambda moves: _slopes(surplus, moves)[moved],
    }
    origins = starts if np.isnan(margin[0, 0]) else [points[:, 0, 0], *starts]
    best = starts[0]
    for origin in origins:
        end = minimize(
            lambda moves: float(moves @ moves), origin, jac=lambda moves: 2 * moves, bounds=box, constraints=[rule],
            method="SLSQP", options={"ftol": 1e-15, "maxiter": 300},
        )  # fmt: skip
        moves = _polished(surplus, box, np.clip(end.x, *box.T), alone)
        left = surplus(moves)
        met = np.abs(left).max() <= SLACK if alone else left.min() >= -SLACK
        if met and moves @ moves < best @ best:
            best = moves
    return best


def _best(points: np.ndarray, margin: np.ndarray) -> np.ndarray:
    """Return the point of a scan that comes closest to the goals, the shortest moves of those that come as close."""
    alike = points[:, margin >= np.nanmax(margin) - TIGHT]
    nearest: np.ndarray = alike[:, (alike * alike).sum(axis=0).argmin()]
    return nearest


def _scan(box: np.ndarray) -> np.ndarray:
    """Return points on the ways from no move to corners of the box: levers by steps by ways."""
    levers = len(box)
    if levers <= ALL_CORNERS:
        ends = np.array(list(itertools.product(*box))).T
    else:  # too many: each lever alone, all together, and some others
        picked = np.random.default_rng(0).integers(0, 2, (levers, 2**ALL_CORNERS))
        alone = [np.diag(box[:, end]) for end in (0, 1)]
        ends = np.hstack([*alone, box, np.take_along_axis(box, picked, axis=1)])
    steps = np.linspace(0, 1, STEPS)
    return ends[:, None, :] * steps[None, :, None]


def _crossings(surplus: Function, points: np.ndarray, margin: np.ndarray) -> list[np.ndarray]:
    """Return where two of the ways of a scan first reach the goals, the shortest moves first."""
    steps = np.linspace(0, 1, len(margin))
    signs = np.sign(margin)
    lengths = np.linalg.norm(points[:, -1], axis=0)
    places = np.argwhere(signs[:-1] * signs[1:] <= 0)
    found: list[np.ndarray] = []
    for place, way in sorted(places, key=lambda one: float(steps[one[0]] * lengths[one[1]])):
        end = points[:, -1, way]
        found += [part * end for part in root_between(partial(_margin, surplus, end), *steps[place : place + 2])]
        if len(found) >= STARTS:
            break
    return sorted(found, key=lambda moves: float(moves @ moves))


def _margin(surplus: Function, end: np.ndarray, part: float) -> np.ndarray:
    """Return by how much the goal that is worst off is passed a part of the way to an end."""
    worst: np.ndarray = surplus(end[:, None] * part).min(axis=0)
    return worst


def _slopes(surplus: Function, moves: np.ndarray) -> np.ndarray:
    """Return how fast each goal's surplus changes with each lever."""
    small = 1e-6
    steps = np.hstack([np.eye(len(moves)), -np.eye(len(moves))]) * small
    found = surplus(moves[:, None] + steps)
    slopes: np.ndarray = (found[:, : len(moves)] - found[:, len(moves) :]) / (2 * small)
    return slopes


def _closest(surplus: Function, box: np.ndarray, origin: np.ndarray) -> np.ndarray:
    """Return the moves that leave the largest shortfall smallest, searched from the best point of a scan."""
    from scipy.optimize import minimize

    rule = {
        "type": "ineq",
        "fun": lambda point: surplus(point[:-1]) + point[-1],
        "jac": lambda point: np.column_stack([_slopes(surplus, point[:-1]), np.ones(len(surplus(point[:-1])))]),
    }
    end = minimize(
        lambda point: point[-1], np.append(origin, max(0.0, -surplus(origin).min())),
        jac=lambda point: np.append(np.zeros(len(point) - 1), 1.0), bounds=[*box, (0.0, None)], constraints=[rule],
        method="SLSQP", options={"ftol": 1e-15, "maxiter": 300},
    )  # fmt: skip
    moves: np.ndarray = np.clip(end.x[:-1], *box.T)
    return moves if surplus(moves).min() > surplus(origin).min() + TIGHT else origin


def _polished(surplus: Function, box: np.ndarray, moves: np.ndarray, alone: bool) -> np.ndarray:
    """Return moves brought exactly onto the goals that they only just miss, by Newton's steps."""
    low, high = box.T
    for _ in range(8):
        found = surplus(moves)
        missed = np.abs(found) > TIGHT if alone else found < -TIGHT
        free = (moves > low + 1e-12) & (moves < high - 1e-12)
        if not missed.any() or not free.any() or not np.isfinite(found).all():
            break
        step = np.linalg.lstsq(_slopes(surplus, moves)[np.ix_(missed, free)], -found[missed], rcond=None)[0]
        moves = moves.copy()
        moves[free] = np.clip(moves[free] + step, low[free], high[free])
    return moves
