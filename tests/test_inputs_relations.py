"""A relation, operand or pair that cannot be evaluated is refused, file, row and column named."""

import csv
import shutil

import pytest
from toy import DATA, write_toy

from bnplan_lib.errors import DataError, FaultyInput
from bnplan_lib.inputs.accepted import read_accepted
from bnplan_lib.inputs.programme import read_programme


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(DATA, tmp_path / "data")


def change(folder, table, row, column, value):
    """Change a cell of a table in data/relations; the row is counted from 0."""
    path = folder / "relations" / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[row][column] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def faults(folder):
    with pytest.raises(DataError) as caught:
        read_programme(folder)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(("table", "column", "value", "message"), [
    ("relations", "formula", "headline = __import__('os')", "relations.csv:2:formula: growth_mix: only names, numbers"),
    ("relations", "formula", "headline = agricultur", "every name needs a row in operands; nearest: agriculture"),
    ("relations", "formula", "headline = agriculture", "holds every operand of its own, found no built"),
    ("relations", "sentence_en", "{headlin} grows", "growth_mix: braces name an operand; nearest: headline"),
    ("relations", "sentence_en", "{headline:>9999999}", "growth_mix: braces hold a name and nothing else"),
    ("relations", "sentence_vi", "{", "relations.csv:2:sentence_vi: growth_mix: "),
    ("relations", "if_none", "grave", "relations.csv:2:if_none: not an allowed value"),
    ("relations", "kind", "hunch", "relations.csv:2:kind: not in code list rule"),
    ("relations", "resolve_en", "", "growth_mix: a relation that can fail says what would resolve it"),
    ("operands", "ref", "A.I.11", "operands.csv:2:ref: growth_mix: not in targets; nearest: A.I.1"),
    ("operands", "ref", "text.I.3.central_city", "operands.csv:2:ref: growth_mix: must have a number"),
    ("operands", "table", "guesses", "operands.csv:2:table: not an allowed value"),
    ("operands", "relation_id", "nothing", "operands.csv:2:relation_id: not in relations"),
    ("operands", "rounding", "-1", "operands.csv:2:rounding: must be at least 0"),
    ("assumptions", "low", "9", "assumptions.csv:2:low: deflator_growth: low must not exceed high, found 9 and 4.5"),
    ("precedences", "before_id", "II.66", "precedences.csv:2:before_id: "),
    ("precedences", "link", "start_start", "precedences.csv:2:link: not an allowed value"),
])  # fmt: skip
def test_a_fault_is_named_with_its_place(folder, table, column, value, message):
    change(folder, table, 0, column, value)
    found = faults(folder)
    assert any(message in fault for fault in found), found


def test_all_faults_of_the_relations_are_listed_at_once(folder):
    change(folder, "relations", 0, "formula", "x")
    change(folder, "relations", 5, "formula", "y = 1")
    change(folder, "precedences", 3, "after_id", "Z")
    assert {fault.split(":")[0] for fault in faults(folder)} >= {"relations.csv", "precedences.csv"}


PAIR = {"link": "finish_finish", "basis": "stated", "confidence": "certain", "reason_vi": "a", "reason_en": "a",
        "source": "section-2:4.1"}  # fmt: skip


def pairs(*keys):
    """Return rows of the precedence table: the first of two keys such as tasks:I.1 before the second."""
    for number, (before, after) in enumerate(keys):
        (before_table, before_id), (after_table, after_id) = before.split(":"), after.split(":")
        names = {"before_table": before_table, "before_id": before_id, "after_table": after_table, "after_id": after_id}
        yield {"id": f"pair-{chr(97 + number)}", **names, **PAIR}


