"""Small notebooks that `bnplan run` accepts, and the command line as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat import v4

SPEC = {"name": "python3", "display_name": "Python 3", "language": "python"}
PARAMETERS = (
    'scenario: str = "middle"  # one\nlang: str = "en"  # two\nlevers: dict = {}  # three\ngoal: float = 11.5  # four'
)


def written(path: Path, *cells: str, kernel: dict[str, str] = SPEC) -> Path:
    """Write a notebook of code cells, a cell of parameters before them, and return its path."""
    first = v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}, id="parameters")
    code = [first, *(v4.new_code_cell(cell, id=f"cell-{number}") for number, cell in enumerate(cells))]
    nbformat.write(v4.new_notebook(cells=code, metadata={"kernelspec": kernel}), path)
    return path


def bnplan(*words: object, seconds: float = 120, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command line and return its end."""
    command = [sys.executable, "-m", "bnplan_lib.cli", *map(str, words)]
    environment = {**os.environ, **env}
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=seconds, env=environment)
