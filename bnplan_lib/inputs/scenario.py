"""What if? A scenario is the programme with some levers moved."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bnplan_lib.errors import Fault, ScenarioError, UnknownName, nearest, shorten
from bnplan_lib.inputs.distributions import Pair, check_together, read_correlations, read_distributions
from bnplan_lib.inputs.programme import Programme, data_folder, read_programme
from bnplan_lib.inputs.tables import MARKUP
from bnplan_lib.model.distributions import Distribution
from bnplan_lib.model.quarters import is_quarter

HEAD = ("title_en", "title_vi", "why", "base")
CHANCE = ("uncertainty", "correlation")
LARGEST_FILE = 1_000_000  # bytes; a scenario of every lever of every project has some 20,000
SECTIONS = ("targets", "growth", "base_year", "macro", "phasing", "projects")


@dataclass(frozen=True, slots=True)
class Lever:
    """One thing a scenario may move, with its bounds; per cent as in the files."""

    key: str
    type: str
    unit: str
    title_vi: str
    title_en: str
    default: Any
    hard: tuple[float, float] | None
    soft: tuple[float, float] | None
    yearly: bool
    target_id: str | None


@dataclass(frozen=True, slots=True)
class Scenario:
    """The levers of one scenario, all resolved; `changes` are those it moves.

    Keys are `section.name` or `projects.II.1.delay_quarters`; rates in per cent.
    A growth rate it does not move is absent from `values`: the targets give it.
    `uncertainty` holds the distributions of levers, `correlations` how pairs of them go
    together.
    """

    name: str
    title_vi: str
    title_en: str
    why: str
    changes: Mapping[str, Any]
    values: Mapping[str, Any]
    unusual: tuple[Fault, ...] = ()
    uncertainty: Mapping[str, Distribution] = field(default_factory=dict)
    correlations: Mapping[Pair, float] = field(default_factory=dict)

    def of_project(self, project_id: str, lever: str) -> Any:
        """Return a project's own value of a lever such as `delay_quarters`."""
        return self.values.get(f"projects.{project_id}.{lever}", self.values[f"projects.*.{lever}"])


def scenario_names(folder: str | Path | None = None) -> list[str]:
    """Return the names of the scenarios that come with a data folder."""
    return sorted(path.stem for path in (data_folder(folder) / "scenarios").glob("*.toml"))


def read_levers(programme: Programme) -> dict[str, Lever]:
    """Return the catalogue of levers by key, defaults filled from facts."""
    facts = programme.facts.set_index("id")["value"]
    levers = {}
    for row in programme.levers.astype(object).where(programme.levers.notna(), None).itertuples():
        default = float(facts[row.fact_id]) if row.fact_id else _default(row.type, row.default)
        hard = None if row.hard_low is None else (row.hard_low, row.hard_high)
        soft = None if row.soft_low is None else (row.soft_low, row.soft_high)
        names = (row.unit, row.title_vi, row.title_en)
        levers[row.key] = Lever(row.key, row.type, *names, default, hard, soft, bool(row.yearly), row.target_id)
    return levers


def read_scenario(
    scenario: str | Path = "middle", levers: Mapping[str, Any] | None = None, folder: str | Path | None = None
) -> Scenario:
    """Read a scenario by its name in data/scenarios or by its path.

    Parameters
    ----------
    levers
        Changes on top of the file, such as {"growth.industry": 12.65}.

    Raises
    ------
    UnknownName
        If there is no such scenario.
    ScenarioError
        With every fault of the file and of `levers`.
    """
    programme = read_programme(folder)
    catalogue = read_levers(programme)
    path = _path(str(scenario), programme.folder)
    read = _read_chain(path, programme, catalogue, ())
    own, more = _check_levers("levers", dict(levers or {}), programme, catalogue)
    changes, faults = read.changes | own, read.faults + more
    values = {key: lever.default for key, lever in catalogue.items() if lever.default is not None} | changes
    faults += _check_shares(values)
    if not faults:
        faults += check_together(path.name, read.uncertainty, read.correlations, values, catalogue)
    if faults:
        raise ScenarioError(faults)
    name = Path(scenario).stem + ("*" if own else "")
    titles = (read.head["title_vi"], read.head["title_en"], read.head["why"])
    unusual = tuple(_unusual(changes, catalogue))
    return Scenario(name, *titles, changes, values, unusual, read.uncertainty, read.correlations)


