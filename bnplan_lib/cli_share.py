"""`bnplan bundle` and `bnplan pdf`: pages that travel together, and pages on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bnplan_lib.cli_options import Data, tell
from bnplan_lib.cli_run import Lang, Out
from bnplan_lib.errors import UnknownName


def bundle(
    to: Annotated[Path, typer.Option("--to", help="Folder, or a file such as pages.zip.", show_default=False)],
    out: Out = Path("reports"),
    data: Data = None,
) -> None:
    """Put the pages of the newest good report into one folder or ZIP file, all of them sharing one plotly.js."""
    from bnplan_lib.inputs.programme import read_programme
    from bnplan_lib.report.bundle import write_bundle
    from bnplan_lib.report.folder import newest_report
    from bnplan_lib.report.stamp import day_of_data

    report = newest_report(out)
    paths = write_bundle(report, to, day_of_data(read_programme(data)))
    megabytes = sum(path.stat().st_size for path in paths) / 1e6
    tell(f"{to}: the pages of report {int(report.name)}, {megabytes:.1f} MB; start with index.html")


def pdf(
    to: Annotated[Path, typer.Option("--to", help="Folder to write to.", show_default=False)],
    notebooks: Annotated[list[str] | None, typer.Argument(help="Names of notebooks; all where none is given.")] = None,
    lang: Annotated[Lang, typer.Option(help="Which edition to print.")] = Lang.both,
    out: Out = Path("reports"),
    data: Data = None,
) -> None:
    """Print the pages of the newest good report as PDF, through the Chromium, Chrome or Edge of this machine."""
    from bnplan_lib.inputs.programme import read_programme
    from bnplan_lib.report.folder import newest_report
    from bnplan_lib.report.paper import print_page
    from bnplan_lib.report.record import read_records
    from bnplan_lib.report.stamp import day_of_data

    report = newest_report(out)
    made = [one for one in read_records(report).good.values() if lang.value in ("both", one.lang)]
    known = {one.notebook for one in made}
    for name in notebooks or ():
        if name not in known:
            raise UnknownName("page of notebook", name, known)
    stamp = day_of_data(read_programme(data))
    to.mkdir(parents=True, exist_ok=True)
    for one in made:
        if not notebooks or one.notebook in notebooks:
            path = to / f"{one.stem}.pdf"
            print_page(report / one.page, path, stamp)
            typer.echo(path)
