"""A tie is held over whole ranges: all, some or none; and what would reconcile it is solved for."""

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy import write_toy

import bnplan_lib as bn
from bnplan_lib.analysis.relations import reconciling, relation_findings
from bnplan_lib.analysis.solving import solve
from bnplan_lib.model.formula import read_formula

REAL = bn.read_programme()
TIES = {tie.relation_id: tie for tie in bn.evaluate_ties(REAL)}


def relation(formula, *operands, if_none="error", if_some="note"):
    row = {
        "id": "r", "kind": "ratio", "title_vi": "q", "title_en": "r", "formula": formula, "if_none": if_none,
        "if_some": if_some, "confidence": "certain", "binding": "true", "sentence_vi": "{printed} {expected}",
        "sentence_en": "{printed} {expected}", "resolve_vi": "a", "resolve_en": "a",
    }  # fmt: skip
    rows = [
        dict(zip(("name", "table", "ref", "end", "rounding"), one, strict=True), relation_id="r") for one in operands
    ]
    return {"relations": [row], "operands": rows}


def toy(tmp_path, *given, **more):
    return bn.read_programme(write_toy(tmp_path, **relation(*given, **more)))


def tie_of(programme):
    return bn.evaluate_ties(programme)[0]


# the toy's targets: headline 5 to 12 %, services 0 to 20 %, industry 10 %, agriculture 0 to 2 %
HEADLINE = ("h", "targets", "A.I.1", "", "")
SERVICES = ("s", "targets", "A.I.1.3", "", "")
INDUSTRY = ("i", "targets", "A.I.1.2.industry", "", "")
AGRICULTURE = ("a", "targets", "A.I.1.1", "", "")


@pytest.mark.parametrize(("formula", "operands", "verdict", "covered"), [
    ("h = i", (HEADLINE, INDUSTRY), "all", True),
    ("h = s", (HEADLINE, SERVICES), "some", True),
    ("s = h", (SERVICES, HEADLINE), "all", True),
    ("i = a", (INDUSTRY, AGRICULTURE), "none", False),
    ("h = i + a", (HEADLINE, INDUSTRY, AGRICULTURE), "all", True),
    ("i = s + a", (INDUSTRY, SERVICES, AGRICULTURE), "some", True),
    ("a <= i", (AGRICULTURE, INDUSTRY), "all", True),
    ("s <= i", (SERVICES, INDUSTRY), "some", False),
    ("i <= a", (INDUSTRY, AGRICULTURE), "none", False),
    ("i >= a", (INDUSTRY, AGRICULTURE), "all", True),
    ("s >= i", (SERVICES, INDUSTRY), "some", False),
    ("a >= i", (AGRICULTURE, INDUSTRY), "none", False),
])  # fmt: skip
def test_a_tie_holds_for_all_some_or_no_values(tmp_path, formula, operands, verdict, covered):
    tie = tie_of(toy(tmp_path, formula, *operands))
    assert (tie.verdict, tie.covered) == (verdict, covered)


def test_the_gap_is_how_far_the_sides_are_apart(tmp_path):
    assert tie_of(toy(tmp_path, "i = a", INDUSTRY, AGRICULTURE)).gap == pytest.approx(0.08)


def test_a_rounded_figure_is_given_its_room(tmp_path):
    rounded = ("i", "targets", "A.I.1.2.industry", "", "17")  # 10 % give or take 8.5
    assert tie_of(toy(tmp_path, "i = a", rounded, AGRICULTURE)).verdict == "some"


@pytest.mark.parametrize(("end", "value"), [("low", 0.05), ("high", 0.12)])
def test_one_end_of_a_range_can_be_meant(tmp_path, end, value):
    one = ("h", "targets", "A.I.1", end, "")
    assert tie_of(toy(tmp_path, "h = i", one, INDUSTRY)).printed == (pytest.approx(value), pytest.approx(value))


@pytest.mark.parametrize(("operand", "expected"), [
    (("x", "projects", "I.1", "", ""), 80), (("x", "project_groups", "I", "", ""), 90),
    (("x", "sums", "public", "", ""), 100), (("x", "rows", "A", "", ""), 1),
    (("x", "facts", "grdp.2025", "", ""), 1000),
])  # fmt: skip
def test_a_figure_comes_from_its_table(tmp_path, operand, expected):
    assert tie_of(toy(tmp_path, "x = y", operand, ("y", "facts", "grdp.2025", "", ""))).printed == (expected, expected)


