"""How do many pages travel together? As one folder or ZIP file, in which all share one plotly.js."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from bnplan_lib.errors import PlanError
from bnplan_lib.report.fingerprint import digest_of
from bnplan_lib.report.folder import write_files, write_out
from bnplan_lib.report.pages import script_hash

PLOTLY: Final = re.compile(r'<script id="plotly">(.*?)</script>', re.DOTALL)
BESIDE: Final = "'self' file:"  # where a shared script may come from: the page's own site, or the disk it lies on
ZIP: Final = ".zip"
FIRST_YEAR: Final = 1980  # a ZIP file knows no earlier time


def bundled(pages: Mapping[str, str]) -> dict[str, str]:
    """Return the files of a bundle by name: the pages, and beside them the scripts they share.

    A script is named by its content, so pages that were made by different versions each keep their own. A page without
    figures, or one that was not written by `write_page`, stays as it is.
    """
    files: dict[str, str] = {}
    for name, page in pages.items():
        found = PLOTLY.search(page)
        own = f"'{script_hash(found[1])}'" if found else ""
        if found and own in page[: found.start()]:
            shared = f"plotly-{digest_of(found[1].encode())[:12]}.js"
            files[shared] = found[1]
            head = page[: found.start()].replace(own, BESIDE, 1)
            page = f'{head}<script src="{shared}"></script>{page[found.end() :]}'
        files[name] = page
    return files


def write_bundle(report: Path, to: Path, stamp: datetime) -> list[Path]:
    """Write the pages of a report as a bundle and return the paths of what was written.

    A place that ends in `.zip` becomes one file, whose entries carry `stamp` as their time; any other a folder.

    Raises
    ------
    PlanError
        If the place cannot be written, or the folder is there and holds other files.
    """
    pages = {path.name: path.read_text(encoding="utf-8") for path in sorted(report.glob("*.html"))}
    files = {name: text.encode() for name, text in sorted(bundled(pages).items())}
    if to.suffix.lower() == ZIP:
        write_out(to, zipped(files, to.stem, stamp))
        return [to]
    if to.is_dir() and (others := sorted({path.name for path in to.iterdir()} - set(files))):
        rule = "the folder of a bundle must hold nothing else, so that no old page stays in it"
        raise PlanError(f"{to}: {rule}, found {', '.join(others[:3])}{' …' if len(others) > 3 else ''}")
    return write_files(files, to)


def zipped(files: Mapping[str, bytes], folder: str, stamp: datetime) -> bytes:
    """Return a ZIP file with one folder: the same bytes for the same files, names and time."""
    content = io.BytesIO()
    when = stamp.timetuple()[:6] if stamp.year >= FIRST_YEAR else (FIRST_YEAR, 1, 1, 0, 0, 0)
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(f"{folder}/{name}", when)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return content.getvalue()
