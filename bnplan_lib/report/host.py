"""Who runs notebooks beside a Dask worker? A process of its own, for workers may begin none that begin others."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener, wait
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock, Thread
from typing import Any, Final

from bnplan_lib.report import workers
from bnplan_lib.report.execute import Limits
from bnplan_lib.report.kernels import can_fork, warm_kernels
from bnplan_lib.report.parcel import Parcel, unpack
from bnplan_lib.report.record import Product

# as a kernel does, it looks for no module in the folder where the command was given
COMMAND: Final = "import sys; del sys.path[0]; from bnplan_lib.report.host import main; main()"
KEY_BYTES: Final = 32
_hosts: list[Host] = []  # at most one: it is started by the first run, and again if it was killed
_starting: Final = Lock()


class Host:
    """The process, and how to reach it; it ends with the one that started it, however that ends."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.key = secrets.token_bytes(KEY_BYTES)
        self.process = subprocess.Popen(
            [sys.executable, "-c", COMMAND],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=dict(env),
            start_new_session=True,  # Ctrl-C is the worker's, which ends in its own time
        )
        assert self.process.stdin and self.process.stdout  # noqa: S101
        self.process.stdin.write(self.key)
        self.process.stdin.flush()
        self.address = json.loads(self.process.stdout.readline())

    def run(self, parcel: Parcel, limits: Limits, is_wanted: Callable[[], bool]) -> Product | None:
        """Return what a run brings forth; None, and its end, as soon as nobody wants it any more.

        Raises
        ------
        EOFError, OSError
            If the process has ended over it.
        """
        with Client(self.address, authkey=self.key) as line:
            line.send((parcel, limits))
            while not line.poll(workers.LOOK_SECONDS):
                if not is_wanted():
                    return None
            product: Product = line.recv()
            return product


def host(env: Mapping[str, str]) -> Host:
    """Return this process' host; it is started where none runs."""
    with _starting:
        if not _hosts or _hosts[0].process.poll() is not None:
            _hosts[:] = [Host(env)]
        return _hosts[0]


def main() -> None:
    """Run what comes along each connection, until standard input ends."""
    listener = Listener(authkey=sys.stdin.buffer.read(KEY_BYTES))
    with warm_kernels() if can_fork() else nullcontext():
        Thread(target=_answer, args=[listener, workers.prepare()], daemon=True).start()
        print(json.dumps(listener.address), flush=True)  # noqa: T201
        os.dup2(2, 1)  # nobody reads what notebooks' processes may say
        sys.stdin.buffer.read()


def _answer(listener: Listener, method: str) -> None:
    while True:
        with suppress(AuthenticationError, EOFError, ConnectionError):  # who asked is gone
            Thread(target=_run, args=[listener.accept(), method]).start()


def _run(line: Any, method: str) -> None:
    """Run the job that comes along a line and send back its product; it ends at once when the line does."""
    stop, place = workers.Stop(), TemporaryDirectory(prefix="bnplan-", ignore_cleanup_errors=True)
    with line, place as folder, suppress(EOFError, OSError):  # nobody waits any more
        parcel, limits = line.recv()
        watcher = Thread(target=_watch, args=[line, stop], daemon=True)
        watcher.start()
        jobs = [unpack(parcel, Path(folder, "scenarios"))]
        for product in workers.spread(jobs, method, 1, Path(folder), limits, stop):
            line.send(product)
        watcher.join()


def _watch(line: Connection, stop: workers.Stop) -> None:
    wait([line])  # nothing more comes along it but its end
    stop.gently = stop.at_once = True
