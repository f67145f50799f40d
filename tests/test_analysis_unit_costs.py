"""Costs of a unit, worked out by hand, and what may be said of them."""

import html
import re
from dataclasses import replace

import pandas as pd
import pytest
from toy import FACTS, fact_row, write_toy

import bnplan_lib as bn
from bnplan_lib.analysis.unit_costs import FAR, unit_costs, yardstick_pairs
from bnplan_lib.figures import unit_cost_table

PROGRAMME = bn.read_programme()
REAL = unit_costs(PROGRAMME).set_index(["project_id", "unit", "ref"]).sort_index()
PAIRS = yardstick_pairs(PROGRAMME)


def quantity(project, kilometres, covers="whole"):
    """A length that the toy's name, which is its id, is taken to say."""
    row = {"project_id": project, "quantity": kilometres, "unit": "km", "covers": covers}
    return {**row, "table": "projects", "ref": project, "printed": project}


def yardstick(key, project="", scope=""):
    row = {"id": key, "asset": "road", "unit": "km", "project_id": project, "scope": scope, "cost_table": "facts"}
    return {**row, "cost_ref": f"cost_{key}", "quantity_facts": f"length_{key}", "name_vi": key, "name_en": key}


def toy_costs(tmp_path, quantities, yardsticks=(), **figures):
    """Read a toy where a yardstick such as near=(50, 5) costs 50 bn VND for 5 km."""
    facts = [fact_row(key, value) for key, value in FACTS.items()]
    for key, (cost, length) in figures.items():
        facts += [fact_row(f"cost_{key}", cost), {**fact_row(f"length_{key}", length), "unit": "km"}]
    folder = write_toy(tmp_path, facts=facts, project_quantities=quantities, yardsticks=yardsticks)
    return bn.read_programme(folder)


def test_a_unit_costs_the_cost_over_the_quantity(tmp_path):
    # I.1 costs 80 for 4 km, II.1 prints no cost
    table = unit_costs(toy_costs(tmp_path, [quantity("I.1", 4), quantity("II.1", 2)]))
    assert table["unit_cost_bn_vnd"].tolist() == [20, pytest.approx(float("nan"), nan_ok=True)]


def test_the_closest_yardsticks_are_those_of_the_same_works(tmp_path):
    # own: 50 over 5 km is 10, so 20 is twice as much; the other road of 30 is left aside
    rules = [yardstick("own", "I.1", "same_works"), yardstick("other")]
    row = unit_costs(toy_costs(tmp_path, [quantity("I.1", 4)], rules, own=(50, 5), other=(30, 1))).iloc[0]
    assert (row["scope"], row["yardsticks"], row["ratio_low"], row["ratio_high"]) == ("same_works", 1, 2, 2)


def test_several_yardsticks_give_a_range(tmp_path):
    rules = [yardstick("cheap"), yardstick("dear")]
    row = unit_costs(toy_costs(tmp_path, [quantity("I.1", 4)], rules, cheap=(5, 1), dear=(80, 2))).iloc[0]
    ends = ["reference_low_bn_vnd", "reference_high_bn_vnd", "ratio_low", "ratio_high"]
    assert row[ends].tolist() == [5, 40, 0.5, 4]


@pytest.mark.parametrize(
    ("covers", "yard", "verdict"),
    [("whole", 9.9, "high"), ("whole", 10, "near"), ("whole", 40, "near"), ("whole", 40.1, "low"),
     ("part", 9.9, None), ("part", 20, None), ("part", 40.1, "low"), ("unclear", 9.9, None), ("unclear", 40.1, None)],
)  # fmt: skip
def test_a_verdict_needs_a_factor_of_two_and_the_whole_of_the_works(tmp_path, covers, yard, verdict):
    # I.1 costs 20 a km; a part makes that an upper bound, which can only be low
    programme = toy_costs(tmp_path, [quantity("I.1", 4, covers)], [yardstick("road")], road=(yard, 1))
    found = unit_costs(programme)["verdict"].iloc[0]
    assert (None if pd.isna(found) else found) == verdict


def test_projects_of_the_list_are_shown_beside_each_other_without_a_verdict(tmp_path):
    # 80 over 4 km and 20 over 10 km: 20 and 2 a km, ten times apart
    table = unit_costs(toy_costs(tmp_path, [quantity("I.1", 4), quantity("I.2", 10)]))
    assert table["scope"].tolist() == ["listed", "listed"]
    assert table["ratio_low"].tolist() == [10, 0.1]
    assert table["verdict"].isna().all()


def test_a_part_of_the_works_is_no_yardstick_for_others(tmp_path):
    table = unit_costs(toy_costs(tmp_path, [quantity("I.1", 4, "part"), quantity("I.2", 10)]))
    assert table["yardsticks"].tolist() == [1, 0]


def test_a_programme_without_quantities_has_no_unit_costs(tmp_path):
    programme = bn.read_programme(write_toy(tmp_path))
    assert unit_costs(programme).empty
    assert "gt_table" in unit_cost_table(programme, "vi").data