def test_a_scenario_of_another_base_replaces_the_fact(tmp_path):
    folder = write_toy(
        tmp_path, **relation("x = y", ("x", "facts", "grdp.2025", "", ""), ("y", "sums", "public", "", ""))
    )
    story = bn.read_scenario("middle", {"base_year.grdp_bn_vnd": 1200}, folder)
    assert bn.evaluate_ties(bn.read_programme(folder), story)[0].printed == (1200, 1200)


def test_a_relation_without_severity_is_no_finding(tmp_path):
    programme = toy(tmp_path, "i = a", INDUSTRY, AGRICULTURE, if_none="", if_some="")
    assert relation_findings(programme, bn.evaluate_ties(programme)) == []


@pytest.mark.parametrize(("formula", "operands", "severity"), [
    ("i = a", (INDUSTRY, AGRICULTURE), "error"), ("s <= i", (SERVICES, INDUSTRY), "note"),
])  # fmt: skip
def test_a_finding_is_as_grave_as_its_relation_says(tmp_path, formula, operands, severity):
    programme = toy(tmp_path, formula, *operands)
    finding = relation_findings(programme, bn.evaluate_ties(programme))[0]
    assert (finding.id, finding.severity) == ("ratio:r", severity)
    assert finding.places == tuple(one[2] for one in operands)


def test_what_would_reconcile_is_solved_for_each_figure(tmp_path):
    ways = reconciling(tie_of(toy(tmp_path, "i = a", INDUSTRY, AGRICULTURE)), 5)
    assert ways["i"] == (pytest.approx(0), pytest.approx(0.02))
    assert ways["a"] == (pytest.approx(0.1), pytest.approx(0.1))


def test_a_value_out_of_every_reach_is_none():
    box = {"y": (5.0, 5.0), "x": (0.0, 1.0), "years": (5.0, 5.0)}
    assert solve(read_formula("y = x + 1"), box, "x", (0.0, 1.0)) is None


def test_a_figure_that_turns_is_searched_on_a_grid():
    box = {"y": (1.0, 1.0), "x": (0.0, 3.0), "years": (5.0, 5.0)}
    low, high = solve(read_formula("y = (x - 1)**2 + 0*x"), {**box, "x": (1.0, 3.0)}, "x", (1.1, 3.0))
    assert (low, high) == (pytest.approx(2, abs=1e-3), pytest.approx(2, abs=1e-3))


@given(low=st.floats(0.01, 0.3), width=st.floats(0, 0.2), share=st.floats(0.1, 0.9))
def test_the_solution_for_a_weight_meets_the_mean(low, width, share):
    formula = read_formula("y = w*a + (1 - w)*b")
    mean = share * low + (1 - share) * (low + width + 0.05)
    box = {"y": (mean, mean), "w": (0.0, 1.0), "a": (low, low), "b": (low + width + 0.05,) * 2, "years": (5.0, 5.0)}
    start, end = solve(formula, box, "w", (0.0, 1.0))
    assert (start, end) == (pytest.approx(share, abs=1e-9), pytest.approx(share, abs=1e-9))


def test_every_relation_of_the_data_has_a_value():
    assert len(TIES) == len(REAL.relations)
    assert all(tie.printed[0] <= tie.printed[1] and tie.expected[0] <= tie.expected[1] for tie in TIES.values())


def test_a_formula_without_value_names_its_relation(tmp_path):
    with pytest.raises(bn.PlanError, match="relation r: "):
        tie_of(toy(tmp_path, "h = 1/(s - 0.1)", HEADLINE, SERVICES))


def test_ties_do_not_depend_on_the_order_of_rows():
    mixed = replace(REAL, operands=REAL.operands.iloc[::-1], targets=REAL.targets.sample(frac=1, random_state=1))
    other = {tie.relation_id: tie for tie in bn.evaluate_ties(mixed)}
    assert {key: (tie.printed, tie.expected) for key, tie in other.items()} == {
        key: (tie.printed, tie.expected) for key, tie in TIES.items()
    }
    assert isinstance(mixed.operands, pd.DataFrame)
