"""Which projects call for the same money in the same quarters?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bnplan_lib.analysis.presence import first_largest, presence
from bnplan_lib.errors import UnknownName
from bnplan_lib.model.quarters import quarter_name

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

BLOCK = 64  # projects held against all others at once, which bounds the memory


def rivals(programme: Programme, story: Scenario, capital: str = "public") -> pd.DataFrame:
    """Return the pairs of projects that call for money of one source in the same quarters.

    Parameters
    ----------
    capital
        A code of capital sources: public, ppp or off_budget.

    Returns
    -------
    DataFrame
        One row per pair that shares a quarter with money, most contested first:
        `first_id, second_id, shared_quarters, both_bn_vnd` (of both in those quarters),
        `contested_bn_vnd` (in each quarter the smaller of the two amounts, added up: the
        money that one would free for the other by keeping out of its way),
        `peak_quarter` (of both together, the first).

    Raises
    ------
    UnknownName
        If there is no such capital source.
    """
    ids, start, load = source_load(programme, story, capital)
    rows = []
    for begin in range(0, len(ids), BLOCK):
        own = load[begin : begin + BLOCK, None, :]
        less = np.minimum(own, load[None])
        both = np.where(less > 0, own + load[None], 0.0)
        for one, other in zip(*np.nonzero(less.any(axis=2)), strict=True):
            if begin + one < other:
                together = both[one, other]
                rows.append(
                    {
                        "first_id": ids[begin + one],
                        "second_id": ids[other],
                        "shared_quarters": int((less[one, other] > 0).sum()),
                        "both_bn_vnd": together.sum(),
                        "contested_bn_vnd": less[one, other].sum(),
                        "peak_quarter": quarter_name(start + first_largest(together)),
                    }
                )
    columns = ["first_id", "second_id", "shared_quarters", "both_bn_vnd", "contested_bn_vnd", "peak_quarter"]
    table = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[3:5], float) | {columns[2]: int})
    order = ["contested_bn_vnd", "both_bn_vnd"]
    return table.sort_values(order, ascending=False, kind="stable", ignore_index=True)


def source_load(programme: Programme, story: Scenario, capital: str) -> tuple[list[str], int, np.ndarray]:
    """Return what the projects of one capital source spend by quarter.

    Returns
    -------
    tuple
        Ids of those with money, the first quarter number, and bn VND, projects by quarters.
    """
    known = programme.codes.loc[programme.codes["list"] == "capital_source", "code"]
    if capital not in set(known):
        raise UnknownName("capital source", capital, known)
    sources = programme.projects.set_index("id")["capital_source"]
    found = presence(programme, story)
    projects = (found.items["table"] == "projects").to_numpy()
    own = projects & (found.items["id"].map(sources) == capital).to_numpy() & found.load_bn_vnd.any(axis=1)
    return list(found.items["id"][own]), found.start, found.load_bn_vnd[own]
