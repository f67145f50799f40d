"""Each rule over the document fires where it must, and not where it must not."""

from dataclasses import replace

import pandas as pd
import pytest
from faulty import clean_programme
from toy import phase_row, project_row, target_row, write_toy

import bnplan_lib as bn
from bnplan_lib.analysis.document import document_findings, printed_values, read_otherwise

REAL = bn.read_programme()
CLEAN = clean_programme(REAL)


def ids(programme):
    return {one.id for one in document_findings(programme)}


def change(programme, table, key, **cells):
    frame = getattr(programme, table).copy()
    for column, value in cells.items():
        frame.loc[frame["id"] == key, column] = value
    return replace(programme, **{table: frame})


def test_a_clean_copy_has_no_finding():
    assert ids(CLEAN) == set()


def test_a_toy_group_that_misses_its_total_is_found(tmp_path):
    # rows 80 and 20, printed total 90: ten too much
    found = {one.id: one for one in document_findings(bn.read_programme(write_toy(tmp_path)))}
    assert found["sum:I"].values["miss"] == 10
    assert found["sum:I"].expected == (100, 100)


def test_a_toy_group_that_comes_out_is_not(tmp_path):
    rows = [
        project_row("I.1", "public", "70", "2026-2027", "roads_bridges", "gia_binh"),
        project_row("I.2", "public", "20", "2027", "roads_bridges", "gia_binh"),
    ]
    phases = [phase_row("I.1", "2026Q1", "2027Q4"), phase_row("I.2", "2027Q1", "2027Q4")]
    toy = bn.read_programme(write_toy(tmp_path, projects=rows, project_phases=phases))
    assert "sum:I" not in {one.id for one in document_findings(toy)}


def test_a_total_is_held_against_the_printed_rows_not_the_corrected_ones():
    # as printed the four rows in million dong make the group 1,598,895.8
    costs = printed_values(REAL, "projects", "cost_bn_vnd")
    assert costs[REAL.projects["capital_source"] == "public"].sum() == pytest.approx(1_598_895.8)
    finding = next(one for one in document_findings(REAL) if one.id == "sum:I")
    assert finding.places == ("I", "I.16", "I.17", "I.18", "I.19")
    assert finding.values["mended"] == pytest.approx(85_410.8)


def test_a_difference_that_rounding_explains_is_a_note():
    total = CLEAN.project_groups.set_index("id").loc["III", "total_bn_vnd"]
    finding = next(iter(document_findings(change(CLEAN, "project_groups", "III", total_bn_vnd=total + 3))))
    assert (finding.id, finding.severity) == ("sum:III", "note")


def test_a_blank_cost_may_be_what_a_total_holds_more():
    programme = change(CLEAN, "projects", "II.6", cost_bn_vnd=None)
    finding = next(one for one in document_findings(programme) if one.id == "sum:II")
    assert (finding.values["blank"], finding.values["miss"]) == (("II.6",), -100)


@pytest.mark.parametrize(("table", "key", "cells", "expected"), [
    ("targets", "A.I.5", {"low": 3.5, "high": 3.0}, "order:A.I.5"),
    ("targets", "A.I.1.3", {"printed": "8,5 - 9,2%"}, "unit:A.I.1.3"),
    ("targets", "B.II.1.healthy_years", {"low": 69.0}, "identity:A.II.2.healthy_years=B.II.1.healthy_years"),
    ("targets", "A.I.7", {"leads": None}, "blank:targets.A.I.7"),
    ("tasks", "II.6", {"start": "2026Q3", "end": "2026Q2"}, "period:reversed:tasks.II.6"),
    ("tasks", "II.6", {"start": "2031Q1", "end": "2031Q2"}, "period:outside:tasks.II.6"),
    ("tasks", "II.6", {"start": "2026Q1", "end": "2026Q2"}, "period:signed"),
    ("tasks", "I.1", {"leads": None}, "blank:tasks.I.1"),
    ("tasks", "I.1", {"issuer": None}, "blank:tasks.I.1"),
    ("tasks", "I.1", {"leads": "finanse"}, "name:tasks.I.1.finanse"),
    ("projects", "I.5", {"cost_bn_vnd": None}, "blank:projects.I.5"),
    ("projects", "I.5", {"name_vi": "Cầu Kim Chân, tỉnh Bắc Giang"}, "name:projects.I.5"),
    ("agencies", "finance", {"spellings": "Sở Tài chính | Sở TC"}, "name:spellings"),
    ("agencies", "health", {"name_vi": "Sở Tài chinh"}, "name:finance=health"),
    ("agencies", "health", {"name_vi": "Sở Tư háp"}, "name:health=justice"),
    ("directives", "2.4", {"due": None}, "blank:due"),
])  # fmt: skip
def test_a_rule_fires_where_it_must(table, key, cells, expected):
    assert expected in ids(change(CLEAN, table, key, **cells))


