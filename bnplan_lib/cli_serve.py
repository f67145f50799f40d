"""`bnplan serve`: the panels as pages, for people who want no notebook."""

from __future__ import annotations

import os
import threading
import webbrowser
from importlib.util import find_spec
from typing import Annotated

import typer

from bnplan_lib.cli_options import Data, Edition, tell
from bnplan_lib.errors import PlanError


def serve(
    notebooks: Annotated[
        list[str] | None, typer.Argument(help="Names or paths; all that have a panel where none is given.")
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; another than this one lets other machines in, with the key.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 is any that is free.")] = 8866,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")] = True,
    lang: Annotated[Edition, typer.Option(help="Language of the pages.")] = Edition.en,
    scenario: Annotated[
        str, typer.Option("--scenario", "-s", help="A name in data/scenarios or the path of a TOML file.")
    ] = "middle",
    data: Data = None,
) -> None:
    """Serve the panels of the notebooks as pages, their code hidden, until Ctrl-C.

    Whoever has the printed address, with its key, can move the panels and save scenarios where this was started.
    """
    from bnplan_lib.inputs.programme import data_folder
    from bnplan_lib.report.panels import plan_panels

    jobs = plan_panels(notebooks or [], scenario, lang.value, data)
    if find_spec("voila") is None:
        raise PlanError("panels are served with `voila`: pip install bnplan[serve]")
    from bnplan_lib.report.serve import serve_panels

    os.environ["BNPLAN_DATA"] = str(data_folder(data).resolve())  # for the kernels

    def ready(address: str) -> None:
        typer.echo(address)
        tell("Ctrl-C ends the server and its kernels")
        if browser:  # a browser in the terminal would keep us
            threading.Thread(target=webbrowser.open, args=[address], daemon=True).start()

    serve_panels(jobs, host, port, ready)
    tell("stopped")
