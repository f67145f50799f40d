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
from bnplan_lib.analysis.comparison import compare, explain_difference
from bnplan_lib.analysis.consistency import audit
from bnplan_lib.analysis.envelope import investment_envelope
from bnplan_lib.analysis.exposure import simulate_exposure
from bnplan_lib.analysis.goals import solve
from bnplan_lib.analysis.growth import growth_targets, required_rate
from bnplan_lib.analysis.investment import composition, concentration
from bnplan_lib.analysis.relations import evaluate_ties
from bnplan_lib.analysis.standing import standing
from bnplan_lib.analysis.timeline import concurrency, overlaps
from bnplan_lib.analysis.uncertainty import simulate
from bnplan_lib.analysis.workload import workload
from bnplan_lib.errors import PlanError
from bnplan_lib.inputs.parameters import check_parameters
from bnplan_lib.inputs.programme import Programme, read_programme
from bnplan_lib.inputs.scenario import Scenario, read_scenario
from bnplan_lib.model.economy import macro_path
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
    "baskets",
    "check_parameters",
    "compare",
    "composition",
    "concentration",
    "concurrency",
    "evaluate_ties",
    "explain_difference",
    "explore",
    "figures",
    "growth_path",
    "growth_targets",
    "headline",
    "investment_envelope",
    "macro_path",
    "overlaps",
    "phase_investment",
    "read_programme",
    "read_scenario",
    "required_rate",
    "simulate",
    "simulate_exposure",
    "solve",
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
