"""What if? A scenario is the programme with some levers moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from bnplan_lib.errors import Fault, PlanError, ScenarioError, UnknownName, nearest, shorten
from bnplan_lib.inputs.distributions import Pair, check_together, read_correlations, read_distributions
from bnplan_lib.inputs.levers import Lever, check_levers, item_names, lever_of, no_such_item, read_levers
from bnplan_lib.inputs.programme import Programme, data_folder, read_programme
from bnplan_lib.inputs.scenario_text import (
    CHANCE,
    HEAD,
    SECTIONS,
    TITLES,
    misspelt,
    one_line,
    place,
    read_toml,
    shown,
    title_problem,
)
from bnplan_lib.model.distributions import Distribution

LONGEST_CHAIN = 20  # files that rest on each other


@dataclass(frozen=True, slots=True)
class Scenario:
    """The levers of one scenario, all resolved; `changes` are those it moves.

    Keys are `section.name`, `projects.II.1.delay_quarters` or `tasks.II.7.delay_quarters`; rates in per cent. What is
    set for a class, as in `projects.sector:airport.overrun`, holds for its projects
    unless a narrower class or the project itself has a value.
    A growth rate it does not move is absent from `values`: the targets give it.
    `uncertainty` holds the distributions of levers, `correlations` how pairs of them go
    together; `defaults` are the values of levers that nobody moves.
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
    defaults: Mapping[str, Any] = field(default_factory=dict)


def scenario_names(folder: str | Path | None = None) -> list[str]:
    """Return the names of the scenarios that come with a data folder."""
    return sorted(path.stem for path in (data_folder(folder) / "scenarios").glob("*.toml"))


def scenarios_hash(folder: str | Path | None = None) -> str:
    """Return a hash of the scenario files that come with a data folder."""
    root = data_folder(folder) / "scenarios"
    told = [f"{sha256((root / f'{name}.toml').read_bytes()).hexdigest()} {name}" for name in scenario_names(folder)]
    return sha256("\n".join(told).encode()).hexdigest()


def read_scenario(
    scenario: str | Path = "middle",
    levers: Mapping[str, Any] | None = None,
    folder: str | Path | None = None,
    uncertainty: str | Path | None = None,
) -> Scenario:
    """Read a scenario by its name in data/scenarios or by its path.

    Parameters
    ----------
    levers
        Changes on top of the file, such as {"growth.industry": 12.65}.
    uncertainty
        Another scenario: its distributions of the levers that enter growth are used where
        this one has none of those, and so are its distributions of projects.

    Raises
    ------
    UnknownName
        If there is no such scenario.
    ScenarioError
        With every fault of the file and of `levers`.
    """
    return scenario_of(read_programme(folder), scenario, levers, uncertainty)


def scenario_of(
    programme: Programme,
    scenario: str | Path,
    levers: Mapping[str, Any] | None = None,
    uncertainty: str | Path | None = None,
) -> Scenario:
    """Return what `read_scenario` does, where the programme has been read."""
    catalogue = read_levers(programme)
    path = _path(str(scenario), programme.folder)
    read = _read_chain(path, programme, catalogue, ())
    own, more = check_levers("levers", dict(levers or {}), programme, catalogue)
    changes, faults = read.changes | own, read.faults + more
    defaults = {key: lever.default for key, lever in catalogue.items() if lever.default is not None}
    values = defaults | changes
    # what rests on several levers is said once each of them is sound
    if read.whole and not _tell_of(faults, ["base_year.share_"]):
        faults += _check_shares(path.name, values)
    if read.whole and not _tell_of(faults, [*CHANCE, *read.uncertainty]):
        faults += check_together(path.name, read.uncertainty, read.correlations, values, catalogue)
    if faults:
        raise ScenarioError(faults)
    name = Path(scenario).stem + ("*" if own else "")
    titles = (read.head["title_vi"], read.head["title_en"], read.head["why"])
    unusual = tuple(_unusual(changes, catalogue))
    story = Scenario(name, *titles, changes, values, unusual, read.uncertainty, read.correlations, defaults)
    return story if uncertainty is None else _with_chances(story, scenario_of(programme, uncertainty))


def _with_chances(story: Scenario, other: Scenario) -> Scenario:
    """Return a scenario with the distributions of another where it has none: of growth, or of projects."""
    growth, projects = (
        _chosen(story.uncertainty, of_project) or _chosen(other.uncertainty, of_project) for of_project in (False, True)
    )
    correlations = story.correlations if _chosen(story.uncertainty, False) else other.correlations
    return replace(story, uncertainty=growth | projects, correlations=correlations)


def _chosen(uncertainty: Mapping[str, Distribution], of_project: bool) -> dict[str, Distribution]:
    return {key: one for key, one in uncertainty.items() if key.startswith("projects.") == of_project}


def move_levers(story: Scenario, moved: Mapping[str, Any]) -> Scenario:
    """Return the scenario with some levers moved; the values are taken as valid."""
    return replace(story, changes={**story.changes, **moved}, values={**story.values, **moved})


def without_moves(story: Scenario) -> Scenario:
    """Return the programme as printed: the scenario with every lever at its default."""
    return replace(story, changes={}, values=dict(story.defaults))


def names_a_file(scenario: str) -> bool:
    """Return whether a scenario is given as a path and not as a name."""
    return scenario.endswith(".toml") or "/" in scenario or "\\" in scenario


