"""What must wait for what: slack in quarters, and pairs whose second cannot wait."""

from dataclasses import replace

import pytest
from toy import write_toy

import bnplan_lib as bn
from bnplan_lib.analysis.precedence import precedence_findings, precedence_slack

REAL = bn.read_programme()
SLACK = precedence_slack(REAL).set_index("id")["slack_quarters"]


@pytest.mark.parametrize(("pair", "slack"), [
    ("provincial-plan-before-urban-plan", 0),  # ends 2026Q3, starts 2026Q4
    ("urban-plan-before-programme", -1),  # ends 2027Q1, starts 2027Q1
    ("programme-before-classification", 4),  # 2027Q1 to 2028Q2
    ("classification-before-city", 0),  # 2028Q2 to 2028Q3
    ("city-scheme-before-goal", 4),  # ends 2028Q4, due 2029Q4
    ("airport-before-free-trade-zone", -16),  # ends 2030Q4, ends 2026Q4
    ("airport-road-before-airport", 12),  # ends 2027Q4, ends 2030Q4
])  # fmt: skip
def test_slack_is_counted_in_quarters(pair, slack):
    assert SLACK[pair] == slack


def test_there_are_a_dozen_pairs_each_with_reason_and_basis():
    pairs = REAL.precedences
    assert len(pairs) >= 12
    assert pairs[["reason_vi", "reason_en", "basis", "source"]].notna().all(axis=None)


def test_only_negative_slack_is_a_finding():
    assert {one.id for one in precedence_findings(REAL)} == {f"precedence:{key}" for key in SLACK[SLACK < 0].index}


PAIR = {
    "id": "one", "before_table": "tasks", "before_id": "I.1", "after_table": "tasks", "after_id": "I.2",
    "link": "finish_start", "basis": "stated", "confidence": "certain", "reason_vi": "a", "reason_en": "a",
    "source": "section-2:4.1",
}  # fmt: skip


@pytest.mark.parametrize(("link", "slack"), [("finish_start", -1), ("finish_finish", 0)])
def test_a_toy_pair_is_measured_by_its_link(tmp_path, link, slack):
    # task I.1 runs 2026Q1 to Q2, task I.2 in Q2
    toy = bn.read_programme(write_toy(tmp_path, precedences=[{**PAIR, "link": link}]))
    assert precedence_slack(toy)["slack_quarters"].tolist() == [slack]
    assert len(precedence_findings(toy)) == (slack < 0)


def test_a_blank_date_gives_no_slack_and_no_finding():
    open_end = REAL.project_phases.copy()
    open_end.loc[open_end["project_id"] == "II.6", "end"] = None
    without = replace(REAL, project_phases=open_end)
    slack = precedence_slack(without).set_index("id")["slack_quarters"]
    assert slack.isna()["airport-before-free-trade-zone"]
