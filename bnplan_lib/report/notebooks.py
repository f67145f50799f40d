"""Which notebooks are there, and which parameters does each take?"""

from __future__ import annotations

import ast
import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bnplan_lib.errors import Fault, ParameterError, PlanError, UnknownName, nearest, shorten
from bnplan_lib.inputs.parameters import RULES

PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Notebook:
    """One notebook as it was when it was read: its text, and its parameters with their defaults."""

    name: str
    text: str = field(repr=False)
    defaults: Mapping[str, Any]
    title_en: str
    title_vi: str

    @property
    def digest(self) -> str:
        """Hash of its text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def notebook_folder() -> Path:
    """Return the checkout's notebooks, or the copy that the wheel carries."""
    checkout = PACKAGE.parent / "notebooks"
    return checkout if checkout.is_dir() else PACKAGE / "_notebooks"


def find_notebooks(names: list[str] | None = None) -> list[Notebook]:
    """Return the notebooks of the given names or paths, all where none is given.

    Raises
    ------
    UnknownName
        If a name is no notebook of the suite and no file.
    """
    known = {path.stem: path for path in sorted(notebook_folder().glob("*.ipynb"))}
    chosen = []
    for name in names or list(known):
        path = Path(name) if name.endswith(".ipynb") or "/" in name else known.get(name)
        if path is None or not path.is_file():
            raise UnknownName("notebook", name, known)
        chosen.append(read_notebook(path))
    return chosen


def read_notebook(path: Path) -> Notebook:
    """Return a notebook's parameters from its cell tagged `parameters`."""
    try:
        return _read(path)
    except (OSError, ValueError, KeyError, TypeError, SyntaxError) as error:
        rule = "must be a notebook whose parameters are lines of name: type = value"
        raise PlanError(f"{path.name}: {rule}, found {type(error).__name__}: {error}") from None


def _read(path: Path) -> Notebook:
    text = path.read_text(encoding="utf-8")
    cells = json.loads(text)["cells"]
    defaults: dict[str, Any] = {}
    titles: dict[str, str] = {}
    for cell in cells:
        tags = cell.get("metadata", {}).get("tags", [])
        source = "".join(cell["source"])
        if "parameters" in tags:
            for node in ast.parse(source).body:
                if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
                    defaults[node.target.id] = ast.literal_eval(node.value)
        for lang in ("en", "vi"):
            if f"lang-{lang}" in tags and source.startswith("# "):
                titles.setdefault(lang, source.splitlines()[0][2:])
    return Notebook(path.stem, text, defaults, titles.get("en", path.stem), titles.get("vi", path.stem))


def split_settings(settings: list[str], notebooks: list[Notebook]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return notebook parameters and levers from `KEY=VALUE` texts.

    A key with a dot is a lever, any other a parameter that one of the notebooks
    must declare. Values are as in TOML, mappings also as in JSON; a text needs no quotes.

    Raises
    ------
    ParameterError
        With every fault at once.
    """
    declared = {name for notebook in notebooks for name in notebook.defaults} - {"scenario", "lang", "levers"}
    parameters: dict[str, Any] = {}
    levers: dict[str, Any] = {}
    faults = []
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals or not key:
            faults.append(Fault(f"--set {setting}", "must be KEY=VALUE"))
        elif "." in key:
            levers[key] = value_of(text)
        elif key not in declared:
            own = {"scenario": "--scenario", "lang": "--lang"}.get(key)
            rule = f"use {own}" if own else f"unknown parameter{nearest(key, declared)}"
            faults.append(Fault(f"--set {key}", rule, shorten(text)))
        elif key not in RULES:
            faults.append(Fault(f"--set {key}", f"the suite has no rule for it{nearest(key, RULES)}", shorten(text)))
        elif problem := RULES[key](value_of(text)):
            faults.append(Fault(f"--set {key}", problem, shorten(text)))
        else:
            parameters[key] = value_of(text)
    if faults:
        raise ParameterError(faults)
    return parameters, levers


def value_of(text: str) -> Any:
    """Return what a text stands for: a value as in TOML, a mapping also as in JSON, otherwise itself."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        pass
    try:
        return json.loads(text) if text.startswith("{") else text
    except json.JSONDecodeError:
        return text