@pytest.mark.parametrize(("keys", "circle"), [
    ([("tasks:I.1", "tasks:I.1")], "tasks:I.1 before tasks:I.1"),
    ([("tasks:I.1", "tasks:I.2"), ("tasks:I.2", "tasks:I.1")], "tasks:I.2 before tasks:I.1 before tasks:I.2"),
    # told in the order of the pairs: I.1 before I.2 before the project before I.1
    ([("tasks:I.1", "tasks:I.2"), ("tasks:I.2", "projects:I.1"), ("projects:I.1", "tasks:I.1")],
     "tasks:I.2 before projects:I.1 before tasks:I.1 before tasks:I.2"),
    # the pair that leads into the circle is no part of it
    ([("projects:I.2", "tasks:I.1"), ("tasks:I.1", "tasks:I.2"), ("tasks:I.2", "tasks:I.1")],
     "tasks:I.1 before tasks:I.2 before tasks:I.1"),
])  # fmt: skip
def test_pairs_in_a_circle_are_refused_as_the_circle(tmp_path, keys, circle):
    rule = "precedences.csv: items must not wait for each other in a circle, found "
    assert faults(write_toy(tmp_path, precedences=list(pairs(*keys)))) == [rule + circle]


def test_two_ways_to_one_item_are_no_circle(tmp_path):
    keys = [("tasks:I.1", "tasks:I.2"), ("tasks:I.1", "projects:I.1"), ("projects:I.1", "tasks:I.2")]
    assert len(read_programme(write_toy(tmp_path, precedences=list(pairs(*keys)))).precedences) == 3


def test_items_of_one_id_in_two_tables_are_not_the_same(tmp_path):
    keys = [("tasks:I.1", "projects:I.1"), ("projects:I.1", "tasks:I.2")]
    assert len(read_programme(write_toy(tmp_path, precedences=list(pairs(*keys)))).precedences) == 2


def test_no_pair_starts_at_a_target(tmp_path):
    (row,) = pairs(("targets:A.I.1", "tasks:I.1"))
    assert "precedences.csv:2:before_table: not an allowed value" in faults(write_toy(tmp_path, precedences=[row]))[0]


def test_a_target_that_others_come_before_is_one_of_a_date(tmp_path):
    (row,) = pairs(("tasks:I.1", "targets:A.I.1"))
    message = (
        "precedences.csv:2:after_id: pair-a: a target that others come before must be one of a date, found 'A.I.1'"
    )
    assert faults(write_toy(tmp_path, precedences=[row])) == [message]


def test_nothing_waits_for_the_start_of_a_target(folder):
    change(folder, "precedences", position_of("city-scheme-before-goal"), "link", "finish_start")
    (message,) = faults(folder)
    assert message.endswith(":link: city-scheme-before-goal: a target has no start: finish_finish, found finish_start")


def position_of(pair):
    return read_programme().precedences["id"].tolist().index(pair)


def test_a_relation_is_added_by_adding_rows(folder):
    with (folder / "relations" / "relations.csv").open("a", encoding="utf-8") as file:
        file.write("mine,ratio,Của tôi,Mine,beds = 2*doctors,error,,certain,true,{printed},{printed},Sửa.,Mend.\n")
    with (folder / "relations" / "operands.csv").open("a", encoding="utf-8") as file:
        file.write("mine,beds,targets,A.II.6.beds,,\nmine,doctors,targets,A.II.6.doctors,,\n")
    import bnplan_lib as bn

    found = {one.id: one for one in bn.audit(read_programme(folder))}
    assert found["ratio:mine"].expected == (38, 38)  # 19 doctors, 40 beds


def test_empty_relations_are_allowed(tmp_path):
    assert read_programme(write_toy(tmp_path)).relations.empty


def test_accepted_findings_are_read_from_a_file(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("finding_id,reason,accepted\nsum:III,asked,2026-11-01\n", encoding="utf-8")
    assert read_accepted(path)["finding_id"].tolist() == ["sum:III"]


@pytest.mark.parametrize(("text", "message"), [
    ("finding,reason\n", "mine.csv:1: columns must be finding_id,reason,accepted"),
    ("finding_id,reason,accepted\nsum:III,,2026-11-01\n", "mine.csv:2:reason: must not be blank"),
    ("finding_id,reason,accepted\nsum:III,x,soon\n", "mine.csv:2:accepted: must match"),
    ("finding_id,reason,accepted\na,x,2026-11-01\na,y,2026-11-01\n", "mine.csv:3:finding_id: must be unique"),
])  # fmt: skip
def test_a_faulty_file_of_accepted_findings_is_refused(tmp_path, text, message):
    path = tmp_path / "mine.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FaultyInput, match=message):
        read_accepted(path)
