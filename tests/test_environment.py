"""Do environment.yml and requirements.lock say what pyproject.toml says?"""

import re
import tomllib
from pathlib import Path

import rattler
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
WANTED = [Requirement(line) for line in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]]
CONDA_NAMES = {
    "great-tables": "great_tables",
    "jupyter-scheduler": "jupyter_scheduler",
    "playwright": "playwright-python",
}
PIP_ALONE = {"axe-playwright-python"}  # not known to be on conda-forge

CONDA = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
PIN = re.compile(
    r"^([a-z0-9-]+)==([^ ]+)(?: ; [^\\\n]+)? \\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+", re.MULTILINE
)


def conda_specs():
    """Return name and versions of each conda package, read as conda reads them."""
    specs = [rattler.MatchSpec(line) for line in CONDA["dependencies"] if isinstance(line, str)]
    return {spec.name.normalized: SpecifierSet(str(spec.version or "")) for spec in specs}


def test_conda_gets_the_packages_and_versions_of_pyproject():
    expected = {CONDA_NAMES.get(want.name, want.name): want.specifier for want in WANTED if want.name not in PIP_ALONE}
    expected |= {"python": SpecifierSet(PROJECT["requires-python"]), "pip": SpecifierSet()}

    assert conda_specs() == expected


def test_conda_uses_conda_forge_alone_and_installs_the_checkout():
    assert CONDA["channels"] == ["conda-forge"]
    alone = [str(want) for want in WANTED if want.name in PIP_ALONE]
    assert CONDA["dependencies"][-1] == {"pip": ["-e .", *alone]}


def test_the_lock_holds_only_pins_with_hashes_so_no_host():
    assert PIN.sub("", LOCK) == ""


def test_the_lock_pins_every_direct_dependency_within_its_range():
    pins = dict(PIN.findall(LOCK))

    outside = [str(want) for want in WANTED if not want.specifier.contains(pins.get(want.name, "0"))]

    assert outside == []


def test_the_lock_leaves_out_what_the_excludes_name():
    excludes = (ROOT / "requirements.excludes").read_text("utf-8").splitlines()
    left_out = {canonicalize_name(line) for line in excludes if not line.startswith("#")}

    assert left_out
    assert left_out.isdisjoint(dict(PIN.findall(LOCK)))
