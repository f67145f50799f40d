"""What is said of targets, chances and solutions is true of the scenario at hand."""

import pytest

import bnplan_lib as bn
from bnplan_lib.figures.amounts import exact
from bnplan_lib.figures.language import speak
from bnplan_lib.figures.levers import lever_amount, lever_title
from bnplan_lib.figures.uncertainty import chance
from bnplan_lib.inputs.scenario import move_levers
from bnplan_lib.model.growth import SECTORS
from bnplan_lib.model.measures import MEASURES, goals_of

PROGRAMME = bn.read_programme()
F = bn.figures
MIDDLE, SLUMP, TREND = (bn.read_scenario(name) for name in ("middle", "electronics_slump", "trend_2021_2025"))
FALLING = move_levers(MIDDLE, {f"growth.{sector}": -2.0 for sector in SECTORS})
SAY = speak("en")


def told(html):
    return html.data.replace("\N{NO-BREAK SPACE}", " ")


def test_every_measure_speaks_of_a_target_and_names_a_lever():
    levers = {*PROGRAMME.levers["key"], "growth"}
    assert {goal.measure.name for goal in goals_of(PROGRAMME).values()} == set(MEASURES)
    for goal in goals_of(PROGRAMME).values():
        assert goal.measure.lever in levers
        assert goal.better in ("higher", "lower", "within")


def test_a_figure_above_is_not_met_by_the_figure_itself():
    goal = goals_of(PROGRAMME, ["B.I.3"])["B.I.3"]  # over 55 per cent
    assert not goal.met(0.55)
    assert goal.met(0.5501)


def test_a_rounded_figure_stays_on_its_side_of_the_target():
    goal = goals_of(PROGRAMME, ["A.I.1.1"])["A.I.1.1"]  # 1 to 1.5 per cent
    assert exact(0.0099652, "percent_per_year", SAY, goal=goal) == "0.997%"
    assert exact(0.0125, "percent_per_year", SAY, goal=goal) == "1.25%"


def test_the_other_reading_is_said_where_it_turns_the_verdict():
    assert "A.I.2 is read as 8,700–9,200 USD; read as 8,200–8,700 USD it would be met." in told(
        F.outlook_table(PROGRAMME, SLUMP, "en")
    )
    assert "the verdict is the same" in told(F.outlook_table(PROGRAMME, MIDDLE, "en"))


def test_what_decides_a_target_names_the_value_and_the_scenarios_own():
    table = told(F.outlook_table(PROGRAMME, MIDDLE, "en"))
    assert "Investment as a share of GRDP: holds from 35% to 40%, now 37.5%" in table
    assert "Buoyancy of budget revenue: no usual value is enough; the closest gives 17.04%" in table
    assert "needs every sector to grow 0.69 percentage points faster" in table  # ICOR of 3.5


def test_a_met_target_is_never_said_to_be_out_of_reach():
    fast = move_levers(MIDDLE, {"growth.industry": 15.0})
    assert told(F.outlook_table(PROGRAMME, fast, "en")).count("no usual value is enough") == 1  # mobilisation


def test_where_grdp_falls_no_share_of_growth_is_claimed():
    assert F.accounting(PROGRAMME, FALLING, "en").layout.meta["title"] == "GRDP does not grow: nothing to share out"
    assert F.investment_need(PROGRAMME, FALLING, "en").layout.meta["title"] == "GRDP does not rise: ICOR has no meaning"


def test_the_parts_of_growth_drawn_add_up_to_it():
    figure = F.accounting(PROGRAMME, MIDDLE, "en")
    drawn = sum(trace.y[0] for trace in figure.data if trace.type == "bar")
    assert drawn == pytest.approx(bn.macro_path(PROGRAMME, MIDDLE)["growth"][1] * 100)


def test_targets_that_exclude_each_other_are_named_beside_their_joint_chance():
    result = bn.simulate(PROGRAMME, bn.read_scenario("uncertain"), 1000)
    rows = F.chances(PROGRAMME, result, "en").layout.meta["table"]["rows"]
    assert rows[-1][0] == "All targets at once (A.I.4 and B.I.1 exclude each other)"


@pytest.mark.parametrize(
    ("value", "said"), [(0, "0%"), (0.001, "under 1%"), (0.448, "45%"), (0.999, "over 99%"), (1, "100%")]
)
def test_a_chance_is_never_rounded_to_certainty(value, said):
    assert chance(value, SAY) == said


def test_a_goal_out_of_reach_says_the_closest():
    found = bn.solve(PROGRAMME, MIDDLE, {"A.I.1": 0.12}, ["growth"], within="targets")
    assert F.solution(PROGRAMME, found, "en").layout.meta["title"] == "12% is out of reach; the closest is 11.85%"


def test_a_goal_met_to_the_digits_shown_is_said_to_be_reached():
    now = bn.growth_targets(PROGRAMME, MIDDLE)["value"][0]
    found = bn.solve(PROGRAMME, MIDDLE, {"A.I.1": float(now) + 1e-6}, ["growth"])
    assert "already reaches" in F.solution(PROGRAMME, found, "en").layout.meta["title"]


def test_levers_are_said_with_their_unit_year_and_project():
    assert lever_title(PROGRAMME, "growth.industry.2028", SAY) == "Growth of industry, 2028"
    assert lever_title(PROGRAMME, "projects.II.1.overrun", SAY) == "II.1: Cost overrun"
    assert lever_amount((12.0, -9.28), "percent_per_year", SAY) == "12%; −9.28%"


def test_every_scenario_is_listed_in_the_comparison():
    stories = [MIDDLE, SLUMP, TREND]
    table = told(F.comparison_table(PROGRAMME, stories, bn.compare(PROGRAMME, stories), "en"))
    assert all(story.title_en in table for story in stories)
    assert "0.997% ✗" in table


def test_the_size_of_each_economy_stands_beside_its_difference():
    stories = [MIDDLE, TREND]
    table = told(F.level_table(PROGRAMME, stories, bn.compare(PROGRAMME, stories), "en"))
    low, high = (bn.growth_path(PROGRAMME, story)["level_bn_vnd"].iloc[-1] for story in (TREND, MIDDLE))
    assert f"−{high - low:,.0f}" in table
