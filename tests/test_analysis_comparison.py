"""Scenarios side by side, and what makes their difference: by hand, and by the laws of fair shares."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import write_toy

import bnplan_lib as bn
from bnplan_lib.analysis import comparison
from bnplan_lib.analysis.comparison import compare, explain_difference
from bnplan_lib.analysis.growth import growth_targets
from bnplan_lib.errors import Infeasible, PlanError, UnknownName
from bnplan_lib.inputs.scenario import move_levers
from bnplan_lib.model.growth import SECTORS

PROGRAMME = bn.read_programme()
MIDDLE = bn.read_scenario("middle")
HIGH = bn.read_scenario("high")
LEVERS = {
    **{f"growth.{sector}": (-5.0, 20.0) for sector in SECTORS},
    "growth.tilt": (-6.0, 6.0),
    "base_year.construction_share": (1.0, 15.0),
    "macro.investment_ratio": (25.0, 50.0),
}


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    folder = write_toy(tmp_path_factory.mktemp("toy"))
    return bn.read_programme(folder), bn.read_scenario("middle", {"base_year.construction_share": 25.0}, folder)


def value(story, target_id="A.I.1", programme=PROGRAMME):
    return growth_targets(programme, story).set_index("target_id")["value"][target_id]


def named(story, name):
    return bn.Scenario(name, "", "", "", story.changes, story.values)


def parts_of(table):
    return dict(zip(table["lever"], table["part"], strict=True))


def test_a_difference_by_hand(toy):
    # services at 20 instead of 10 per cent: 240 instead of 220 in 2026
    other = named(move_levers(toy[1], {"growth.services": 20.0}), "other")
    table = compare(toy[0], [toy[1], other]).set_index(["scenario", "quantity", "sector", "year"])
    row = table.loc["other", "level_bn_vnd", "services", 2026].squeeze()
    assert (row["value"], row["difference"]) == (pytest.approx(240), pytest.approx(20))
    assert row["relative"] == pytest.approx(20 / 220)
    grdp = table.loc["other", "level_bn_vnd", "grdp", 2026].squeeze()
    assert grdp["difference"] == pytest.approx(20)


def test_shares_differ_in_points_and_have_no_relative_difference(toy):
    other = named(move_levers(toy[1], {"growth.services": 20.0}), "other")
    table = compare(toy[0], [toy[1], other])
    growth = table[(table["scenario"] == "other") & (table["quantity"] == "growth") & (table["sector"] == "services")]
    assert growth["difference"].iloc[1:].tolist() == pytest.approx([0.1] * 5)
    assert table.loc[table["unit"] == "share", "relative"].isna().all()


def test_the_first_scenario_differs_from_itself_by_nothing():
    table = compare(PROGRAMME, [MIDDLE, HIGH])
    assert (table.loc[table["scenario"] == "middle", "difference"].dropna() == 0).all()


def test_every_scenario_has_the_same_rows_in_the_same_order():
    table = compare(PROGRAMME, [MIDDLE, HIGH, bn.read_scenario("low")])
    keys = ["quantity", "unit", "sector", "year", "target_id"]
    first, *others = [part[keys].reset_index(drop=True) for _, part in table.groupby("scenario", sort=False)]
    assert all(first.equals(other) for other in others)


def test_targets_are_those_of_the_scenario_alone():
    table = compare(PROGRAMME, [MIDDLE, HIGH])
    targets = table[(table["scenario"] == "high") & (table["quantity"] == "target")].set_index("target_id")["value"]
    assert targets["A.I.1"] == value(HIGH)
    assert targets["A.I.5"] == value(HIGH, "A.I.5")


def test_shares_of_grdp_add_up_to_one():
    table = compare(PROGRAMME, [HIGH])
    shares = table[(table["quantity"] == "share_of_grdp") & (table["sector"] != "grdp")]
    assert shares.groupby("year")["value"].sum().tolist() == pytest.approx([1] * 6)


@pytest.mark.parametrize(
    ("quantity", "unit"),
    [
        ("exchange_rate_vnd_per_usd", "vnd_per_usd"),
        ("grdp_per_head_usd", "usd"),
        ("trade_bn_usd", "bn_usd"),
        ("income_million_vnd_per_month", "million_vnd_per_month"),
        ("employment_growth_implied", "share"),
        ("population", "persons"),
        ("deflator", "ratio"),
    ],
)
def test_every_quantity_has_its_unit(quantity, unit):
    table = compare(PROGRAMME, [MIDDLE])
    assert table.loc[table["quantity"] == quantity, "unit"].unique().tolist() == [unit]


@pytest.mark.parametrize("stories", [[], [MIDDLE, MIDDLE], [MIDDLE, HIGH, MIDDLE]])
def test_scenarios_of_one_name_are_refused(stories):
    with pytest.raises(PlanError, match="compare: needs scenarios of different names, found"):
        compare(PROGRAMME, stories)


def test_two_levers_by_hand(toy):
    # each part: the mean of moving the lever first and moving it last
    both = move_levers(toy[1], {"growth.services": 20.0, "growth.agriculture": 50.0})
    worth = {
        (services, farms): ((100 * farms**5 + 600 * 1.1**5 + 200 * services**5 + 100) / 1000) ** 0.2 - 1
        for services in (1.1, 1.2)
        for farms in (1.01, 1.5)
    }
    first = worth[1.2, 1.01] - worth[1.1, 1.01]
    last = worth[1.2, 1.5] - worth[1.1, 1.5]
    table = explain_difference(toy[0], toy[1], both).set_index("lever")
    assert table.loc["growth.services", "part"] == pytest.approx((first + last) / 2)
    assert table.loc["growth.services", "error"] == 0
    assert table.loc["growth.agriculture", ["first_value", "other_value"]].tolist() == [1, 50]  # first as its target


@given(st.data(), st.sampled_from(["A.I.1", "A.I.2", "A.I.5", "A.I.8.revenue", "B.I.3"]))
@settings(max_examples=12)
def test_parts_add_up_to_the_difference(data, target_id):
    chosen = data.draw(st.lists(st.sampled_from(sorted(LEVERS)), min_size=1, max_size=5, unique=True))
    other = move_levers(MIDDLE, {key: data.draw(st.floats(*LEVERS[key])) for key in chosen})
    try:
        parts = explain_difference(PROGRAMME, MIDDLE, other, target_id)["part"]
    except Infeasible:  # ICOR and TFP's share have no value where nothing grows
        assert target_id in ("A.I.5", "B.I.3")
        return
    difference = value(other, target_id) - value(MIDDLE, target_id)
    assert parts.sum() == pytest.approx(difference, rel=1e-9, abs=1e-9)


def nine_levers():
    rates = {f"growth.{sector}": rate for sector, rate in zip(SECTORS, (3, 15, 8, 11, 4), strict=True)}
    more = {"base_year.construction_share": 9.0, "growth.tilt": 4.0, "macro.deflator_growth": 4.0}
    return move_levers(MIDDLE, {**rates, **more, "macro.population_growth": 0.9})


def test_sampled_parts_add_up_too_and_say_their_error():
    table = explain_difference(PROGRAMME, MIDDLE, nine_levers(), "A.I.2")
    difference = value(nine_levers(), "A.I.2") - value(MIDDLE, "A.I.2")
    assert table["part"].sum() == pytest.approx(difference, rel=1e-9)
    assert (table["error"] > 0).sum() >= 7


def test_sampled_parts_agree_with_exact_ones(monkeypatch):
    sampled = explain_difference(PROGRAMME, MIDDLE, nine_levers(), "A.I.2").set_index("lever")
    monkeypatch.setattr(comparison, "EXACT", 9)
    exact = explain_difference(PROGRAMME, MIDDLE, nine_levers(), "A.I.2").set_index("lever").loc[sampled.index]
    assert (exact["error"] == 0).all()
    assert (np.abs(sampled["part"] - exact["part"]) <= 4 * sampled["error"] + 1e-9).all()


def test_another_seed_samples_other_orders():
    one, other = (explain_difference(PROGRAMME, MIDDLE, nine_levers(), "A.I.2", seed) for seed in (1, 2))
    assert one.equals(explain_difference(PROGRAMME, MIDDLE, nine_levers(), "A.I.2", 1))
    assert parts_of(one) != parts_of(other)


def test_swapping_the_scenarios_changes_the_sign_of_every_part():
    for target_id in ("A.I.1", "A.I.2"):
        there = parts_of(explain_difference(PROGRAMME, MIDDLE, HIGH, target_id))
        back = parts_of(explain_difference(PROGRAMME, HIGH, MIDDLE, target_id))
        assert {lever: -part for lever, part in back.items()} == pytest.approx(there)


def test_levers_that_do_the_same_have_equal_parts(toy):
    # agriculture and product taxes are both 100 of 1,000
    flat = move_levers(toy[1], {"growth.agriculture": 0.0, "growth.product_taxes": 0.0})
    both = {"growth.agriculture": 30.0, "growth.product_taxes": 30.0, "growth.services": 5.0}
    parts = parts_of(explain_difference(toy[0], flat, move_levers(flat, both)))
    assert parts["growth.agriculture"] == pytest.approx(parts["growth.product_taxes"], rel=1e-12)


def test_a_lever_that_does_not_enter_has_a_part_of_nil():
    other = move_levers(MIDDLE, {"growth.services": 12.0, "macro.employment_growth": 0.5})
    parts = parts_of(explain_difference(PROGRAMME, MIDDLE, other))
    assert parts["macro.employment_growth"] == 0
    assert parts["growth.services"] == pytest.approx(value(other) - value(MIDDLE), abs=1e-12)


def test_levers_of_projects_and_unchanged_ones_have_no_row():
    other = bn.read_scenario(
        "middle", {"projects.*.overrun": 20.0, "growth.services": 12.0, "macro.deflator_growth": 3.0}
    )
    assert explain_difference(PROGRAMME, MIDDLE, other)["lever"].tolist() == ["growth.services"]


def test_scenarios_that_do_not_differ_have_an_empty_table():
    assert explain_difference(PROGRAMME, MIDDLE, MIDDLE).empty


def test_the_shares_of_the_base_year_change_as_one():
    moved = {"base_year.share_services": 25.0, "base_year.share_industry_construction": 65.8, "growth.services": 12.0}
    other = bn.read_scenario("middle", moved)
    parts = parts_of(explain_difference(PROGRAMME, MIDDLE, other))
    assert set(parts) == {"base_year.share_*", "growth.services"}
    assert sum(parts.values()) == pytest.approx(value(other) - value(MIDDLE), abs=1e-12)


def test_the_largest_part_comes_first():
    parts = explain_difference(PROGRAMME, MIDDLE, nine_levers())["part"].abs()
    assert parts.is_monotonic_decreasing


def test_an_unknown_target_is_refused():
    with pytest.raises(UnknownName, match=r"no target that growth decides 'A\.I\.9'"):
        explain_difference(PROGRAMME, MIDDLE, HIGH, "A.I.9")


def test_a_lever_set_to_what_its_target_gives_makes_no_difference():
    same = move_levers(MIDDLE, {"growth.industry": 12.65, "growth.services": 9.0})
    assert explain_difference(PROGRAMME, MIDDLE, same)["lever"].tolist() == ["growth.services"]


def test_a_figure_without_a_value_has_no_parts():
    shrinking = move_levers(MIDDLE, {f"growth.{sector}": -3.0 for sector in SECTORS})
    with pytest.raises(Infeasible, match=r"A\.I\.5: has no value"):
        explain_difference(PROGRAMME, MIDDLE, shrinking, "A.I.5")