def move_levers(story: Scenario, moved: Mapping[str, Any]) -> Scenario:
    """Return the scenario with some levers moved; the values are taken as valid."""
    return replace(story, changes={**story.changes, **moved}, values={**story.values, **moved})


def lever_of(key: str, catalogue: Mapping[str, Lever]) -> Lever | None:
    """Return the lever that a key moves; a project's id stands for the * of its key."""
    if key.startswith("projects.") and key.count(".") >= 2:
        key = f"projects.*.{key.rsplit('.', 1)[1]}"
    return catalogue.get(key)


def names_a_file(scenario: str) -> bool:
    """Return whether a scenario is given as a path and not as a name."""
    return scenario.endswith(".toml") or "/" in scenario or "\\" in scenario


def _path(scenario: str, root: Path, beside: Path | None = None) -> Path:
    named = root / "scenarios" / f"{scenario}.toml"
    path = (beside or Path()) / scenario if names_a_file(scenario) else named
    try:
        found = path.is_file()
    except OSError:  # a name too long for the file system
        found = False
    if not found:
        raise UnknownName("scenario", scenario, scenario_names(root))
    return path


@dataclass(frozen=True, slots=True)
class _Chain:
    """What a file says, laid over the one it is based on, and every fault of both."""

    head: dict[str, str]
    changes: dict[str, Any]
    uncertainty: dict[str, Distribution]
    correlations: dict[Pair, float]
    faults: list[Fault]


def _read_chain(path: Path, programme: Programme, catalogue: Mapping[str, Lever], above: tuple[Path, ...]) -> _Chain:
    file = path.name
    if path.resolve() in above:
        circle = " -> ".join(one.name for one in (*above, path))
        raise ScenarioError([Fault(f"{file}:base", "must not lead back to itself", circle)])
    content = _read_toml(path)
    below = _Chain({}, {}, {}, {}, [])
    if isinstance(base := content.get("base"), str):
        below = _read_chain(_base(path, base, programme), programme, catalogue, (*above, path.resolve()))
    head_faults = list(_check_head(file, content))
    own, wrong = _check_levers(file, dict(_flatten(content)), programme, catalogue)
    uncertainty, odd = read_distributions(file, content.get("uncertainty", {}), catalogue)
    correlations, loose = read_correlations(file, content.get("correlation", {}), catalogue)
    return _Chain(
        {key: str(content.get(key, "")) for key in HEAD},
        below.changes | own,
        below.uncertainty | uncertainty,
        below.correlations | correlations,
        head_faults + below.faults + wrong + odd + loose,
    )


def _read_toml(path: Path) -> dict[str, Any]:
    """Return a file's content; what is wrong with it as a file, in one line."""
    file = path.name
    try:
        if path.stat().st_size > LARGEST_FILE:
            rule = f"must not be larger than {LARGEST_FILE:,} bytes"
            raise ScenarioError([Fault(file, rule, f"{path.stat().st_size:,}")])
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        found = f"byte 0x{error.object[error.start]:02x} at place {error.start}"
        raise ScenarioError([Fault(file, "must be text in UTF-8", found)]) from None
    except (OSError, ValueError, RecursionError) as error:
        raise ScenarioError([Fault(file, "must be a readable TOML file in UTF-8", shorten(str(error), 160))]) from None


def _base(path: Path, base: str, programme: Programme) -> Path:
    try:
        return _path(base, programme.folder, path.parent)
    except UnknownName as error:
        raise ScenarioError([Fault(f"{path.name}:base", str(error))]) from None


