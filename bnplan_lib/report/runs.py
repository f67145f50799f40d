"""Run notebooks through papermill and write a page for each; nothing good is lost."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shlex
import signal
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote

from bnplan_lib.errors import NotebookError, ParameterError, PlanError
from bnplan_lib.figures.language import LANGUAGES, speak
from bnplan_lib.inputs.parameters import parameter_faults, slip_faults
from bnplan_lib.inputs.programme import data_folder, read_programme
from bnplan_lib.inputs.scenario import names_a_file, read_scenario
from bnplan_lib.report.index import write_dictionary, write_index, write_levers
from bnplan_lib.report.kernels import can_fork, warm_kernels
from bnplan_lib.report.notebooks import Notebook, find_notebooks, split_settings
from bnplan_lib.report.pages import write_page
from bnplan_lib.report.record import Outcome, read_outcomes, versions, write_record, write_whole

TIME_LIMIT_SECONDS = 600
COLD_JOBS = 1  # for so few a warm process does not pay


@dataclass(frozen=True, slots=True)
class Job:
    """One notebook with the parameters of one run."""

    notebook: Notebook
    scenario: str
    scenario_title: str
    lang: str
    parameters: Mapping[str, Any]
    command: str
    data: Mapping[str, str]
    changes: Mapping[str, Any]
    languages: tuple[str, ...]

    @property
    def stem(self) -> str:
        """Name of its files: notebook, scenario, language."""
        return f"{self.notebook.name}.{self.scenario}.{self.lang}"


def plan_jobs(
    names: list[str],
    scenarios: list[str],
    settings: list[str],
    languages: tuple[str, ...],
    folder: str | Path | None = None,
) -> list[Job]:
    """Return every run that was asked for, its parameters checked; no kernel starts here.

    Raises
    ------
    PlanError
        If a notebook, scenario, parameter or lever is unknown or out of bounds.
    """
    notebooks = find_notebooks(names)
    moved, levers = split_settings(settings, notebooks)
    programme = read_programme(folder)
    data = {"version": str(programme.properties["version"]), "hash": programme.data_hash}
    jobs = []
    for scenario in dict.fromkeys(scenarios or ["middle"]):
        story = read_scenario(scenario, levers, folder)
        # a scenario may be a file anywhere: the kernel, which runs elsewhere, needs its whole path
        given = str(Path(scenario).resolve()) if names_a_file(scenario) else scenario
        for notebook in notebooks:
            for lang in languages:
                own = {key: value for key, value in moved.items() if key in notebook.defaults}
                parameters = {**notebook.defaults, **own, "scenario": given, "lang": lang, "levers": levers}
                faults = parameter_faults(parameters, notebook.defaults)
                if faults := faults or slip_faults(parameters.get("slips"), programme):
                    raise ParameterError(faults)
                command = _command(notebook.name, scenario, lang, settings, own, levers)
                told = story.title_vi if lang == "vi" else story.title_en
                name = story.name.rstrip("*") + _mark({**own, **levers})
                jobs.append(Job(notebook, name, told, lang, parameters, command, data, story.changes, languages))
    _refuse_same_names(jobs)
    return jobs


def run_jobs(
    jobs: list[Job], out: Path, workers: int, report: Callable[[Outcome], None], folder: str | Path | None = None
) -> list[Outcome]:
    """Run the jobs, write pages, index, data dictionary and record, and return the outcomes.

    A page is written aside and moved in when it is whole. A failed run writes
    `….failed.html` and `….failed.ipynb` and leaves an earlier good page as it is.

    Raises
    ------
    PlanError
        If the output folder cannot be written.
    """
    started = datetime.now(UTC)
    try:
        out.mkdir(parents=True, exist_ok=True)
        outcomes: list[Outcome] = []
        try:
            with tempfile.TemporaryDirectory(prefix=".bnplan-", dir=out) as aside:
                for outcome in _execute(jobs, out, Path(aside), workers, folder):
                    report(outcome)
                    outcomes.append(outcome)
        finally:  # a run that is stopped records what it wrote
            _record(jobs, outcomes, out, started, workers, folder)
    except OSError as error:
        raise PlanError(f"{out}: the output folder must be writable, {error.strerror}") from error
    return outcomes


def _record(
    jobs: list[Job], outcomes: list[Outcome], out: Path, started: datetime, workers: int, folder: str | Path | None
) -> None:
    """Write index, data dictionary and record of what was written."""
    if outcomes:
        order = {(job.notebook.name, job.scenario, job.lang): place for place, job in enumerate(jobs)}
        outcomes.sort(key=lambda outcome: order[outcome.key])
        done = {outcome.key for outcome in outcomes}
        earlier = [one for one in read_outcomes(out) if one.key not in done and (out / one.page).exists()]
        everything = sorted([*earlier, *outcomes], key=lambda one: (one.notebook, one.scenario, one.lang))
        languages = tuple(lang for lang in ("vi", "en") if any(one.lang == lang for one in everything))
        write_index(out, everything, languages)
        write_dictionary(out, languages, folder)
        write_levers(out, languages, folder)
        head = {
            "started": started.isoformat(timespec="seconds"),
            "seconds": round((datetime.now(UTC) - started).total_seconds(), 3),
            "workers": workers,
            "versions": versions(),
            "data": dict(jobs[0].data),
            "seed": next((job.parameters["seed"] for job in jobs if "seed" in job.parameters), None),
        }
        write_record(out, everything, head)


def default_workers(jobs: int) -> int:
    """Return how many notebooks to run at once: one a core, no more than there are."""
    return max(1, min(jobs, os.cpu_count() or 1))


def _execute(jobs: list[Job], out: Path, aside: Path, workers: int, folder: str | Path | None) -> Iterator[Outcome]:
    os.environ["BNPLAN_DATA"] = str(data_folder(folder).resolve())  # kernels run in another folder
    with warm_kernels() if len(jobs) > COLD_JOBS and can_fork() else nullcontext():
        yield from _spread(jobs, out, aside, workers)


def _spread(jobs: list[Job], out: Path, aside: Path, workers: int) -> Iterator[Outcome]:
    """Run the jobs one after the other, or on some processes."""
    if workers == 1 or len(jobs) == 1:
        for job in jobs:
            yield run_job(job, out, aside)
        return
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _begin)
    try:
        running = {pool.submit(run_job, job, out, aside): job for job in jobs}
        for future in as_completed(running):
            try:
                yield future.result()
            except BrokenProcessPool:
                job = running[future]
                raise NotebookError(f"{job.stem}: its process was killed; pages written before it stand") from None
    finally:
        _shut(pool)


def _begin() -> None:
    """Let a worker leave Ctrl-C to its parent, which lets running notebooks end, and end with it however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if parent := parent_process():
        Thread(target=lambda: (wait([parent.sentinel]), os._exit(1)), daemon=True).start()


