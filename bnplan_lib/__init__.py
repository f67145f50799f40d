"""Question a five-year programme: its targets, its money, its time.

import bnplan_lib as bn

programme = bn.read_programme()
story = bn.read_scenario("high")
path = bn.growth_path(programme, story)
bn.figures.contributions(path, "en")
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from bnplan_lib.analysis.baskets import baskets
from bnplan_lib.analysis.consistency import audit
from bnplan_lib.analysis.growth import average_growth, closing_rates, growth_targets, headline_range, required_rate
from bnplan_lib.analysis.investment import composition, concentration, group_totals, load_by_year
from bnplan_lib.analysis.relations import evaluate_ties
from bnplan_lib.analysis.timeline import concurrency, duties, overlaps, standing, workload
from bnplan_lib.errors import PlanError
from bnplan_lib.inputs.parameters import check_parameters
from bnplan_lib.inputs.programme import Programme, read_programme
from bnplan_lib.inputs.scenario import Scenario, read_scenario
from bnplan_lib.model.growth import growth_path
from bnplan_lib.model.investment import phase_investment

if TYPE_CHECKING:
    from bnplan_lib import explore, figures
    from bnplan_lib.figures.headlines import headline
    from bnplan_lib.figures.sources import source_note

__version__ = "0.1.0"

__all__ = [
    "PlanError",
    "Programme",
    "Scenario",
    "audit",
    "average_growth",
    "baskets",
    "check_parameters",
    "closing_rates",
    "composition",
    "concentration",
    "concurrency",
    "duties",
    "evaluate_ties",
    "explore",
    "figures",
    "group_totals",
    "growth_path",
    "growth_targets",
    "headline",
    "headline_range",
    "load_by_year",
    "overlaps",
    "phase_investment",
    "read_programme",
    "read_scenario",
    "required_rate",
    "source_note",
    "standing",
    "workload",
]

# plotly, great_tables and ipywidgets load when a figure or panel is asked for, not at import
_LATER = {
    "explore": "bnplan_lib.explore",
    "figures": "bnplan_lib.figures",
    "headline": "bnplan_lib.figures.headlines",
    "source_note": "bnplan_lib.figures.sources",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'bnplan_lib' has no attribute {name!r}")
    module = importlib.import_module(_LATER[name])
    return getattr(module, name, module)
