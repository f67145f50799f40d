"""What runs at once, where are the peaks, and which projects and tasks meet?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bnplan_lib.analysis.presence import first_largest, membership, presence

if TYPE_CHECKING:
    from bnplan_lib.analysis.presence import Presence
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

COUNTS = ["running_projects", "running_tasks", "load_bn_vnd"]


def concurrency(programme: Programme, story: Scenario) -> pd.DataFrame:
    """Return how much runs in each quarter.

    Returns
    -------
    DataFrame
        One row per quarter from the first to the last in which anything runs:
        `scenario, quarter, running_projects, running_tasks, load_bn_vnd`. A
        project whose phases overlap counts once.
    """
    found = presence(programme, story)
    table = _count(found, np.ones(len(found.items), bool))
    return table.assign(scenario=story.name)[["scenario", "quarter", *COUNTS]]


def concurrency_by(programme: Programme, story: Scenario, by: str, *, unassigned: bool = False) -> pd.DataFrame:
    """Return how much of each class runs in each quarter.

    Parameters
    ----------
    by
        As of `membership`; what belongs to several classes counts in each.
    unassigned
        Also the projects, or tasks where `by` is of tasks, that belong to no class, as the class ''.

    Returns
    -------
    DataFrame
        One row per class and quarter in which any of it runs: `<by>, quarter,
        running_projects, running_tasks, load_bn_vnd`, classes in the order of the
        document.
    """
    found = presence(programme, story)
    classes = _classes(programme, found, by)
    if unassigned and len(found.items):
        kinds = {"group": ("tasks",), "agency": ("projects", "tasks")}.get(by, ("projects",))
        assigned = np.logical_or.reduce([*classes.values(), np.zeros(len(found.items), bool)])
        classes[""] = found.items["table"].isin(kinds).to_numpy() & ~assigned
    parts = [_count(found, rows).assign(**{by: name}) for name, rows in classes.items()]
    nothing = _count(found, np.zeros(len(found.items), bool)).assign(**{by: ""})
    table = pd.concat(parts or [nothing], ignore_index=True)
    return table[table[COUNTS[:2]].sum(axis=1) > 0][[by, "quarter", *COUNTS]].reset_index(drop=True)


def peaks(programme: Programme, story: Scenario, by: str | None = None) -> pd.DataFrame:
    """Return when most runs and when most money falls, of everything or of each class, and who is in it.

    Returns
    -------
    DataFrame
        One row, or one per class, most money first: `<by>` if any, `quarter` (the
        first in which most projects and tasks run), `running_projects, running_tasks`,
        `members` (their keys, such as projects:II.1), `load_quarter`, `load_bn_vnd`
        (the most money in a quarter, and the first with so much), `payers` (keys of the
        projects it falls for, the largest first), `total_bn_vnd`. What belongs to
        several classes counts in each, so classes may add up to more than the whole.
    """
    found = presence(programme, story)
    every = {"all": np.ones(len(found.items), bool)}
    chosen = _classes(programme, found, by) if by else every
    rows = [{by or "class": name, **_peak(found, rows)} for name, rows in chosen.items() if found.runs[rows].any()]
    columns = [
        *([by] if by else []),
        *("quarter", "running_projects", "running_tasks", "members"),
        *("load_quarter", "load_bn_vnd", "payers", "total_bn_vnd"),
    ]
    types = {"running_projects": int, "running_tasks": int, "load_bn_vnd": float, "total_bn_vnd": float}
    table = pd.DataFrame(rows, columns=columns).astype(types)
    return table.sort_values("total_bn_vnd", ascending=False, kind="stable", ignore_index=True)


def overlaps(programme: Programme, story: Scenario, shared: str = "corridor", *, apart: bool = False) -> pd.DataFrame:
    """Return the pairs of projects or tasks that run at the same time and share something.

    Parameters
    ----------
    shared
        As of `membership`; items that belong to nothing are left out.
    apart
        Also the pairs that share something and do not run at the same time.

    Returns
    -------
    DataFrame
        One row per pair and what it shares, longest first: `<shared>, first_table,
        first_id, second_table, second_id, overlap_quarters, relation, from_quarter,
        to_quarter, cost_bn_vnd`. `relation` is Allen's, of the whole periods, of the
        first to the second; `from_quarter` and `to_quarter` are the first and the last
        in which both run; `cost_bn_vnd` is of both, as of the scenario, missing
        where one has none printed. Of a pair that is apart, from and to are missing.
    """
    from bnplan_lib.model.periods import RELATIONS, allen_relations, overlap_pairs

    found = presence(programme, story)
    rows, classes = _members(programme, found, shared)
    begin = found.items["first"].to_numpy()[rows]
    end = found.items["last"].to_numpy()[rows] + 1
    codes, names = pd.factorize(classes)
    everywhere = (np.zeros_like(begin), np.ones_like(end))  # so all of a class meet
    blocks = list(overlap_pairs(*(everywhere if apart else (begin, end)), codes))
    one, other = (np.concatenate([block[side] for block in blocks] or [np.zeros(0, int)]) for side in (0, 1))
    both = found.runs[rows[one]] & found.runs[rows[other]]  # a project may pause between two phases
    kept = both.any(axis=1) | apart
    one, other, both = one[kept], other[kept], both[kept]
    ends = np.hstack([both, ~both.any(axis=1, keepdims=True)])  # of a pair that is apart: after the last quarter
    quarters = np.array([*found.quarters, None], object)
    relation = np.array(RELATIONS, object)[allen_relations(begin[one], end[one], begin[other], end[other])]
    known = set(programme.projects.loc[programme.projects["cost_bn_vnd"].notna(), "id"])
    priced = ((found.items["table"] == "projects") & found.items["id"].isin(known)).to_numpy()
    cost = np.where(priced, found.load_bn_vnd.sum(axis=1), np.nan)[rows]
    item = {name: found.items[name].to_numpy(object)[rows] for name in ("table", "id")}
    table = pd.DataFrame(
        {
            shared: pd.array(np.asarray(names, object)[codes[one]], dtype="str"),
            **{f"first_{name}": pd.array(values[one], dtype="str") for name, values in item.items()},
            **{f"second_{name}": pd.array(values[other], dtype="str") for name, values in item.items()},
            "overlap_quarters": both.sum(axis=1),
            "relation": pd.array(relation, dtype="str"),
            "from_quarter": pd.array(quarters[ends.argmax(axis=1)], dtype="str"),
            "to_quarter": pd.array(quarters[-1 - ends[:, ::-1].argmax(axis=1)], dtype="str"),
            "cost_bn_vnd": cost[one] + cost[other],
        }
    )
    order = ["overlap_quarters", "cost_bn_vnd"]
    return table.sort_values(order, ascending=False, kind="stable", ignore_index=True)


def meetings(programme: Programme, story: Scenario, by: str) -> pd.DataFrame:
    """Return how much the classes meet: a matrix by group, as long rows.

    Returns
    -------
    DataFrame
        One row per unordered pair of classes, a class with itself included: `one, other,
        pairs` (of different items, one of each class, that run at the same time),
        `pair_quarters` (quarters together, summed over those pairs). A pair that could be
        counted under the same two classes twice counts once.
    """
    found = presence(programme, story)
    classes = _classes(programme, found, by)
    runs = found.runs.astype(float)
    together = runs @ runs.T  # quarters that two items share
    np.fill_diagonal(together, 0)
    rows = []
    names = list(classes)
    for place, one in enumerate(names):
        for other in names[place:]:
            cell = np.outer(classes[one], classes[other])
            shared = np.where(cell | cell.T, together, 0)
            rows.append((one, other, int((shared > 0).sum()) // 2, int(shared.sum()) // 2))
    table = pd.DataFrame(rows, columns=["one", "other", "pairs", "pair_quarters"])
    return table.astype({"pairs": int, "pair_quarters": int})


def _count(found: Presence, rows: np.ndarray) -> pd.DataFrame:
    projects = rows & (found.items["table"] == "projects").to_numpy()
    return pd.DataFrame(
        {
            "quarter": pd.array(found.quarters, dtype="str"),  # text even where nothing runs
            "running_projects": found.runs[projects].sum(axis=0),
            "running_tasks": found.runs[rows & ~projects].sum(axis=0),
            "load_bn_vnd": found.load_bn_vnd[projects].sum(axis=0),
        }
    )


def _peak(found: Presence, rows: np.ndarray) -> dict[str, object]:
    table = _count(found, rows)
    most = int((table["running_projects"] + table["running_tasks"]).argmax())
    dearest = first_largest(table["load_bn_vnd"].to_numpy())
    keys = (found.items["table"] + ":" + found.items["id"]).to_numpy()
    load = found.load_bn_vnd[:, dearest] * rows
    payers = [place for place in np.argsort(-load, kind="stable") if load[place] > 0]
    money = bool(payers)
    return {
        "quarter": table["quarter"][most],
        "running_projects": table["running_projects"][most],
        "running_tasks": table["running_tasks"][most],
        "members": tuple(keys[rows & found.runs[:, most]]),
        "load_quarter": table["quarter"][dearest] if money else None,
        "load_bn_vnd": table["load_bn_vnd"][dearest],
        "payers": tuple(keys[payers]),
        "total_bn_vnd": table["load_bn_vnd"].sum(),
    }


def _members(programme: Programme, found: Presence, by: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of items and their classes, one entry for each class of an item."""
    place = {key: row for row, key in enumerate(zip(found.items["table"], found.items["id"], strict=True))}
    table = membership(programme, by)
    keys = list(zip(table["table"], table["id"], strict=True))
    kept = [key in place for key in keys]  # a scenario may drop projects
    return np.array([place[key] for key in keys if key in place], int), table["class"].to_numpy(object)[kept]


def _classes(programme: Programme, found: Presence, by: str) -> dict[str, np.ndarray]:
    """Return for each class which items belong to it."""
    rows, classes = _members(programme, found, by)
    members = {name: np.zeros(len(found.items), bool) for name in dict.fromkeys(classes)}
    for row, name in zip(rows, classes, strict=True):
        members[name][row] = True
    return members
