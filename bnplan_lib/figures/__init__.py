"""Everything a reader sees: figures are functions from a result to a plotly figure."""

from bnplan_lib.figures.audit_tables import basket_table, corrected_table, finding_table, other_reading_table
from bnplan_lib.figures.comparison import comparison_table, difference_bars, growth_lines, level_table, sector_parts
from bnplan_lib.figures.consistency import target_network, tensions
from bnplan_lib.figures.goals import solution
from bnplan_lib.figures.growth import bottom_up, closing, contributions, levels, targets_and_path
from bnplan_lib.figures.investment import composition_bars, largest_bars, lorenz, printed_totals, yearly_load
from bnplan_lib.figures.outlook import accounting, investment_need, outlook_table
from bnplan_lib.figures.tables import overlap_table, target_table
from bnplan_lib.figures.timeline import project_gantt, running_at_once, task_gantt
from bnplan_lib.figures.uncertainty import chances, fan, tornado_bars, variance_bars
from bnplan_lib.figures.unit_costs import unit_cost_table
from bnplan_lib.figures.workload import duty_bars, workload_grid

__all__ = [
    "accounting",
    "basket_table",
    "bottom_up",
    "chances",
    "closing",
    "comparison_table",
    "composition_bars",
    "contributions",
    "corrected_table",
    "difference_bars",
    "duty_bars",
    "fan",
    "finding_table",
    "growth_lines",
    "investment_need",
    "largest_bars",
    "level_table",
    "levels",
    "lorenz",
    "other_reading_table",
    "outlook_table",
    "overlap_table",
    "printed_totals",
    "project_gantt",
    "running_at_once",
    "sector_parts",
    "solution",
    "target_network",
    "target_table",
    "targets_and_path",
    "task_gantt",
    "tensions",
    "tornado_bars",
    "unit_cost_table",
    "variance_bars",
    "workload_grid",
    "yearly_load",
]
