"""What is to run? Every notebook with every scenario, language and combination of settings that was asked for."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from bnplan_lib.errors import Fault, ParameterError, PlanError, shorten
from bnplan_lib.inputs.parameters import SCENARIOS, parameter_faults, programme_faults, slip_faults
from bnplan_lib.inputs.programme import Programme, read_programme
from bnplan_lib.inputs.scenario import Scenario, names_a_file, scenario_of
from bnplan_lib.report.fingerprint import digest, surroundings
from bnplan_lib.report.notebooks import Notebook, find_notebooks, split_settings
from bnplan_lib.report.stamp import day_of_data, document_of

UNFIT: Final = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]|^[.\- ]|[. ]$')  # in a file's name, on one system or another
LONGEST_NAME: Final = 120
SECRET: Final = re.compile(r"passw|passphrase|secret|token|api_?key|credential|private_?key", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Selection:
    """What one command, or one table of a file of runs, asks for; empty is what the suite has.

    `settings` are texts KEY=VALUE; `grid` has several such values a key, of which every combination runs.
    """

    notebooks: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("vi", "en")
    settings: tuple[str, ...] = ()
    grid: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def combinations(self) -> Iterator[tuple[str, ...]]:
        """Return the settings of each combination of the grid."""
        values = [[f"{key}={value}" for value in values] for key, values in self.grid.items()]
        return ((*self.settings, *chosen) for chosen in itertools.product(*values))


@dataclass(frozen=True, slots=True)
class Job:
    """One notebook with the parameters of one run.

    `origins` says of each parameter where its value comes from, `hashes` what the run rests on; `siblings` are the
    pages of the other notebooks that run with it, by notebook.
    """

    notebook: Notebook
    scenario: str
    scenario_title: str
    lang: str
    parameters: Mapping[str, Any]
    origins: Mapping[str, str]
    settings: tuple[str, ...]
    command: str
    data: Mapping[str, str]
    changes: Mapping[str, Any]
    languages: tuple[str, ...]
    siblings: Mapping[str, str]
    hashes: Mapping[str, str]

    @property
    def stem(self) -> str:
        """Name of its files: notebook, scenario, language."""
        return f"{self.notebook.name}.{self.scenario}.{self.lang}"

    @property
    def fingerprint(self) -> str:
        """A hash of all that its page depends on: equal where running again would write the same."""
        told = {**self.parameters, "scenario": self.scenario}  # wherever a scenario's file lies
        return digest([self.stem, told, self.command, self.data["day"], self.languages, self.siblings, self.hashes])


def plan_jobs(selections: Iterable[Selection], folder: str | Path | None = None) -> list[Job]:
    """Return every run that was asked for, its parameters checked; no kernel starts here.

    Raises
    ------
    PlanError
        If a notebook, scenario, parameter or lever is unknown or out of bounds, with what is wrong in each selection.
    """
    selections = list(selections)
    programme = read_programme(folder)
    read = cache(partial(scenario_of, programme))  # one that many runs name is read once
    languages = tuple(lang for lang in ("vi", "en") if any(lang in one.languages for one in selections))
    jobs: dict[str, Job] = {}
    wrong: dict[str, PlanError] = {}
    for selection in selections:
        try:
            notebooks = find_notebooks(list(selection.notebooks))
            _refuse_secrets(notebooks, selection)
        except PlanError as error:
            wrong.setdefault(str(error), error)
            continue
        for settings in selection.combinations():
            try:
                for job in _jobs(selection, settings, notebooks, programme, read, languages, folder):
                    if (other := jobs.setdefault(job.stem, job)).fingerprint != job.fingerprint:
                        rule = "two runs would write the same page: rename a notebook or scenario file"
                        raise PlanError(f"{rule}, found {other.stem}")
            except PlanError as error:
                wrong.setdefault(str(error), error)
    if len(wrong) == 1:
        raise next(iter(wrong.values()))
    if wrong:
        raise PlanError("\n".join(wrong))
    return list(jobs.values())


def _jobs(
    selection: Selection,
    settings: tuple[str, ...],
    notebooks: list[Notebook],
    programme: Programme,
    read: Callable[[str], Scenario],
    languages: tuple[str, ...],
    folder: str | Path | None,
) -> Iterator[Job]:
    moved, levers = split_settings(list(settings), notebooks)
    data = {
        "version": str(programme.properties["version"]),
        "day": day_of_data(programme).date().isoformat(),
        "hash": programme.data_hash,
        **document_of(programme.properties),
    }
    for scenario in dict.fromkeys(selection.scenarios or ("middle",)):
        story = scenario_of(programme, scenario, levers) if levers else read(scenario)
        name = story.name.rstrip("*")
        owns = {one.name: {key: value for key, value in moved.items() if key in one.defaults} for one in notebooks}
        pages = {one: _fit(name + _mark({**own, **levers}), one) for one, own in owns.items()}
        for notebook in notebooks:
            own = owns[notebook.name]
            given = {**notebook.defaults, **own, "scenario": scenario, "levers": levers}
            faults = parameter_faults({**given, "lang": "en"}, notebook.defaults)
            if faults := faults or [*slip_faults(given.get("slips"), programme), *programme_faults(given, programme)]:
                raise ParameterError(faults)
            used = tuple(one for one in settings if one.partition("=")[0] in {**own, **levers})
            stories = [story, *map(read, _others(given, programme))]
            hashes = {
                "notebook": notebook.digest,
                "scenario": digest([_told(one) for one in stories]),
                "data": programme.data_hash,
                "library": surroundings().library,
                "environment": surroundings().environment,
            }
            for lang in dict.fromkeys(selection.languages):
                yield Job(
                    notebook,
                    pages[notebook.name],
                    story.title_vi if lang == "vi" else story.title_en,
                    lang,
                    {**whole_paths(given), "lang": lang},
                    _origins(notebook, own, levers),
                    used,
                    _command(notebook.name, scenario, lang, used, folder),
                    data,
                    story.changes,
                    languages,
                    {one: f"{one}.{page}.{lang}.html" for one, page in pages.items() if one != notebook.name},
                    hashes,
                )


def whole_paths(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters in which a scenario's file is named by its whole path: kernels run in a folder of their own."""

    def whole(name: str) -> str:
        return str(Path(name).resolve()) if names_a_file(name) else name

    found = dict(parameters)
    for key in SCENARIOS & set(parameters):
        value = parameters[key]
        found[key] = whole(value) if isinstance(value, str) else [whole(one) for one in value]
    return found


