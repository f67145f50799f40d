"""Imports flow one way, and heavy tools stay in their stage."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import bnplan_lib

ROOT = Path(bnplan_lib.__file__).parent
MODULES = sorted(path for path in ROOT.rglob("*.py"))
# what each stage may import from; `model` is what all point at
MAY_IMPORT = {
    "errors": set(),
    "model": {"errors", "model"},
    "inputs": {"errors", "inputs", "model"},
    "analysis": {"errors", "dask_client", "analysis", "model"},
    "figures": {"errors", "figures", "analysis", "model"},
    "explore": {"analysis", "errors", "explore", "figures", "inputs", "model"},
    "report": {"errors", "dask_client", "report", "explore", "figures", "inputs"},
}
HOME = {
    "plotly": {"figures", "explore"},  # explore wraps a figure to make it live
    "great_tables": {"figures"},
    "ipywidgets": {"explore"},
    "papermill": {"report"},
    "nbconvert": {"report"},
    "voila": {"report"},
    "babel": {"figures"},
    "icalendar": {"report"},
    "distributed": {"report", "analysis"},
}
TOPICS = {"growth", "investment", "timeline"}


def stage(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[0] if len(parts) > 1 or parts[0] == "errors" else None


def imports(path):
    """Yield every module imported at run time: those for type checkers alone do not count."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    quiet = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in quiet:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


staged = pytest.mark.parametrize(
    "path", [path for path in MODULES if stage(path)], ids=lambda path: str(path.relative_to(ROOT))
)


@staged
def test_a_stage_imports_only_the_stages_before_it(path):
    used = {name.split(".")[1] for name in imports(path) if name.startswith("bnplan_lib.")}
    assert used <= MAY_IMPORT[stage(path)]


@staged
def test_a_tool_is_used_in_its_home_stage_only(path):
    for name in imports(path):
        assert stage(path) in HOME.get(name.split(".")[0], {stage(path)}), name


@staged
def test_topics_of_one_stage_do_not_import_each_other(path):
    if path.stem in TOPICS and stage(path) != "explore":
        for name in imports(path):
            parts = name.split(".")
            own = parts[:2] == ["bnplan_lib", stage(path)]
            assert not (own and parts[-1] in TOPICS - {path.stem}), name


@staged
def test_the_model_opens_no_file_and_only_inputs_open_the_data(path):
    calls = {node.func.attr for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
             if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)}  # fmt: skip
    if stage(path) in ("model", "analysis", "explore") and path.name != "scripts.py":  # which reads what browsers run
        assert not calls & {"open", "read_text", "read_bytes", "read_csv", "write_text", "write_bytes"}


def test_every_module_says_which_question_it_answers():
    assert [path.name for path in MODULES if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))] == [
        "__init__.py"
    ] * sum(not (path.read_text(encoding="utf-8")) for path in MODULES)


def test_every_public_function_has_a_docstring():
    bare = [
        f"{path.name}:{node.name}"
        for path in MODULES
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert bare == []


def test_the_public_names_exist_and_are_few():
    assert len(bnplan_lib.__all__) <= 30
    assert all(getattr(bnplan_lib, name) is not None for name in bnplan_lib.__all__)


def test_importing_the_library_loads_no_heavy_tool():
    heavy = ["plotly", "great_tables", "ipywidgets", "papermill", "nbconvert", "babel", "typer", "scipy", "icalendar"]
    heavy += ["distributed", "dask", "voila"]
    code = f"import sys, bnplan_lib; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
