"""How does a page become paper? A Chromium of the machine prints it; none comes with the suite."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Final

from bnplan_lib.errors import PlanError
from bnplan_lib.report.folder import write_out

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
PLACES: Final = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
QUIET: Final = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
NO_NETWORK: Final = "--host-resolver-rules=MAP * ~NOTFOUND"
SECONDS: Final = 120
DRAWN_MS: Final = 10_000  # of the page's own clock, until which its figures are drawn
# a link to a file beside the page would take the folder of this machine along
BESIDE: Final = re.compile(r'(<a\b[^>]*?) href="(?!https?:|data:|#)[^"]*"')
DATES: Final = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}\+00'00'\)")


def find_chromium() -> str | None:
    """Return the path of a Chromium, Chrome or Edge of this machine, None if there is none."""
    found = filter(None, map(shutil.which, NAMES))
    return next(found, None) or next((place for place in PLACES if Path(place).is_file()), None)


def switches() -> list[str]:
    """Return what keeps a Chromium quiet; no sandbox only where root runs it, for it would not start."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*QUIET, *(["--no-sandbox"] if root else [])]


def print_page(page: Path, to: Path, stamp: datetime) -> None:
    """Write a page as PDF, with `stamp` as the time it was made, so that the same page gives the same bytes.

    Raises
    ------
    PlanError
        If there is no Chromium, it does not print, or the file cannot be written.
    """
    chromium = find_chromium()
    if chromium is None:
        raise PlanError("a PDF needs Chromium, Chrome or Edge on this machine, found none; or print the page yourself")
    with tempfile.TemporaryDirectory(prefix="bnplan-paper-", ignore_cleanup_errors=True) as folder:
        printed, copy = Path(folder, "page.pdf"), Path(folder, "page.html")
        copy.write_text(BESIDE.sub(r"\1", page.read_text(encoding="utf-8")), encoding="utf-8")
        command = [
            *(chromium, "--headless", *switches(), NO_NETWORK, f"--user-data-dir={folder}/profile"),
            *("--no-pdf-header-footer", "--generate-pdf-document-outline", f"--virtual-time-budget={DRAWN_MS}"),
            *(f"--print-to-pdf={printed}", copy.as_uri()),
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=SECONDS)
        except subprocess.TimeoutExpired:
            raise PlanError(f"{page.name}: {chromium} did not print it within {SECONDS} seconds") from None
        except OSError as error:
            raise PlanError(f"{chromium}: cannot be started, {error.strerror}") from error
        if not printed.is_file():
            said = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
            raise PlanError(f"{page.name}: {chromium} printed nothing: {said}")
        write_out(to, dated(printed.read_bytes(), stamp))


def dated(pdf: bytes, stamp: datetime) -> bytes:
    """Return a PDF of another time; as many bytes as before, for a PDF counts them."""
    return DATES.sub(lambda found: b"/%b (D:%b+00'00')" % (found[1], stamp.strftime("%Y%m%d%H%M%S").encode()), pdf)
