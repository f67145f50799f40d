"""How does a run get its kernel? Forked by the warm process of `kernels`, or, where that does not answer, afresh."""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import socket
import sys
import time
from functools import cache
from importlib.metadata import EntryPoint
from pathlib import Path
from queue import Empty
from typing import Any, Final

import zmq
import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner
from traitlets import default

from bnplan_lib.report.kernel_server import end_children
from bnplan_lib.report.kernels import FOLDER, address

PROVISIONER: Final = "bnplan-forked"
LAUNCHER: Final = ["-m", "ipykernel_launcher"]
WITHOUT_EFFECT: Final = "-Xfrozen_modules=off"  # on results: some specifications ask it for the debugger
ANSWER_SECONDS: Final = 60.0  # as long as papermill waits for a kernel
LISTEN_SECONDS: Final = 0.02
ASK_AGAIN: Final = 25  # listenings without an answer; what a kernel publishes before this end listens is lost
RECONNECT_MS: Final = 10  # a forked kernel listens sooner than zmq thinks


@cache
def sockets() -> zmq.asyncio.Context:
    """Return the context of this process' sockets: one for all, for ending one takes a tenth of a second."""
    context = zmq.asyncio.Context()
    context.setsockopt(zmq.RECONNECT_IVL, RECONNECT_MS)
    return context


class PromptClient(AsyncKernelClient):
    """A client that knows a kernel is ready by what it publishes, where others wait a while for silence."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Return once the kernel has answered and has said, where its output goes too, that it is idle.

        Raises
        ------
        RuntimeError
            If the kernel has ended or does not answer in time; papermill knows it as such.
        """
        end = time.monotonic() + (timeout or float("inf"))
        while not await self._is_ready(self.kernel_info()):
            if not await self._async_is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if time.monotonic() > end:
                raise RuntimeError(f"Kernel didn't respond in {timeout:g} seconds")

    async def _is_ready(self, asked: str) -> bool:
        """Return whether a request is answered, and soon after that said to be done with."""
        for _ in range(ASK_AGAIN):
            if await self._heard("shell", asked):
                break
        for _ in range(4):  # busy comes before idle
            if await self._heard("iopub", asked, execution_state="idle"):
                return True
        return False

    async def _heard(self, channel: str, asked: str, **content: str) -> bool:
        """Return whether what comes next on a channel belongs to a request and says this."""
        try:
            told = await getattr(self, f"{channel}_channel").get_msg(timeout=LISTEN_SECONDS)
        except Empty:
            return False
        return told["parent_header"].get("msg_id") == asked and content.items() <= told["content"].items()


class ForkedManager(AsyncKernelManager):
    """A manager whose kernels are made by `ForkedProvisioner`, unless their specification names another maker."""

    client_class = f"{__name__}.{PromptClient.__name__}"
    client_factory = PromptClient

    @default("context")
    def _shared_context(self) -> zmq.asyncio.Context:
        return sockets()

    def client(self, **kwargs: Any) -> Any:
        """Return a client that shares its sockets' context with all others of this process."""
        return super().client(context=sockets(), **kwargs)

    async def _async_interrupt_kernel(self) -> None:
        """Leave a kernel that is about to be ended in peace: it would only say that it was interrupted."""

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

    async def kill(self, restart: bool = False) -> None:
        """End the kernel; of one that was forked the end is awaited, for others look for it now and then only."""
        forked = self.process
        if self.pid:
            end_children(self.pid)  # those in sessions of their own too
        await super().kill(restart)
        if isinstance(forked, Forked):
            await forked.ended()


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

    async def ended(self) -> None:
        """Return when the process has ended."""
        if self.poll() is None:
            over = asyncio.Event()
            loop = asyncio.get_running_loop()
            loop.add_reader(self.handle, over.set)
            try:
                await over.wait()
            finally:
                loop.remove_reader(self.handle)

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
