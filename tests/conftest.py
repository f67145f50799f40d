"""What tests share: a Chromium, LibreOffice, and one run of the whole suite."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time

import pytest
from browser import arguments
from hypothesis import settings

from bnplan_lib.report.paper import find_chromium

RUN_SECONDS = 300

# no deadline: a busy machine is not a fault; in CI the same examples each time
settings.register_profile("suite", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("suite")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium."""
    return _needed(find_chromium(), "no Chromium or Chrome found: install one to test pages")


@pytest.fixture(scope="session")
def soffice() -> str:
    """Path of LibreOffice."""
    return _needed(shutil.which("soffice"), "no LibreOffice found: install Calc to test that it opens the workbooks")


def _needed(program: str | None, told: str) -> str:
    """Return a program's path; without one its tests are skipped, but fail in continuous integration."""
    if program is None:
        stop = pytest.fail if os.environ.get("CI") else pytest.skip
        stop(told)
    return program


@pytest.fixture(scope="session")
def browser(chromium):
    """A running Chromium that reaches no host but this one."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=arguments())
        yield running
        running.close()


@pytest.fixture(scope="session")
def reports(tmp_path_factory):
    """Folder of one run of every notebook in both languages; parallel workers share it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder, lock = shared / "reports", shared / "reports.lock"
    try:
        lock.mkdir()
    except FileExistsError:
        end = time.monotonic() + RUN_SECONDS
        while not (folder / "run.json").exists() and time.monotonic() < end:
            time.sleep(0.2)
    else:
        command = [sys.executable, "-m", "bnplan_lib.cli", "run", "--out", str(folder)]
        subprocess.run(command, check=True, capture_output=True, timeout=RUN_SECONDS)
    assert (folder / "run.json").exists(), "the suite's run left no record"
    return folder
