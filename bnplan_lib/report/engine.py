"""How does papermill run a notebook here? Within limits, and with the number of the cell that went wrong."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

import nbformat
import psutil
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines
from traitlets import Int

from bnplan_lib.errors import PlanError

ENGINE: Final = "bnplan"
TRIES: Final = 3
LOOK_SECONDS: Final = 0.1
MEGA: Final = 1_000_000


class LimitReached(PlanError):
    """A notebook went over a limit: raise the limit or correct the notebook."""


class LimitedClient(PapermillNotebookClient):
    """A client that ends a kernel which writes or takes more than it may, and knows in which cell that was."""

    output_bytes = Int(0, help="Most that a notebook may write, in bytes of JSON; 0 is any.")
    memory_bytes = Int(0, help="Most memory that a kernel and its children may hold; 0 is any.")
    written = 0
    exceeded = 0
    has_begun = False

    def execute_cell(self, cell: Any, cell_index: int, **more: Any) -> Any:
        """Execute a cell, and take its time by a clock that nobody sets."""
        clock = time.perf_counter()
        try:
            return super().execute_cell(cell, cell_index, **more)
        finally:
            self.nb_man.took[cell_index] = round(time.perf_counter() - clock, 6)

    def output(self, outs: list[Any], msg: dict[str, Any], display_id: str, cell_index: int) -> Any:
        """Keep an output while there is room."""
        if self.output_bytes:
            self.written += len(json.dumps(msg["content"], ensure_ascii=False))
            if self.written > self.output_bytes:
                raise LimitReached(f"wrote more than {self.output_bytes / MEGA:,.0f} MB")
        return super().output(outs, msg, display_id, cell_index)

    def papermill_execute_cells(self) -> None:
        """Execute every cell; whatever stops it that is no error of the code tells the number of its cell."""
        self.has_begun = True
        with self._watched():
            try:
                super().papermill_execute_cells()
            except Exception as stopped:
                error: Exception = stopped
                begun = [cell for cell in self.nb.cells if cell.cell_type == "code" and self._has_begun(cell)]
                if self.exceeded:
                    held, most = (f"{size / MEGA:,.0f} MB" for size in (self.exceeded, self.memory_bytes))
                    error = LimitReached(f"took {held} of memory, more than {most}")
                if begun:
                    begun[-1].metadata["papermill"]["status"] = NotebookExecutionManager.FAILED
                    error.cell = len(begun)  # type: ignore[attr-defined]
                raise error from None

    @staticmethod
    def _has_begun(cell: Any) -> bool:
        return bool(cell.metadata["papermill"].get("start_time"))

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Kill the kernel once it holds more memory than it may."""
        pid = getattr(getattr(self.km, "provisioner", None), "pid", None)
        if not (self.memory_bytes and pid):
            yield
            return
        over = Event()
        watcher = Thread(target=self._watch, args=[pid, over.wait], daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()

    def _watch(self, pid: int, is_over: Callable[[float], bool]) -> None:
        with suppress(psutil.Error):  # the kernel has ended
            kernel = psutil.Process(pid)
            while not is_over(LOOK_SECONDS):
                family = [kernel, *kernel.children(recursive=True)]
                held = sum(memory_of(process) for process in family)
                if held > self.memory_bytes:
                    self.exceeded = held
                    for process in reversed(family):
                        with suppress(psutil.Error):
                            process.kill()
                    return


def memory_of(process: psutil.Process) -> int:
    """Return the bytes of memory that a process holds, 0 once it has ended."""
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


class Engine(NBClientEngine):
    """Papermill's own engine with our client."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        half_run: Path,
        start_timeout: int = 60,
        execution_timeout: int | None = None,
        **kwargs: Any,
    ) -> Any:
        """Execute the notebook that papermill manages; one that is stopped is kept as far as it came."""
        kwargs = {key: value for key, value in kwargs.items() if key != "input_path"}
        kwargs |= {"timeout": execution_timeout, "startup_timeout": start_timeout, "kernel_name": kernel_name}
        nb_man.took = {}
        try:
            return _execute(nb_man, kwargs)
        except Exception:
            nbformat.write(nb_man.nb, half_run)
            raise
        finally:
            for place, seconds in nb_man.took.items():
                nb_man.nb.cells[place].metadata["papermill"]["duration"] = seconds


def _execute(nb_man: Any, options: dict[str, Any]) -> Any:
    """Execute a notebook; a kernel that does not start is started again, for the machine may have been at its end."""
    for tries in range(TRIES):
        client = LimitedClient(nb_man, log=logging.getLogger("papermill"), **options)
        try:
            return client.execute()
        except RuntimeError:
            if client.has_begun or tries == TRIES - 1:
                raise
    return None


papermill_engines.register(ENGINE, Engine)
