"""What is a warm process? One that has imported what notebooks use, and forks for each of them.

`main()` answers on a listening unix socket, whose descriptor and folder are its arguments beside whether to import
what the suite's notebooks do, until its standard input
ends. Who connects sends a line of JSON (`arguments`, `cwd`, `env`), gets the number of a process and a handle
for it, and sends one byte more to make it a kernel. The connection stays open: when it closes, the kernel ends.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import json
import os
import select
import shutil
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Final

# What notebooks import; the library too, for a server lives no longer than the runs it was started for. Nothing that
# asks while it is imported whether it runs in a kernel, as plotly's renderers and ipywidgets do.
PRELOAD: Final = (
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "psutil",
    "sqlite3",
    "tornado.platform.asyncio",
    "tornado.queues",
    "encodings.utf_8_sig",
    "nbformat",
    "pandas",
    "pyarrow.pandas_compat",
    "narwhals._pandas_like.namespace",
    "plotly.graph_objects",
    "plotly.animation",
    "plotly.graph_objs._bar",
    "plotly.graph_objs._layout",
    "plotly.graph_objs._scatter",
    "plotly.graph_objs.layout._template",
    "plotly.subplots",
    "plotly.utils",
    "PIL.Image",
)
SUITE: Final = (
    "great_tables",
    "babel.messages.pofile",
    "babel.numbers",
    "scipy.optimize",
    "scipy.special",
    "scipy.stats",
    "SALib.analyze.sobol",
    "SALib.sample.sobol",
    "bnplan_lib.analysis.exposure",
    "bnplan_lib.analysis.goals",
    "bnplan_lib.analysis.uncertainty",
    "bnplan_lib.inputs.parameters",
    "bnplan_lib.figures",
    "bnplan_lib.figures.headlines",
    "bnplan_lib.explore",
)
# variables nothing reads while it is imported; a run that differs in any other needs a kernel of its own
READ_LATE: Final = ("BNPLAN_", "IPYTHONDIR", "JPY_", "PYDEVD_DISABLE_FILE_VALIDATION")
REAP_SECONDS: Final = 1.0  # how long a kernel that has ended may stay in the table of processes


def main() -> None:
    """Import, then fork a kernel for each connection until standard input ends."""
    listener, folder = socket.socket(fileno=int(sys.argv[1])), sys.argv[2]
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # where it was ignored, no kernel could be waited for
    given = settled(os.environ)
    # read at import: a kernel watches its line, not its parent; and its debugger says nothing, as in runs
    os.environ.update({"JPY_PARENT_PID": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"})
    before = set(os.environ)
    preload((*PRELOAD, *SUITE) if int(sys.argv[3]) else PRELOAD)
    added = {name: value for name, value in os.environ.items() if name not in before}
    if threading.active_count() > 1:
        sys.exit(f"no kernels are forked, for threads run: {threading.enumerate()}")
    asking = serve(listener)
    if asking is None:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        become_kernel(asking, given, added)


def preload(names: Iterable[str]) -> None:
    """Import modules, without a word."""
    told, warnings.showwarning = warnings.showwarning, lambda *_, **__: None  # the filters that imports set are kept
    for name in names:
        with suppress(ImportError):  # the notebook that needs it will say so
            importlib.import_module(name)
    with suppress(KeyError):  # a first chart makes plotly read its checks and its template
        sys.modules["plotly.graph_objects"].Figure([{"type": "bar"}, {"type": "scatter"}]).to_json()
    warnings.showwarning = told
    gc.collect()
    gc.freeze()  # what is shared stays shared: no kernel's collector touches it


def settled(env: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that imports may have read."""
    return {name: value for name, value in env.items() if not name.startswith(READ_LATE)}


def serve(listener: socket.socket) -> socket.socket | None:
    """Fork for each connection; return it in the new process, and None in this one when standard input has ended.

    In the end the kernels that still run are killed, with all that they started.
    """
    running: set[int] = set()
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [], REAP_SECONDS)
        if sys.stdin in ready:
            break
        if listener in ready:
            # who asked may be gone, or there may be no room for one more process
            with suppress(OSError), listener.accept()[0] as asking:
                pid = os.fork()
                if pid == 0:
                    listener.close()
                    return asking.dup()
                running.add(pid)
        running = {pid for pid in running if not os.waitpid(pid, os.WNOHANG)[0]}
    for pid in running:  # none was waited for, so no number was given to another process
        end_children(pid)
        for kill in (os.killpg, os.kill):  # it may not be the first of its session yet
            with suppress(ProcessLookupError):
                kill(pid, signal.SIGKILL)
    return None


def end_children(pid: int) -> None:
    """Kill what a process has started, with what that has, in sessions of their own too."""
    import psutil

    with suppress(psutil.Error):
        for child in psutil.Process(pid).children(recursive=True):
            with suppress(psutil.Error):
                child.kill()


def become_kernel(asking: socket.socket, given: dict[str, str], added: dict[str, str]) -> None:
    """Turn this process into a kernel as if it had just been started, if that is still wanted.

    `given` are the variables the imports saw, `added` those they set.
    """
    os.setsid()
    request = agree(asking, given)
    if request is None:
        return
    threading.Thread(target=leave_with, args=[asking], daemon=True).start()
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.close(nowhere)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update({**added, **request["env"]})
    sow()
    launcher = importlib.util.find_spec("ipykernel_launcher")
    sys.argv = [str(launcher.origin) if launcher else "", *request["arguments"]]
    from ipykernel.kernelapp import IPKernelApp

    IPKernelApp.launch_instance()


def agree(asking: socket.socket, given: dict[str, str]) -> dict[str, Any] | None:
    """Return what a kernel is asked for, once it is known to be awaited; None for an environment that is not ours."""
    try:
        request = json.loads(asking.makefile("rb").readline())
        if settled(request["env"]) != given:
            return None
        handle = os.pidfd_open(os.getpid())
        socket.send_fds(asking, [str(os.getpid()).encode()], [handle])
        os.close(handle)
        return request if asking.recv(1) else None
    except (OSError, ValueError):  # who asked is gone
        return None


def leave_with(asking: socket.socket) -> None:
    """Wait until the other end of a connection is closed; then kill this process and what it started."""
    with suppress(OSError):
        asking.recv(1)
    end_children(os.getpid())
    os.killpg(0, signal.SIGKILL)


def sow() -> None:
    """Give the generators of this process seeds of their own."""
    import random

    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
