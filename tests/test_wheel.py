"""The wheel carries all that the suite needs away from a checkout."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        return set(wheel.namelist())


def tracked(folder):
    return {path.relative_to(ROOT / folder).as_posix() for path in (ROOT / folder).rglob("*") if path.is_file()}


@pytest.mark.parametrize(("folder", "inside"), [("data", "_data"), ("notebooks", "_notebooks")])
def test_the_wheel_holds_data_and_notebooks(names, folder, inside):
    expected = {name for name in tracked(folder) if ".ipynb_checkpoints" not in name}
    assert {f"bnplan_lib/{inside}/{name}" for name in expected} <= names


def test_the_wheel_holds_catalogue_template_and_plotly_with_its_licence(names):
    needed = {
        "bnplan_lib/figures/locale/vi.po",
        "bnplan_lib/report/templates/page/index.html.j2",
        "bnplan_lib/report/templates/page/conf.json",
        "bnplan_lib/explore/static/plotly-basic.min.js",
        "bnplan_lib/explore/static/plotly.LICENSE",
        "bnplan_lib/explore/static/page.css",
        "bnplan_lib/report/static/dark.css",
        "bnplan_lib/report/static/page.js",
        "bnplan_lib/report/static/serve.css",
        "bnplan_lib/report/templates/serve/index.html.j2",
        "bnplan_lib/report/schedules/bnplan.service",
        "bnplan_lib/report/schedules/crontab",
    }
    assert needed <= names
