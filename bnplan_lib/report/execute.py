"""How does one run go? A notebook is executed, and becomes a page, an executed copy and a record."""

from __future__ import annotations

import copy
import json
import logging
import os
import re
import secrets
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from bnplan_lib.figures.language import LANGUAGES, speak
from bnplan_lib.figures.markup import unescaped
from bnplan_lib.report.clean import read_clean, short_paths, without_paths
from bnplan_lib.report.fingerprint import digest_of
from bnplan_lib.report.pages import write_page
from bnplan_lib.report.plan import Job
from bnplan_lib.report.record import Outcome, Product, versions
from bnplan_lib.report.results import result_files, take_results
from bnplan_lib.report.stamp import document_words

LINK: Final = re.compile(r"\[([^\]]+)\]\((\w+)\.ipynb\)")  # to another notebook, in its text
ANSI: Final = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a notebook may take: seconds for a cell, MB of memory, MB of output; 0 is any amount."""

    seconds: int = 600
    memory_mb: int = 0
    output_mb: int = 50


def run_job(job: Job, place: Path | None, limits: Limits) -> Product:
    """Execute one notebook and return its page, its executed copy and its record, ready to be written.

    `place` is a folder for what a run needs meanwhile, where None is the system's own.
    """
    clock, started = time.perf_counter(), datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="run-", dir=place, ignore_cleanup_errors=True) as folder:
        executed = Path(folder, "executed.ipynb")
        error = without_paths(_papermill(job, executed, limits), folder)
        notebook = read_clean(job, executed, folder)
    return _product(job, notebook, error, started, clock)


def _product(job: Job, notebook: Any, error: str, started: datetime, clock: float) -> Product:
    page, error = _page(job, notebook, error)
    suffix = ".failed" if error else ""
    page_name, copy_name = f"{job.stem}{suffix}.html", f"{job.stem}{suffix}.ipynb"
    executed = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    files = {copy_name: executed.encode(), page_name: page.encode()}
    if not error:
        files |= result_files(job.stem, take_results(notebook))
    outcome = Outcome(
        notebook=job.notebook.name,
        scenario=job.scenario,
        scenario_title=job.scenario_title,
        lang=job.lang,
        parameters=short_paths(job.parameters),
        origins=job.origins,
        settings=job.settings,
        changes=job.changes,
        status="failed" if error else "done",
        started=started.isoformat(timespec="seconds"),
        seconds=round(time.perf_counter() - clock, 3) if clock else 0.0,
        page=page_name,
        executed=copy_name,
        title=job.notebook.title_vi if job.lang == "vi" else job.notebook.title_en,
        headline=_headline(notebook),
        cells=tuple(_cells(notebook)),
        hashes=job.hashes,
        fingerprint=job.fingerprint,
        versions=versions(),
        error=error,
        files={name: digest_of(content) for name, content in files.items()},
    )
    return Product(outcome, files)


def lost(job: Job, error: str) -> Product:
    """Return the product of a run whose own process could not tell how it ended."""
    return _product(job, read_clean(job, Path(), ""), error, datetime.now(UTC), 0.0)


def _papermill(job: Job, executed: Path, limits: Limits) -> str:
    """Execute the notebook into a file; return what went wrong, '' if nothing did."""
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import papermill
        from traitlets.config import Config

        from bnplan_lib.report.engine import ENGINE, MEGA
        from bnplan_lib.report.kernel_manager import ForkedManager

        for talker in ("papermill", "asyncio"):  # what they would say, the error below says in one line
            logging.getLogger(talker).setLevel(logging.CRITICAL + 1)
        config = Config()
        config.KernelManager.transport_encryption = "auto"  # ipykernel warns of plain TCP otherwise
        if _keeps_secrets(executed.parent):  # else Jupyter finds a place, where it may be left if all is killed
            config.KernelManager.connection_file = str(executed.with_name("kernel.json"))
        if sys.platform == "linux":  # a port may be taken by others before its kernel has it; a name without a file not
            config.KernelManager.transport = "ipc"
            config.KernelManager.ip = f"@bnplan-{secrets.token_hex(8)}"
        source, folder = executed.with_name("notebook.ipynb"), executed.with_name("here")
        try:
            source.write_text(job.notebook.text, encoding="utf-8")
            folder.mkdir()
            papermill.execute_notebook(
                _unformatted(source),
                _unformatted(executed),
                parameters=dict(job.parameters),
                engine_name=ENGINE,
                kernel_name="python3",
                language="python",
                kernel_manager_class=ForkedManager,
                progress_bar=False,
                log_output=False,
                request_save_on_cell_execute=False,
                cwd=str(folder),
                execution_timeout=limits.seconds or None,
                memory_bytes=limits.memory_mb * MEGA,
                output_bytes=limits.output_mb * MEGA,
                half_run=executed,
                store_widget_state=False,
                shutdown_kernel="immediate",
                config=config,
            )
        except papermill.PapermillExecutionError as error:
            return f"cell {error.exec_count}: {error.ename}: {error.evalue}"
        except Exception as error:  # a kernel that dies or hangs raises what its client likes
            cell = getattr(error, "cell", None)
            told = ANSI.sub("", f"{type(error).__name__}: {error}".strip().partition("\n")[0])
            return f"cell {cell}: {told}" if cell else told
    return ""


def _keeps_secrets(folder: Path) -> bool:
    """Return whether a file of this folder can be its owner's alone, as the key to a kernel must be."""
    trial = folder / "trial"
    trial.touch(mode=0o600)
    alone = not trial.stat().st_mode & 0o077
    trial.unlink()
    return alone


