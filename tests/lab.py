"""A JupyterLab server for tests, on a copy of the notebooks, that touches nothing of the machine's user."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

from bnplan_lib.report.notebooks import notebook_folder

WORD = "t"  # the server asks for one
QUIET = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}
HOMES = {
    "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime",
    "IPYTHONDIR": "ipython", "JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
}  # fmt: skip


def homes(folder: Path) -> dict[str, str]:
    """Return the environment in which Jupyter keeps everything of its user's in a folder."""
    return {**os.environ, **{name: str(folder / place) for name, place in HOMES.items()}}


class Lab:
    """A JupyterLab server on a copy of the notebooks."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log = folder, folder / "server.log"
        shutil.copytree(notebook_folder(), folder / "notebooks")
        settings = folder / "settings" / "@jupyterlab" / "apputils-extension"
        settings.mkdir(parents=True)
        (settings / "notification.jupyterlab-settings").write_text(json.dumps(QUIET), encoding="utf-8")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def start(self) -> None:
        """Start the server and wait until it answers."""
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
                   f"--port={self.port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={WORD}"]  # fmt: skip
        with self.log.open("wb") as log:
            self.server = subprocess.Popen(
                command, cwd=self.folder / "notebooks", stdout=log, stderr=log, env=homes(self.folder)
            )
        self.wait(lambda: self.ask("api/status"), 40)

    def stop(self) -> None:
        """Ask the server to end, which ends its kernels; insist after ten seconds."""
        self.server.terminate()
        try:
            self.server.wait(10)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()

    def ask(self, what: str, told: dict | None = None, method: str | None = None):
        """Return what the server's interface says, after telling it something if there is anything to tell."""
        address = f"http://127.0.0.1:{self.port}/{what}?token={WORD}"
        body = None if told is None else json.dumps(told).encode()
        asked = urllib.request.Request(address, body, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310  the address is ours
            return json.loads(answer.read() or "null")

    def wait(self, ready, seconds: float) -> None:
        """Wait until something is so; the server answers with errors while it or a kernel starts."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with suppress(OSError):
                if ready():
                    return
            assert self.server.poll() is None, self.log.read_text(encoding="utf-8")[-1500:]
            time.sleep(0.1)
        raise TimeoutError(self.log.read_text(encoding="utf-8")[-1500:])

    def connected(self, name: str) -> bool:
        """Whether a notebook's kernel is idle and the page holds its line: before that, Run All opens a dialog."""
        kernels = [session["kernel"] for session in self.ask("api/sessions") if session["path"] == name]
        return any(kernel["execution_state"] == "idle" and kernel["connections"] for kernel in kernels)

    def open(self, page, name: str) -> None:
        """Open a notebook in a page and wait for its kernel."""
        page.goto(f"http://127.0.0.1:{self.port}/lab/tree/{name}?token={WORD}&reset")
        page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        self.wait(lambda: self.connected(name), 30)