@pytest.mark.parametrize(
    ("project", "ref", "expected"),
    [
        ("I.2", "I.2", 3600 / (8.4 - 7.4)),
        ("I.11", "ring_road_4_length_bac_ninh.2024", 5947 / 25.6),
        ("I.16", "I.16", 345 / (0.5 + 0.26)),
        ("I.19", "I.19", 350 / 10),
        ("I.19", "left_cau_dyke_emergency_length.2025_11", 350 / 0.8),
        ("II.2", "airport_hanoi_road_length_bac_ninh.2025.bt_proposal", 50254 / 27.7),
        ("II.2", "airport_hanoi_road_length_bac_ninh.2025", 50254 / 21),
        ("II.3", "airport_access_road_length.2025", 4098 / 13.3),
    ],
)
def test_what_a_kilometre_costs_by_hand(project, ref, expected):
    assert REAL.loc[(project, "km", ref), "unit_cost_bn_vnd"] == pytest.approx(expected)


def test_what_a_hectare_a_home_and_a_passenger_cost_by_hand():
    costs = REAL.reset_index("ref")["unit_cost_bn_vnd"]
    assert costs["III.13", "ha"].item() == pytest.approx(5000 / 150)
    assert costs["III.16", "homes"].item() == pytest.approx(166_702 / 120_000)
    # phase 1 at its own cost for 30 million passengers a year, both phases for 50
    assert costs["II.1", "million_persons"].tolist() == pytest.approx([141_230 / 30, 196_378 / 50])


def test_the_airport_road_is_held_against_the_press_at_the_same_section():
    rows = REAL.loc[("II.2", "km")]
    assert set(rows["scope"]) == {"same_works"}
    assert rows["reference_low_bn_vnd"].unique() == pytest.approx([28_700 / 21])
    assert rows["reference_high_bn_vnd"].unique() == pytest.approx([47_607 / 27.7])


def test_the_parallel_roads_run_along_ring_and_link():
    pair = PAIRS[(PAIRS["yardstick"] == "ring_road_4_parallel") & (PAIRS["project_id"] == "I.11")].iloc[0]
    assert (pair["scope"], pair["low_bn_vnd"]) == ("same_line", pytest.approx(2794 / (25.6 + 9.7)))


def test_social_homes_lie_inside_the_assumed_range_as_the_audit_has_it():
    row = REAL.loc[("III.16", "homes", "text.4.6.social_homes")]
    assert (row["reference_low_bn_vnd"], row["reference_high_bn_vnd"]) == (0.9, 1.8)
    assert row["ratio_low"] < 1 < row["ratio_high"]


def test_sources_price_the_same_works_much_less_than_the_factor_apart():
    same = PAIRS[PAIRS["scope"] == "same_works"].groupby("row")
    assert (same["high_bn_vnd"].max() / same["low_bn_vnd"].min()).max() < 1.3 < FAR


def test_left_as_printed_a_kilometre_of_dyke_would_cost_250_times_the_airport_road():
    # why I.16 is read as million VND: 345,000 bn for 0.76 km
    road = REAL.loc[("II.2", "km", "airport_hanoi_road_length_bac_ninh.2025.bt_proposal"), "unit_cost_bn_vnd"]
    assert 345_000 / 0.76 / road == pytest.approx(250, rel=0.01)


@pytest.mark.parametrize(
    ("lang", "row"),
    [
        ("en", ["≤ 3,600", "79.2–3,032", "≤ 45.5", "a part of the works", "Appendix III, row I.2"]),
        ("vi", ["≤ 3.600", "79,2–3.032", "≤ 45,5", "một phần công trình", "Phụ lục III, dòng I.2"]),
    ],
)
def test_the_table_says_that_a_part_gives_an_upper_bound(lang, row):
    found = _cells(unit_cost_table(PROGRAMME, lang).data)
    told = " ".join(found[0])
    assert [text for text in row if text not in told] == []


def test_the_table_has_a_row_for_every_quantity_and_says_where_it_is_from():
    rows = _cells(unit_cost_table(PROGRAMME, "vi").data)
    assert [row[0].split()[0] for row in rows] == PROGRAMME.project_quantities["project_id"].tolist()
    assert "Znews, 24/08/2025" in next(row[1] for row in rows if "27,7 km" in row[1])


def test_an_outside_source_is_a_link_and_its_name_is_escaped():
    hostile = PROGRAMME.facts.assign(publisher="<b>A & B</b>", url='https://a.b/"x')
    text = unit_cost_table(replace(PROGRAMME, facts=hostile), "en").data
    assert '<a href="https://a.b/&quot;x">&lt;b&gt;A &amp; B&lt;/b&gt;</a>' in text
    assert "<b>A" not in text
    assert re.search(r'<td[^>]*gt_left">1,885 ha; <a href', text)


def _cells(text):
    rows = re.findall(r"<tr.*?</tr>", text, re.S)
    cells = [[re.sub("<.*?>", "", cell) for cell in re.findall(r"<td.*?</td>", row, re.S)] for row in rows]
    return [[html.unescape(one).replace("\N{NO-BREAK SPACE}", " ") for one in row] for row in cells if len(row) > 1]
