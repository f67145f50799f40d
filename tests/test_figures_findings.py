"""Findings are told in both languages: the arithmetic, what would resolve them, while they stand."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from faulty import KINDS, clean_programme, plant

import bnplan_lib as bn
from bnplan_lib.errors import UnknownName
from bnplan_lib.figures.amounts import amount, apart
from bnplan_lib.figures.findings import findings_frame, told_in_lines
from bnplan_lib.figures.language import speak
from bnplan_lib.figures.trail import STEPS, trace

REAL = bn.read_programme()
STORY = bn.read_scenario("middle")
FINDINGS = bn.audit(REAL, STORY)
TOLD = {lang: findings_frame(REAL, FINDINGS, lang).set_index("id") for lang in ("en", "vi")}
plain = str.maketrans("\N{NO-BREAK SPACE}", " ")


def said(key, column="sentence", lang="en"):
    return TOLD[lang].loc[key, column].translate(plain)


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_every_finding_is_told_without_gaps(lang):
    for column in ("sentence", "resolve", "stands"):
        for text in TOLD[lang][column]:
            assert not re.search(r"{\w*}|nan\b|None\b|inf\b", text), text
    assert TOLD[lang]["sentence"].str.len().min() > 10


@pytest.mark.parametrize("kind", KINDS)
def test_planted_faults_are_told_in_both_languages(kind):
    fault = plant(clean_programme(REAL), kind, 0)
    for lang in ("en", "vi"):
        told = findings_frame(fault.programme, bn.audit(fault.programme), lang)
        assert not told.empty
        assert told["sentence"].str.contains(r"{\w*}").sum() == 0


def test_clean_water_is_told_with_its_arithmetic():
    assert said("weighted_mean:clean_water").startswith(
        "With 65% of the people in towns, 100% there and 93.8% in the country make 97.78–97.88%; printed is 96.4%."
    )
    assert "A.I.9 Urbanisation rate: at most 43.2%" in said("weighted_mean:clean_water", "resolve")


def test_vietnamese_has_its_own_notation():
    assert "97,78–97,88 %" in said("weighted_mean:clean_water", lang="vi")


def test_the_mobilisation_finding_says_while_it_stands():
    assert "for GRDP, 2025 above 148,006 bn VND (used: 522,618 bn VND)" in said("ratio:mobilisation", "stands")


def test_a_tie_that_cannot_hold_says_so_without_blame():
    told = said("identity:investment_two_lists")
    assert "cannot be reconciled unless a figure gives way" in told
    assert not [text for text in TOLD["en"]["sentence"] if re.search(r"\bwrong(?! digit)\b", text)]


def test_a_part_of_a_range_that_can_be_met_stays_inside_the_printed_one():
    assert "only 8,867–9,200 USD can come about" in said("pace:per_head_constant")


def test_a_pace_is_told_as_the_growth_the_printed_figure_fits():
    assert "fits a pace of 1.19% a year" in said("pace:revenue_pace")


def test_a_sum_that_misses_is_explained_likeliest_first():
    told = said("sum:III")
    assert (
        told.index("III.13 left out") < told.index("one wrong digit in the total, 635,412") < told.index("less likely")
    )


def test_a_sum_that_corrections_mend_says_so():
    assert "I.16, I.17, I.18, I.19 printed 1,000 times too large" in said("sum:I")
    assert said("sum:I", "resolve") == "With the corrected rows the sum is 85,410.8 bn VND and comes out."


def test_a_finding_that_is_gone_is_told():
    gone = replace(REAL, accepted=pd.DataFrame([{"finding_id": "sum:IX", "reason": "x", "accepted": "2026-11-01"}]))
    told = findings_frame(gone, bn.audit(gone), "en").set_index("id")
    assert told.loc["accepted:sum:IX", "sentence"] == "The accepted finding sum:IX no longer occurs."


def test_lines_for_a_terminal_are_no_wider_than_asked():
    lines = told_in_lines(REAL, FINDINGS, "en", 80)
    assert max(len(line) for line in lines if line.startswith("    ")) <= 80


@pytest.mark.parametrize(("interval", "unit", "text"), [
    ((0.11, 0.12), "percent_per_year", "11–12%"), ((0.1071, 0.1186), "percent", "10.71–11.86%"),
    ((0.65, 0.65), "percent", "65%"), ((375_700, 375_700), "bn_vnd", "375,700 bn VND"),
    ((8700, 9200), "usd_per_head", "8,700–9,200 USD"), ((3.0, 3.5), "ratio", "3.0–3.5"),
    ((7.84, 7.84), "million_vnd_per_month", "7.84 million VND a month"), ((23, 23), "rows", "23"),
    ((0.01, 0.015), "percentage_points_per_year", "1.0–1.5 percentage points"),
])  # fmt: skip
def test_an_amount_is_said_with_its_unit(interval, unit, text):
    assert amount(interval, unit, speak("en")).translate(plain) == text


def test_a_distance_between_shares_is_in_points():
    assert apart(0.0133, "percent", speak("en")) == "1.33 percentage points"


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_the_table_of_findings_can_be_filtered_without_a_script(lang):
    html = bn.figures.finding_table(REAL, FINDINGS, lang).data
    assert html.count("<tr class=") == len(FINDINGS)
    assert "<script" not in html
    assert html.count('type="radio"') == 1 + 3 + 1 + len({one.rule for one in FINDINGS})


def test_the_network_draws_every_tie_between_targets():
    ties = bn.evaluate_ties(REAL, STORY)
    figure = bn.figures.target_network(REAL, ties, FINDINGS, "en")
    several = [tie for tie in ties if len({one.ref for one in tie.operands if one.table == "targets"}) > 1]
    assert len(figure.layout.meta["table"]["rows"]) == len(several)
    lines = sum(len(trace.x) // 3 for trace in figure.data if trace.mode == "lines")
    assert lines == sum(len({one.ref for one in tie.operands if one.table == "targets"}) for tie in several)


def test_each_strip_stands_for_one_tie_that_does_not_hold():
    figure = bn.figures.tensions(REAL, FINDINGS, "en")
    grave = [one for one in FINDINGS if one.message == "relation" and one.severity != "note"]
    assert (
        len(figure.layout.meta["table"]["rows"]) == len(grave) == sum(trace.type == "bar" for trace in figure.data) / 2
    )


def test_a_programme_without_findings_still_has_its_pictures():
    clean = clean_programme(REAL)
    assert bn.figures.tensions(clean, (), "en").layout.meta["title"] == "0 errors, 0 tensions between printed figures"
    assert "No error and no tension" in bn.headline("consistency", clean, STORY, "en").data


STARTS = ("A.I.2", "projects:II.1", "sum:III", "ratio:mobilisation", "grdp.2025", "clean_water", "growth.industry",
          "IV.2", "project_groups:III", "4.2", "deflator_growth", "text.I.3.central_city")  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "vi"])
@pytest.mark.parametrize("name", STARTS)
def test_a_trail_begins_with_what_was_asked_for(name, lang):
    lines = trace(REAL, name, lang)
    assert lines[0].startswith(name.rpartition(":")[2] if name.partition(":")[0] in STEPS else name)
    assert not [line for line in lines if re.search(r"\bnan\b|None", line)]


def test_a_corrected_target_is_traced_to_its_row_and_its_source():
    text = "\n".join(trace(REAL, "A.I.2", "en"))
    assert "printed 8.700 – 8.200 USD, Appendix I, row A.I.2" in text
    assert "https://thanhnien.vn" in text
    assert "tied by per_head" in text


def test_a_finding_is_traced_to_every_figure_of_its_formula():
    lines = [line.strip() for line in trace(REAL, "ratio:mobilisation", "en")]
    assert any(line.startswith("revenue = 375,700") and "Appendix I, row A.I.8" in line for line in lines)
    assert any(line.startswith("grdp = 522,618") and "9 December 2025" in line for line in lines)


def test_an_unknown_figure_is_refused():
    with pytest.raises(UnknownName, match=r"no figure 'A\.I\.22'; nearest"):
        trace(REAL, "A.I.22", "en")


def test_a_task_is_traced_to_what_it_waits_for():
    assert "  waits for II.7, slack in quarters 0" in trace(REAL, "tasks:II.8", "en")


def test_a_target_without_upper_limit_is_stated_as_such():
    text = "\n".join(trace(REAL, "tfp_provincial", "en"))
    assert "the target is at least 55%" in text


@pytest.mark.parametrize(("lang", "name"), [("vi", "Hải quan khu vực V"), ("en", "Customs Region V")])
def test_bodies_in_the_table_of_findings_are_named_and_not_coded(lang, name):
    spellings = [one for one in FINDINGS if one.id == "name:spellings"]
    table = bn.figures.finding_table(REAL, spellings, lang).data
    assert (name in table, "customs" in table) == (True, False)
