"""`bnplan` on the command line: run notebooks, show, check and export the data."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bnplan_lib.cli_calendar import calendar
from bnplan_lib.cli_level import level
from bnplan_lib.cli_new import new
from bnplan_lib.cli_observe import observe
from bnplan_lib.cli_options import Data, Edition, Format, fault_text, print_table, tell
from bnplan_lib.cli_register import register
from bnplan_lib.cli_run import health, run
from bnplan_lib.cli_scenarios import compare, solve
from bnplan_lib.cli_schedule import schedule
from bnplan_lib.cli_serve import serve
from bnplan_lib.cli_share import bundle, pdf
from bnplan_lib.cli_show import show
from bnplan_lib.cli_source import check_source
from bnplan_lib.errors import Infeasible, PlanError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Question a five-year programme: its targets, its money, its time.\n\n"
    "Exit codes: 0 done, 2 wrong use or wrong input, 3 data invalid, 4 a notebook failed, "
    "5 the audit reached its level, or the document says otherwise than the tables.",
)


class Files(StrEnum):
    """What kind of files to export."""

    csv = "csv"
    json = "json"
    parquet = "parquet"
    xlsx = "xlsx"
    oc4ids = "oc4ids"


class Level(StrEnum):
    """How grave a finding must be to fail the audit."""

    error = "error"
    tension = "tension"


@app.command(epilog="Examples:  bnplan audit  ·  bnplan audit --fail-on error  ·  bnplan audit --format json --lang vi")
def audit(
    fail_on: Annotated[
        Level | None, typer.Option("--fail-on", help="Exit 5 where an open finding is this grave or graver.")
    ] = None,
    accepted: Annotated[
        Path | None,
        typer.Option(
            "--accepted", help="CSV of accepted findings: finding_id,reason,accepted. The data's own otherwise."
        ),
    ] = None,
    format_: Annotated[Format, typer.Option("--format", "-f", help="How to print it.")] = Format.table,
    lang: Annotated[Edition, typer.Option(help="Language of the sentences.")] = Edition.en,
    data: Data = None,
) -> None:
    """Hold the programme's figures against each other; say what does not agree, and what would resolve it."""
    from dataclasses import replace

    from bnplan_lib.analysis.consistency import audit as find
    from bnplan_lib.analysis.consistency import open_findings
    from bnplan_lib.figures.findings import findings_frame, told_in_lines
    from bnplan_lib.inputs.accepted import read_accepted
    from bnplan_lib.inputs.programme import read_programme

    programme = read_programme(data)
    if accepted is not None:
        programme = replace(programme, accepted=read_accepted(accepted, data))
    findings = find(programme)
    if format_ is Format.table:
        for line in told_in_lines(programme, findings, lang.value):
            typer.echo(line)
    else:
        print_table(findings_frame(programme, findings, lang.value), format_)
    counts = ", ".join(f"{len(open_findings(findings, [level]))} {level}s" for level in ("error", "tension", "note"))
    tell(f"{len(findings)} findings; open: {counts}")
    grave = open_findings(findings, ("error",) if fail_on is Level.error else ("error", "tension"))
    if fail_on and grave:
        tell(f"--fail-on {fail_on.value}: {len(grave)} open findings reach it")
        raise typer.Exit(5)


@app.command(epilog="Examples:  bnplan trace A.I.2  ·  bnplan trace projects:II.1  ·  bnplan trace ratio:mobilisation")
def trace(
    names: Annotated[list[str], typer.Argument(help="Ids of figures, rows, facts, relations or findings.")],
    lang: Annotated[Edition, typer.Option(help="Language of the steps.")] = Edition.en,
    data: Data = None,
) -> None:
    """Say where a figure comes from, step by step, to appendix and row."""
    from bnplan_lib.figures.trail import trace as steps
    from bnplan_lib.inputs.programme import read_programme

    programme = read_programme(data)
    for line in [line for name in names for line in steps(programme, name, lang.value)]:
        typer.echo(line)


app.command(
    epilog="Examples:  bnplan run  ·  bnplan run 01_growth_targets --scenario low --scenario high --lang vi  ·  "
    "bnplan run 03_timeline_overlaps --set as_of=2027Q1 --set projects.II.1.delay_quarters=8  ·  "
    "bnplan run 01_growth_targets --grid 'growth.industry=[11, 12, 13]'  ·  bnplan run --runs runs.toml --dry-run"
)(run)
app.command(epilog="Examples:  bnplan health  ·  bnplan health --out reports --within 2200")(health)
app.command(
    epilog="Examples:  bnplan schedule systemd --out reports --to units  ·  "
    "bnplan schedule cron --runs runs.toml --every week --at 05:15  ·  bnplan schedule windows --to ."
)(schedule)
app.command(epilog="Examples:  bnplan bundle --to pages.zip  ·  bnplan bundle --out reports --to intranet/bnplan")(
    bundle
)
app.command(epilog="Examples:  bnplan pdf --to paper  ·  bnplan pdf 00_overview --lang vi --to paper")(pdf)
app.command(
    epilog="Examples:  bnplan serve  ·  bnplan serve 01_growth_targets --lang vi  ·  "
    "bnplan serve --scenario mine.toml --port 8000 --no-browser"
)(serve)
app.command(epilog="Examples:  bnplan show projects  ·  bnplan show growth --scenario high --format json")(show)
app.command(
    epilog="Examples:  bnplan solve --target A.I.1=11.5 --by growth.industry  ·  "
    "bnplan solve --target A.I.1=11.5 --by growth --how proportional --within targets  ·  "
    "bnplan solve --target A.I.5=3.5 --target A.I.1=11 --by growth --by macro.investment_ratio --how smallest"
)(solve)
app.command(
    epilog="Examples:  bnplan compare middle high  ·  bnplan compare middle mine.toml --explain A.I.2  ·  "
    "bnplan compare low middle high --format json"
)(compare)
app.command(
    epilog="Examples:  bnplan level --lower load --later 8  ·  "
    "bnplan level --lower running --keep-end --save staggered.toml"
)(level)
app.command(
    epilog="Examples:  bnplan register projects.parquet  ·  "
    "bnplan register projects.csv --by sector --profile s_curve --format csv"
)(register)
app.command(
    epilog="Examples:  bnplan calendar --to bnplan.ics  ·  "
    "bnplan calendar --agency finance --lang vi --to finance.ics  ·  bnplan calendar --scenario mine.toml"
)(calendar)


