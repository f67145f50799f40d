"""Projects that call for the same money in the same quarters, by hand and by law."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import phase_row, project_row, write_toy

import bnplan_lib as bn
from bnplan_lib.analysis.presence import presence
from bnplan_lib.analysis.rivals import BLOCK, rivals, source_load
from bnplan_lib.errors import UnknownName
from bnplan_lib.inputs.scenario import move_levers
from bnplan_lib.model.quarters import quarter_name

PROGRAMME = bn.read_programme()
MIDDLE = bn.read_scenario("middle")
SOURCES = ("public", "ppp", "off_budget")
OWN = dict(zip(PROGRAMME.projects["id"], PROGRAMME.projects["capital_source"], strict=True))


def read(folder, **tables):
    write_toy(folder, **tables)
    return bn.read_programme(folder), bn.read_scenario("middle", folder=folder)


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return read(tmp_path_factory.mktemp("toy"))


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """More projects than are held against each other at once, I.1 of 1 bn VND to the last, all in 2026."""
    keys = [f"I.{number}" for number in range(1, BLOCK + 11)]
    return read(
        tmp_path_factory.mktemp("many"),
        projects=[project_row(key, "public", key[2:], "2026", "airport", "") for key in keys],
        project_phases=[phase_row(key, "2026Q1", "2026Q4") for key in keys],
        project_groups=[],
    )


def money(story, capital):
    """Return what each project of a source spends by quarter, from the phased costs."""
    found = {}
    for row in bn.phase_investment(PROGRAMME, story).itertuples():
        if OWN[row.project_id] == capital:
            found.setdefault(row.project_id, {})[row.quarter] = row.amount_bn_vnd
    return found


def test_rivals_by_hand(toy):
    # I.1 spends 10 a quarter in 2026 and 2027, I.2 spends 5 in 2027
    assert rivals(*toy).to_numpy().tolist() == [["I.1", "I.2", 4, 60, 20, "2027Q1"]]


def test_projects_paid_one_after_the_other_are_no_rivals(toy):
    programme, story = toy
    assert rivals(programme, move_levers(story, {"projects.I.2.delay_quarters": 4})).empty


def test_rivals_share_what_a_delay_leaves_of_their_time(toy):
    # I.2 a half-year late: 2027Q3 to 2028Q2, of which I.1 pays in two
    programme, story = toy
    found = rivals(programme, move_levers(story, {"projects.I.2.delay_quarters": 2}))
    assert found.to_numpy().tolist() == [["I.1", "I.2", 2, 30, 10, "2027Q3"]]


def test_the_peak_is_where_both_together_call_for_most(toy):
    # I.2 back-loaded spends more in each quarter of 2027, I.1 the same
    programme, story = toy
    found = rivals(programme, move_levers(story, {"projects.I.2.profile": "back"}))
    assert found.loc[0, "peak_quarter"] == "2027Q4"


def test_an_overrun_is_called_for_too(toy):
    programme, story = toy
    found = rivals(programme, move_levers(story, {"projects.I.2.overrun": 300.0})).iloc[0]
    # I.2 now asks 20 a quarter, I.1 still 10
    assert found[["both_bn_vnd", "contested_bn_vnd"]].tolist() == [120, 40]


def test_a_project_without_a_cost_has_no_rival(toy):
    assert rivals(*toy, "ppp").empty
    assert source_load(*toy, "ppp")[0] == []


def test_a_source_that_no_project_has_gives_no_pairs(toy):
    table = rivals(*toy, "off_budget")
    assert table.empty
    assert table.select_dtypes("number").dtypes.equals(rivals(*toy).select_dtypes("number").dtypes)


def test_an_unknown_source_is_refused():
    with pytest.raises(UnknownName, match="no capital source 'publik'; nearest: public"):
        rivals(PROGRAMME, MIDDLE, "publik")


def test_without_projects_there_are_no_rivals(tmp_path):
    assert rivals(*read(tmp_path, projects=[], project_phases=[], project_groups=[])).empty


def test_with_every_project_dropped_there_are_no_rivals(toy):
    programme, story = toy
    assert rivals(programme, move_levers(story, {"projects.*.dropped": True})).empty


def test_projects_beyond_one_block_meet_all_others_once(many):
    table = rivals(*many)
    count = BLOCK + 10
    assert len(table) == count * (count - 1) // 2
    assert len({frozenset(pair) for pair in zip(table["first_id"], table["second_id"], strict=True)}) == len(table)
    cost = {side: table[f"{side}_id"].str[2:].astype(int) for side in ("first", "second")}
    # the cheaper of two that run through the same quarters is contested whole
    assert table["contested_bn_vnd"].tolist() == pytest.approx(np.minimum(cost["first"], cost["second"]).tolist())


def check_pairs(story, capital):
    paid = money(story, capital)
    expected = {}
    for one, other in combinations(paid, 2):
        shared = sorted(paid[one].keys() & paid[other].keys())
        if shared:
            less = sum(min(paid[one][quarter], paid[other][quarter]) for quarter in shared)
            both = sum(paid[one][quarter] + paid[other][quarter] for quarter in shared)
            expected[one, other] = (len(shared), pytest.approx(both), pytest.approx(less))
    columns = ["first_id", "second_id", "shared_quarters", "both_bn_vnd", "contested_bn_vnd"]
    rows = rivals(PROGRAMME, story, capital)[columns].to_numpy().tolist()
    assert {(row[0], row[1]): tuple(row[2:]) for row in rows} == expected


@pytest.mark.parametrize("scenario", ["middle", "airport_late", "slow_spending"])
@pytest.mark.parametrize("capital", SOURCES)
def test_rivals_are_those_of_all_pairs_tried_one_by_one(capital, scenario):
    check_pairs(bn.read_scenario(scenario), capital)


LATE = [f"projects.{key}.delay_quarters" for key in OWN]


@settings(max_examples=15)
@given(st.dictionaries(st.sampled_from(LATE), st.integers(-8, 40), max_size=20), st.sampled_from(SOURCES))
def test_rivals_are_those_of_all_pairs_whatever_is_late(late, capital):
    check_pairs(move_levers(MIDDLE, late), capital)


@pytest.mark.parametrize("capital", SOURCES)
def test_contested_money_adds_up_by_the_rank_of_each_amount(capital):
    # the least of n amounts is the smaller one in n - 1 pairs, the next in n - 2, the largest in none
    quarters = {}
    for amounts in money(MIDDLE, capital).values():
        for quarter, amount in amounts.items():
            quarters.setdefault(quarter, []).append(amount)
    expected = sum(rank * one for own in quarters.values() for rank, one in enumerate(sorted(own, reverse=True)))
    assert rivals(PROGRAMME, MIDDLE, capital)["contested_bn_vnd"].sum() == pytest.approx(expected)


@pytest.mark.parametrize("capital", SOURCES)
def test_at_most_half_of_what_both_call_for_is_contested(capital):
    table = rivals(PROGRAMME, MIDDLE, capital)
    assert (table["contested_bn_vnd"] <= table["both_bn_vnd"] / 2 + 1e-9).all()


@pytest.mark.parametrize("capital", SOURCES)
def test_the_most_contested_pairs_come_first(capital):
    assert rivals(PROGRAMME, MIDDLE, capital)["contested_bn_vnd"].is_monotonic_decreasing


@pytest.mark.parametrize("capital", SOURCES)
def test_the_load_of_a_source_is_that_of_its_projects(capital):
    ids, start, load = source_load(PROGRAMME, MIDDLE, capital)
    paid = money(MIDDLE, capital)
    assert ids == list(paid)
    for key, row in zip(ids, load, strict=True):
        assert {quarter_name(start + at): one for at, one in enumerate(row) if one} == pytest.approx(paid[key])


def test_the_loads_of_all_sources_are_the_whole():
    whole = presence(PROGRAMME, MIDDLE).load_bn_vnd.sum(axis=0)
    assert sum(source_load(PROGRAMME, MIDDLE, capital)[2].sum(axis=0) for capital in SOURCES) == pytest.approx(whole)


def test_the_two_halves_of_ring_road_5_contest_most_public_money_by_hand():
    # I.13: 22,490 over the 24 quarters of 2026-2031; I.14: 14,825 over the 20 of 2026-2030, less in each
    row = rivals(PROGRAMME, MIDDLE).iloc[0]
    assert row[["first_id", "second_id", "shared_quarters", "peak_quarter"]].tolist() == ["I.13", "I.14", 20, "2026Q1"]
    assert row["contested_bn_vnd"] == pytest.approx(14_825)
    assert row["both_bn_vnd"] == pytest.approx(22_490 * 20 / 24 + 14_825)


def test_the_airport_and_its_road_contest_most_money_of_partners_by_hand():
    # II.2: 50,254 over the 8 quarters of 2026-2027 is 6,282 each; phase 1 of the airport over 24 is 5,885 each
    row = rivals(PROGRAMME, MIDDLE, "ppp").iloc[0]
    assert row[["first_id", "second_id", "shared_quarters"]].tolist() == ["II.1", "II.2", 8]
    assert row["contested_bn_vnd"] == pytest.approx(8 * 196_378 * 141_230 / 196_370 / 24)


def test_homes_and_the_display_plant_contest_most_money_outside_the_budget_by_hand():
    # III.16: 166,702 over 20 quarters is 8,335 each; III.26: 186,966 over 16 is 11,685 each, 2026 to 2029
    row = rivals(PROGRAMME, MIDDLE, "off_budget").iloc[0]
    assert row[["first_id", "second_id", "shared_quarters"]].tolist() == ["III.16", "III.26", 16]
    assert row["contested_bn_vnd"] == pytest.approx(166_702 * 16 / 20)


def test_all_public_projects_are_rivals_by_hand():
    # Appendix III, group I: each of the 19 spends throughout 2027
    assert len(rivals(PROGRAMME, MIDDLE)) == 171
