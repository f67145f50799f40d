"""`bnplan run` and `bnplan health`: run notebooks, and say whether the last run was well."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bnplan_lib.cli_log import Log
from bnplan_lib.cli_options import Data, Scenarios, tell
from bnplan_lib.errors import PlanError

if TYPE_CHECKING:
    from bnplan_lib.report.plan import Selection
    from bnplan_lib.report.runs import How
    from bnplan_lib.report.workers import Stop

STOPPED_BY_HAND = 130  # whoever pressed Ctrl-C knows


class Lang(StrEnum):
    """Which edition to write."""

    en = "en"
    vi = "vi"
    both = "both"


Out = Annotated[Path, typer.Option(help="Folder for the pages.")]


def run(
    notebooks: Annotated[list[str] | None, typer.Argument(help="Names or paths; all where none is given.")] = None,
    scenario: Scenarios = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="A notebook's parameter, or a lever such as growth.industry=12."
        ),
    ] = None,
    grid: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=[VALUE, …]", help="Several values of one; every combination runs."),
    ] = None,
    runs: Annotated[Path | None, typer.Option(help="TOML file that says what to run, in tables [[runs]].")] = None,
    lang: Annotated[Lang | None, typer.Option(help="Which edition to write.", show_default="both")] = None,
    out: Out = Path("reports"),
    workers: Annotated[int, typer.Option(min=0, max=64, help="Notebooks at once; 0 is one a core.")] = 0,
    dask: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Run on the Dask cluster whose scheduler is there; none is here.")
    ] = "",
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run that did not come to its end.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Run again what did not change, too.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, list the runs, start nothing.")] = False,
    keep: Annotated[int, typer.Option(min=1, help="Good reports to keep in runs/.")] = 10,
    time_limit: Annotated[int, typer.Option(min=0, help="Seconds that a cell may take; 0 is any.")] = 600,
    memory_limit: Annotated[
        int, typer.Option(min=0, help="MB of memory that a notebook may take; 0 is its share of the machine's.")
    ] = 0,
    output_limit: Annotated[int, typer.Option(min=0, help="MB that a notebook may write; 0 is any.")] = 50,
    on_failure: Annotated[
        str | None,
        typer.Option(metavar="COMMAND", help="Start this if it ends with an error, with run.json as last argument."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say only what failed.")] = False,
    log_json: Annotated[bool, typer.Option("--log-json", help="One JSON object a line, on stderr.")] = False,
    data: Data = None,
) -> None:
    """Run notebooks and write a page for each: HTML that opens anywhere, without a network.

    What did not change since it last ran into the same folder does not run again.
    """
    from bnplan_lib.report.execute import Limits
    from bnplan_lib.report.runs import How

    told = Log(quiet, log_json)
    limits = Limits(time_limit, memory_limit, output_limit)
    try:
        if dask and workers:
            raise PlanError("--dask: the cluster says how many notebooks run at once, so leave out --workers")
        asked, since = _asked(notebooks, scenario, set_, grid, runs, lang), 0
        if resume and not asked:
            left = _unfinished(out)
            if left is None:
                told.note("resume", f"{out}: no run is unfinished")
                return
            asked, since = left
        how = How(workers, force, since, keep, limits, dask=dask)
        code = _carry_out(asked or [_selection(lang=Lang.both)], out, how, told, dry_run, data)
    except PlanError as error:
        told.fault(error)
        code = error.exit_code
    if code and on_failure and not dry_run and code != STOPPED_BY_HAND:
        _start(on_failure, out)
    raise typer.Exit(code)


def _carry_out(selections: list[Selection], out: Path, how: How, told: Log, dry_run: bool, data: Path | None) -> int:
    """Run what is asked for, or list it, and return the exit code."""
    from bnplan_lib.report.plan import plan_jobs
    from bnplan_lib.report.runs import run_jobs

    jobs = plan_jobs(selections, data)
    if dry_run:
        for job in jobs:
            typer.echo(job.command)
        told.note("planned", f"{len(jobs)} runs, all of them valid", runs=len(jobs))
        return 0
    with _stopping() as stop, told.progress(len(jobs)) as report:
        plan = {"selections": [asdict(one) for one in selections]}
        batch = run_jobs(jobs, out, report, how, stop, plan, data)
    told.end(batch, out)
    if stop.signal:
        return 128 + stop.signal
    return 0 if batch.status == "done" else 4


def _asked(
    notebooks: list[str] | None,
    scenario: list[str] | None,
    set_: list[str] | None,
    grid: list[str] | None,
    runs: Path | None,
    lang: Lang | None,
) -> list[Selection]:
    """Return what the command line asks for; nothing if it leaves all to the suite."""
    from bnplan_lib.report.matrix import read_grid, read_runs

    if runs is None:
        if not any((notebooks, scenario, set_, grid, lang)):
            return []
        return [_selection(notebooks, scenario, set_, read_grid(grid or []), lang or Lang.both)]
    given = {"NOTEBOOK": notebooks, "--scenario": scenario, "--set": set_, "--grid": grid, "--lang": lang}
    if also := [name for name, value in given.items() if value]:
        raise PlanError(f"--runs: the file says what to run, so leave out {', '.join(also)}")
    return read_runs(runs)


def _selection(
    notebooks: list[str] | None = None,
    scenario: list[str] | None = None,
    set_: list[str] | None = None,
    grid: dict[str, tuple[str, ...]] | None = None,
    lang: Lang = Lang.both,
) -> Selection:
    from bnplan_lib.report.plan import Selection

    languages = ("vi", "en") if lang is Lang.both else (lang.value,)
    return Selection(tuple(notebooks or ()), tuple(scenario or ()), languages, tuple(set_ or ()), grid or {})


def _unfinished(out: Path) -> tuple[list[Selection], int] | None:
    """Return what is left to do in a folder and the command it goes back to; None if its last run came to its end."""
    from bnplan_lib.report.folder import unfinished
    from bnplan_lib.report.plan import Selection
    from bnplan_lib.report.record import read_head

    left = unfinished(out)
    if not left:
        return None if read_head(out) else ([], 0)
    try:
        selections = [
            Selection(
                tuple(one["notebooks"]),
                tuple(one["scenarios"]),
                tuple(one["languages"]),
                tuple(one["settings"]),
                {key: tuple(values) for key, values in one["grid"].items()},
            )
            for one in left["selections"]
        ]
        return selections, int(left["run"]) if left["force"] else 0
    except (KeyError, TypeError, AttributeError, ValueError):
        raise PlanError(f"{out}: what was asked of its last run cannot be read; run without --resume") from None


@contextmanager
def _stopping() -> Iterator[Stop]:
    """Give what a run looks at now and then: Ctrl-C lets running notebooks end, a second one or SIGTERM does not."""
    from bnplan_lib.report.workers import Stop

    stop = Stop()

    def asked(number: int, _: Any) -> None:
        stop.at_once = stop.gently or number != signal.SIGINT
        stop.gently, stop.signal = True, number
        if not stop.at_once:
            tell("stopping: running notebooks end first; once more to end them")

    before = {number: signal.signal(number, asked) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _start(command: str, out: Path) -> None:
    """Start what somebody wants to be started after a failure; its own failure is said, nothing more."""
    try:
        done = subprocess.run([*shlex.split(command), str(out / "run.json")], stdout=sys.stderr)
        if done.returncode:
            tell(f"--on-failure: {command} ended with {done.returncode}")
    except (OSError, ValueError) as error:
        tell(f"--on-failure: {command} could not be started: {error}")


def health(
    out: Out = Path("reports"),
    within: Annotated[float, typer.Option(min=0, help="Hours since the last good run; 0 is any.")] = 0,
) -> None:
    """Say in one line whether the last run was well; exit 4 if it was not, or is too long ago."""
    from bnplan_lib.report.record import read_head

    head = read_head(out)
    try:
        ended = datetime.fromisoformat(head["started"])
        hours = (datetime.now(UTC) - ended).total_seconds() / 3600
        many = " ".join(f"{key}={value}" for key, value in head["counts"].items())
        well = head["status"] == "done" and not (within and hours > within)
        said = f"run={head['run']} status={head['status']} {many} started={head['started']} seconds={head['seconds']}"
    except (KeyError, TypeError, ValueError, AttributeError):
        well, said = False, "status=none"
    typer.echo(f"{'OK' if well else 'FAILED'} bnplan {said}")
    if not well:
        raise typer.Exit(4)
