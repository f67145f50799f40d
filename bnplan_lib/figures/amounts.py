"""How is a figure or a range said, with its unit?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bnplan_lib.figures.language import NBSP, Language

if TYPE_CHECKING:
    from bnplan_lib.model.measures import Goal

Interval = tuple[float, float]
MOST_DIGITS = 5


def amount(interval: Interval, unit: str, say: Language) -> str:
    """Return a figure or a range with its unit: 11–12%, 375,700 bn VND, 8,700–9,200 USD.

    Parameters
    ----------
    interval
        Natural numbers, shares as fractions; one figure where both ends look alike.
    """
    if unit.startswith("percent"):
        shown = range_of((interval[0] * 100, interval[1] * 100), say)
        if unit.startswith("percentage_points"):
            return say("{points} percentage points", points=shown)
        return shown + (f"{NBSP}%" if say.code == "vi" else "%")
    shown, words = range_of(interval, say), unit_words(unit, say)
    return f"{shown}{NBSP}{words}" if words else shown


def exact(value: float, unit: str, say: Language, *, with_unit: bool = True, goal: Goal | None = None) -> str:
    """Return one computed figure with the same digits whatever it is: two decimals, none from a thousand on.

    Beside the verdict on a target, `goal`, it has as many digits as keep the rounded
    figure on the same side.
    """
    if value != value:
        return "–"
    scale = 100 if unit.startswith("percent") else 1
    digits = 0 if abs(value) >= 1000 else 2
    while goal and digits < MOST_DIGITS and goal.met(round(value * scale, digits) / scale) != goal.met(value):
        digits += 1
    if scale == 100:
        return say.percent(value, digits)
    number = say.number(value, digits)
    words = unit_words(unit, say)
    return f"{number}{NBSP}{words}" if words and with_unit else number


def unit_words(unit: str, say: Language) -> str:
    """Return what a unit is called behind a number; blank for per cent, which its sign says, and for plain numbers."""
    words = {
        "bn_vnd": say("bn VND"),
        "usd": "USD",
        "usd_per_head": "USD",
        "bn_usd": say("bn USD"),
        "million_vnd_per_month": say("million VND a month"),
        "years": say("years"),
        "persons": say("people"),
        "vnd_per_usd": say("VND per USD"),
    }
    return words.get(unit, "")


def range_of(interval: Interval, say: Language) -> str:
    """Return a range of numbers, one where both ends look alike, with the digits they need."""
    digits = max(_digits(end) for end in interval)
    low, high = (say.number(end, digits) for end in interval)
    if low == high:
        return low
    return say("{low} to {high}", low=low, high=high) if interval[0] < 0 else f"{low}–{high}"


def apart(gap: float, unit: str, say: Language) -> str:
    """Return a distance: percentage points between shares, else an amount."""
    if unit.startswith("percent"):
        return say("{points} percentage points", points=say.number(gap * 100, _digits(gap * 100)))
    return amount((gap, gap), unit, say)


def _digits(value: float) -> int:
    """Return how many decimals a number is shown with: two at most, none from a thousand on."""
    if abs(value) >= 1000:
        return 0
    return next((count for count in range(2) if abs(value - round(value, count)) < 10 ** -(count + 6)), 2)