def _shut(pool: ProcessPoolExecutor) -> None:
    """Let what runs come to its end and begin nothing more; a second Ctrl-C ends it at once."""
    try:
        pool.shutdown(cancel_futures=True)
    except KeyboardInterrupt:
        for worker in active_children():
            worker.kill()
        os._exit(130)


def run_job(job: Job, out: Path, aside: Path) -> Outcome:
    """Execute one notebook and write its page and its executed copy."""
    clock = time.perf_counter()
    executed = aside / f"{job.stem}.ipynb"
    error = _papermill(job, executed)
    notebook = _read_clean(job, executed)
    page, error = _page(job, notebook, error)
    suffix = ".failed" if error else ""
    page_name, copy_name = f"{job.stem}{suffix}.html", f"{job.stem}{suffix}.ipynb"
    write_whole(out / copy_name, json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    write_whole(out / page_name, page)
    if not error:
        for leftover in (out / f"{job.stem}.failed.html", out / f"{job.stem}.failed.ipynb"):
            leftover.unlink(missing_ok=True)
    title = job.notebook.title_vi if job.lang == "vi" else job.notebook.title_en
    parameters = {**job.parameters, "scenario": Path(str(job.parameters["scenario"])).name}
    status = "failed" if error else "done"
    seconds = round(time.perf_counter() - clock, 3)
    return Outcome(
        notebook=job.notebook.name,
        scenario=job.scenario,
        scenario_title=job.scenario_title,
        lang=job.lang,
        parameters=parameters,
        changes=job.changes,
        status=status,
        seconds=seconds,
        page=page_name,
        executed=copy_name,
        title=title,
        headline=_headline(notebook),
        error=error,
    )


def _page(job: Job, notebook: Any, error: str) -> tuple[str, str]:
    """Return the page and what went wrong; an output that cannot be shown fails this run, not the others."""
    from nbformat.v4 import new_markdown_cell, new_notebook

    footer, others = footer_of(job), _links(job)
    try:
        return write_page(notebook, job.lang, footer, others, failed=bool(error)), error
    except Exception as problem:
        error = error or f"page: {type(problem).__name__}: {problem}"
        bare = new_notebook(cells=[new_markdown_cell(f"# {job.notebook.name}", id="title")])
        return write_page(bare, job.lang, footer, others, failed=True), error


def footer_of(job: Job) -> dict[str, str]:
    """Return what a page says of its making."""
    say = speak(job.lang)
    shown = {**job.parameters, "scenario": Path(str(job.parameters["scenario"])).name}
    used = versions()
    return {
        say("Source"): "261/CTr-UBND, 31/3/2026",
        say("Parameters"): ", ".join(f"{key} = {value}" for key, value in shown.items()),
        say("Data"): f"{job.data['version']}, sha256 {job.data['hash'][:16]}",
        say("Command"): job.command,
        say("Made with"): ", ".join(f"{name} {used[name]}" for name in ("bnplan", "pandas", "plotly", "papermill")),
    }


def _papermill(job: Job, executed: Path) -> str:
    """Execute the notebook into a file; return what went wrong, '' if nothing did."""
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import papermill
        from traitlets.config import Config

        from bnplan_lib.report.kernel_manager import ForkedManager

        logging.getLogger("papermill").setLevel(logging.ERROR)
        config = Config()
        config.KernelManager.transport_encryption = "auto"  # ipykernel warns of plain TCP otherwise
        try:
            papermill.execute_notebook(
                _unformatted(job.notebook.path),
                _unformatted(executed),
                parameters=dict(job.parameters),
                kernel_name="python3",
                language="python",
                kernel_manager_class=ForkedManager,
                progress_bar=False,
                log_output=False,
                request_save_on_cell_execute=False,
                cwd=str(executed.parent),
                execution_timeout=TIME_LIMIT_SECONDS,
                store_widget_state=False,
                shutdown_kernel="immediate",
                config=config,
            )
        except papermill.PapermillExecutionError as error:
            return f"cell {error.exec_count}: {error.ename}: {error.evalue}"
        except Exception as error:  # a kernel that dies or hangs raises what its client likes
            return f"{type(error).__name__}: {error}"
    return ""


def _unformatted(path: Path) -> str:
    """Return a path in which papermill finds no place to fill in."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _read_clean(job: Job, executed: Path) -> Any:
    """Return the executed notebook without paths of this machine."""
    import nbformat

    source = executed if executed.exists() else job.notebook.path
    notebook = nbformat.read(source, as_version=4)
    about = notebook.metadata.get("papermill", {})
    about.update({"input_path": job.notebook.path.name, "output_path": f"{job.stem}.ipynb"})
    whole = str(job.parameters["scenario"])
    about.get("parameters", {}).update({"scenario": Path(whole).name})
    for cell in notebook.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.source = cell.source.replace(json.dumps(whole, ensure_ascii=False), json.dumps(Path(whole).name))
    return notebook


def _headline(notebook: Any) -> str:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            text = output.get("data", {}).get("text/markdown", "")
            if text.startswith("**"):
                return str(text.split("**")[1])
    return ""


def _links(job: Job) -> dict[str, str]:
    say = speak(job.lang)
    links = {say("All pages"): "index.html" if job.lang == _primary(job.languages) else f"index.{job.lang}.html"}
    for lang in job.languages:
        if lang != job.lang:
            links[LANGUAGES[lang]] = quote(f"{replace(job, lang=lang).stem}.html")
    return links


def _primary(languages: tuple[str, ...]) -> str:
    return "vi" if "vi" in languages else languages[0]


def _mark(settings: Mapping[str, Any]) -> str:
    """Return a short mark that tells runs with other settings apart, nothing where there are none."""
    return "-" + hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:6] if settings else ""


def _refuse_same_names(jobs: list[Job]) -> None:
    stems = [job.stem for job in jobs]
    if doubled := sorted({stem for stem in stems if stems.count(stem) > 1}):
        raise PlanError(f"two runs would write the same page: rename a notebook or scenario file, found {doubled[0]}")


def _command(
    name: str, scenario: str, lang: str, settings: list[str], own: Mapping[str, Any], levers: Mapping[str, Any]
) -> str:
    used = [one for one in settings if one.partition("=")[0] in own or one.partition("=")[0] in levers]
    words = ["bnplan", "run", name, "--scenario", Path(scenario).name, "--lang", lang]
    for setting in used:
        words += ["--set", setting]
    return shlex.join(words)
