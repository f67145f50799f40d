"""`bnplan register` checks a register of projects and prints its money by quarter."""

import csv
import io
import json
import sys

import pytest

from bnplan_lib import cli

ROWS = """id,start,end,cost_bn_vnd,sector,profile
A,2026Q1,2026Q2,10,roads,
B,2026Q2,2026Q3,4,water,uniform
C,2026Q2,2026Q2,,water,
"""


@pytest.fixture
def bnplan(capsys, monkeypatch, tmp_path):
    """Run `bnplan register` on the text of a file and return its code, stdout and stderr."""

    def run(text, *words):
        path = tmp_path / "register.csv"
        path.write_text(text, encoding="utf-8")
        monkeypatch.setattr(sys, "argv", ["bnplan", "register", str(path), *words])
        with pytest.raises(SystemExit) as left:
            cli.main()
        out, err = capsys.readouterr()
        return left.value.code or 0, out, err

    return run


def test_money_and_running_projects_are_printed_by_quarter(bnplan):
    code, out, _ = bnplan(ROWS, "--format", "csv")
    assert code == 0
    assert out.split() == ["quarter,amount_bn_vnd,running_projects", "2026Q1,5.0,1", "2026Q2,7.0,3", "2026Q3,2.0,1"]


def test_projects_costs_and_gaps_are_counted_on_stderr(bnplan):
    assert bnplan(ROWS)[2] == "register.csv: 3 projects, 1 without a cost, 14.000 bn VND in all\n"


def test_money_is_divided_by_a_column(bnplan):
    rows = json.loads(bnplan(ROWS, "--by", "sector", "--format", "json")[1])
    assert rows[2] == {"quarter": "2026Q2", "sector": "roads", "amount_bn_vnd": 5, "running_projects": 1}
    assert len(rows) == 3 * 2


def test_a_blank_class_has_its_own_rows(bnplan):
    out = bnplan(ROWS.replace("water", ""), "--by", "sector", "--format", "csv")[1]
    rows = list(csv.DictReader(io.StringIO(out)))
    assert {row["sector"]: row["amount_bn_vnd"] for row in rows[-2:]} == {"": "2.0", "roads": "0.0"}


def test_the_profile_applies_where_a_row_names_none(bnplan):
    out = bnplan(ROWS, "--profile", "front", "--format", "csv")[1]
    assert out.split()[1:] == ["2026Q1,7.5,1", "2026Q2,4.5,3", "2026Q3,2.0,1"]


def test_a_faulty_register_leaves_with_2_and_its_faults(bnplan):
    code, out, err = bnplan(ROWS.replace("2026Q3", "2026").replace(",10,", ",ten,"), "--faults", "1")
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        "register.csv:2:cost_bn_vnd: must be a number such as 1234.5, found 'ten'",
        "register.csv: 2 faults; the first 1 are listed",
    ]


def test_an_unknown_column_to_divide_by_leaves_with_2(bnplan):
    code, out, err = bnplan(ROWS, "--by", "sektor")
    assert (code, out) == (2, "")
    assert err.startswith("bnplan: register.csv:1: must have a column sektor; nearest: sector;")


def test_a_spreadsheet_takes_no_class_for_a_formula(bnplan):
    out = bnplan(ROWS.replace("roads", "=1+1"), "--by", "sector", "--format", "csv")[1]
    assert "2026Q1,'=1+1,5.0,1" in out.split()