def _unformatted(path: Path) -> str:
    """Return a path in which papermill finds no place to fill in."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _page(job: Job, notebook: Any, error: str) -> tuple[str, str]:
    """Return the page and what went wrong; an output that cannot be shown fails this run, not the others."""
    from nbformat.v4 import new_markdown_cell, new_notebook

    footer, others = footer_of(job), _links(job)
    try:
        return write_page(led_to_pages(notebook, job.siblings), job.lang, footer, others, failed=bool(error)), error
    except Exception as problem:
        error = error or f"page: {type(problem).__name__}: {problem}"
        bare = new_notebook(cells=[new_markdown_cell(f"# {job.notebook.name}", id="title")])
        return write_page(bare, job.lang, footer, others, failed=True), error


def led_to_pages(notebook: Any, siblings: Mapping[str, str]) -> Any:
    """Return a notebook whose links to other notebooks lead to their pages, and are plain text where none is made."""

    def led(found: re.Match[str]) -> str:
        text, name = found.groups()
        return f"[{text}]({quote(siblings[name])})" if name in siblings else text

    page = copy.deepcopy(notebook)
    for cell in page.cells:
        if cell.cell_type == "markdown":
            cell.source = LINK.sub(led, cell.source)
    return page


def footer_of(job: Job) -> dict[str, str]:
    """Return what a page says of its making."""
    say = speak(job.lang)
    used = versions()
    return {
        say("Source"): document_words(job.data, say),
        say("Parameters"): ", ".join(f"{key} = {value}" for key, value in short_paths(job.parameters).items()),
        say("Data"): say(
            "{version} of {day}, sha256 {hash}",
            version=job.data["version"],
            day=say.date(job.data["day"]),
            hash=job.data["hash"][:16],
        ),
        say("Command"): job.command,
        say("Made with"): ", ".join(f"{name} {used[name]}" for name in ("bnplan", "pandas", "plotly", "papermill")),
    }


def _headline(notebook: Any) -> str:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            text = output.get("data", {}).get("text/markdown", "")
            if text.startswith("**"):
                return unescaped(str(text.split("**")[1]))
    return ""


def _cells(notebook: Any) -> Iterator[dict[str, Any]]:
    """Return number, status and seconds of each cell of code."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, 1):
        told = cell.metadata.get("papermill", {})
        yield {"cell": number, "status": told.get("status", "pending"), "seconds": told.get("duration")}


def _links(job: Job) -> dict[str, str]:
    say = speak(job.lang)
    links = {say("All pages"): "index.html" if job.lang == _primary(job.languages) else f"index.{job.lang}.html"}
    for lang in job.languages:
        if lang != job.lang:
            links[LANGUAGES[lang]] = quote(f"{replace(job, lang=lang).stem}.html")
    return links


def _primary(languages: tuple[str, ...]) -> str:
    return "vi" if "vi" in languages else languages[0]