@pytest.mark.parametrize(("table", "key", "cells"), [
    ("targets", "A.I.5", {"low": 3.5, "high": 3.5}),
    ("projects", "I.5", {"name_vi": "Cầu Kim Chân, huyện Tiên Du cũ"}),
    ("projects", "I.5", {"name_vi": "Chợ quốc tế Bắc Giang"}),
    ("tasks", "II.6", {"start": "2026Q2", "end": "2026Q2"}),
    ("tasks", "III.5", {"start": "2026Q1", "end": "2030Q4"}),
    ("agencies", "health", {"name_vi": "Sở Y tế và Dân số"}),
])  # fmt: skip
def test_a_rule_stays_silent_where_it_must(table, key, cells):
    assert ids(change(CLEAN, table, key, **cells)) == set()


def phases(key, *spans):
    rows = [{"project_id": key, "phase": number, "start": start, "end": end, "open_ended": False, "milestone": False,
             "cost_bn_vnd": None, "cost_source": None} for number, (start, end) in enumerate(spans, 1)]  # fmt: skip
    others = CLEAN.project_phases[CLEAN.project_phases["project_id"] != key]
    return replace(CLEAN, project_phases=pd.concat([others, pd.DataFrame(rows)], ignore_index=True))


@pytest.mark.parametrize(("spans", "expected"), [
    ([("2026Q1", "2028Q4"), ("2028Q4", "2030Q4")], {"period:phases:projects.I.5"}),
    ([("2026Q1", "2028Q3"), ("2028Q4", "2030Q4")], set()),
    ([("2026Q1", "2027Q4"), ("2029Q4", "2028Q1")], {"period:reversed:projects.I.5.2"}),
    ([("2025Q1", "2027Q4")], {"period:before"}),
    ([("2028Q1", "2031Q1")], {"period:after"}),
    ([("2026Q1", None)], {"blank:end"}),
    ([(None, "2029Q1")], {"blank:start"}),
])  # fmt: skip
def test_periods_of_phases_are_looked_at(spans, expected):
    assert ids(phases("I.5", *spans)) == expected


def without(table, column, value):
    frame = getattr(CLEAN, table)
    return replace(CLEAN, **{table: frame[frame[column] != value]})


@pytest.mark.parametrize(("table", "column", "value", "expected"), [
    ("targets", "row", "A.II.5", "numbering:targets.A.II"),
    ("tasks", "id", "II.7", "numbering:tasks.II"),
    ("directives", "row", "3.2", "numbering:directives.3"),
])  # fmt: skip
def test_a_number_that_is_left_out_is_found(table, column, value, expected):
    finding = next(one for one in document_findings(without(table, column, value)) if one.id == expected)
    assert value in finding.places


def test_a_project_listed_twice_is_found_by_its_name():
    row = CLEAN.projects[CLEAN.projects["id"] == "III.9"].assign(id="III.32")
    twice = replace(CLEAN, projects=pd.concat([CLEAN.projects, row], ignore_index=True))
    assert {"identity:III.9=III.32", "sum:III"} <= ids(twice)


def test_one_figure_twice_in_one_list_is_a_note():
    row = CLEAN.targets[CLEAN.targets["id"] == "A.II.5"].assign(id="A.II.5.again")
    twice = replace(CLEAN, targets=pd.concat([CLEAN.targets, row], ignore_index=True))
    finding = next(one for one in document_findings(twice) if one.rule == "identity")
    assert (finding.id, finding.severity) == ("identity:A.II.5=A.II.5.again", "note")


def test_two_lists_with_one_value_agree():
    assert not [one for one in document_findings(REAL) if one.rule == "identity"]


def test_a_heading_used_twice_comes_from_the_notes():
    assert "numbering:second-list-headed-a" in ids(REAL)


def test_a_note_in_a_toy_of_ranges_names_the_row(tmp_path):
    row = {**target_row("A.I.1.3", 0, 20), "leads": ""}
    toy = bn.read_programme(write_toy(tmp_path))
    blank = replace(toy, targets=toy.targets.assign(leads=toy.targets["leads"].where(toy.targets["id"] != row["id"])))
    assert "blank:targets.A.I.1.3" in {one.id for one in document_findings(blank)}


def test_the_other_reading_replaces_both_ends():
    target = read_otherwise(REAL).target("A.I.2")
    assert (target["low"], target["high"]) == (8200, 8700)
    assert REAL.target("A.I.2")["high"] == 9200
