"""Backwards from a target by hand on the toy programme, and the laws of it on the real one."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import NonlinearConstraint, minimize
from toy import write_toy

import bnplan_lib as bn
from bnplan_lib.analysis.goals import solve
from bnplan_lib.analysis.growth import growth_targets, required_rate
from bnplan_lib.errors import Infeasible, PlanError
from bnplan_lib.inputs.scenario import move_levers
from bnplan_lib.model.growth import SECTORS

PROGRAMME = bn.read_programme()
MIDDLE = bn.read_scenario("middle")
HEADLINE = "A.I.1"
# a lever for a figure of every kind, and how far from its present value the figure may be wished
KINDS = {
    "A.I.1": ("growth.industry", 0.03),
    "A.I.1.2": ("growth.construction", 0.002),
    "A.I.1.3": ("growth.services", 0.05),
    "A.I.2": ("macro.deflator_growth", 400),
    "A.I.3": ("macro.employment_growth", 0.008),
    "A.I.4": ("macro.investment_ratio", 0.1),
    "A.I.5": ("growth.industry", 0.5),
    "A.I.7": ("macro.trade_elasticity", 100),
    "A.I.8.revenue": ("macro.revenue_buoyancy", 50_000),
    "A.II.3": ("macro.income_elasticity", 1),
    "B.I.2": ("macro.revenue_buoyancy", 0.01),
    "B.I.3": ("macro.capital_share", 0.03),
}


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    folder = write_toy(tmp_path_factory.mktemp("toy"))
    return bn.read_programme(folder), bn.read_scenario("middle", {"base_year.construction_share": 25.0}, folder)


def value(story, target_id, programme=PROGRAMME):
    return growth_targets(programme, story).set_index("target_id")["value"][target_id]


def after(found):
    return dict(zip(found.levers["lever"], found.levers["after"], strict=True))


def test_one_sector_by_hand(toy):
    # the others end at 100 x 1.01^5 + 600 x 1.1^5 + 100; services must bring the rest of 1000 x 1.1^5
    rate = ((1000 * 1.1**5 - 100 * 1.01**5 - 600 * 1.1**5 - 100) / 200) ** 0.2 - 1
    found = solve(*toy, {HEADLINE: 0.1}, ["growth.services"], within="possible")
    assert after(found)["growth.services"] == pytest.approx(rate * 100, rel=1e-12)
    assert found.feasible


def test_one_year_by_hand(toy):
    # flat but for services, which alone carry 1000 to 1100: 200 to 300 in the one year
    flat = {f"growth.{sector}": 0.0 for sector in SECTORS}
    story = move_levers(toy[1], flat)
    found = solve(toy[0], story, {HEADLINE: 1.1**0.2 - 1}, ["growth.services.2028"], within="possible")
    assert found.levers["after"].item() == pytest.approx(50)
    assert found.story.values["growth.services"] == pytest.approx((0, 0, 50, 0, 0), abs=1e-9)


def test_a_base_share_by_hand(toy):
    # only services grow, by 10 %: a share s gives 1 + s (1.1^5 - 1), so half of 1.1^5 - 1 takes s = 50 %
    story = move_levers(toy[1], {f"growth.{sector}": 10.0 if sector == "services" else 0.0 for sector in SECTORS})
    goal = (1 + 0.5 * (1.1**5 - 1)) ** 0.2 - 1
    found = solve(toy[0], story, {HEADLINE: goal}, ["base_year.share_services"], within="possible")
    assert found.story.values["base_year.share_services"] == pytest.approx(50)
    # the others go from 80 to 50 in proportion: 10, 60 and 10 by five eighths
    assert found.story.values["base_year.share_agriculture"] == pytest.approx(6.25)
    assert found.story.values["base_year.share_industry_construction"] == pytest.approx(37.5)


def test_the_investment_ratio_by_hand(toy):
    found = solve(*toy, {"A.I.4": 0.33}, ["macro.investment_ratio"])
    assert found.levers[["before", "after", "change"]].iloc[0].tolist() == pytest.approx([40, 33, -7])


def test_icor_is_halved_by_half_the_investment(toy):
    found = solve(*toy, {"A.I.5": value(toy[1], "A.I.5", toy[0]) / 2}, ["macro.investment_ratio"], within="possible")
    assert found.levers["after"].item() == pytest.approx(20)


def test_five_equal_rises_by_hand(toy):
    # from a common rate every sector, and so the headline, rises alike
    story = move_levers(toy[1], {f"growth.{sector}": 4.0 for sector in SECTORS})
    found = solve(toy[0], story, {HEADLINE: 0.055}, ["growth"])
    assert found.levers["change"].tolist() == pytest.approx([1.5] * 5)


@pytest.mark.parametrize("target_id", KINDS)
@given(share=st.floats(-1, 1))
@settings(max_examples=20)
def test_forward_of_inverse_returns_the_target(target_id, share):
    lever, reach = KINDS[target_id]
    goal = value(MIDDLE, target_id) + share * reach
    found = solve(PROGRAMME, MIDDLE, {target_id: goal}, [lever], within="possible")
    assert found.feasible
    assert value(found.story, target_id) == pytest.approx(goal, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    "lever",
    [
        *(f"growth.{sector}" for sector in SECTORS),
        "growth.industry.2026",
        "growth.services.2030",
        "base_year.share_industry_construction",
        "base_year.share_agriculture",
        "base_year.construction_share",
        "targets.position",
        "growth",
    ],
)
@given(goal=st.floats(0.1115, 0.1145), tilt=st.sampled_from([0.0, 4.0, -6.0]))
@settings(max_examples=10)
def test_every_lever_that_moves_the_headline_brings_it_to_the_goal(lever, goal, tilt):
    story = move_levers(MIDDLE, {"growth.tilt": tilt})
    found = solve(PROGRAMME, story, {HEADLINE: goal}, [lever], within="possible")
    assume(found.feasible)  # construction's share of its block and the position reach a little only
    assert value(found.story, HEADLINE) == pytest.approx(goal, rel=1e-9)
    assert sum(found.story.values[key] for key in found.story.values if "year.share_" in key) == pytest.approx(100)


@given(st.sampled_from(SECTORS), st.floats(0.1, 0.125))
def test_it_agrees_with_the_closed_form(sector, goal):
    try:
        rate = required_rate(PROGRAMME, MIDDLE, sector, goal) * 100
    except Infeasible:
        return
    assume(-90 < rate < 100)
    found = solve(PROGRAMME, MIDDLE, {HEADLINE: goal}, [f"growth.{sector}"], within="possible")
    assert found.levers["after"].item() == pytest.approx(rate, abs=1e-8)


def test_the_tilt_turns_what_depends_on_when_growth_comes():
    goal = value(MIDDLE, "A.I.7") + 5
    found = solve(PROGRAMME, MIDDLE, {"A.I.7": goal}, ["growth.tilt"])
    assert value(found.story, "A.I.7") == pytest.approx(goal, rel=1e-9)
    assert value(found.story, HEADLINE) == pytest.approx(value(MIDDLE, HEADLINE), rel=1e-12)


@given(st.floats(0.09, 0.14), st.sampled_from([("growth",), ("growth.industry", "growth.services")]))
def test_equal_rises_are_equal_but_where_a_bound_binds(goal, by):
    levers = solve(PROGRAMME, MIDDLE, {HEADLINE: goal}, by).levers
    free = levers.loc[levers["binding"] == "", "change"]
    assert np.ptp(free) < 1e-9
    assert (levers["change"].abs() <= free.abs().max() + 1e-9).all()


@given(st.floats(0.09, 0.14))
def test_proportional_rises_are_in_proportion_but_where_a_bound_binds(goal):
    levers = solve(PROGRAMME, MIDDLE, {HEADLINE: goal}, ["growth"], "proportional").levers
    free = levers[levers["binding"] == ""]
    assert np.ptp(free["change"] / free["before"]) < 1e-9


def test_a_lever_at_0_stays_there_in_proportion():
    story = move_levers(MIDDLE, {"growth.agriculture": 0.0})
    found = solve(PROGRAMME, story, {HEADLINE: 0.115}, ["growth.agriculture", "growth.industry"], "proportional")
    assert after(found)["growth.agriculture"] == 0
    assert found.feasible


def test_levers_that_are_all_0_cannot_move_in_proportion():
    with pytest.raises(PlanError, match="proportional: every lever is 0"):
        solve(PROGRAMME, MIDDLE, {"A.I.7": 1200}, ["growth.tilt"], "proportional")


@given(st.floats(0.1, 0.13))
@settings(max_examples=15)
def test_the_smallest_moves_point_where_the_headline_rises_most(goal):
    """The condition of a minimum: free levers move in proportion to what each adds to the last level."""
    found = solve(PROGRAMME, MIDDLE, {HEADLINE: goal}, ["growth"], "smallest")
    path = bn.growth_path(PROGRAMME, found.story).query("year == 2030 and sector != 'grdp'")["level_bn_vnd"].to_numpy()
    gradient = path / (1 + found.levers["after"].to_numpy() / 100)
    free = (found.levers["binding"] == "").to_numpy()
    ratio = found.levers["change"].to_numpy()[free] / gradient[free]
    assert found.feasible
    assert ratio == pytest.approx(np.full(free.sum(), ratio[0]), rel=1e-4, abs=1e-12)


@pytest.mark.filterwarnings("ignore:delta_grad")  # of the other solver
@pytest.mark.parametrize("goal", [0.1, 0.118, 0.15])
def test_the_smallest_moves_agree_with_another_solver(goal):
    found = solve(PROGRAMME, MIDDLE, {HEADLINE: goal}, ["growth"], "smallest")
    before = found.levers["before"].to_numpy()
    base = bn.growth_path(PROGRAMME, MIDDLE).query("year == 2025 and sector != 'grdp'")["level_bn_vnd"].to_numpy()

    def headline(moves):
        return (base @ (1 + (before + moves) / 100) ** 5 / base.sum()) ** 0.2 - 1

    other = minimize(
        lambda moves: moves @ moves, np.zeros(5), jac=lambda moves: 2 * moves, method="trust-constr",
        bounds=list(zip(found.levers["low"] - before, found.levers["high"] - before, strict=True)),
        constraints=[NonlinearConstraint(headline, goal, goal)], options={"gtol": 1e-10, "xtol": 1e-12},
    )  # fmt: skip
    assert found.levers["change"].pow(2).sum() == pytest.approx(other.fun, rel=1e-4)


@pytest.mark.parametrize(
    ("goals", "by"),
    [
        ({"A.I.1": 0.118}, ("growth.industry", "growth.services")),
        ({"A.I.1": 0.1}, ("growth.industry", "growth.construction")),
        ({"A.I.5": 3.2}, ("growth.industry", "macro.investment_ratio")),
        ({"A.I.1": 0.114, "A.I.7": 1300}, ("growth.industry", "macro.trade_elasticity")),
        ({"A.I.2": 9500, "A.II.3": 11.5}, ("growth.industry", "macro.population_growth")),
    ],
)
def test_no_point_of_a_grid_meets_the_goals_with_smaller_moves(goals, by):
    found = solve(PROGRAMME, MIDDLE, goals, by, "smallest")
    before, mine, low, high = (found.levers[name].to_numpy() for name in ("before", "after", "low", "high"))
    width = high - low if found.levers["unit"].nunique() > 1 else np.ones(2)
    signs = np.sign(found.targets["goal"] - found.targets["before"])  # the side that each goal is come to from
    reach = 1.2 * np.abs((mine - before) / width).max()
    best = np.inf
    for moves in itertools.product(np.linspace(-reach, reach, 21), repeat=2):
        moved = before + np.array(moves) * width
        story = move_levers(MIDDLE, dict(zip(by, moved, strict=True)))
        met = [
            (value(story, row.target_id) - row.goal) * sign >= 0 for row, sign in zip(_rows(found), signs, strict=True)
        ]
        if all(met) and (moved >= low).all() and (moved <= high).all():
            best = min(best, float(np.square(moves).sum()))
    assert found.feasible
    assert np.square((mine - before) / width).sum() <= best + 1e-9


def _rows(found):
    return list(found.targets.itertuples())


@pytest.mark.parametrize("how", ["equal", "proportional", "smallest"])
def test_several_goals_are_each_met_at_least(how):
    goals = {"A.I.1": 0.115, "A.I.2": 9200.0, "A.I.5": 3.4}
    found = solve(PROGRAMME, MIDDLE, goals, ["growth.industry", "growth.services"], how)
    reached = found.targets.set_index("target_id")["after"]
    assert found.feasible
    assert reached["A.I.1"] >= 0.115 * (1 - 1e-9)
    assert reached["A.I.2"] >= 9200 * (1 - 1e-9)
    assert reached["A.I.5"] <= 3.4 * (1 + 1e-9)


@pytest.mark.parametrize("how", ["equal", "smallest"])
def test_several_goals_that_are_met_move_nothing(how):
    found = solve(PROGRAMME, MIDDLE, {"A.I.1": 0.11, "A.I.1.3": 0.08}, ["growth"], how)
    assert found.feasible
    assert found.levers["change"].tolist() == [0] * 5


def test_one_goal_that_is_passed_is_come_back_to():
    found = solve(PROGRAMME, MIDDLE, {HEADLINE: 0.1}, ["growth"])
    assert found.targets["after"].item() == pytest.approx(0.1, rel=1e-9)
    assert (found.levers["change"] < 0).all()


def test_a_goal_of_no_growth_is_met():
    for how in ("equal", "smallest"):
        found = solve(PROGRAMME, MIDDLE, {HEADLINE: 0.0}, ["growth"], how, "possible")
        assert found.feasible
        assert value(found.story, HEADLINE) == pytest.approx(0, abs=1e-11)


@pytest.mark.parametrize("how", ["equal", "proportional", "smallest"])
@pytest.mark.parametrize(("goal", "end"), [(0.5, "high"), (-0.5, "low")])
def test_beyond_reach_the_closest_is_every_lever_at_its_bound(how, goal, end):
    found = solve(PROGRAMME, MIDDLE, {HEADLINE: goal}, ["growth"], how)
    corner = move_levers(MIDDLE, dict(zip(found.levers["lever"], found.levers[end], strict=True)))
    assert not found.feasible
    assert found.levers["binding"].tolist() == [end] * 5
    assert found.levers["after"].tolist() == found.levers[end].tolist()
    assert found.targets["shortfall"].item() == pytest.approx(abs(goal - value(corner, HEADLINE)), rel=1e-9)


def test_the_closest_of_two_goals_that_cannot_both_be_met_is_as_good_as_a_grid():
    goals, by = {"A.I.1": 0.14, "A.I.5": 1.5}, ("growth.industry", "macro.investment_ratio")
    found = solve(PROGRAMME, MIDDLE, goals, by, "smallest")
    mine = (found.targets["shortfall"] / found.targets["goal"]).max()
    best = np.inf
    for rate, ratio in itertools.product(np.linspace(0, 20, 21), np.linspace(25, 50, 11)):
        story = move_levers(MIDDLE, dict(zip(by, (rate, ratio), strict=True)))
        best = min(best, max(1 - value(story, "A.I.1") / 0.14, value(story, "A.I.5") / 1.5 - 1))
    assert not found.feasible
    assert mine <= best + 1e-9


def test_within_its_target_a_sector_goes_no_further():
    found = solve(PROGRAMME, MIDDLE, {HEADLINE: 0.2}, ["growth.industry"], within="targets")
    assert (found.levers["low"].item(), found.levers["high"].item()) == (12.0, 13.3)
    assert found.levers["after"].item() == 13.3


def test_a_lever_beyond_its_usual_bounds_stays_allowed():
    found = solve(PROGRAMME, move_levers(MIDDLE, {"growth.industry": 25.0}), {HEADLINE: 0.3}, ["growth.industry"])
    assert found.levers[["before", "after", "high"]].iloc[0].tolist() == [25, 25, 20]


def test_a_lever_without_effect_is_left_where_it_is():
    for by in (["macro.icor"], ["macro.icor", "macro.trade"]):
        for how in ("equal", "smallest"):
            found = solve(PROGRAMME, MIDDLE, {HEADLINE: 0.12}, by, how)
            assert not found.feasible
            assert (found.levers["change"] == 0).all()


def test_a_goal_already_held_by_an_inert_figure_does_not_hinder_the_smallest_moves():
    goals = {"A.I.1": 0.12, "A.I.4": 0.375}  # the investment ratio stands at 37.5 per cent and no lever moves it
    alone = solve(PROGRAMME, MIDDLE, {"A.I.1": 0.12}, ["growth"], "smallest").levers["after"]
    assert solve(PROGRAMME, MIDDLE, goals, ["growth"], "smallest").levers["after"].tolist() == pytest.approx(
        alone.tolist()
    )


def test_icor_below_reach_is_approached_from_growth_not_across_its_pole():
    found = solve(PROGRAMME, MIDDLE, {"A.I.5": 1.0}, ["growth.industry"])
    assert not found.feasible
    assert found.levers["after"].item() == 20
    assert found.targets["shortfall"].item() == pytest.approx(found.targets["after"].item() - 1)


@pytest.mark.parametrize("how", ["equal", "smallest"])
def test_icor_is_found_from_no_growth_at_all(how):
    still = move_levers(MIDDLE, {f"growth.{sector}": 0.0 for sector in SECTORS})
    found = solve(PROGRAMME, still, {"A.I.5": 5.0}, ["growth"], how)
    assert found.feasible
    assert value(found.story, "A.I.5") == pytest.approx(5, rel=1e-9)


def test_a_high_icor_is_found_where_growth_is_nearly_nil():
    found = solve(PROGRAMME, MIDDLE, {"A.I.5": 30.0}, ["growth.agriculture", "growth.industry"], "smallest")
    assert found.feasible
    assert 0 < value(found.story, HEADLINE) < 0.02


def test_five_yearly_rates_move_together_and_keep_their_shape():
    story = move_levers(MIDDLE, {"growth.industry": (8.0, 10.0, 12.0, 14.0, 16.0)})
    found = solve(PROGRAMME, story, {HEADLINE: 0.115}, ["growth.industry"])
    moved = np.array(found.story.values["growth.industry"])
    before = (1.08 * 1.10 * 1.12 * 1.14 * 1.16) ** 0.2  # rates compound, so their average is geometric
    assert found.levers["before"].item() == pytest.approx((before - 1) * 100)
    factors = (100 + moved) / (100 + np.array([8, 10, 12, 14, 16]))
    assert factors == pytest.approx(np.full(5, (100 + found.levers["after"].item()) / (100 * before)))
    assert value(found.story, HEADLINE) == pytest.approx(0.115, rel=1e-9)


def test_no_year_of_a_lever_leaves_what_is_possible():
    story = move_levers(MIDDLE, {"growth.industry": (-89.0, 50.0, 50.0, 50.0, 99.0)})
    for goal in (-0.5, 0.5):
        found = solve(PROGRAMME, story, {HEADLINE: goal}, ["growth.industry"], within="possible")
        moved = found.story.values["growth.industry"]
        assert min(moved) >= -90 - 1e-9
        assert max(moved) <= 100 + 1e-9


def test_a_tilted_rate_stands_where_the_scenario_has_it():
    story = move_levers(MIDDLE, {"growth.tilt": 6.0})
    found = solve(PROGRAMME, story, {HEADLINE: 0.115}, ["growth.industry"])
    # the tilt leaves averages alone, so the answer is that without it
    plain = solve(PROGRAMME, MIDDLE, {HEADLINE: 0.115}, ["growth.industry"])
    assert found.levers["before"].item() == pytest.approx(12.65, rel=1e-12)
    assert found.targets["before"].item() == pytest.approx(value(story, HEADLINE), rel=1e-12)
    assert found.levers["after"].item() == pytest.approx(plain.levers["after"].item(), rel=1e-9)


def test_one_year_of_a_tilted_rate_keeps_the_bent_others():
    story = move_levers(MIDDLE, {"growth.tilt": 6.0})
    bent = bn.growth_path(PROGRAMME, story).query("sector == 'industry'")["growth"].to_numpy()[1:] * 100
    found = solve(PROGRAMME, story, {HEADLINE: 0.115}, ["growth.industry.2028"])
    assert np.delete(found.story.values["growth.industry"], 2) == pytest.approx(np.delete(bent, 2))
    assert value(found.story, HEADLINE) == pytest.approx(0.115, rel=1e-9)


@given(
    st.sampled_from(["equal", "proportional", "smallest"]),
    st.sampled_from(["growth.services.2027", "base_year.share_services", "growth.construction"]),
    st.floats(0.08, 0.14),
)
@settings(max_examples=30)
def test_the_story_walked_forward_gives_what_is_told(how, lever, goal):
    found = solve(PROGRAMME, MIDDLE, {HEADLINE: goal}, ["growth.industry", lever], how)
    assert value(found.story, HEADLINE) == pytest.approx(found.targets["after"].item(), rel=1e-12)
    assert found.feasible == (abs(value(found.story, HEADLINE) - goal) <= 1e-9 * goal)


def test_the_story_holds_plain_numbers():
    found = solve(PROGRAMME, MIDDLE, {HEADLINE: 0.115}, ["growth.industry", "growth.services.2028"])
    assert {type(one) for one in found.story.changes.values()} == {float, tuple}
    assert all(type(one) is float for one in found.story.values["growth.services"])


def test_a_sector_without_value_added_has_no_rate_to_be_solved_for():
    story = move_levers(MIDDLE, {"base_year.construction_share": 0.0})
    for how in ("equal", "smallest"):
        with pytest.raises(Infeasible, match="no setting of the levers gives the wanted figures a value"):
            solve(PROGRAMME, story, {"A.I.1.2.construction": 0.14}, ["growth.construction", "growth.industry"], how)


@pytest.mark.parametrize(
    ("goals", "by", "more", "message"),
    [
        ({"A.I.11": 0.1}, ["growth"], {}, "no target that growth decides 'A.I.11'; nearest: A.I.1"),
        ({"A.I.9": 0.1}, ["growth"], {}, "no target that growth decides 'A.I.9'"),
        ({"A.I.1": 0.1}, ["growth.industri"], {}, "nearest: growth.industry"),
        ({"A.I.1": 0.1}, ["growth.industry.2031"], {}, "growth.industry.2031: takes a year from 2026 to 2030"),
        ({"A.I.1": 0.1}, ["macro.icor.2028"], {}, "macro.icor.2028: takes no year: it is one number"),
        ({"A.I.1": 0.1}, ["growth.industry", "growth.industry"], {}, "each may be named once"),
        ({"A.I.1": 0.1}, ["growth", "growth.industry"], {}, "each may be named once"),
        ({"A.I.1": 0.1}, ["growth", "growth.industry.2028"], {}, "all years or single ones, found growth.industry and"),
        ({"A.I.1": 0.1}, ["base_year.share_services", "base_year.share_agriculture"], {}, "one share of the base year"),
        ({"A.I.1": 0.1}, ["projects.*.dropped"], {}, r"a target can be solved for 'projects\.\*\.dropped'"),
        ({"A.I.1": 0.1}, ["projects.*.overrun"], {}, "no lever that a target can be solved for"),
        ({"A.I.1": 0.1}, ["phasing.open_end"], {}, "no lever that a target can be solved for"),
        ({"A.I.1": 0.1}, "growth.industry", {}, "must be a list of names, found 'growth.industry'"),
        ({"A.I.1": 0.1}, ["growth"], {"how": "least"}, "no rule 'least'"),
        ({"A.I.1": 0.1}, ["growth"], {"within": "soft"}, "no kind of bounds 'soft'; there are: possible"),
        ({"A.I.1": float("nan")}, ["growth"], {}, "goal A.I.1: must be a number, found nan"),
        ({"A.I.1": float("inf")}, ["growth"], {}, "goal A.I.1: must be a number, found inf"),
        ({"A.I.1": True}, ["growth"], {}, "goal A.I.1: must be a number, found True"),
        ({"A.I.1": "11"}, ["growth"], {}, "goal A.I.1: must be a number, found '11'"),
        ({}, ["growth"], {}, "at least one goal and one lever"),
        ({"A.I.1": 0.1}, [], {}, "at least one goal and one lever"),
    ],
)  # fmt: skip
def test_a_wrong_question_is_said(goals, by, more, message):
    with pytest.raises(PlanError, match=message):
        solve(PROGRAMME, MIDDLE, goals, by, **more)


def test_a_share_of_100_leaves_nothing_to_grow_in_proportion():
    parts = ("agriculture", "industry_construction", "product_taxes")
    whole = {"base_year.share_services": 100.0, **{f"base_year.share_{part}": 0.0 for part in parts}}
    with pytest.raises(PlanError, match="is 100 per cent, so the others are 0"):
        solve(PROGRAMME, move_levers(MIDDLE, whole), {HEADLINE: 0.1}, ["base_year.share_services"], within="possible")
