"""How likely is a target still, given the years that are known?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from bnplan_lib.analysis.blocks import check_draws
from bnplan_lib.analysis.draws import of_growth, spread_of
from bnplan_lib.analysis.pace import Aim
from bnplan_lib.analysis.uncertainty import BLOCK, drawn_economy
from bnplan_lib.model.growth import basis_of
from bnplan_lib.model.series import SERIES

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario


def chances(
    programme: Programme,
    story: Scenario,
    aims: Mapping[str, Aim],
    observed: Mapping[str, Mapping[int, float]],
    draws: int = 20_000,
    seed: int = 1,
) -> dict[str, float]:
    """Return the share of draws in which each target is met, its observed years held.

    Parameters
    ----------
    aims, observed
        By the `measure` of the target; those that the model does not compute are left
        out. Observed values by year, natural units; years before the programme do not
        count, as the scenario has them already.

    Returns
    -------
    dict
        Shares of draws by measure, empty where the scenario says nothing of uncertainty.

    Notes
    -----
    The draws are those of `simulate`: with no observation the chances are the same. A draw
    moves the growth of all years alike, so for the few years that are left the spread is
    that of a longer average, and a little too narrow.
    """
    check_draws("progress", draws, 1, seed)
    modelled = {name: aim for name, aim in aims.items() if name in SERIES}
    if not of_growth(story) or not modelled:
        return {}
    basis = basis_of(programme)
    spread = spread_of(programme, basis, story)
    met = dict.fromkeys(modelled, 0)
    for block in range(-(-draws // BLOCK)):
        now = drawn_economy(basis, story.values, spread, seed, draws, block)
        with np.errstate(divide="ignore", invalid="ignore"):  # no ICOR where nothing grows
            for name, aim in modelled.items():
                known = {basis.years.index(year): value for year, value in observed.get(name, {}).items()}
                met[name] += int(np.count_nonzero(aim.met(SERIES[name](now).outcome(known))))
    return {name: count / draws for name, count in met.items()}