def _others(parameters: Mapping[str, Any], programme: Programme) -> Iterator[str]:
    """Return the scenarios that parameters name beside the one that is run, or leave to the data package."""
    for key in sorted(SCENARIOS & set(parameters) - {"scenario"}):
        value = parameters[key] or programme.compared
        yield from [value] if isinstance(value, str) else value


def _told(story: Scenario) -> list[Any]:
    """Return what a scenario comes down to, wherever its file lies."""
    titles = [story.name, story.title_vi, story.title_en, story.why]
    return [titles, story.changes, story.values, repr(story.uncertainty), repr(story.correlations)]


def _origins(notebook: Notebook, own: Mapping[str, Any], levers: Mapping[str, Any]) -> dict[str, str]:
    set_by = {**dict.fromkeys(own, "--set"), "scenario": "--scenario", "lang": "--lang"}
    return {key: set_by.get(key, "notebook") for key in notebook.defaults} | ({"levers": "--set"} if levers else {})


def _refuse_secrets(notebooks: list[Notebook], selection: Selection) -> None:
    """Raise ParameterError where a parameter is named like a secret: pages and records show parameters."""
    named = [(f"{notebook.name}: parameter", key) for notebook in notebooks for key in notebook.defaults]
    settings = [*(text.partition("=")[0] for text in selection.settings), *selection.grid]
    named += [("--set", key) for key in settings]
    rule = "named like a secret, which pages would show: leave it in the environment of the kernel"
    if faults := [Fault(f"{place} {key}", rule) for place, key in named if SECRET.search(key)]:
        raise ParameterError(faults)


def _fit(scenario: str, notebook: str) -> str:
    """Return the scenario's part of a page's name, once both parts are fit for files on any system."""
    rule = "its file's name must begin with a letter or digit and be free of"
    for kind, name in (("notebook", notebook), ("scenario", scenario)):
        if UNFIT.search(name):
            raise PlanError(f'{kind} {shorten(name)}: {rule} / \\ : * ? " < > |')
        if len(name.encode()) > LONGEST_NAME:
            raise PlanError(f"{kind} {shorten(name)}: its file's name must not be longer than {LONGEST_NAME} bytes")
    return scenario


def _mark(settings: Mapping[str, Any]) -> str:
    """Return a short mark that tells runs with other settings apart, nothing where there are none."""
    return "-" + hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:10] if settings else ""


def _command(name: str, scenario: str, lang: str, settings: tuple[str, ...], folder: str | Path | None) -> str:
    """Return the command that makes a page; of paths it has the last part, wherever they lie."""
    words = ["bnplan", "run", name, "--scenario", Path(scenario).name, "--lang", lang]
    if folder is not None:
        words += ["--data", Path(folder).resolve().name]
    for setting in settings:
        words += ["--set", setting]
    return shlex.join(words)
