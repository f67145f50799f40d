"""Notebooks ask and show: short cells, no output committed, strict parameters."""

import ast
import json
import re
import subprocess
import sys

import nbformat
import papermill
import pytest

from bnplan_lib.inputs.parameters import RULES, check_parameters, parameter_faults
from bnplan_lib.report.notebooks import find_notebooks, notebook_folder

PATHS = sorted(notebook_folder().glob("*.ipynb"))
each = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def code_cells(path):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


@each
def test_a_notebook_is_committed_without_outputs(path):
    assert all(not cell.outputs and cell.execution_count is None for cell in code_cells(path))


@each
def test_a_notebook_has_few_short_cells_without_logic(path):
    cells = code_cells(path)
    assert len(cells) <= 15
    for cell in cells:
        assert len(cell.source.splitlines()) <= 8
        kinds = ast.FunctionDef | ast.ClassDef | ast.For | ast.While | ast.Lambda
        assert not [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, kinds)]


@each
def test_papermill_understands_every_parameter_line(path):
    seen = papermill.inspect_notebook(str(path))
    cell = next(cell for cell in code_cells(path) if "parameters" in cell.metadata.get("tags", []))
    assert list(seen) == [node.target.id for node in ast.parse(cell.source).body]
    assert all(one["help"] and one["inferred_type_name"] != "None" for one in seen.values())


@each
def test_prose_holds_no_number(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    prose = "".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    prose = re.sub(r"\(\w+\.ipynb\)", "", prose)  # where a link leads is not read
    assert not [letter for letter in prose if letter.isdigit()]


@each
def test_the_defaults_are_valid_parameters(path):
    defaults = next(one for one in find_notebooks() if one.name == path.stem).defaults
    assert parameter_faults(defaults, defaults) == []


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["high", "electronics_slump", "airport_late"])
@each
def test_plain_papermill_runs_every_notebook_with_scenarios_far_apart(path, scenario, tmp_path):
    out = tmp_path / "out.ipynb"
    lang = "vi" if scenario == "high" else "en"
    papermill.execute_notebook(path, out, parameters={"scenario": scenario, "lang": lang}, progress_bar=False,
                               kernel_name="python3", shutdown_kernel="immediate")  # fmt: skip
    outputs = [output for cell in nbformat.read(out, as_version=4).cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.output_type in ("error", "stream")]
    assert sum("application/vnd.plotly.v1+json" in output.get("data", {}) for output in outputs) >= 2


WRONG = {
    "scenario": [1, ""],
    "lang": ["fr", "EN", None],
    "levers": ["x", [1], {1: 2}],
    "goal": ["11,5", float("nan"), 26, True],
    "uncertainty": [1, ""],
    "draws": [99, 1e6, "many", True],
    "seed": [-1, 1.5, None],
    "against": ["low", [""], [1], ["low", "low"], ["a", "b", "c", "d", "e", "f"]],
    "measured": ["A I 2", 1],
    "limit": [0, "75", 501, True],
    "slip": [0, 41, 2.5, True],
    "largest": [0, 31, 2.5, "ten", True],
    "shared": ["corridors", None],
    "lanes": ["group", "corridors", None],
    "slips": ["x", [1], {1: 2}, {"tasks:II.6": -1}, {"tasks:II.6": 81}, {"tasks:II.6": 1.5}, {"tasks:II.6": True}],
    "later": [-1, 41, 4.0, True],
    "as_of": ["2026", "2026Q5", 2026],
    "year": ["2026", 1999, 2026.0, True],
    "agency": ["Sở Y tế", "Health", None],
    "slack": [-1, 201, "25", True],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_parameter_is_refused(name, value):
    assert str(parameter_faults({name: value})[0]).startswith(f"parameter {name}: must be ")


def test_every_rule_is_tried_above():
    assert set(WRONG) == set(RULES)


def test_right_parameters_pass():
    check_parameters(
        scenario="middle", lang="vi", levers={"growth.industry": 12}, goal=11.5, largest=10, as_of="2026Q4"
    )


@pytest.mark.slow
@each
def test_running_a_notebook_again_gives_the_same_outputs_cell_by_cell(path, tmp_path):
    out = tmp_path / "out.ipynb"
    papermill.execute_notebook(path, out, parameters={"lang": "vi"}, progress_bar=False, kernel_name="python3")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--nbval",
        "--nbval-current-env",
        "-q",
        "-p",
        "no:cacheprovider",
        str(out),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-3000:]
