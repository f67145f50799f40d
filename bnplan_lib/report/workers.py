"""Who runs the jobs of a batch? Some processes, each one job after the other; none takes the others with it."""

from __future__ import annotations

import os
import secrets
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path
from threading import Thread
from typing import Any, Final

from bnplan_lib.errors import PlanError
from bnplan_lib.report.execute import Limits, lost, run_job
from bnplan_lib.report.plan import Job
from bnplan_lib.report.record import Product

TRIES: Final = 2  # a process may be killed for what another one did to the machine
LOOK_SECONDS: Final = 0.2
BATCH: Final = "BNPLAN_BATCH"  # variable that marks what a batch has started
PRELOAD: Final = ("bnplan_lib.report.workers", "bnplan_lib.report.warm_page")


@dataclass(slots=True)
class Stop:
    """What somebody has asked of a batch that runs: nothing yet, to begin nothing more, or to end at once."""

    gently: bool = False
    at_once: bool = False
    signal: int = 0  # that asked for it


class Worker:
    """A process and the line to it; it ends when the line does."""

    def __init__(self, method: str, place: Path, limits: Limits, batch: str) -> None:
        context: Any = get_context(method)
        self.line, other = context.Pipe()
        # kernels leave nothing in the home of their user, and need none
        arguments = (other, {**os.environ, "IPYTHONDIR": str(place / "ipython"), BATCH: batch}, place, limits)
        self.process = context.Process(target=_serve, args=arguments, daemon=False)
        self.process.start()
        other.close()
        self.job: tuple[Job, int] | None = None  # and how often it was begun

    def take(self, job: Job, tries: int) -> None:
        """Begin a job."""
        self.job = job, tries
        self.line.send(job)

    def done(self) -> tuple[Job, int, Product | None]:
        """Return the job, how often it was begun, and what it brought forth: None if the process has ended over it."""
        assert self.job  # noqa: S101
        (job, tries), self.job = self.job, None
        try:
            return job, tries, self.line.recv()
        except (EOFError, OSError):
            return job, tries, None

    def end(self, at_once: bool) -> None:
        """Let the process end, or kill it with its kernel."""
        self.line.close()
        if at_once:
            self.process.kill()
        self.process.join()


def prepare() -> str:
    """Return how processes begin: forked from one that begins here to import what they need, or else afresh."""
    if sys.platform == "linux":
        from multiprocessing import forkserver

        with suppress(OSError):  # no temporary folder, or one whose path is too long for a socket's
            get_context("forkserver").set_forkserver_preload(list(PRELOAD))
            forkserver.ensure_running()
            return "forkserver"
    return "spawn"


def spread(jobs: list[Job], method: str, workers: int, place: Path, limits: Limits, stop: Stop) -> Iterator[Product]:
    """Run jobs on some processes and yield what they bring forth, as it comes.

    A job whose process is killed is tried once more, on a new process; then it has failed.
    """
    waiting = deque((job, 1) for job in jobs)
    crew: list[Worker] = []
    batch = secrets.token_hex()
    begin = partial(Worker, method, place, limits, batch)
    try:
        while waiting or any(worker.job for worker in crew):
            if stop.at_once or (stop.gently and not any(worker.job for worker in crew)):
                break
            if not stop.gently:
                while waiting and (worker := _idle(crew, workers, begin)):
                    worker.take(*waiting.popleft())
            busy: dict[Any, Worker] = {worker.line: worker for worker in crew if worker.job}
            for line in wait(list(busy), LOOK_SECONDS):
                worker = busy[line]
                job, tries, product = worker.done()
                if product is None:
                    crew.remove(worker)
                    worker.end(at_once=True)
                    if tries < TRIES:
                        waiting.appendleft((job, tries + 1))
                        continue
                    product = lost(job, f"its process was killed {tries} times")
                yield product
    finally:
        hurry = stop.at_once or any(worker.job for worker in crew)
        for worker in crew:
            worker.end(at_once=hurry)
        sweep(batch)


def sweep(batch: str) -> None:
    """Kill what notebooks of a batch have started and left, wherever it may have gone: it bears the batch's mark."""
    import psutil

    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):  # it has ended, or is somebody else's
            if process.environ().get(BATCH) == batch:
                process.kill()


def _idle(crew: list[Worker], most: int, begin: Callable[[], Worker]) -> Worker | None:
    """Return a worker without a job, a new one while there are fewer than may be."""
    idle = next((worker for worker in crew if not worker.job), None)
    if idle is None and len(crew) < most:
        try:
            crew.append(idle := begin())
        except OSError as error:  # no room for one more: those that run go on
            if not crew:
                raise PlanError(f"no process can be started for notebooks, {error.strerror or error}") from error
    return idle


def _serve(line: Connection, env: dict[str, str], place: Path, limits: Limits) -> None:
    """Run the jobs that come along a line until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, which lets running notebooks end
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if parent := parent_process():  # however it ends, this process ends too
        Thread(target=lambda: (wait([parent.sentinel]), os._exit(1)), daemon=True).start()
    os.environ.clear()
    os.environ.update(env)
    with suppress(EOFError, OSError):  # nobody listens any more
        while True:
            job = line.recv()
            try:
                product = run_job(job, place, limits)
            except Exception as error:  # no room for what it needs, above all: this run fails, not the others
                product = lost(job, f"{type(error).__name__}: {error}")
            line.send(product)
