"""The envelope by hand on the toy programme, and its identities on the real one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy import write_toy

import bnplan_lib as bn
from bnplan_lib.analysis.envelope import in_window, yardsticks
from bnplan_lib.errors import UnknownName
from bnplan_lib.inputs.scenario import move_levers

PROGRAMME = bn.read_programme()
MIDDLE = bn.read_scenario("middle")


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    folder = write_toy(tmp_path_factory.mktemp("toy"))
    levers = {"growth.agriculture": 0, "growth.industry": 0, "growth.construction": 0, "growth.services": 50}
    levers["macro.icor"] = 4
    return bn.read_programme(folder), bn.read_scenario("middle", levers, folder=folder)


def test_the_envelope_of_the_toy_by_hand(toy):
    table = bn.investment_envelope(*toy).set_index("year")
    # services 200 grow by half: GRDP 1,100 in 2026; 40 % in the middle of 30 to 50
    assert table.loc[2026, ["grdp_bn_vnd", "envelope_bn_vnd", "low_bn_vnd", "high_bn_vnd"]].tolist() == pytest.approx(
        [1100, 440, 330, 550]
    )
    # 80 over two years, 20 in 2027
    assert table["listed_bn_vnd"].tolist() == pytest.approx([40, 60, 0, 0, 0])
    assert table.loc[2027, "listed_share"] == pytest.approx(60 / (0.4 * 1250))
    # ICOR 4, times a rise of 100
    assert table.loc[2026, "need_rise_bn_vnd"] == pytest.approx(400)


def test_a_target_that_is_not_there_leaves_its_column_missing(toy):
    assert bn.investment_envelope(*toy)["about_bn_vnd"].isna().all()
    assert "about_ratio" not in set(yardsticks(*toy)["yardstick"])


def test_sources_add_up_to_the_list_and_the_rest_to_the_envelope():
    table = bn.investment_envelope(PROGRAMME, MIDDLE)
    sources = table[["public_bn_vnd", "ppp_bn_vnd", "off_budget_bn_vnd"]].sum(axis=1)
    assert np.allclose(sources, table["listed_bn_vnd"])
    assert np.allclose(table["listed_bn_vnd"] + table["rest_bn_vnd"], table["envelope_bn_vnd"])


def test_the_list_is_the_phased_money_of_each_year():
    money = bn.phase_investment(PROGRAMME, MIDDLE)
    by_year = money.groupby(money["quarter"].str[:4].astype(int))["amount_bn_vnd"].sum()
    table = bn.investment_envelope(PROGRAMME, MIDDLE).set_index("year")
    assert table["listed_bn_vnd"].to_dict() == pytest.approx(by_year.loc[2026:2030].to_dict())


def test_yardsticks_of_the_programme_by_hand():
    table = yardsticks(PROGRAMME, MIDDLE).set_index(["yardstick", "part"])
    listed = bn.investment_envelope(PROGRAMME, MIDDLE)["listed_bn_vnd"].sum()
    assert table.loc[("reported", "listed"), "share_low"] == pytest.approx(listed / 1_670_000)
    public = bn.investment_envelope(PROGRAMME, MIDDLE)["public_bn_vnd"].sum()
    assert table.loc[("local_spending", "public"), "share_high"] == pytest.approx(public / 279_000)
    # 38 to 40 % of what the scenario invests
    envelope = table.loc[("envelope", "listed"), "low_bn_vnd"]
    private = table.loc[("private_share", "off_budget")]
    assert (private["low_bn_vnd"], private["high_bn_vnd"]) == pytest.approx((0.38 * envelope, 0.4 * envelope))


def test_the_airport_before_in_and_after_the_programme_by_hand():
    row = in_window(PROGRAMME, MIDDLE).set_index("project_id").loc["II.1"]
    first, second = (196_378 * part / 196_370 for part in (141_230, 55_140))
    # phase 1 in six years of which one lies before; phase 2 in 21 years of which 2030 lies inside
    assert row["before_bn_vnd"] == pytest.approx(first / 6)
    assert row["inside_bn_vnd"] == pytest.approx(first * 5 / 6 + second / 21)


@given(st.integers(-20, 40), st.floats(-50, 100))
def test_before_in_and_after_add_up(delay, overrun):
    moved = move_levers(MIDDLE, {"projects.*.delay_quarters": delay, "projects.*.overrun": overrun})
    table = in_window(PROGRAMME, moved)
    parts = table[["before_bn_vnd", "inside_bn_vnd", "after_bn_vnd"]].sum(axis=1)
    assert np.allclose(parts, table["cost_bn_vnd"], rtol=1e-9)


def test_shares_of_every_classification_add_up_and_places_share_a_cost():
    for by in ("capital_source", "sector", "asset", "place", "corridor", "size_class", "start_year"):
        assert bn.composition(PROGRAMME, by)["share"].sum() == pytest.approx(1)
    places = bn.composition(PROGRAMME, "place").set_index("place")["cost_bn_vnd"]
    # III.19, 2,806 in two places; I.2, 3,600 in two
    assert (places["song_mai"], places["tan_an"]) == pytest.approx((1_403, 1_800))


def test_a_scenario_changes_the_composition():
    story = move_levers(MIDDLE, {"projects.II.1.dropped": True, "projects.capital_source:public.overrun": 10.0})
    table = bn.composition(PROGRAMME, "capital_source", story).set_index("capital_source")["cost_bn_vnd"]
    assert (table["ppp"], table["public"]) == pytest.approx((268_159 - 196_378, 85_410.8 * 1.1))


def test_an_unknown_classification_is_refused():
    with pytest.raises(UnknownName, match="no classification 'sectors'; nearest: sector"):
        bn.composition(PROGRAMME, "sectors")
