"""Over which range does a slider move a lever, in which steps, and how is its value shown?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bnplan_lib.inputs.levers import Lever

STEPS: Final = 200  # from one end of a slider to the other, where its unit sets none


@dataclass(frozen=True, slots=True)
class Scale:
    """Ends and step of a slider in the lever's unit, and the decimals its value is shown with."""

    low: float
    high: float
    step: float
    digits: int


def scale_of(lever: Lever, value: float) -> Scale:
    """Return the scale of a lever over its usual range, wide enough for the value it has."""
    low, high = lever.soft or lever.hard or (0.0, 1.0)
    low, high = min(low, value), max(high, value)
    whole, large = lever.type == "integer", high >= 1000
    step = 1.0 if whole or (large and high - low <= 1e6) else _step(lever, high - low)
    return Scale(low, high, step, 0 if whole or large else 2)


def _step(lever: Lever, width: float) -> float:
    """Return how far one press moves a slider."""
    if lever.key.startswith("projects."):
        return 1.0
    return 0.05 if lever.unit.startswith("percent") else width / STEPS
