"""In which lane does a project or task stand? Lanes under the headings of what they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bnplan_lib.analysis.presence import membership
from bnplan_lib.figures.language import Language
from bnplan_lib.figures.style import safe

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

NONE = ""  # the class of items that belong to nothing


@dataclass(frozen=True, slots=True)
class Lanes:
    """Heights of the lanes of a figure, counted from the top: one a heading, one an item."""

    at: Mapping[str, int]
    headings: Mapping[int, str]
    labels: Mapping[int, str]

    @property
    def count(self) -> int:
        """Lanes and headings together."""
        return len(self.at) + len(self.headings)


def lay_lanes(
    programme: Programme, table: str, ids: Iterable[str], by: str, labels: Mapping[str, str], say: Language
) -> Lanes:
    """Return a lane for each item, under a heading for each class, in the order of the document.

    Parameters
    ----------
    table
        projects or tasks.
    by
        As of `membership`. What belongs to several classes stands under the first.
    """
    rows = membership(programme, by)
    first = rows[rows["table"] == table].drop_duplicates("id")
    own = dict(zip(first["id"], first["class"], strict=True))
    names = class_names(programme, by, say)
    groups: dict[str, list[str]] = {name: [] for name in names}
    for item in ids:
        groups.setdefault(own.get(item, NONE), []).append(item)
    groups = {name: items for name, items in groups.items() if items}
    at, headings, told = {}, {}, {}
    height = 0
    for name, items in groups.items():
        headings[height] = names.get(name, say("Not assigned"))
        height += 1
        for item in items:
            at[item], told[height] = height, labels[item]
            height += 1
    return Lanes(at, headings, told)


def members(programme: Programme, only: tuple[str, str] | None) -> list[str]:
    """Return the keys of what belongs to a class, such as ("sector", "airport"), projects first; of all without one.

    Keys are as projects:II.1 or tasks:II.7.
    """
    if only is None:
        tables = {"projects": programme.projects["id"], "tasks": programme.tasks["id"]}
        return [f"{table}:{item}" for table, ids in tables.items() for item in ids]
    rows = membership(programme, only[0])
    own = rows[rows["class"] == only[1]]
    return [f"{table}:{item}" for table, item in zip(own["table"], own["id"], strict=True)]


def class_names(programme: Programme, by: str, say: Language) -> dict[str, str]:
    """Return what the classes of a classification are called, in the order of their list."""
    if by == "agency":
        return dict(zip(programme.agencies["id"], programme.agencies[f"short_{say.code}"], strict=True))
    return say.labels(programme.codes, {"group": "task_group"}.get(by, by))


def used_classes(programme: Programme, by: str, say: Language) -> dict[str, str]:
    """Return the names of the classes that anything belongs to."""
    used = set(membership(programme, by)["class"])
    return {code: name for code, name in class_names(programme, by, say).items() if code in used}


def kind_name(by: str, say: Language) -> str:
    """Return what a classification is called."""
    return {
        "capital_source": say("Capital source"),
        "sector": say("Project sector"),
        "asset": say("Kind of asset"),
        "place": say("Locality"),
        "corridor": say("Corridor"),
        "group": say("Group of tasks"),
        "agency": say("Body"),
    }[by]


def agency_note(by: str, say: Language) -> str:
    """Return what has to be said where projects are counted by body; nothing for other classifications."""
    if by != "agency":
        return ""
    return " " + say("A project counts whole for every body that leads the order over it, which is often inferred.")


def spread_note(story: Scenario, say: Language) -> str:
    """Return what money by quarter rests on: the document prints a cost and years, no plan of payments."""
    profiles = {
        value for key, value in story.values.items() if key.startswith("projects.") and key.endswith(".profile")
    }
    if profiles <= {"uniform"}:
        return say("Money: each printed cost spread evenly over its period, not a plan of payments.")
    return say("Money: each printed cost spread by the scenario's profiles, not a plan of payments.")


def draw_lanes(figure: go.Figure, lanes: Lanes) -> None:
    """Name the lanes on the axis, headings bold, the first on top."""
    ticks = {**{height: f"<b>{safe(name)}</b>" for height, name in lanes.headings.items()}, **lanes.labels}
    heights = sorted(ticks)
    figure.update_layout(barmode="overlay", bargap=0)
    figure.update_yaxes(
        tickvals=heights,
        ticktext=[ticks[height] for height in heights],
        range=[lanes.count - 0.4, -0.6],
        tickfont={"size": 11},
        showgrid=False,
    )
    for height in lanes.headings:
        figure.add_hline(y=height - 0.5, line={"color": "#c9d1d9", "width": 1}, layer="below")
