"""How does a scenario stand in its file?"""

from __future__ import annotations

import datetime
import json
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bnplan_lib.errors import Fault, PlanError, ScenarioError, shorten
from bnplan_lib.inputs.programme import read_programme
from bnplan_lib.inputs.tables import MAX_CELL
from bnplan_lib.inputs.texts import text_problem
from bnplan_lib.model.distributions import NAMES
from bnplan_lib.model.projects import CLASSES_OF, general

if TYPE_CHECKING:
    from bnplan_lib.inputs.scenario import Scenario

TITLES = ("title_en", "title_vi", "why")
HEAD = (*TITLES, "base")
SECTIONS = ("targets", "growth", "base_year", "macro", "phasing", *CLASSES_OF)
CHANCE = ("uncertainty", "correlation")
LARGEST_FILE = 200_000  # bytes; a scenario of every lever of every project has some 20,000
DEEPEST = 6  # tables in tables; a list of an uncertain lever's weights stands at 4
LARGEST_WHOLE = 2**63 - 1  # what TOML asks every program to read
LONGEST_PLACE = 120
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_COMMA_OR_UNIT = re.compile(r"=\s*[-+]?\d+(,\d|[\d.]*\s*%)")


def read_toml(path: Path) -> dict[str, Any]:
    """Return what stands in a TOML file.

    Raises
    ------
    ScenarioError
        If it is no file, too large, not UTF-8, not TOML, or holds numbers or nesting that no lever needs.
    """
    file, text = path.name, _read_text(path)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError([_toml_fault(file, text, str(error))]) from None
    except RecursionError:
        raise ScenarioError([Fault(file, f"must not nest tables or lists deeper than {DEEPEST}")]) from None
    except ValueError:  # Python reads no decimal number of so many digits
        raise ScenarioError([Fault(file, "must hold no number of more than 4,300 digits")]) from None
    if faults := list(_unreasonable(file, content, ())):
        raise ScenarioError(faults)
    return content


def place(file: str, *keys: str) -> str:
    """Return file:key for a message, whatever characters the key has."""
    return one_line(f"{file}:{'.'.join(keys)}")


def one_line(text: str) -> str:
    """Return a text short and printable: what a file holds must not steer the terminal."""
    seen = "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
    return seen if len(seen) <= LONGEST_PLACE else seen[: LONGEST_PLACE - 1] + "…"


