"""How does a run get its kernel? Forked by the warm process of `kernels`, or, where that does not answer, afresh."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, Final

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

from bnplan_lib.report.kernels import FOLDER, address

PROVISIONER: Final = "bnplan-forked"
LAUNCHER: Final = ["-m", "ipykernel_launcher"]
WITHOUT_EFFECT: Final = "-Xfrozen_modules=off"  # on results: some specifications ask it for the debugger
ANSWER_SECONDS: Final = 60.0  # as long as papermill waits for a kernel


class ForkedManager(AsyncKernelManager):
    """A manager whose kernels are made by `ForkedProvisioner`, unless their specification names another maker."""

    @property
    def kernel_spec(self) -> Any:
        """The kernel's specification, asking for our provisioner."""
        place = f"{__name__}:{ForkedProvisioner.__name__}"
        # registered here, not by the package, so that an older installation of it does no harm
        known = KernelProvisionerFactory.instance(parent=self.parent).provisioners
        known[PROVISIONER] = EntryPoint(PROVISIONER, place, KernelProvisionerFactory.GROUP_NAME)
        spec = super().kernel_spec
        if spec is not None:
            spec.metadata = {"kernel_provisioner": {"provisioner_name": PROVISIONER}, **spec.metadata}
        return spec


class ForkedProvisioner(LocalProvisioner):
    """Has this interpreter's kernels forked by the warm process, and starts all others as usual."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Return the connection of a new kernel."""
        folder = kwargs["env"].pop(FOLDER, None)
        words = [word for word in cmd if word != WITHOUT_EFFECT]
        own = words[:3] == [sys.executable, *LAUNCHER]
        forked = ask(Path(folder), words[3:], kwargs) if folder and own else None
        if forked is None:
            return await super().launch_kernel(cmd, **kwargs)
        self.process = forked  # type: ignore[assignment]
        self.pid = self.pgid = forked.pid
        self.cwd = kwargs.get("cwd", Path.cwd())
        return self.connection_info


def ask(folder: Path, arguments: list[str], kwargs: dict[str, Any]) -> Forked | None:
    """Return a forked kernel; None where the warm process does not answer or may not serve this environment."""
    env = {**kwargs["env"], "JPY_PARENT_PID": str(os.getpid())}  # as a launcher sets it
    cwd = str(kwargs.get("cwd") or Path.cwd())
    request = json.dumps({"arguments": arguments, "cwd": cwd, "env": env})
    line = socket.socket(socket.AF_UNIX)
    try:
        line.settimeout(ANSWER_SECONDS)
        with address(folder) as place:
            line.connect(place)
        line.sendall(request.encode() + b"\n")
        told, handles, _, _ = socket.recv_fds(line, 32, 1, socket.MSG_CMSG_CLOEXEC)
        forked = Forked(int(told), handles[0], line)
        line.sendall(b"\n")  # only now does it become a kernel: none starts for one who has left
    except (OSError, ValueError):
        line.close()
        return None
    return forked


class Forked:
    """A process that is not our child, watched and signalled as `Popen` does; what code it left with is not known.

    It ends when its line is closed, so with this process or this object.
    """

    stdin = stdout = stderr = None

    def __init__(self, pid: int, handle: int, line: socket.socket) -> None:
        self.pid, self.handle, self.line = pid, handle, line
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return 0 once the process has ended, None before."""
        return self.wait(0)

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for the end of the process; None if it does not come in time."""
        if self.returncode is None and select.select([self.handle], [], [], timeout)[0]:
            self.returncode = 0
            self.line.close()
            os.close(self.handle)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal if the process has not ended."""
        if self.poll() is None:
            signal.pidfd_send_signal(self.handle, number)

    def kill(self) -> None:
        """End the process at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the process to end."""
        self.send_signal(signal.SIGTERM)
