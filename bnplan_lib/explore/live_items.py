"""What does a form need in which projects and tasks are chosen and set: one, a class of them, or all?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from bnplan_lib.explore.live import lever_row
from bnplan_lib.figures.lanes import kind_name, used_classes
from bnplan_lib.figures.language import Language
from bnplan_lib.figures.style import SOURCE_STYLE
from bnplan_lib.inputs.levers import read_levers
from bnplan_lib.model.projects import CLASSES_OF

if TYPE_CHECKING:
    from bnplan_lib.inputs.levers import Lever
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

LEVERS: Final = ("delay_quarters", "stretch", "overrun", "profile", "dropped")
SOURCES: Final = tuple(SOURCE_STYLE)
PHASING: Final = ("phasing.open_end", "phasing.milestone_start", "phasing.delay_from")


def item_setting(story: Scenario, *sections: str) -> dict[str, Any]:
    """Return what a scenario sets for all projects or tasks, for classes of them and for single ones."""
    return {key: value for key, value in story.values.items() if key.partition(".")[0] in sections}


def item_levers(programme: Programme, say: Language) -> dict[str, dict[str, Any]]:
    """Return how the levers of a project are said and bounded, by name."""
    catalogue = read_levers(programme)
    own = {name: catalogue[f"projects.*.{name}"] for name in LEVERS}
    return {
        name: {
            "title": say("Off the list") if name == "dropped" else _title(lever, say),
            "range": lever.hard,
            "whole": lever.type == "integer",
            "percent": lever.unit == "percent",
        }
        for name, lever in own.items()
    }


def item_sliders(programme: Programme, names: Sequence[str], setting: dict[str, Any], say: Language) -> list[Any]:
    """Return the rows of sliders of a project, each with the value that all projects have."""
    catalogue = read_levers(programme)
    rows = [lever_row(catalogue[f"projects.*.{name}"], setting[f"projects.*.{name}"], say) for name in names]
    return [{**row, "key": name} for row, name in zip(rows, names, strict=True)]


def project_rows(programme: Programme) -> list[dict[str, Any]]:
    """Return each project with its names, the wider first: all, its classes, its own id; its capital and its phases."""
    phases = dict(list(programme.project_phases.groupby("project_id")))
    return [
        {
            "names": item_names_of("projects", row),
            "source": SOURCES.index(row["capital_source"]),
            "cost": _known(row["cost_bn_vnd"]),
            "phases": [
                {"start": _known(phase["start"]), "end": _known(phase["end"]), "cost": _known(phase["cost_bn_vnd"])}
                for phase in phases[row["id"]].to_dict("records")
            ],
        }
        for row in programme.projects.to_dict("records")
    ]


def item_names_of(section: str, row: dict[Any, Any]) -> list[str]:
    """Return the names under which levers of an item are set, the wider first; '' for a class it has none of."""
    classes = [f"{name}:{row[name]}" if _known(row[name]) else "" for name in CLASSES_OF[section]]
    return [f"{section}.{name}" if name else "" for name in ("*", *classes, row["id"])]


def project_choices(programme: Programme, say: Language) -> list[dict[str, Any]]:
    """Return which projects may be chosen, in groups: the value, the text and the reach of each option."""

    def reach(rows: pd.DataFrame) -> str:
        count = say.plural("{count} project", "{count} projects", len(rows))
        return f"{count}: {_cost(rows['cost_bn_vnd'].sum(min_count=1), say)}"

    def single(row: dict[Any, Any]) -> tuple[str, str]:
        return f"{row['id']} {say.of(row, 'label')}", _cost(row["cost_bn_vnd"], say)

    titles = say("All projects"), say("Single projects")
    return item_choices(programme, "projects", titles, reach, single, say)


def item_choices(
    programme: Programme,
    section: str,
    titles: tuple[str, str],
    reach: Callable[[pd.DataFrame], str],
    single: Callable[[dict[Any, Any]], tuple[str, str]],
    say: Language,
) -> list[dict[str, Any]]:
    """Return which items may be chosen, in groups: all, those of each class, and one by one.

    Parameters
    ----------
    titles
        Of the option for all, and of the group of single items.
    reach
        Says how much a choice covers.
    single
        Gives the text and the reach of one item.
    """
    items = getattr(programme, section)
    groups = [{"title": "", "options": [(f"{section}.*", titles[0], reach(items))]}]
    for kind in CLASSES_OF[section]:
        options = [
            (f"{section}.{kind}:{code}", text, reach(items[items[kind] == code]))
            for code, text in used_classes(programme, kind, say).items()
        ]
        groups.append({"title": kind_name(kind, say), "options": options})
    alone = [(f"{section}.{row['id']}", *single(row)) for row in items.to_dict("records")]
    return [*groups, {"title": titles[1], "options": alone}]


def _cost(cost: float, say: Language) -> str:
    if pd.isna(cost):
        return say("no cost is printed")
    return say("{amount} as printed", amount=say.money(cost))


def _title(lever: Lever, say: Language) -> str:
    return lever.title_vi if say.code == "vi" else lever.title_en


def _known(value: Any) -> Any:
    """Return a value as JSON can hold it: None where it is missing."""
    return None if pd.isna(value) else value
