"""How are runs carried out on a Dask cluster? Each on a worker with a thread to spare, with the result it has here."""

from __future__ import annotations

import os
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from bnplan_lib.dask_client import connect
from bnplan_lib.errors import NotebookError, PlanError, shorten
from bnplan_lib.inputs.programme import data_folder, read_programme
from bnplan_lib.inputs.scenario import scenarios_hash
from bnplan_lib.report.execute import Limits, lost
from bnplan_lib.report.fingerprint import surroundings
from bnplan_lib.report.host import host
from bnplan_lib.report.parcel import Parcel, pack
from bnplan_lib.report.plan import Job
from bnplan_lib.report.record import Product, versions
from bnplan_lib.report.workers import LOOK_SECONDS, Stop

CLUSTER: Final = "BNPLAN_DASK"  # variable: where the scheduler answers that a notebook's blocks of draws go to
TRIES: Final = 3  # a worker may be lost for what its machine is needed for
FETCH_SECONDS: Final = 60.0
ALONE_SECONDS: Final = 30.0  # that a cluster may be without workers: those lost are mostly started again
WANTED: Final = ("executing", "long-running")


@dataclass(frozen=True, slots=True)
class _Flight:
    """A run that is on a worker, and how often it was begun."""

    parcel: Parcel
    tries: int
    worker: str


def spread(jobs: list[Job], address: str, limits: Limits, stop: Stop) -> Iterator[Product]:
    """Run jobs on the cluster whose scheduler has an address and yield what they bring forth, as it comes.

    Scenario files are read now. A run whose worker is lost is begun again elsewhere, twice at most; then it has failed.

    Raises
    ------
    PlanError
        If no scheduler answers, or a worker would not bring forth what this machine does.
    NotebookError
        If the scheduler or all workers are lost meanwhile.
    """
    return _spread(pack(jobs), address, limits, stop)


def _spread(parcels: list[Parcel], address: str, limits: Limits, stop: Stop) -> Iterator[Product]:
    with connect(address) as client:
        ours = about()
        _refuse_others(client, ours)
        waiting = deque((parcel, 1) for parcel in parcels)
        flying: dict[Any, _Flight] = {}
        begin = partial(client.submit, run_parcel, limits=limits, ours=ours, pure=False, allow_other_workers=False)
        try:
            while waiting or flying:
                threads = _threads(client, address)
                if stop.at_once or (stop.gently and not flying):
                    break
                for worker in [] if stop.gently else _free(threads, flying)[: len(waiting)]:
                    parcel, tries = waiting.popleft()
                    flying[begin(parcel, workers=[worker])] = _Flight(parcel, tries, worker)
                for future in _ended(flying, threads):
                    flight = flying.pop(future)
                    product = _product(future, flight, threads)
                    client.cancel([future])
                    if product is None and flight.tries < TRIES:
                        waiting.appendleft((flight.parcel, flight.tries + 1))
                        continue
                    yield product or lost(flight.parcel.job, f"its worker was lost {flight.tries} times")
        finally:
            with suppress(Exception):  # a scheduler that is gone has nothing to cancel
                client.cancel(list(flying), force=True)


def about() -> dict[str, str]:
    """Return hashes and versions that make the same pages where they are the same: library, data and packages."""
    data = {"data": read_programme().data_hash, "scenarios": scenarios_hash()}
    return {"library": surroundings().library, **data, **versions()}


def run_parcel(parcel: Parcel, limits: Limits, ours: Mapping[str, str]) -> Product | None:
    """Run one notebook beside the Dask worker that calls this; None if nobody wants it any more."""
    from distributed import get_worker, secede

    secede()  # a run waits for its notebook, whose blocks of draws may need this thread
    worker = get_worker()
    key = worker.get_current_task()
    _refuse(worker.address, about(), ours)  # it may have joined after the others were asked
    most = worker.memory_manager.memory_limit
    if most and not limits.memory_mb:
        limits = replace(limits, memory_mb=int(most / worker.state.nthreads / 1e6))

    def is_wanted() -> bool:
        task = worker.state.tasks.get(key)
        return task is not None and task.state in WANTED

    try:
        return host(_environment(worker.scheduler.address)).run(parcel, limits, is_wanted)
    except (EOFError, OSError):
        raise NotebookError("the process that runs notebooks beside its worker was killed") from None


def _environment(scheduler: str) -> dict[str, str]:
    """Return the variables that notebooks see: as locally, so without those that Dask sets for its own threads."""
    import dask

    added = {name: str(value) for name, value in dask.config.get("distributed.nanny.pre-spawn-environ", {}).items()}
    kept = {name: value for name, value in os.environ.items() if added.get(name) != value}
    return {**kept, CLUSTER: scheduler, "BNPLAN_DATA": str(data_folder().resolve())}


def _refuse_others(client: Any, ours: Mapping[str, str]) -> None:
    """Raise PlanError unless every worker has what makes the same pages."""
    for worker, theirs in client.run(about, on_error="return").items():
        if isinstance(theirs, Exception):
            told = str(theirs).partition("\n")[0]
            raise PlanError(f"worker {worker}: cannot run bnplan, {type(theirs).__name__}: {told}")
        _refuse(worker, theirs, ours)


def _refuse(worker: str, theirs: Mapping[str, str], ours: Mapping[str, str]) -> None:
    if other := [name for name in ours if theirs.get(name) != ours[name]]:
        rule = "must be the same as where the command is given; install the same there, and start the worker again"
        raise PlanError(f"worker {worker}: {', '.join(other)} {rule}")


def _threads(client: Any, address: str) -> dict[str, int]:
    """Return how many threads each worker has, once it is known that there is a worker."""
    end = time.monotonic() + ALONE_SECONDS
    while client.status == "running" and time.monotonic() < end:
        with suppress(Exception):  # it goes just now
            if threads := client.nthreads():
                return dict(threads)
        time.sleep(LOOK_SECONDS)
    gone = "has no worker any more" if client.status == "running" else "does not answer any more"
    raise NotebookError(f"{shorten(address)}: the Dask scheduler {gone}; what is written stays, go on with --resume")


def _free(threads: Mapping[str, int], flying: Mapping[Any, _Flight]) -> list[str]:
    """Return workers, as often as they have a thread to spare, those first that have least to do."""
    busy = Counter(flight.worker for flight in flying.values())
    spare = sorted((place, worker) for worker, most in threads.items() for place in range(busy[worker], most))
    return [worker for _, worker in spare]


def _ended(flying: Mapping[Any, _Flight], threads: Mapping[str, int]) -> list[Any]:
    """Return runs that have ended or whose worker is lost, after a short wait."""
    end = time.monotonic() + LOOK_SECONDS
    while time.monotonic() < end and not any(future.done() for future in flying):
        time.sleep(LOOK_SECONDS / 10)
    return [future for future, flight in flying.items() if future.done() or flight.worker not in threads]


def _product(future: Any, flight: _Flight, threads: Mapping[str, int]) -> Product | None:
    """Return what a run brought forth, as if it had run here; None if its worker was lost over it."""
    from distributed.scheduler import KilledWorker

    if flight.worker not in threads or future.status in ("cancelled", "lost"):
        return None
    job = flight.parcel.job
    try:
        product = future.result(timeout=FETCH_SECONDS)
    except (KilledWorker, TimeoutError):
        return None
    except PlanError as error:
        return lost(job, str(error))
    except Exception as error:
        return lost(job, f"{type(error).__name__}: {error}")
    return product and replace(product, outcome=replace(product.outcome, fingerprint=job.fingerprint))
