"""Who stands ready to fork kernels, and for how long? A warm process, for as long as a batch of runs lasts."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

FOLDER: Final = "BNPLAN_KERNELS"  # variable: where the warm process answers; without it kernels start afresh
# as a kernel does, it looks for no module in the folder where the command was given
COMMAND: Final = "import sys; del sys.path[0]; from bnplan_lib.report.kernel_server import main; main()"
STOP_SECONDS: Final = 5.0


def can_fork() -> bool:
    """Return whether this platform can fork kernels and watch processes that are not its own."""
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):  # no Linux, or one that is too old or too closed
        return False
    return True


@contextmanager
def warm_kernels(suite: bool = True) -> Iterator[None]:
    """Keep a process ready that forks kernels for `ForkedManager`, here and in processes begun meanwhile.

    Beside what every kernel needs it imports, for `suite`, what the notebooks of the suite do. It ends with this
    process, however that ends. Where it cannot be started, kernels start afresh.
    """
    with ExitStack() as stack:
        with suppress(OSError):  # no place for its socket, or no room for one more process
            stack.enter_context(_serving(suite))
        yield


@contextmanager
def _serving(suite: bool) -> Iterator[None]:
    folder = Path(tempfile.mkdtemp(prefix="bnplan-kernels-"))  # nobody else may enter it
    try:
        with socket.socket(socket.AF_UNIX) as listener, address(folder) as place:
            listener.bind(place)
            listener.listen(64)  # who asks before its imports are done waits
            command = [sys.executable, "-c", COMMAND, str(listener.fileno()), str(folder), str(int(suite))]
            server = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                pass_fds=[listener.fileno()],
                start_new_session=True,
                env=dict(os.environ),  # said, as launchers of kernels do: libraries add to the one that is inherited
            )
        earlier = os.environ.get(FOLDER)
        os.environ[FOLDER] = str(folder)
        try:
            yield
        finally:
            del os.environ[FOLDER]
            if earlier:
                os.environ[FOLDER] = earlier
            _end(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _end(server: subprocess.Popen[bytes]) -> None:
    try:
        server.communicate(timeout=STOP_SECONDS)  # the end of its input is the end of it
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


@contextmanager
def address(folder: Path) -> Iterator[str]:
    """Give the address of the socket in a folder, short even where the folder's path is too long for a socket's."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}/socket"
    finally:
        os.close(handle)
