"""A target holds between the values of its lever that are told, and nowhere beside them."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bnplan_lib as bn
from bnplan_lib.analysis.turning import turning_points
from bnplan_lib.inputs.scenario import move_levers
from bnplan_lib.model.averages import mean_bounds, mean_of_years, moved_as_whole
from bnplan_lib.model.growth import SECTORS
from bnplan_lib.model.measures import goals_of

PROGRAMME = bn.read_programme()
STORIES = {name: bn.read_scenario(name) for name in ("low", "middle", "electronics_slump")}
MIDDLE = STORIES["middle"]


def turns(story):
    return turning_points(PROGRAMME, story).set_index("target_id")


def test_a_sector_holds_down_to_the_low_end_of_its_target():
    row = turns(MIDDLE).loc["A.I.1.3"]
    assert (row["lever"], row["before"], row["low"], row["high"]) == (
        "growth.services", 8.85, pytest.approx(8.5), math.inf,
    )  # fmt: skip


def test_a_share_that_must_lie_within_its_range_has_two_ends():
    row = turns(MIDDLE).loc["A.I.4"]
    assert [row["low"], row["high"]] == pytest.approx([35, 40])


def test_about_is_met_from_the_rounding_of_its_print():
    row = turns(MIDDLE).loc["B.I.1"]  # about 47 per cent
    assert [row["low"], row["high"]] == pytest.approx([46.5, 47.5])


def test_a_target_no_usual_value_reaches_says_the_closest_figure():
    row = turns(MIDDLE).loc["B.I.2"]  # 35 per cent of GRDP, at a buoyancy of 1.5 at most
    assert math.isnan(row["low"])
    assert row["closest"] == pytest.approx(0.1704, abs=1e-4)


@pytest.mark.parametrize("name", STORIES)
def test_the_scenario_stands_between_the_ends_where_the_target_is_met(name):
    story = STORIES[name]
    table = turns(story)
    met = bn.growth_targets(PROGRAMME, story).set_index("target_id")["met"]
    between = (table["low"] <= table["before"] + 1e-9) & (table["before"] <= table["high"] + 1e-9)
    assert (between == met).all()


def met_with(story, target_id, lever, value):
    now = move_levers(story, {lever: value})
    return bool(bn.growth_targets(PROGRAMME, now).set_index("target_id").loc[target_id, "met"])


@given(st.sampled_from(["A.I.1.3", "A.I.4", "A.I.7", "A.I.8.revenue", "A.II.3", "B.I.1"]), st.floats(1e-4, 1.0))
@settings(max_examples=25)
def test_a_target_fails_just_beyond_its_ends_and_holds_just_inside(target_id, step):
    row = turns(MIDDLE).loc[target_id]
    for end, outwards in ((row["low"], -1), (row["high"], 1)):
        if math.isfinite(end):
            assert not met_with(MIDDLE, target_id, row["lever"], end + outwards * step)
            assert met_with(MIDDLE, target_id, row["lever"], end - outwards * min(step, 0.1))


def test_all_sectors_are_moved_by_the_same_points():
    shift = turns(STORIES["low"]).loc["A.I.1", "low"]
    rates = {f"growth.{sector}": rate for sector, rate in zip(SECTORS, (1, 12, 13.7, 8.5, 9), strict=True)}
    goal = goals_of(PROGRAMME, ["A.I.1"])["A.I.1"]
    for more, met in ((1e-6, True), (-1e-6, False)):
        story = move_levers(MIDDLE, {key: rate + shift + more for key, rate in rates.items()})
        assert goal.met(bn.growth_targets(PROGRAMME, story)["value"].iloc[0]) == met


def test_what_has_no_value_is_told_as_missing():
    shrinking = move_levers(MIDDLE, {f"growth.{sector}": -3.0 for sector in SECTORS})
    targets = bn.growth_targets(PROGRAMME, shrinking).set_index("target_id")
    assert targets.loc["A.I.5", "standing"] == "none"
    assert not targets.loc["A.I.5", "met"]


def test_the_average_of_rates_is_geometric_and_of_shares_plain():
    assert mean_of_years((100.0, 0.0), "percent_per_year") == pytest.approx((2**0.5 - 1) * 100)
    assert mean_of_years((30.0, 40.0), "percent_of_grdp") == 35


@given(st.lists(st.floats(-50, 60), min_size=5, max_size=5), st.floats(-20, 30))
def test_years_moved_as_a_whole_have_the_average_asked_for(years, mean):
    for unit in ("percent_per_year", "percent_of_grdp"):
        moved = tuple(moved_as_whole(tuple(years), unit, mean)[:, 0])
        assert mean_of_years(moved, unit) == pytest.approx(mean, abs=1e-9)


@given(st.lists(st.floats(-50, 60), min_size=5, max_size=5))
def test_at_the_bounds_of_the_average_one_year_stands_at_its_own(years):
    for unit in ("percent_per_year", "percent_of_grdp"):
        low, high = mean_bounds(tuple(years), unit, -90, 100)
        assert moved_as_whole(tuple(years), unit, low).min() == pytest.approx(-90)
        assert moved_as_whole(tuple(years), unit, high).max() == pytest.approx(100)
