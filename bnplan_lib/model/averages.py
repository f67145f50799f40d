"""What is the average of a lever that differs by year, and how does it move as a whole?"""

from __future__ import annotations

import numpy as np

RATE = "percent_per_year"  # rates compound: their average is geometric


def mean_of_years(value: tuple[float, ...], unit: str) -> float:
    """Return the average of a lever's yearly values, in its unit: geometric for rates of growth."""
    if unit == RATE:
        return float(np.exp(np.log1p(np.asarray(value) / 100).mean()) - 1) * 100
    return float(np.mean(value))


def moved_as_whole(value: tuple[float, ...], unit: str, mean: np.ndarray) -> np.ndarray:
    """Return yearly values moved so that their average is `mean`, years by draws.

    Each year's growth factor changes in the same proportion, each value of another
    unit by the same amount: the pattern over the years stays.
    """
    years, mean = np.asarray(value)[:, None], np.atleast_1d(mean)
    now = mean_of_years(value, unit)
    if unit == RATE:
        return (100 + years) * ((100 + mean) / (100 + now)) - 100
    return years + (mean - now)


def mean_bounds(value: tuple[float, ...], unit: str, low: float, high: float) -> tuple[float, float]:
    """Return how far the average may go before a single year leaves its bounds."""
    now = mean_of_years(value, unit)
    if unit == RATE:
        return (100 + low) * (100 + now) / (100 + min(value)) - 100, (100 + high) * (100 + now) / (
            100 + max(value)
        ) - 100
    return low + now - min(value), high + now - max(value)
