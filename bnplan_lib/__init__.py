"""Question a five-year programme: its targets, its money, its time.

import bnplan_lib as bn

programme = bn.read_programme()
story = bn.read_scenario("high")
path = bn.growth_path(programme, story)
bn.figures.contributions(programme, path, "en")
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bnplan_lib import explore, figures
    from bnplan_lib.analysis.baskets import baskets
    from bnplan_lib.analysis.comparison import compare, explain_difference
    from bnplan_lib.analysis.consistency import audit
    from bnplan_lib.analysis.envelope import investment_envelope
    from bnplan_lib.analysis.exposure import simulate_exposure
    from bnplan_lib.analysis.goals import solve
    from bnplan_lib.analysis.growth import growth_targets, required_rate
    from bnplan_lib.analysis.investment import composition, concentration
    from bnplan_lib.analysis.progress import progress
    from bnplan_lib.analysis.relations import evaluate_ties
    from bnplan_lib.analysis.timeline import concurrency, overlaps
    from bnplan_lib.analysis.uncertainty import simulate
    from bnplan_lib.analysis.workload import workload
    from bnplan_lib.errors import PlanError
    from bnplan_lib.figures.headlines import headline
    from bnplan_lib.figures.sources import source_note
    from bnplan_lib.inputs.parameters import check_parameters
    from bnplan_lib.inputs.programme import Programme, read_programme
    from bnplan_lib.inputs.scenario import Scenario, read_scenario
    from bnplan_lib.model.economy import macro_path
    from bnplan_lib.model.growth import growth_path
    from bnplan_lib.model.investment import phase_investment

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
    "progress",
    "read_programme",
    "read_scenario",
    "required_rate",
    "simulate",
    "simulate_exposure",
    "solve",
    "source_note",
    "workload",
]

# each name loads what it needs when it is first asked for: pandas too, and plotly only for a figure
_PLACES = {
    "PlanError": "bnplan_lib.errors",
    "Programme": "bnplan_lib.inputs.programme",
    "Scenario": "bnplan_lib.inputs.scenario",
    "audit": "bnplan_lib.analysis.consistency",
    "baskets": "bnplan_lib.analysis.baskets",
    "check_parameters": "bnplan_lib.inputs.parameters",
    "compare": "bnplan_lib.analysis.comparison",
    "composition": "bnplan_lib.analysis.investment",
    "concentration": "bnplan_lib.analysis.investment",
    "concurrency": "bnplan_lib.analysis.timeline",
    "evaluate_ties": "bnplan_lib.analysis.relations",
    "explain_difference": "bnplan_lib.analysis.comparison",
    "explore": "bnplan_lib.explore",
    "figures": "bnplan_lib.figures",
    "growth_path": "bnplan_lib.model.growth",
    "growth_targets": "bnplan_lib.analysis.growth",
    "headline": "bnplan_lib.figures.headlines",
    "investment_envelope": "bnplan_lib.analysis.envelope",
    "macro_path": "bnplan_lib.model.economy",
    "overlaps": "bnplan_lib.analysis.timeline",
    "phase_investment": "bnplan_lib.model.investment",
    "progress": "bnplan_lib.analysis.progress",
    "read_programme": "bnplan_lib.inputs.programme",
    "read_scenario": "bnplan_lib.inputs.scenario",
    "required_rate": "bnplan_lib.analysis.growth",
    "simulate": "bnplan_lib.analysis.uncertainty",
    "simulate_exposure": "bnplan_lib.analysis.exposure",
    "solve": "bnplan_lib.analysis.goals",
    "source_note": "bnplan_lib.figures.sources",
    "workload": "bnplan_lib.analysis.workload",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'bnplan_lib' has no attribute {name!r}")
    module = importlib.import_module(_PLACES[name])
    found = globals()[name] = getattr(module, name, module)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
