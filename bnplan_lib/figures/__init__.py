"""Everything a reader sees: figures are functions from a result to a plotly figure."""

from bnplan_lib.figures.audit_tables import basket_table, corrected_table, finding_table, other_reading_table
from bnplan_lib.figures.consistency import target_network, tensions
from bnplan_lib.figures.growth import bottom_up, closing, contributions, levels, targets_and_path
from bnplan_lib.figures.investment import composition_bars, largest_bars, lorenz, printed_totals, yearly_load
from bnplan_lib.figures.tables import overlap_table, target_table
from bnplan_lib.figures.timeline import project_gantt, running_at_once, task_gantt
from bnplan_lib.figures.workload import duty_bars, workload_grid

__all__ = [
    "basket_table",
    "bottom_up",
    "closing",
    "composition_bars",
    "contributions",
    "corrected_table",
    "duty_bars",
    "finding_table",
    "largest_bars",
    "levels",
    "lorenz",
    "other_reading_table",
    "overlap_table",
    "printed_totals",
    "project_gantt",
    "running_at_once",
    "target_network",
    "target_table",
    "targets_and_path",
    "task_gantt",
    "tensions",
    "workload_grid",
    "yearly_load",
]
