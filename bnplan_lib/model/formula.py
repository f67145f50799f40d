"""What does a relation between figures say, and over which ranges does it hold?

    relation   = name ( "=" | "<=" | ">=" ) expression
    expression = numbers, names, years, + - * / **, cumulative(rate, years), log(x)

Nothing of Python runs: the text is parsed, every part is checked against this
list, and the values come from interval arithmetic. The range of an expression is
exact where it rises or falls with each name, and enclosed from outside elsewhere.
"""

from __future__ import annotations

import ast
import heapq
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from bnplan_lib.model.enclosure import (
    Enclosure,
    FormulaError,
    Interval,
    add,
    cumulated,
    cumulative,
    divide,
    logarithm,
    multiply,
    power,
    raised,
    scaled,
    subtract,
)

Box = Mapping[str, Interval]
Given = TypeVar("Given")
Found = TypeVar("Found")

MAX_LENGTH = 400
MAX_DEPTH = 40
MAX_EXPONENT = 100
EXACT = 1e-9  # relative, of a range whose ends lie where the expression turns
MOST_HALVINGS = 300
DECIDING_HALVINGS = 10  # enough to tell on which side of zero a box lies, but for a hair
MOST_UNBOUNDED = 20  # parts without a value before the whole is said to have none
YEARS = "years"  # the number of years of the programme, wherever it stands
SIGNS = ("<=", ">=", "=")


@dataclass(frozen=True, slots=True)
class Expression:
    """One side of a relation, or the difference of both."""

    names: tuple[str, ...]
    value: Callable[[Mapping[str, float]], float]
    enclose: Callable[[Box], Enclosure]

    def range(self, box: Box) -> Interval:
        """Return the lowest and highest value over a box.

        Exact where the expression rises or falls with each name; where it turns, found
        by halving the box and enclosed from outside to 1e-9, or as near as
        `MOST_HALVINGS` allow.

        Raises
        ------
        FormulaError
            If the value does not exist everywhere in the box, as 1 / x around 0.
        """
        return self._least(box, 1), -self._least(box, -1)

    def side(self, box: Box) -> int:
        """Return 1 if the value is surely above zero all over a box, -1 if below, 0 if it may be zero."""
        for sign in (1, -1):
            if self._least(box, sign, DECIDING_HALVINGS, decide=True) > 0:
                return sign
        return 0

    def _least(self, box: Box, sign: int, halvings: int = MOST_HALVINGS, decide: bool = False) -> float:
        """Return the least value over a box of the expression (sign 1) or of its negative (sign -1).

        With `decide`, a bound of it that shows whether it is above zero is enough.
        """
        bound, turning, best, part = self._bound(box, sign)
        waiting = [(bound, 0, turning, part)]
        unbounded = 0
        for count in range(1, halvings):
            bound, _, turning, part = waiting[0]
            near = math.isfinite(bound) and best - bound <= EXACT * abs(best)
            if turning is None or near or (decide and (bound > 0 or best <= 0)):
                return bound
            unbounded += math.isinf(bound)
            if unbounded > MOST_UNBOUNDED:
                break
            heapq.heappop(waiting)
            first, last = part[turning]
            middle = (first + last) / 2
            for place, half in enumerate(((first, middle), (middle, last))):
                bound, inner, met, piece = self._bound({**part, turning: half}, sign)
                best = min(best, met)
                heapq.heappush(waiting, (bound, 2 * count + place, inner, piece))
        if math.isinf(bound := waiting[0][0]):
            raise FormulaError("has no value somewhere in the ranges given")
        return bound

    def _bound(self, box: Box, sign: int) -> tuple[float, str | None, float, Box]:
        """Return a lower bound over a box, the name to halve (None if exact), a value met and what is left of the box.

        A name in which the expression rises or falls throughout is left at one end.
        """
        while True:
            wide = [name for name in self.names if _width(box[name]) > 0]
            try:
                bounds = _safely(self.enclose, box)
            except FormulaError:  # the bounds of wide ranges are loose: halves may do where the whole does not
                if not wide:
                    raise
                return -math.inf, max(wide, key=lambda name: _width(box[name])), math.inf, box
            slopes = {name: bounds.slopes[name] for name in wide}
            if sign < 0:
                slopes = {name: (-up, -down) for name, (down, up) in slopes.items()}
            ends = {name: box[name][0] for name, (down, _) in slopes.items() if down >= 0}
            ends |= {name: box[name][1] for name, (_, up) in slopes.items() if up <= 0}
            if not ends:
                break
            box = {**box, **{name: (end, end) for name, end in ends.items()}}
        centre = sign * _safely(self.value, {name: (low + high) / 2 for name, (low, high) in box.items()})
        if not slopes:
            return centre, None, centre, box
        # the corner that is lowest by the mean slopes: often the least value itself
        down_hill = {name: box[name][0 if down + up > 0 else 1] for name, (down, up) in slopes.items()}
        met = min(centre, sign * _safely(self.value, {name: low for name, (low, _) in box.items()} | down_hill))
        reach = {name: max(-down, up) * _width(box[name]) / 2 for name, (down, up) in slopes.items()}
        natural = bounds.low if sign > 0 else -bounds.high
        centred = centre - math.fsum(reach.values())  # by the mean value theorem
        return max(natural, centred), max(reach, key=reach.__getitem__), met, box


@dataclass(frozen=True, slots=True)
class Formula:
    """A relation: the figure it is about, its sign, the other side, and left less right."""

    text: str
    left: str
    sign: str
    right: Expression
    difference: Expression

    @property
    def names(self) -> tuple[str, ...]:
        """Names on both sides, in their order."""
        return self.difference.names


