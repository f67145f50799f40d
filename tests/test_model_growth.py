"""The growth path by hand on the toy programme, and its laws on the real one."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy import RATES, target_row, write_toy

import bnplan_lib as bn
from bnplan_lib.analysis.growth import average_growth, closing_rates, headline_range
from bnplan_lib.errors import Infeasible, UnknownName
from bnplan_lib.inputs.scenario import move_levers
from bnplan_lib.model.growth import SECTORS, base_levels, basis_of, construction_interval

PROGRAMME = bn.read_programme()
MIDDLE = bn.read_scenario("middle")
# the toy's block has no range to derive the construction share from, so it is set: a quarter of 600
TOY_SHARE = {"base_year.construction_share": 25.0}


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    folder = write_toy(tmp_path_factory.mktemp("toy"))
    return bn.read_programme(folder), bn.read_scenario("middle", TOY_SHARE, folder)


def level(path, sector, year):
    row = path[(path["sector"] == sector) & (path["year"] == year)]
    return row["level_bn_vnd"].item()


def test_the_base_year_is_split_by_its_shares(toy):
    assert base_levels(basis_of(toy[0]), toy[1].values)[:, 0] == pytest.approx([100, 450, 150, 200, 100])


def test_the_second_year_by_hand(toy):
    # middle rates: agriculture 1 %, industry and construction 10 %, services 10 %, taxes 0
    path = bn.growth_path(*toy)
    assert level(path, "grdp", 2026) == pytest.approx(101 + 495 + 165 + 220 + 100)
    assert level(path, "services", 2027) == pytest.approx(242)


def test_contributions_by_hand(toy):
    path = bn.growth_path(*toy).set_index(["sector", "year"])["contribution"]
    assert path["services", 2026] == pytest.approx(0.10 * 200 / 1000)
    assert path["services", 2027] == pytest.approx(0.10 * 220 / 1081)
    assert path["product_taxes", 2026] == 0


def test_the_base_year_holds_the_published_growth_only(toy):
    path = bn.growth_path(*toy)
    base = path[path["year"] == 2025].set_index("sector")["growth"]
    assert base["grdp"] == pytest.approx(0.05)
    assert base.drop("grdp").isna().all()


def test_five_yearly_rates_are_walked_year_by_year(toy):
    programme, story = toy
    path = bn.growth_path(programme, move_levers(story, {"growth.services": (10.0, 0.0, 0.0, 0.0, 100.0)}))
    assert [level(path, "services", year) for year in (2026, 2029, 2030)] == pytest.approx([220, 220, 440])


def test_the_average_is_geometric(toy):
    path = bn.growth_path(toy[0], move_levers(toy[1], {"growth.services": (100.0, 0.0, 0.0, 0.0, 0.0)}))
    assert average_growth(path)["services"] == pytest.approx(2**0.2 - 1)


@given(st.lists(st.floats(-50, 60), min_size=25, max_size=25))
def test_contributions_add_up_to_the_headline(rates):
    moved = {f"growth.{sector}": tuple(rates[5 * place : 5 * place + 5]) for place, sector in enumerate(SECTORS)}
    path = bn.growth_path(PROGRAMME, move_levers(MIDDLE, moved)).dropna(subset="contribution")
    parts = path[path["sector"] != "grdp"].groupby("year")["contribution"].sum()
    whole = path[path["sector"] == "grdp"].set_index("year")["growth"]
    assert np.allclose(parts, whole, rtol=0, atol=1e-12)


@given(st.floats(0, 1))
def test_a_range_walked_by_its_position_stays_inside_it(position):
    targets = bn.growth_targets(PROGRAMME, move_levers(MIDDLE, {"targets.position": position})).set_index("sector")
    assert (targets.loc[list(SECTORS), "standing"] == "inside").all()


def test_the_construction_share_is_what_the_printed_ranges_allow():
    low, high = construction_interval(PROGRAMME)
    # by hand: ((1-c) 1.12^5 + c 1.137^5)^(1/5) = 1.1205 at the low end, 1.1335 at the high end
    for share, rates, printed in ((low, (0.12, 0.137), 0.1205), (high, (0.133, 0.142), 0.1335)):
        mix = (1 - share) * (1 + rates[0]) ** 5 + share * (1 + rates[1]) ** 5
        assert mix ** (1 / 5) - 1 == pytest.approx(printed, abs=1e-12)
    assert (round(low, 4), round(high, 4)) == (0.0286, 0.0547)


def test_ranges_that_no_share_can_join_are_said(tmp_path):
    rates = {**RATES, "A.I.1.2": (30, 30), "A.I.1.2.construction": (12, 12)}
    folder = write_toy(tmp_path, targets=[target_row(key, *ends) for key, ends in rates.items()])
    with pytest.raises(Infeasible, match="no share of construction"):
        construction_interval(bn.read_programme(folder))


def test_the_sector_ranges_give_less_than_the_headline_at_their_low_end():
    low, middle, high = headline_range(PROGRAMME, MIDDLE)["average"]
    # by hand from the block's own printed 12.1 and 13.3 per cent; its parts round to the same
    by_block = [_by_block(*rates) for rates in ((1, 12.1, 8.5, 9), (1.5, 13.3, 9.2, 10))]
    assert [low, high] == pytest.approx(by_block, abs=5e-4)
    assert low < 0.11 < middle < high < 0.12


def _by_block(agriculture, block, services, taxes):
    shares = (0.063, 0.713, 0.195, 0.029)
    rates = (agriculture, block, services, taxes)
    return sum(share * (1 + rate / 100) ** 5 for share, rate in zip(shares, rates, strict=True)) ** 0.2 - 1


@given(st.sampled_from(SECTORS), st.floats(0.09, 0.14))
def test_the_required_rate_is_the_inverse_of_the_path(sector, goal):
    try:
        rate = bn.required_rate(PROGRAMME, MIDDLE, sector, goal)
    except Infeasible:
        return
    path = bn.growth_path(PROGRAMME, move_levers(MIDDLE, {f"growth.{sector}": rate * 100}))
    assert math.isclose(average_growth(path)["grdp"], goal, abs_tol=1e-9)


def test_a_goal_that_the_others_already_pass_is_infeasible(toy):
    with pytest.raises(Infeasible, match=r"agriculture: the other sectors alone already give .*, above -20.00%"):
        bn.required_rate(*toy, "agriculture", -0.20)


def test_an_unknown_sector_is_refused(toy):
    with pytest.raises(UnknownName, match="no sector 'industri'; nearest: industry"):
        bn.required_rate(*toy, "industri", 0.1)


def test_only_industry_can_lift_the_headline_to_11_5_within_its_own_range():
    table = closing_rates(PROGRAMME, MIDDLE, 0.115).set_index("sector")
    assert list(table.index[table["within_range"]]) == ["industry"]


def test_a_path_below_its_target_says_how_far(toy):
    row = bn.growth_targets(toy[0], move_levers(toy[1], {"growth.services": -10.0})).set_index("sector").loc["services"]
    assert (row["standing"], row["gap"]) == ("below", pytest.approx(-0.10))


def test_a_sector_without_value_added_stands_nowhere_and_closes_no_gap():
    story = move_levers(MIDDLE, {"base_year.construction_share": 0.0})
    targets = bn.growth_targets(PROGRAMME, story).set_index("sector")
    assert targets.loc["construction", "standing"] == "none"
    with pytest.raises(Infeasible, match="construction: has no value added in 2025"):
        bn.required_rate(PROGRAMME, story, "construction", 0.12)


@pytest.mark.parametrize("name", ["low", "high"])
def test_the_block_is_given_the_rounding_of_its_printed_range(name):
    targets = bn.growth_targets(PROGRAMME, bn.read_scenario(name)).set_index("sector")
    assert targets.loc["industry_construction", "standing"] == "inside"
    assert targets.loc["grdp", "standing"] == {"low": "below", "high": "inside"}[name]
