"""A notebook's tables stand beside its page as they are, and two runs are told apart by what went in and came out."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from nbformat import v4

from bnplan_lib.errors import PlanError
from bnplan_lib.figures import results
from bnplan_lib.figures.results import RESULTS
from bnplan_lib.report.changes import COLUMNS, compare_runs, key_columns
from bnplan_lib.report.folder import put, write_whole
from bnplan_lib.report.record import Outcome, Product, as_json, read_records
from bnplan_lib.report.results import read_results, result_files, take_results

GROWTH = pd.DataFrame(
    {
        "sector": ["services", "industry", "grdp"],
        "year": [2026, 2026, 2026],
        "growth": [0.1, np.nan, 1 / 3],
        "met": [True, False, True],
        "places": [["A.I.1", "A.I.2"], [], ["B.I.1"]],
    }
)


def executed(**tables):
    """Return an executed notebook whose cell shows results, as it comes from its file: keys in alphabetical order."""
    bundle = results(**tables)._repr_mimebundle_()
    data = json.loads(json.dumps(bundle, sort_keys=True))
    output = v4.new_output("display_data", data=data)
    return v4.new_notebook(cells=[v4.new_markdown_cell("# One"), v4.new_code_cell("…", outputs=[output])])


@pytest.fixture
def files():
    """The files of a run with one table."""
    return result_files("one.middle.en", take_results(executed(growth=GROWTH)))


def test_a_table_comes_back_from_parquet_as_it_was(files, tmp_path):
    (tmp_path / "growth.parquet").write_bytes(files["one.middle.en.growth.parquet"])
    found = pd.read_parquet(tmp_path / "growth.parquet")
    assert list(found.columns) == list(GROWTH.columns)
    assert found["growth"].tolist()[::2] == [0.1, 1 / 3]
    assert np.isnan(found["growth"][1])
    assert [list(one) for one in found["places"]] == GROWTH["places"].tolist()
    assert found.dtypes.astype(str).to_dict() | {"sector": "str"} == GROWTH.dtypes.astype(str).to_dict()


def test_the_rows_of_a_table_are_objects_with_its_columns_in_order(files):
    rows = json.loads(files["one.middle.en.results.json"])["growth"]
    assert [list(row) for row in rows] == [list(GROWTH.columns)] * 3
    assert rows[1] == {"sector": "industry", "year": 2026, "growth": None, "met": False, "places": []}


def test_the_same_results_are_the_same_bytes(files):
    assert result_files("one.middle.en", take_results(executed(growth=GROWTH))) == files


def test_a_notebook_without_results_has_no_files():
    assert result_files("one", take_results(v4.new_notebook(cells=[v4.new_code_cell("1")]))) == {}


def test_a_table_without_rows_keeps_its_columns():
    files = result_files("one", take_results(executed(empty=GROWTH.head(0))))
    assert json.loads(files["one.results.json"]) == {"empty": []}


@pytest.mark.parametrize(("tables", "told"), [({"growth": [1]}, "growth must be a table, found list"),
                                              ({"Growth": GROWTH}, "Growth must be small letters")])  # fmt: skip
def test_what_is_no_table_is_refused(tables, told):
    with pytest.raises(PlanError, match=told):
        results(**tables)


def test_the_page_shows_nothing_of_results():
    from bnplan_lib.report.pages import write_page

    page = write_page(executed(growth=GROWTH), "vi", {}, {})
    assert RESULTS not in page
    assert "growth 3" not in page


# Two runs


OUTCOME = Outcome(
    notebook="one",
    scenario="middle",
    scenario_title="Middle",
    lang="en",
    parameters={"goal": 11, "lang": "en", "levers": {}},
    origins={},
    settings=(),
    changes={},
    status="done",
    started="2026-01-01T00:00:00+00:00",
    seconds=1.0,
    page="one.middle.en.html",
    executed="one.middle.en.ipynb",
    title="One",
    headline="",
    cells=(),
    hashes={"data": "a" * 64, "library": "b" * 64},
    fingerprint="f",
    versions={"pandas": "3.0.0"},
)


def finished(folder, table=GROWTH, **told):
    """Write a finished run of one page and return its folder."""
    folder.mkdir()
    outcome = replace(OUTCOME, **told)
    files = {outcome.page: b"page", **result_files(outcome.stem, take_results(executed(growth=table)))}
    files[outcome.executed] = b"copy"
    put(folder, Product(replace(outcome, files=dict.fromkeys(files, "hash")), files))
    write_whole(folder / "run.json", as_json({"run": 1, "runs": []}))
    return folder


def told_of(changed):
    """Return the differences as tuples of what, row, column, before and after."""
    return [tuple(row) for row in changed[["what", "row", "column", "before", "after"]].itertuples(index=False)]


def test_equal_runs_differ_in_nothing(tmp_path):
    changed = compare_runs(finished(tmp_path / "a"), finished(tmp_path / "b"))
    assert (len(changed), list(changed.columns)) == (0, COLUMNS)


def test_what_went_in_is_told_before_what_came_out(tmp_path):
    other = GROWTH.assign(growth=[0.2, np.nan, 1 / 3])
    more = {
        "parameters": {"goal": 12},
        "hashes": {"data": "c" * 64, "library": "b" * 64},
        "versions": {"pandas": "3.1.0"},
    }
    changed = compare_runs(finished(tmp_path / "a"), finished(tmp_path / "b", other, **more))
    assert told_of(changed) == [
        ("parameter", "", "goal", 11, 12),
        ("version", "", "pandas", "3.0.0", "3.1.0"),
        ("hash", "", "data", "a" * 12, "c" * 12),
        ("growth", "sector=services", "growth", 0.1, 0.2),
    ]
    assert changed["change"].iloc[[0, 3]].tolist() == pytest.approx([1, 0.1])


def test_rows_and_tables_that_only_one_has_are_told(tmp_path):
    changed = compare_runs(finished(tmp_path / "a"), finished(tmp_path / "b", GROWTH.head(2)))
    assert told_of(changed) == [("growth", "sector=grdp", "", "there", "missing")]


def test_a_value_that_comes_or_goes_is_told(tmp_path):
    changed = compare_runs(finished(tmp_path / "a"), finished(tmp_path / "b", GROWTH.assign(growth=[0.1, 0.5, 1 / 3])))
    assert [row[:3] for row in told_of(changed)] == [("growth", "sector=industry", "growth")]


def test_pages_that_only_one_has_are_told(tmp_path):
    other = {"notebook": "two", "page": "two.middle.en.html", "executed": "two.middle.en.ipynb"}
    changed = compare_runs(finished(tmp_path / "a"), finished(tmp_path / "b", **other))
    assert changed[["page", "before", "after"]].to_numpy().tolist() == [
        ["one.middle", "there", "missing"],
        ["two.middle", "missing", "there"],
    ]


def test_one_page_of_a_notebook_on_each_side_is_compared_whatever_its_scenario(tmp_path):
    other = {
        "scenario": "high",
        "page": "one.high.en.html",
        "executed": "one.high.en.ipynb",
        "parameters": {"goal": 11, "scenario": "high"},
    }
    changed = compare_runs(finished(tmp_path / "a"), finished(tmp_path / "b", **other))
    assert told_of(changed)[0][:3] == ("parameter", "", "scenario")
    assert set(changed["page"]) == {"one"}


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(PlanError, match="nowhere: no finished run here"):
        compare_runs(finished(tmp_path / "a"), tmp_path / "nowhere")


def test_results_that_cannot_be_read_are_told(tmp_path):
    folder = finished(tmp_path / "a")
    (folder / "one.middle.en.results.json").write_text("{", encoding="utf-8")
    with pytest.raises(PlanError, match=r"one\.middle: its results cannot be read"):
        compare_runs(folder, finished(tmp_path / "b"))


def test_rows_are_told_apart_by_the_fewest_columns_from_the_first():
    table = pd.DataFrame({"sector": ["a", "a", "b"], "year": [1, 2, 1], "value": [0, 0, 0]})
    assert key_columns(table, table) == ["sector", "year"]
    assert key_columns(table.head(1), table.tail(1)) == ["sector"]


@pytest.mark.parametrize(("name", "found"), [("more.parquet", 1), ("../more.parquet", 0), ("/more", 0), ("a/b", 0)])
def test_a_record_that_names_files_elsewhere_is_passed_over(tmp_path, name, found):
    folder = finished(tmp_path / "a")
    path = folder / "one.middle.en.run.json"
    told = json.loads(path.read_text("utf-8"))
    write_whole(path, json.dumps({**told, "files": {**told["files"], name: "hash"}}))
    assert len(read_records(folder).good) == found


def test_results_of_a_run_are_read_by_name(tmp_path):
    folder = finished(tmp_path / "a")
    outcome = replace(OUTCOME, files={"one.middle.en.results.json": "hash"})
    assert read_results(folder, outcome)["growth"]["growth"].tolist()[0] == 0.1
    assert read_results(folder, OUTCOME) == {}