def _check_head(file: str, content: Mapping[str, Any]) -> Iterator[Fault]:
    for key in ("title_en", "title_vi", "why", "base"):
        value = content.get(key)
        if value is None and key != "base":
            yield Fault(f"{file}:{key}", "must be given")
        elif value is not None and (not isinstance(value, str) or not value.isprintable() or MARKUP.search(value)):
            yield Fault(f"{file}:{key}", "must be one line of text without markup", shorten(value))
    for key, value in content.items():
        if key in SECTIONS and not isinstance(value, dict):
            yield Fault(f"{file}:{key}", "must be a table of levers", shorten(value))
        elif key not in (*HEAD, *SECTIONS, *CHANCE):
            yield Fault(f"{file}:{key}", f"unknown key{nearest(key, {*HEAD, *SECTIONS, *CHANCE})}", shorten(value))


def _flatten(content: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for section in SECTIONS:
        given = content.get(section)
        for key, value in given.items() if isinstance(given, dict) else ():
            if section == "projects" and isinstance(value, dict):
                yield from ((f"projects.{key}.{name}", one) for name, one in value.items())
            else:
                yield f"{section}.{key}", value


def _check_levers(
    file: str, given: Mapping[str, Any], programme: Programme, catalogue: Mapping[str, Lever]
) -> tuple[dict[str, Any], list[Fault]]:
    checked: dict[str, Any] = {}
    faults = []
    projects = set(programme.projects["id"])
    for key, value in given.items():
        lever = lever_of(key, catalogue)
        project = key.split(".", 1)[1].rsplit(".", 1)[0] if key.startswith("projects.") else "*"
        if lever is None:
            faults.append(Fault(f"{file}:{key}", f"unknown lever{nearest(key, catalogue)}", shorten(value)))
        elif project not in projects | {"*"}:
            faults.append(Fault(f"{file}:{key}", f"no such project{nearest(project, projects)}", shorten(project)))
        elif problem := _problem(value, lever, len(programme.years)):
            faults.append(Fault(f"{file}:{key}", problem, shorten(value)))
        else:
            checked[key] = tuple(map(float, value)) if isinstance(value, list | tuple) else _plain(value, lever)
    return checked, faults


def _problem(value: Any, lever: Lever, years: int) -> str:
    if lever.type == "boolean":
        return "" if isinstance(value, bool) else "must be true or false"
    if lever.type == "quarter":
        return "" if is_quarter(value) else "must be a quarter such as 2026Q1, from 2000Q1 to 2100Q4"
    if isinstance(value, list | tuple):
        if not lever.yearly:
            return "must be one number"
        if len(value) != years:
            return f"must be one number or {years}, one a year"
        return next(filter(None, (_problem(one, lever, years) for one in value)), "")
    kinds = int if lever.type == "integer" else int | float
    if isinstance(value, bool) or not isinstance(value, kinds):
        return "must be a whole number" if lever.type == "integer" else "must be a number such as 10.5"
    low, high = lever.hard or (float("-inf"), float("inf"))
    if not low <= value <= high:  # also refuses nan
        return f"must lie between {low:g} and {high:g} ({lever.unit.replace('_', ' ')})"
    return ""


def _plain(value: Any, lever: Lever) -> Any:
    return float(value) if lever.type == "number" else value


def _default(kind: str, text: str | None) -> Any:
    if text is None or kind == "quarter":
        return text
    return text == "true" if kind == "boolean" else int(text) if kind == "integer" else float(text)


def _check_shares(values: Mapping[str, Any]) -> list[Fault]:
    shares = {key: value for key, value in values.items() if key.startswith("base_year.share_")}
    if abs(sum(shares.values()) - 100) > 1e-6:
        found = " + ".join(f"{value:g}" for value in shares.values()) + f" = {sum(shares.values()):g}"
        return [Fault("base_year.share_*", "the four shares of 2025 must add up to 100", found)]
    return []


def _unusual(changes: Mapping[str, Any], catalogue: Mapping[str, Lever]) -> Iterator[Fault]:
    for key, value in changes.items():
        lever = lever_of(key, catalogue)
        numbers = value if isinstance(value, tuple) else (value,)
        if lever and lever.soft and not all(lever.soft[0] <= one <= lever.soft[1] for one in numbers):
            yield Fault(key, f"unusual: mostly between {lever.soft[0]:g} and {lever.soft[1]:g}", shorten(value))
