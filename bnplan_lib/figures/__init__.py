"""Everything a reader sees: figures are functions from a result to a plotly figure."""

from bnplan_lib.figures.audit_tables import basket_table, corrected_table, finding_table, other_reading_table
from bnplan_lib.figures.class_grid import class_grid
from bnplan_lib.figures.comparison import comparison_table, difference_bars, growth_lines, level_table, sector_parts
from bnplan_lib.figures.consistency import target_network, tensions
from bnplan_lib.figures.delays import forgone_lines, late_bars, late_table
from bnplan_lib.figures.delivery import delivery_table, missing_table
from bnplan_lib.figures.disbursed import money_bars
from bnplan_lib.figures.envelope import envelope_bars, yardstick_table
from bnplan_lib.figures.exposure import exposure_bars, exposure_table, risk_table
from bnplan_lib.figures.findings import findings_frame
from bnplan_lib.figures.gantt import project_gantt, task_gantt
from bnplan_lib.figures.glance import at_a_glance
from bnplan_lib.figures.goals import solution
from bnplan_lib.figures.growth import bottom_up, closing, contributions, levels, targets_and_path
from bnplan_lib.figures.investment import composition_bars, compositions, largest_bars, lorenz, printed_totals
from bnplan_lib.figures.levelling import levelled_bars
from bnplan_lib.figures.meetings import meeting_matrix, public_money
from bnplan_lib.figures.observed import observed_table
from bnplan_lib.figures.outlook import accounting, investment_need, outlook_table
from bnplan_lib.figures.phasing import profile_lines, window_bars, yearly_load
from bnplan_lib.figures.precedence import precedence_chart
from bnplan_lib.figures.progress import light_bars, progress_table
from bnplan_lib.figures.results import results
from bnplan_lib.figures.standing import standing_table
from bnplan_lib.figures.tables import target_table
from bnplan_lib.figures.timeline import peak_table, running_at_once
from bnplan_lib.figures.treemap import treemap
from bnplan_lib.figures.uncertainty import chances, fan, tornado_bars, variance_bars
from bnplan_lib.figures.unit_costs import unit_cost_table
from bnplan_lib.figures.ways import way_lines
from bnplan_lib.figures.workload import partner_network, workload_grid

__all__ = [
    "accounting",
    "at_a_glance",
    "basket_table",
    "bottom_up",
    "chances",
    "class_grid",
    "closing",
    "comparison_table",
    "composition_bars",
    "compositions",
    "contributions",
    "corrected_table",
    "delivery_table",
    "difference_bars",
    "envelope_bars",
    "exposure_bars",
    "exposure_table",
    "fan",
    "finding_table",
    "findings_frame",
    "forgone_lines",
    "growth_lines",
    "investment_need",
    "largest_bars",
    "late_bars",
    "late_table",
    "level_table",
    "levelled_bars",
    "levels",
    "light_bars",
    "lorenz",
    "meeting_matrix",
    "missing_table",
    "money_bars",
    "observed_table",
    "other_reading_table",
    "outlook_table",
    "partner_network",
    "peak_table",
    "precedence_chart",
    "printed_totals",
    "profile_lines",
    "progress_table",
    "project_gantt",
    "public_money",
    "results",
    "risk_table",
    "running_at_once",
    "sector_parts",
    "solution",
    "standing_table",
    "target_network",
    "target_table",
    "targets_and_path",
    "task_gantt",
    "tensions",
    "tornado_bars",
    "treemap",
    "unit_cost_table",
    "variance_bars",
    "way_lines",
    "window_bars",
    "workload_grid",
    "yardstick_table",
    "yearly_load",
]
