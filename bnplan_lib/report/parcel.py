"""How does a run travel to another machine? With what stands in the scenario files that it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from bnplan_lib.inputs.parameters import SCENARIOS
from bnplan_lib.inputs.scenario import Scenario, names_a_file, read_scenario
from bnplan_lib.inputs.scenario_text import SECTIONS, scenario_text
from bnplan_lib.report.plan import Job


@dataclass(frozen=True, slots=True)
class Parcel:
    """A run, and by path what its scenario files come down to: texts, each with the next one as its base."""

    job: Job
    texts: Mapping[str, tuple[str, ...]]


def pack(jobs: list[Job]) -> list[Parcel]:
    """Return jobs with the scenarios whose files they name, as those are now."""
    read = cache(lambda path: tuple(_texts(read_scenario(path))))
    return [Parcel(job, {path: read(path) for path in _files(job.parameters)}) for job in jobs]


def unpack(parcel: Parcel, folder: Path) -> Job:
    """Write the scenarios into a folder, under their names, and return the job that finds them there."""
    places = {}
    for number, (path, texts) in enumerate(parcel.texts.items()):
        names = [Path(path).name, *(f"below/{layer}/base.toml" for layer in range(1, len(texts)))]
        for layer, (name, text) in enumerate(zip(names, texts, strict=True)):
            below = "below/1/base.toml" if layer == 0 else f"../{layer + 1}/base.toml"
            head = f'base = "{below}"\n' if layer + 1 < len(texts) else ""
            place = folder / str(number) / name
            place.parent.mkdir(parents=True)
            place.write_text(head + text, encoding="utf-8")
        places[path] = str(folder / str(number) / names[0])
    moved = {key: _moved(value, places) for key, value in parcel.job.parameters.items() if key in SCENARIOS}
    return replace(parcel.job, parameters={**parcel.job.parameters, **moved})


def _files(parameters: Mapping[str, Any]) -> Iterator[str]:
    """Return the scenario files that parameters name."""
    for key in sorted(SCENARIOS & set(parameters)):
        value = parameters[key]
        yield from filter(names_a_file, [value] if isinstance(value, str) else value)


def _moved(value: Any, places: Mapping[str, str]) -> Any:
    return places.get(value, value) if isinstance(value, str) else [places.get(one, one) for one in value]


def _texts(story: Scenario) -> Iterator[str]:
    """Return a scenario as texts that rest on each other, for a page tells its levers in the order they are read."""
    *below, last = list(_in_order(story.changes)) or [{}]
    titles = story.title_en, story.title_vi, story.why
    yield scenario_text(replace(story, changes=last), *titles)
    for changes in reversed(below):
        yield scenario_text(replace(story, changes=changes, uncertainty={}, correlations={}), *titles)


def _in_order(changes: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Return levers in groups that one file tells in their order: by section, and each table in one piece."""
    group: dict[str, Any] = {}
    tables: list[str] = []
    for key, value in changes.items():
        table = key.rpartition(".")[0]
        if tables and table != tables[-1] and (table in tables or _section(table) < _section(tables[-1])):
            yield group
            group, tables = {}, []
        group[key] = value
        tables.append(table)
    if group:
        yield group


def _section(table: str) -> int:
    return SECTIONS.index(table.partition(".")[0])
