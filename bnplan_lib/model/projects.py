"""Which value of a lever holds for a project: its own, that of a class it belongs to, or that of all?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

# the wider first: what is set for a narrower class wins, and a project's own value over all
CLASSES = ("capital_source", "sector", "asset", "corridor")
UNCERTAIN = ("overrun", "delay_quarters", "stretch")  # levers of a project that may carry a distribution


def project_values(projects: pd.DataFrame, values: Mapping[str, Any], lever: str) -> list[Any]:
    """Return the value that a mapping has for each project, in their order; None where it has none.

    Parameters
    ----------
    values
        By key, such as `projects.II.1.overrun`, `projects.sector:airport.overrun` or
        `projects.*.overrun`.
    """
    own = {
        key[len("projects.") : -len(lever) - 1]: value
        for key, value in values.items()
        if key.startswith("projects.") and key.endswith(f".{lever}")
    }
    found = [own.pop("*", None)] * len(projects)
    for name in CLASSES if own else ():
        codes = {key.partition(":")[2]: value for key, value in own.items() if key.startswith(f"{name}:")}
        if codes:
            found = [codes.get(code, before) for code, before in zip(projects[name], found, strict=True)]
    return [own.get(project, before) for project, before in zip(projects["id"], found, strict=True)]


def with_all(values: Mapping[str, Any], **levers: Any) -> dict[str, Any]:
    """Return lever values with some levers of projects the same for every project."""
    kept = {key: value for key, value in values.items() if key.rpartition(".")[2] not in levers}
    return kept | {f"projects.*.{name}": value for name, value in levers.items()}
