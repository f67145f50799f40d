"""The tables are proved against a document: what agrees is silent, each of many faults is found where it is."""

import re
import unicodedata

import pytest
from small import bnplan
from source_text import document_of, spoil
from toy import DATA

from bnplan_lib.errors import PlanError
from bnplan_lib.inputs.document import bodies, read_document
from bnplan_lib.inputs.programme import read_programme
from bnplan_lib.inputs.source_check import addressees, compare_source

PROGRAMME = read_programme()
LINES = document_of(PROGRAMME)
SPELLINGS = sorted(
    (
        (one.casefold(), row["id"])
        for row in PROGRAMME.agencies.to_dict("records")
        for one in row["spellings"].split(" | ")
    ),
    key=lambda pair: -len(pair[0]),
)


def held(path, lines):
    path.write_text("\n".join(lines), encoding="utf-8")
    return compare_source(PROGRAMME, read_document(path))


def number(row_id):
    return re.sub(r"\.[a-z][a-z0-9_]*$", "", row_id)


def test_a_document_that_says_the_same_has_no_difference(tmp_path):
    assert held(tmp_path / "d.txt", LINES) == []


@pytest.mark.parametrize("seed", range(100))
def test_a_fault_is_found_where_it_is(tmp_path, seed):
    lines, table, ids, columns = spoil(LINES, seed)
    assert lines != LINES
    found = [one for one in held(tmp_path / "d.txt", lines) if one.table == table and one.column in columns]
    assert found
    assert ids is None or {number(one.id) for one in found} & {number(one) for one in ids}


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: unicodedata.normalize("NFD", text),
        lambda text: text.replace("\t", "  \t "),
        lambda text: text.replace(" - ", " – ").replace("1. Giao", "1. *Giao"),
        lambda text: re.sub(r"\tDự án ", "\t<i>Dự án</i> ", text),
        lambda text: text.replace("\n16\t", "\nTT\tCông trình/Dự án\tDự kiến tổng mức\tThời gian\n16\t"),  # a page ends
    ],
)
def test_layout_is_no_difference(tmp_path, change):
    path = tmp_path / "d.txt"
    path.write_bytes(change("\n".join(LINES)).encode())
    assert compare_source(PROGRAMME, read_document(path)) == []


def test_a_row_that_is_left_to_a_note_is_explained(tmp_path):
    at = next(place for place, line in enumerate(LINES) if line.startswith("Phụ lục ba"))
    found = held(tmp_path / "d.txt", [*LINES[: at - 1], "V\tViệc thường xuyên\t\t\t\t", *LINES[at - 1 :]])
    assert [(one.table, one.id, bool(one.explained)) for one in found] == [("tasks", "V", True)]
    again = held(tmp_path / "d.txt", [*LINES[: at - 1], "VI\tViệc khác\t\t\t\t", *LINES[at - 1 :]])
    assert [(one.id, one.explained) for one in again] == [("VI", "")]


def test_an_unknown_body_and_a_longer_figure_are_differences(tmp_path):
    text = "\n".join(LINES)
    for before, after, column in (
        ("Sở Tài chính; Thống kê tỉnh", "Sở Tài chính; Sở Vũ trụ; Thống kê tỉnh", "leads"),
        ("85.000 doanh nghiệp", "185.000 doanh nghiệp", "printed"),
        ("11 - 12%/năm", "111 - 12%/năm", "printed"),
    ):
        assert before in text
        found = held(tmp_path / "d.txt", text.replace(before, after, 1).split("\n"))
        assert {one.column for one in found} == {column}


@pytest.mark.parametrize(
    "text, leads, joins",
    [
        ("Giao Sở Tài chính chủ trì, Sở Y tế và Sở Nội vụ phối hợp lập", "finance", "health;home_affairs"),
        ("Giao Sở Tài chính, Sở Y tế tổ chức", "finance;health", ""),
        ("Giao Sở Tài chính chủ trì, phối hợp với Sở Y tế theo dõi, Sở Nội vụ", "finance", "health"),
        ("Cơ quan A trân trọng đề nghị Mặt trận Tổ quốc giám sát", "", "fatherland_front"),
    ],
)
def test_an_order_names_who_leads_and_who_joins(text, leads, joins):
    found = addressees(text, SPELLINGS)
    assert [";".join(one) for one in found] == [leads, joins]


def test_bodies_of_a_cell_and_what_is_left():
    assert bodies("Sở Văn hoá, TT&DL; Sở Mới", SPELLINGS) == (["culture"], "; Sở Mới")


@pytest.mark.parametrize(
    "content, told",
    [
        (b"\xff\xfeabc", "must be UTF-8 text"),
        (b"no tables here", "has no table of projects and none of targets and none of tasks"),
        (b"TT\tNoi dung khac\n1\tx", "has no table"),
    ],
)
def test_a_file_that_is_no_document_is_refused(tmp_path, content, told):
    (tmp_path / "d.txt").write_bytes(content)
    with pytest.raises(PlanError, match=told):
        read_document(tmp_path / "d.txt")
    with pytest.raises(PlanError, match="can be read"):
        read_document(tmp_path / "none.txt")


def test_the_command_leaves_with_5_where_something_differs(tmp_path):
    path = tmp_path / "d.txt"
    path.write_text("\n".join(LINES), encoding="utf-8")
    done = bnplan("check-source", str(path))
    assert (done.returncode, done.stdout) == (0, "")
    assert "160 rows held against the tables; 0 differences" in done.stderr
    path.write_text("\n".join(LINES).replace("196.378", "196.387"), encoding="utf-8")
    wrong = bnplan("check-source", str(path), "--format", "csv", "--data", str(DATA))
    assert (wrong.returncode, wrong.stdout.splitlines()[1].split(",")[:3]) == (5, ["projects", "II.1", "printed_cost"])
    none = bnplan("check-source", str(tmp_path / "none.txt"))
    assert (none.returncode, none.stderr.count("\n")) == (2, 1)