def shown(value: Any) -> str:
    """Return a value for a message as it stands in the file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else shorten(value)


def title_problem(value: Any) -> str:
    """Return the rule that a title, a reason or the name of a base breaks, '' if none."""
    if not isinstance(value, str):
        return "must be one line of text"
    if len(value) > MAX_CELL:
        return f"must be at most {MAX_CELL:,} characters long"
    return text_problem(value) or ("" if value.strip() else "must not be blank")


def misspelt(unknown: Iterable[str], missing: Iterable[str]) -> set[str]:
    """Return the missing keys that unknown ones stand for: one message tells of both."""
    wanted = list(missing)
    return {near for key in unknown for near in get_close_matches(key, wanted, n=1, cutoff=0.5)}


def scenario_text(story: Scenario, title_en: str, title_vi: str, why: str, folder: str | Path | None = None) -> str:
    """Return a scenario as the text of a file that rests on no other, with the unit at each lever.

    Read again, the file gives the same changes, values, distributions and correlations.

    Raises
    ------
    ScenarioError
        If a title or the reason is not one line of text.
    """
    head = dict(zip(TITLES, (title_en, title_vi, why), strict=True))
    problems = {key: title_problem(value) for key, value in head.items()}
    if any(problems.values()):
        raise ScenarioError([Fault(key, rule, shown(head[key])) for key, rule in problems.items() if rule])
    units = read_programme(folder).levers.set_index("key")["unit"].str.replace("_", " ")
    tables = _lever_tables(story, units) | _chance_tables(story, units)
    blocks = ["".join(f"{key} = {_written(value)}\n" for key, value in head.items())]
    blocks += [f"[{'.'.join(map(_key, table))}]\n" + "".join(lines) for table, lines in tables.items()]
    return "\n".join(blocks)


def check_target(path: str | Path) -> Path:
    """Return where a scenario is to be written, before it is worked out.

    Raises
    ------
    PlanError
        If the name does not end in .toml, or the file exists already.
    """
    target = Path(path)
    if target.suffix != ".toml" or not target.stem.strip("."):
        named = "no file name" if str(target).strip() in ("", ".") else path
        raise PlanError(f"{named}: a scenario's file must have a name that ends in .toml")
    with suppress(OSError, ValueError):  # what cannot be looked at is refused when it is written
        if target.exists():
            raise PlanError(f"{path}: exists already; choose another name")
    return target


def save_scenario(story: Scenario, path: str | Path, title_en: str, title_vi: str, why: str) -> Path:
    """Write a scenario into a new file and return its path.

    Raises
    ------
    PlanError
        If the name does not end in .toml, the file exists already, or cannot be written.
    """
    target = check_target(path)
    text = scenario_text(story, title_en, title_vi, why)
    try:
        with target.open("x", encoding="utf-8", newline="\n") as file:
            try:
                file.write(text)
            except OSError:
                target.unlink()  # nothing half-written stays
                raise
    except FileExistsError:
        raise PlanError(f"{path}: exists already; choose another name") from None
    except (OSError, ValueError) as error:
        raise PlanError(f"{path}: cannot be written, {getattr(error, 'strerror', None) or error}") from None
    return target


def _lever_tables(story: Scenario, units: Mapping[str, str]) -> dict[tuple[str, ...], list[str]]:
    tables: dict[tuple[str, ...], list[str]] = {}
    for key in sorted(story.changes, key=lambda key: SECTIONS.index(key.split(".")[0])):
        section, name = key.split(".", 1)
        table: tuple[str, ...] = (section,)
        if section in CLASSES_OF:
            item, name = name.rsplit(".", 1)
            table = (section, item)
        unit = units[general(key)]
        tables.setdefault(table, []).append(_line(name, story.changes[key], unit))
    return tables


def _chance_tables(story: Scenario, units: Mapping[str, str]) -> dict[tuple[str, ...], list[str]]:
    tables: dict[tuple[str, ...], list[str]] = {}
    for key, one in story.uncertainty.items():
        named = zip(NAMES[one.kind], one.numbers, strict=True)
        unit = units[general(key)]
        tables["uncertainty", key] = [
            _line("distribution", one.kind),
            *([_line("added", True)] if one.added else []),
            *([_line("source", one.source)] if one.source else []),
            *(_line(name, value, "" if name == "weights" else unit) for name, value in named),
        ]
    for (one_key, other), value in story.correlations.items():
        tables.setdefault(("correlation", one_key), []).append(_line(other, value))
    return tables


def _line(name: str, value: Any, unit: str = "") -> str:
    return f"{_key(name)} = {_written(value)}" + (f"  # {unit}" if unit else "") + "\n"


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _written(name)


def _written(value: Any) -> str:
    """Return a value in TOML; JSON escapes text in the same way but for one character."""
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool | int):
        return str(value).lower()
    return repr(float(value))


def _read_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)  # a file may have no end
    except OSError as error:
        raise ScenarioError([Fault(path.name, "must be a readable file", str(error.strerror))]) from None
    if len(raw) > LARGEST_FILE:
        raise ScenarioError([Fault(path.name, f"must not be larger than {LARGEST_FILE:,} bytes")])
    try:
        return unicodedata.normalize("NFC", raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        found = f"byte 0x{raw[error.start]:02x}"
        raise ScenarioError([Fault(f"{path.name}:{line}", "must be text in UTF-8", found)]) from None


def _toml_fault(file: str, text: str, message: str) -> Fault:
    lines = text.split("\n")
    found = _TOML_PLACE.search(message)
    number = int(found[1]) if found and found[1] else len(lines)
    line, rule = lines[number - 1].strip(), _TOML_PLACE.sub("", message)
    hint = "; a number is written 10.5, without a unit" if _COMMA_OR_UNIT.search(line) else ""
    return Fault(f"{file}:{number}", f"must be TOML: {rule[0].lower()}{rule[1:]}{hint}", shorten(line))


def _unreasonable(file: str, value: Any, keys: tuple[str, ...]) -> Iterator[Fault]:
    if len(keys) > DEEPEST:
        yield Fault(place(file, *keys), f"must not nest tables or lists deeper than {DEEPEST}")
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _unreasonable(file, one, (*keys, key))
    elif isinstance(value, list):
        for position, one in enumerate(value):
            yield from _unreasonable(file, one, (*keys, str(position)))
    elif isinstance(value, int) and abs(value) > LARGEST_WHOLE:
        rule = f"must be a number of at most {LARGEST_WHOLE.bit_length()} bits"
        yield Fault(place(file, *keys), rule, f"one of {value.bit_length()}")