@lru_cache(maxsize=4096)
def read_formula(text: str) -> Formula:
    """Parse a relation.

    Raises
    ------
    FormulaError
        Saying what is not allowed.
    """
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"a formula holds at most {MAX_LENGTH} characters")
    sign = next((sign for sign in SIGNS if sign in text), None)
    parts = text.split(sign) if sign else []
    if sign is None or len(parts) != 2 or any(mark in part for part in parts for mark in "<>="):
        raise FormulaError("a formula has one of = <= >= between two sides")
    left, right = (_parse(part) for part in parts)
    if not isinstance(left, ast.Name) or left.id == YEARS:
        raise FormulaError("the left side is one name")
    if left.id in (names := _names(right)) or not names:
        raise FormulaError(f"the right side holds other names than {left.id}")
    return Formula(text, left.id, sign, _expression(right), _expression(ast.BinOp(left, ast.Sub(), right)))


def _parse(text: str) -> ast.expr:
    if not text.isascii() or '"' in text or "'" in text:
        raise FormulaError("only names, numbers and + - * / ** ( ) are allowed")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise FormulaError(f"cannot be read: {text.strip()!r}") from None
    _check(tree, 0)
    return tree


def _check(node: ast.AST, depth: int) -> None:
    """Refuse everything that is not on the list at the head of this module."""
    if depth > MAX_DEPTH:
        raise FormulaError(f"nested more than {MAX_DEPTH} deep")
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool) and abs(number) < 1e15:
            return
        case ast.Name():
            return
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            _check(operand, depth + 1)
        case ast.BinOp(op=ast.Pow(), left=base, right=exponent):
            _check(base, depth + 1)
            _check(exponent, depth + 1)
            if _names(exponent) or not abs(_safely(_evaluator(exponent), {YEARS: 1.0})) <= MAX_EXPONENT:
                raise FormulaError(f"an exponent is made of numbers up to {MAX_EXPONENT} and years")
        case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div(), left=left, right=right):
            _check(left, depth + 1)
            _check(right, depth + 1)
        case ast.Call(func=ast.Name(id="cumulative"), args=[rate, ast.Name(id="years")], keywords=[]):
            _check(rate, depth + 1)
        case ast.Call(func=ast.Name(id="log"), args=[argument], keywords=[]):
            _check(argument, depth + 1)
        case _:
            raise FormulaError(f"not allowed in a formula: {ast.unparse(node)[:40]!r}")


def _names(node: ast.AST) -> list[str]:
    """Return the operands' names in the order they stand."""
    if isinstance(node, ast.Call):
        return [name for argument in node.args for name in _names(argument)]
    if isinstance(node, ast.Name):
        return [] if node.id == YEARS else [node.id]
    return [name for child in ast.iter_child_nodes(node) for name in _names(child)]


def _expression(tree: ast.expr) -> Expression:
    enclose, value = _encloser(tree), _evaluator(tree)
    return Expression(tuple(dict.fromkeys(_names(tree))), value, enclose)


def _evaluator(node: ast.AST) -> Callable[[Mapping[str, float]], float]:
    """Return the function that gives an expression's value at a point."""
    match node:
        case ast.Constant(value=int() | float() as number):
            return lambda _: float(number)
        case ast.Name(id=name):
            return lambda point: point[name]
        case ast.UnaryOp(operand=operand):
            inner = _evaluator(operand)
            return lambda point: -inner(point)
        case ast.Call(func=ast.Name(id="log"), args=[argument]):
            inner = _evaluator(argument)
            return lambda point: math.log(inner(point))
        case ast.Call(args=[rate, _]):
            inner = _evaluator(rate)
            return lambda point: cumulative(inner(point), point[YEARS])
        case ast.BinOp(left=left, op=operator, right=right):
            first, second = _evaluator(left), _evaluator(right)
            match operator:
                case ast.Add():
                    return lambda point: first(point) + second(point)
                case ast.Sub():
                    return lambda point: first(point) - second(point)
                case ast.Mult():
                    return lambda point: first(point) * second(point)
                case ast.Div():
                    return lambda point: first(point) / second(point)
                case _:
                    return lambda point: power(first(point), second(point))
    raise FormulaError("not a formula")


def _encloser(node: ast.AST) -> Callable[[Box], Enclosure]:
    """Return the function that bounds an expression and its slopes over a box."""
    match node:
        case ast.Constant(value=int() | float() as number):
            fixed = Enclosure(float(number), float(number), {})
            return lambda box: fixed
        case ast.Name(id=name):
            slopes = {} if name == YEARS else {name: (1.0, 1.0)}
            return lambda box: Enclosure(*box[name], slopes)
        case ast.UnaryOp(operand=operand):
            inner = _encloser(operand)
            return lambda box: scaled(inner(box), (-1.0, -1.0))
        case ast.Call(func=ast.Name(id="log"), args=[argument]):
            inner = _encloser(argument)
            return lambda box: logarithm(inner(box))
        case ast.Call(args=[rate, _]):
            inner = _encloser(rate)
            return lambda box: cumulated(inner(box), box[YEARS][0])
        case ast.BinOp(left=left, op=operator, right=right):
            first, second = _encloser(left), _encloser(right)
            combine = COMBINE[type(operator)]
            return lambda box: combine(first(box), second(box))
    raise FormulaError("not a formula")


COMBINE: Mapping[type, Callable[[Enclosure, Enclosure], Enclosure]] = {
    ast.Add: add,
    ast.Sub: subtract,
    ast.Mult: multiply,
    ast.Div: divide,
    ast.Pow: raised,
}


def _safely(function: Callable[[Given], Found], given: Given) -> Found:
    try:
        return function(given)
    except (ZeroDivisionError, ValueError, OverflowError) as error:
        raise FormulaError(str(error)) from None


def _width(interval: Interval) -> float:
    return interval[1] - interval[0]