app.command(
    epilog="Examples:  bnplan observe finance-2026.xlsx  ·  bnplan observe values.csv --dry-run  ·  "
    "bnplan observe revised.csv --recorded 2027-06-30"
)(observe)


app.command(
    epilog="Example:  bnplan new ha-dong --number 12/CTr-UBND --province-vi 'Hà Đông' --signed 2026-04-01",
)(new)
app.command(
    name="check-source",
    epilog="Examples:  bnplan check-source programme.txt  ·  bnplan check-source other.txt --data other --format csv",
)(check_source)


@app.command()
def validate(
    data: Data = None,
    scenario: Annotated[
        list[str] | None, typer.Option("--scenario", "-s", help="Scenario files to check as well.")
    ] = None,
) -> None:
    """Check the data and the scenarios; say every fault at once as file:row:column."""
    from bnplan_lib.analysis.draws import of_growth, spread_of
    from bnplan_lib.analysis.risks import risks_of
    from bnplan_lib.inputs.programme import read_programme
    from bnplan_lib.inputs.scenario import read_scenario, scenario_names
    from bnplan_lib.model.growth import basis_of

    programme = read_programme(data)
    wrong = []
    for name in scenario or scenario_names(data):
        try:
            story = read_scenario(name, folder=data)
            risks_of(programme, story)
            if of_growth(story):  # also what rests on the programme's own targets
                spread_of(programme, basis_of(programme), story)
        except Infeasible as error:  # the programme is not complete: said, but no fault of the scenario
            tell(f"{name}: {error}")
        except PlanError as error:
            wrong.append(str(error))
        else:
            for remark in story.unusual:
                tell(f"{name}: {remark}")
    if wrong:
        raise PlanError("\n".join(wrong))
    tables = len(programme.__dataclass_fields__) - 3
    tell(f"{programme.folder}: {tables} tables and {len(scenario or scenario_names(data))} scenarios are valid")


@app.command(
    epilog="Examples:  bnplan export --to out --format xlsx --lang vi  ·  bnplan export --to out --format oc4ids  ·  "
    "bnplan export --to forms --format xlsx --for-agency finance --year 2026 --lang vi"
)
def export(
    to: Annotated[Path, typer.Option("--to", help="Folder to write to.", show_default=False)],
    format_: Annotated[Files, typer.Option("--format", "-f", help="Kind of files.")] = Files.csv,
    lang: Annotated[Edition, typer.Option(help="Language of a workbook's headings.")] = Edition.en,
    for_agency: Annotated[
        list[str] | None,
        typer.Option("--for-agency", metavar="ID", help="A workbook for a body to fill in. May be repeated; or all."),
    ] = None,
    year: Annotated[int | None, typer.Option(help="The year such a workbook asks for; the programme's first.")] = None,
    data: Data = None,
) -> None:
    """Write every table of the programme: csv, json, parquet, one xlsx workbook, or projects as OC4IDS.

    With --for-agency: the sheet in which a body reports a year, which bnplan observe reads back.
    """
    from bnplan_lib.inputs.programme import read_programme
    from bnplan_lib.report.export import export_forms, export_tables

    programme = read_programme(data)
    if for_agency:
        if format_ is not Files.xlsx:
            raise PlanError(f"--for-agency: is a workbook, so --format xlsx, not {format_.value}")
        files = export_forms(programme, to, for_agency, year or programme.years[0], lang.value)
    elif year is not None:
        raise PlanError("--year: goes with --for-agency")
    else:
        files = export_tables(programme, to, format_.value, lang.value)
    for path in files:
        typer.echo(path)


@app.command()
def lab(data: Data = None) -> None:
    """Open the notebooks in JupyterLab."""
    from bnplan_lib.inputs.programme import data_folder, read_schema
    from bnplan_lib.report.notebooks import notebook_folder

    read_schema(data)  # a folder that is none is said here, not in a notebook
    os.environ["BNPLAN_DATA"] = str(data_folder(data).resolve())  # for the kernels
    # from the notebooks' folder: jupyter-scheduler puts a job's files where the server started, and looks in its root
    raise typer.Exit(subprocess.call([sys.executable, "-m", "jupyterlab"], cwd=notebook_folder()))


def _terminated(number: int, _: object) -> NoReturn:
    """End as a scheduler that stops us expects."""
    tell("stopped")
    raise SystemExit(128 + number)


def main() -> None:
    """Run the command line; a fault becomes a message and an exit code, never a traceback."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        app()
    except PlanError as error:
        tell(fault_text(error))
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # the reader of our output left: nothing is lost, and nothing more can be said there
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


if __name__ == "__main__":
    main()
