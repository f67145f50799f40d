"""How fast is a cost spent over a project's time?"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

# Beta distributions by their two shapes; of the S-curve 26 % falls in the first third of the time, 48 % in the middle
# and 26 % in the last, close to the builders' rule of a quarter, a half and a quarter.
PROFILES: Mapping[str, tuple[int, int]] = {
    "uniform": (1, 1),
    "front": (1, 2),
    "back": (2, 1),
    "s_curve": (2, 2),
}
# the same in closed form, exact at both ends
_SPENT: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "uniform": lambda time: time,
    "front": lambda time: time * (2 - time),
    "back": lambda time: time * time,
    "s_curve": lambda time: time * time * (3 - 2 * time),
}


def share_spent(profile: str, time: np.ndarray) -> np.ndarray:
    """Return the share of a cost that is spent when a share of its time has passed.

    Parameters
    ----------
    profile
        A name of `PROFILES`: front-loaded spends 3/4 in the first half, back-loaded 1/4.
    time
        Shares of time; below 0 nothing is spent, above 1 everything.

    Returns
    -------
    ndarray
        As `time`: from 0 to 1, never falling; the beta cumulative distribution.
    """
    return _SPENT[profile](np.clip(time, 0.0, 1.0))


def quarterly_shares(profile: str, quarters: int) -> np.ndarray:
    """Return the share of a cost that falls in each quarter of a period; they add up to 1."""
    return np.diff(share_spent(profile, np.arange(quarters + 1) / quarters))
