"""How are many draws walked in blocks, on one process or several, with the same result?"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from numbers import Integral
from typing import Any, TypeVar

from bnplan_lib.analysis.histogram import Histogram
from bnplan_lib.errors import PlanError, shorten

Job = TypeVar("Job")
Tally = TypeVar("Tally")


def check_draws(caller: str, draws: Any, workers: Any, seed: Any) -> None:
    """Raise PlanError unless the numbers of draws and processes and the seed are whole and not too small."""
    for name, number, least in (("draws", draws, 1), ("workers", workers, 1), ("seed", seed, 0)):
        if isinstance(number, bool) or not isinstance(number, Integral) or number < least:
            raise PlanError(f"{caller}: {name} must be a whole number of at least {least}, found {shorten(number)}")


def walk_in_parts(
    walk: Callable[[Job, range, Histogram], Tally], job: Job, blocks: int, pilot: Histogram, workers: int
) -> list[Tally]:
    """Return the tallies of runs of blocks, in their order; a process each where there are several workers."""
    if workers == 1 or blocks == 1:
        return [walk(job, range(blocks), pilot)]
    size = -(-blocks // workers)
    parts = [range(start, min(start + size, blocks)) for start in range(0, blocks, size)]
    with ProcessPoolExecutor(len(parts), mp_context=get_context("spawn")) as pool:
        return list(pool.map(walk, [job] * len(parts), parts, [pilot] * len(parts)))
