"""Which value of a lever holds for a project or a task: its own, that of a class it belongs to, or that of all?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

# the wider first: what is set for a narrower class wins, and an item's own value over all
CLASSES = ("capital_source", "sector", "asset", "corridor")
CLASSES_OF = {"projects": CLASSES, "tasks": ("group",)}  # what has levers of its own
UNCERTAIN = ("overrun", "delay_quarters", "stretch")  # levers of a project that may carry a distribution


def general(key: str) -> str:
    """Return a lever's key in the catalogue: `projects.II.1.overrun` is a `projects.*.overrun`."""
    section, _, own = key.partition(".")
    return f"{section}.*.{own.rpartition('.')[2]}" if section in CLASSES_OF and "." in own else key


def project_values(projects: pd.DataFrame, values: Mapping[str, Any], lever: str) -> list[Any]:
    """Return the value that a mapping has for each project, in their order; None where it has none.

    Parameters
    ----------
    values
        By key, such as `projects.II.1.overrun`, `projects.sector:airport.overrun` or
        `projects.*.overrun`.
    """
    return _values("projects", projects, values, lever)


def task_values(tasks: pd.DataFrame, values: Mapping[str, Any], lever: str) -> list[Any]:
    """Return the value that a mapping has for each task, by keys such as `tasks.II.7.delay_quarters`."""
    return _values("tasks", tasks, values, lever)


def item_value(items: pd.DataFrame, values: Mapping[str, Any], key: str) -> Any:
    """Return the value that a mapping has for the project or task of a key, such as `projects.II.1.overrun`."""
    section, _, own = key.partition(".")
    item, _, lever = own.rpartition(".")
    return _values(section, items[items["id"] == item], values, lever)[0]


def _values(section: str, items: pd.DataFrame, values: Mapping[str, Any], lever: str) -> list[Any]:
    own = {
        key[len(section) + 1 : -len(lever) - 1]: value
        for key, value in values.items()
        if key.startswith(f"{section}.") and key.endswith(f".{lever}")
    }
    found = [own.pop("*", None)] * len(items)
    for name in CLASSES_OF[section] if own else ():
        codes = {key.partition(":")[2]: value for key, value in own.items() if key.startswith(f"{name}:")}
        if codes:
            found = [codes.get(code, before) for code, before in zip(items[name], found, strict=True)]
    return [own.get(item, before) for item, before in zip(items["id"], found, strict=True)]


def with_all(values: Mapping[str, Any], **levers: Any) -> dict[str, Any]:
    """Return lever values with some levers of projects the same for every project."""
    kept = {key: value for key, value in values.items() if key.rpartition(".")[2] not in levers}
    return kept | {f"projects.*.{name}": value for name, value in levers.items()}
