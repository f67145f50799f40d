"""Composition and concentration, by hand and by law."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy import write_toy

import bnplan_lib as bn
from bnplan_lib.analysis.investment import SIZE_CLASSES, group_totals, largest_projects, load_by_year, size_class
from bnplan_lib.errors import UnknownName

PROGRAMME = bn.read_programme()
MIDDLE = bn.read_scenario("middle")


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return bn.read_programme(write_toy(tmp_path_factory.mktemp("toy")))


def test_composition_by_hand(toy):
    table = bn.composition(toy, "capital_source").set_index("capital_source")
    assert table.loc["public", ["projects", "without_cost", "cost_bn_vnd", "share"]].tolist() == [2, 0, 100, 1]
    assert table.loc["ppp", ["projects", "without_cost", "cost_bn_vnd"]].tolist() == [1, 1, 0]


def test_a_group_that_misses_its_total_by_no_single_row_names_none(toy):
    # the toy prints 90 over rows of 80 and 20: off by 10, which is no row
    row = group_totals(toy).iloc[0]
    assert (row["sum_bn_vnd"], row["difference_bn_vnd"], row["same_as"]) == (100, 10, "")


def test_group_three_of_the_programme_is_off_by_exactly_row_13():
    table = group_totals(PROGRAMME).set_index("group")
    assert table["difference_bn_vnd"].round(1).tolist() == [-0.2, 0.0, 5000.0]
    assert table["same_as"].tolist() == ["", "", "III.13"]


def test_concentration_by_hand(toy):
    # two costs, 80 and 20: shares 0.8 and 0.2, HHI 0.64 + 0.04, Gini (0.8 - 0.2) / 2
    measured = bn.concentration(toy, 1)
    assert (measured["largest_share"], measured["herfindahl"], measured["gini"]) == pytest.approx((0.8, 0.68, 0.3))


def test_the_gini_is_half_the_mean_difference_between_projects():
    cost = PROGRAMME.projects["cost_bn_vnd"].dropna().to_numpy(float)
    apart = np.abs(cost[:, None] - cost[None, :]).mean() / cost.mean() / 2
    assert bn.concentration(PROGRAMME)["gini"] == pytest.approx(apart)


@pytest.mark.parametrize("by", ["capital_source", "sector", "asset", "corridor", "size_class"])
def test_every_composition_holds_every_project_once_and_all_the_money(by):
    table = bn.composition(PROGRAMME, by)
    assert (table["projects"].sum(), table["without_cost"].sum()) == (56, 1)
    assert table["cost_bn_vnd"].sum() == pytest.approx(988_981.8)
    assert table["share"].sum() == pytest.approx(1)


def test_an_unknown_classification_is_refused():
    with pytest.raises(UnknownName, match="no classification 'sektor'; nearest: sector"):
        bn.composition(PROGRAMME, "sektor")


@given(st.floats(0, 1e6))
def test_every_cost_has_the_size_class_that_holds_it(cost):
    limits = [0, 1_000, 5_000, 20_000, 100_000, float("inf")]
    place = next(place for place, limit in enumerate(limits[1:]) if cost < limit)
    assert size_class(pd.Series([cost])).item() == SIZE_CLASSES[place]


def test_the_yearly_load_adds_up_to_all_costs():
    phased = bn.phase_investment(PROGRAMME, MIDDLE)
    assert load_by_year(PROGRAMME, phased)["amount_bn_vnd"].sum() == pytest.approx(988_981.8)


def test_the_public_load_of_2026_by_hand():
    # every public project of Appendix III but I.7, which begins in 2027, spread over its years
    years = {3: [1066, 419.8], 4: [1800, 3600], 6: [22490]}
    years[5] = [2983, 6334, 5560, 2046, 7557, 5500, 5947, 2183, 14825, 345, 320, 500, 350]
    expected = sum(cost / length for length, costs in years.items() for cost in costs)
    load = load_by_year(PROGRAMME, bn.phase_investment(PROGRAMME, MIDDLE)).set_index(["year", "capital_source"])
    assert load.loc[(2026, "public"), "amount_bn_vnd"] == pytest.approx(expected)


def test_the_largest_projects_come_first_with_their_share_added_up():
    table = largest_projects(PROGRAMME, 3)
    assert table["id"].tolist() == ["II.1", "III.26", "III.16"]
    assert table["cumulative_share"].iloc[-1] == pytest.approx((196_378 + 186_966 + 166_702) / 988_981.8)
