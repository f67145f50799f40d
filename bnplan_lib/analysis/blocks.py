"""How are many draws walked in blocks, on one process, several, or a Dask cluster, with the same result?"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from numbers import Integral
from typing import Any, Final, TypeVar

from bnplan_lib.analysis.histogram import Histogram
from bnplan_lib.dask_client import connect
from bnplan_lib.errors import PlanError, shorten

Job = TypeVar("Job")
Tally = TypeVar("Tally")
CLUSTER: Final = "BNPLAN_DASK"  # variable: where the scheduler of a Dask cluster answers
WORTH_THE_WAY: Final = 128  # blocks: 4 to 8 seconds of one process, against about 1 to reach the cluster
PARTS_A_THREAD: Final = 2  # for threads that have other things to do, too


def check_draws(caller: str, draws: Any, workers: Any, seed: Any) -> None:
    """Raise PlanError unless the numbers of draws and processes and the seed are whole and not too small."""
    for name, number, least in (("draws", draws, 1), ("workers", workers, 1), ("seed", seed, 0)):
        if isinstance(number, bool) or not isinstance(number, Integral) or number < least:
            raise PlanError(f"{caller}: {name} must be a whole number of at least {least}, found {shorten(number)}")


def walk_in_parts(
    walk: Callable[[Job, range, Histogram], Tally], job: Job, blocks: int, pilot: Histogram, workers: int
) -> list[Tally]:
    """Return the tallies of runs of blocks, in their order.

    There is one run of blocks a process where there are several workers, and some a thread of the cluster whose
    scheduler BNPLAN_DASK names, where there are enough blocks to be worth the way there.

    Raises
    ------
    PlanError
        If that cluster does not answer, or is lost meanwhile.
    """
    cluster = os.environ.get(CLUSTER, "")
    if cluster and blocks >= WORTH_THE_WAY:
        return _walk_on_cluster(walk, job, blocks, pilot, cluster)
    if workers == 1 or blocks == 1:
        return [walk(job, range(blocks), pilot)]
    parts = _parts(blocks, workers)
    with ProcessPoolExecutor(len(parts), mp_context=get_context("spawn")) as pool:
        return list(pool.map(walk, [job] * len(parts), parts, [pilot] * len(parts)))


def _parts(blocks: int, most: int) -> list[range]:
    """Return runs of blocks of one length, no more than `most`."""
    size = -(-blocks // most)
    return [range(start, min(start + size, blocks)) for start in range(0, blocks, size)]


def _walk_on_cluster(
    walk: Callable[[Job, range, Histogram], Tally], job: Job, blocks: int, pilot: Histogram, address: str
) -> list[Tally]:
    with connect(address) as client:
        parts = _parts(blocks, PARTS_A_THREAD * sum(client.nthreads().values()))
        try:
            return list(client.gather(client.map(_walk_part, parts, walk=walk, job=job, pilot=pilot, pure=False)))
        except PlanError:
            raise
        except Exception as error:
            told = f"{type(error).__name__}: {shorten(str(error))}"
            raise PlanError(f"{shorten(address)}: the Dask cluster did not walk the draws, {told}") from None


def _walk_part(part: range, walk: Callable[[Job, range, Histogram], Tally], job: Job, pilot: Histogram) -> Tally:
    return walk(job, part, pilot)