def _path(scenario: str, root: Path, beside: Path | None = None) -> Path:
    named = root / "scenarios" / f"{scenario}.toml"
    path = (beside or Path()) / scenario if names_a_file(scenario) else named
    if path.suffix != ".toml":  # whatever it is, nothing of it is shown
        raise UnknownName("scenario", scenario, scenario_names(root))
    try:
        if path.is_file():
            return path
        found = path.exists()
    except (OSError, ValueError):  # a name too long for the file system, or not one at all
        found = False
    if found:
        raise ScenarioError([Fault(one_line(path.name), "must be a file", "a folder" if path.is_dir() else "a device")])
    raise UnknownName("scenario", scenario, scenario_names(root))


@dataclass(frozen=True, slots=True)
class _Chain:
    """What a file says, laid over the one it is based on, and every fault of both.

    `whole` says that every file of the chain could be read.
    """

    head: dict[str, str] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    uncertainty: dict[str, Distribution] = field(default_factory=dict)
    correlations: dict[Pair, float] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    whole: bool = True


def _read_chain(path: Path, programme: Programme, catalogue: Mapping[str, Lever], above: tuple[Path, ...]) -> _Chain:
    file = path.name
    try:
        content = read_toml(path)
    except ScenarioError as error:
        return _Chain(faults=list(error.faults), whole=False)
    below = _Chain()
    if "base" in content:
        below = _read_base(path, content["base"], programme, catalogue, (*above, path.resolve()))
    given, misplaced = _flatten(file, content, item_names(programme))
    own, wrong = check_levers(file, given, programme, catalogue)
    uncertainty, odd = read_distributions(
        file, content.get("uncertainty", {}), catalogue, item_names(programme)["projects"]
    )
    correlations, loose = read_correlations(file, content.get("correlation", {}), catalogue)
    return _Chain(
        {key: str(content.get(key, "")) for key in HEAD},
        below.changes | own,
        below.uncertainty | uncertainty,
        below.correlations | correlations,
        [*_check_head(file, content), *below.faults, *misplaced, *wrong, *odd, *loose],
        below.whole,
    )


def _read_base(
    path: Path, base: Any, programme: Programme, catalogue: Mapping[str, Lever], above: tuple[Path, ...]
) -> _Chain:
    if title_problem(base):  # said with the other texts of the file
        return _Chain(whole=False)
    at = place(path.name, "base")
    try:
        below = _path(base, programme.folder, path.parent)
    except PlanError as error:
        return _Chain(faults=[Fault(at, str(error))], whole=False)
    if below.resolve() in above:
        circle = " -> ".join(one.name for one in (*above, below))
        return _Chain(faults=[Fault(at, "must not lead back to itself", circle)], whole=False)
    if len(above) >= LONGEST_CHAIN:
        return _Chain(faults=[Fault(at, f"at most {LONGEST_CHAIN} files may rest on each other")], whole=False)
    return _read_chain(below, programme, catalogue, above)


def _check_head(file: str, content: Mapping[str, Any]) -> Iterator[Fault]:
    known = (*HEAD, *SECTIONS, *CHANCE)
    unknown = [key for key in content if key not in known]
    missing = [key for key in TITLES if key not in content]
    for key in missing:
        if key not in misspelt(unknown, missing):
            yield Fault(place(file, key), "must be given")
    for key in HEAD:
        if key in content and (problem := title_problem(content[key])):
            yield Fault(place(file, key), problem, shown(content[key]))
    for key in SECTIONS:
        if not isinstance(content.get(key, {}), dict):
            yield Fault(place(file, key), "must be a table of levers", shown(content[key]))
    for key in unknown:
        yield Fault(place(file, key), f"unknown key{nearest(key, known)}", shown(content[key]))


def _flatten(
    file: str, content: Mapping[str, Any], named: Mapping[str, set[str]]
) -> tuple[dict[str, Any], list[Fault]]:
    levers: dict[str, Any] = {}
    faults = []
    for section in SECTIONS:
        given = content.get(section)
        for key, value in given.items() if isinstance(given, dict) else ():
            if section not in named:
                levers[f"{section}.{key}"] = value
            elif problem := _item_problem(section, key, value, named):
                faults.append(Fault(place(file, section, key), problem, shown(value)))
            else:
                levers |= {f"{section}.{key}.{name}": one for name, one in value.items()}
    return levers, faults


def _item_problem(section: str, key: str, value: Any, named: Mapping[str, set[str]]) -> str:
    if not isinstance(value, dict):
        return f'must be a table of levers, such as [{section}."II.1"]'
    for inner in value:
        if f"{key}.{inner}" in named[section]:
            return f'quote the id of the {section.removesuffix("s")}: [{section}."{key}.{inner}"]'
    return "" if key in named[section] else no_such_item(section, key, named)


def _tell_of(faults: list[Fault], keys: list[str]) -> bool:
    return any(key in fault.place for fault in faults for key in keys)


SHARES = 4  # parts of the base year's GRDP


def _check_shares(file: str, values: Mapping[str, Any]) -> list[Fault]:
    shares = {key: value for key, value in values.items() if key.startswith("base_year.share_")}
    if len(shares) < SHARES or None in shares.values():  # who needs them says which
        return []
    if abs(sum(shares.values()) - 100) > 1e-6:
        found = " + ".join(f"{value:g}" for value in shares.values()) + f" = {sum(shares.values()):g}"
        return [Fault(place(file, "base_year.share_*"), "the four base-year shares must add up to 100", found)]
    return []


def _unusual(changes: Mapping[str, Any], catalogue: Mapping[str, Lever]) -> Iterator[Fault]:
    for key, value in changes.items():
        lever = lever_of(key, catalogue)
        numbers = value if isinstance(value, tuple) else (value,)
        if lever and lever.soft and not all(lever.soft[0] <= one <= lever.soft[1] for one in numbers):
            yield Fault(key, f"unusual: mostly between {lever.soft[0]:g} and {lever.soft[1]:g}", shorten(value))
