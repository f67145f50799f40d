"""Tables leave whole in every format, run nothing, and come out the same each time."""

import csv
import io
import json
import os
import shutil
import subprocess
import zipfile

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from toy import DATA

from bnplan_lib.errors import PlanError
from bnplan_lib.figures.workbook import HEAD
from bnplan_lib.inputs.programme import read_programme, read_schema
from bnplan_lib.report.export import export_tables

PROGRAMME = read_programme()
RESOURCES = read_schema()["resources"]
KINDS = ("csv", "json", "parquet", "xlsx", "oc4ids")
TEXTS = ("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("x")', "https://example.org/a", "00123", "1e5")
each_table = pytest.mark.parametrize("resource", RESOURCES, ids=lambda one: one["name"])


@pytest.fixture(scope="module", params=["en", "vi"])
def book(request, tmp_path_factory):
    path = export_tables(PROGRAMME, tmp_path_factory.mktemp("out"), "xlsx", request.param)[0]
    return openpyxl.load_workbook(path)


@pytest.fixture(scope="module")
def parquet(tmp_path_factory):
    paths = export_tables(PROGRAMME, tmp_path_factory.mktemp("out"), "parquet")
    return {path.stem: path for path in paths}


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    path = export_tables(PROGRAMME, tmp_path_factory.mktemp("out"), "oc4ids")[0]
    return json.loads(path.read_text(encoding="utf-8"))


def cells(table):
    """Return the cells of a table, missing ones as None."""
    return [[None if pd.isna(cell) else cell for cell in row] for row in table.to_numpy(object).tolist()]


@pytest.mark.parametrize("kind", KINDS)
def test_two_exports_are_the_same_bytes(tmp_path, kind):
    one, two = (export_tables(PROGRAMME, tmp_path / name, kind) for name in ("one", "two"))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


@each_table
def test_parquet_holds_the_table_its_types_and_its_words(parquet, resource):
    table = getattr(PROGRAMME, resource["name"])
    read = pq.read_table(parquet[resource["name"]])
    assert cells(read.to_pandas(types_mapper={}.get)) == cells(table) or read.num_rows == 0
    types = {"string": "string", "number": "double", "integer": "int64", "boolean": "bool"}
    for field, column in zip(resource["schema"]["fields"], read.schema, strict=True):
        assert (column.name, str(column.type)) == (field["name"], types[field["type"]])
        assert column.metadata[b"title_vi"].decode() == field["title_vi"]
    assert read.schema.metadata[b"data_sha256"].decode() == PROGRAMME.data_hash


@each_table
def test_a_workbook_holds_the_table_with_filters_under_its_headings(book, resource):
    page = book.worksheets[1 + RESOURCES.index(resource)]
    assert page.title.rstrip("…") in resource["title"] + resource["title_vi"]
    rows = list(page.iter_rows(min_row=HEAD, values_only=True))
    assert list(rows[0]) == [field["name"] for field in resource["schema"]["fields"]]
    table = getattr(PROGRAMME, resource["name"])
    found = [list(row) for row in rows[1:]]
    assert len(found) == len(table)
    for row, expected in zip(found, cells(table), strict=True):
        assert row == pytest.approx(expected) if not any(isinstance(one, str) for one in row) else row == expected
    assert page.freeze_panes == f"B{HEAD + 1}"
    assert page.auto_filter.ref.startswith("A2:")


def test_a_workbook_says_what_each_column_means_and_where_figures_come_from(book):
    names = book.sheetnames
    assert len(names) == len(RESOURCES) + 3
    columns = {(row[0], row[1]) for row in book[names[-2]].iter_rows(min_row=2, values_only=True)}
    assert columns == {(one["name"], field["name"]) for one in RESOURCES for field in one["schema"]["fields"]}
    sources = {cell for row in book[names[-1]].iter_rows(min_row=2, values_only=True) for cell in row}
    assert set(PROGRAMME.facts["url"].dropna()) <= sources
    links = [cell.hyperlink.location for cell in book.worksheets[0]["A"] if cell.hyperlink]
    assert len(links) == len(RESOURCES)
    assert not [cell for page in book.worksheets[1:] for row in page.iter_rows() for cell in row if cell.hyperlink]


def test_pandas_reads_a_sheet_of_the_workbook(tmp_path):
    path = export_tables(PROGRAMME, tmp_path, "xlsx", "en")[0]
    table = pd.read_excel(path, sheet_name="Projects", header=1)
    assert table["cost_bn_vnd"].sum() == pytest.approx(PROGRAMME.projects["cost_bn_vnd"].sum())


def test_libreoffice_reads_what_the_workbook_says(tmp_path, soffice):
    path = export_tables(PROGRAMME, tmp_path, "xlsx", "en")[0]
    sheet = 2 + [one["name"] for one in RESOURCES].index("projects")
    filters = f"csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,{sheet}"
    home = {**os.environ, "HOME": str(tmp_path)}
    command = [soffice, "--headless", "--convert-to", filters, "--outdir", tmp_path / "csv", path]
    subprocess.run(command, env=home, check=True, timeout=180, stdout=subprocess.DEVNULL)
    text = next((tmp_path / "csv").glob("*.csv")).read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text.partition("\n")[2])))
    assert [row["id"] for row in rows] == PROGRAMME.projects["id"].tolist()
    assert [row["name_vi"] for row in rows] == PROGRAMME.projects["name_vi"].tolist()
    costs = PROGRAMME.projects["cost_bn_vnd"]
    assert [float(row["cost_bn_vnd"].replace(",", "") or "nan") for row in rows] == pytest.approx(costs, nan_ok=True)


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_runs_nowhere(tmp_path, text):
    shutil.copytree(DATA, tmp_path / "data")
    with (tmp_path / "data" / "programme" / "agencies.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow(["x", text, text, text, text, "department", text])
    programme = read_programme(tmp_path / "data")
    path = export_tables(programme, tmp_path / "out", "xlsx", "en")[0]
    with zipfile.ZipFile(path) as package:
        assert not [name for name in package.namelist() if b"<f>" in package.read(name)]
    page = openpyxl.load_workbook(path)["Agencies"]
    assert [cell.value for cell in page["B"]].count(text) == 1
    assert {cell.data_type for cell in page["B"] if cell.value == text} == {"s"}
    export_tables(programme, tmp_path / "out", "csv")
    line = (tmp_path / "out" / "agencies.csv").read_text(encoding="utf-8").splitlines()[-1]
    first = next(csv.reader([line]))[1]
    assert first == ("'" + text if text[0] in "=+-@" else text)


# what the standard's schema asks of the fields that are used here
TIME = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T00:00:00Z$"}
VALUE = {
    "type": "object",
    "required": ["amount", "currency"],
    "additionalProperties": False,
    "properties": {"amount": {"type": "number"}, "currency": {"enum": ["VND"]}},
}
TEXT = {"type": "string", "minLength": 1}


def shape(required, **properties):
    return {"type": "object", "required": required, "additionalProperties": False, "properties": properties}


PROJECT = shape(
    ["id", "title"],
    id=TEXT,
    updated=TIME,
    title=TEXT,
    description=TEXT,
    period=shape([], startDate=TIME, endDate=TIME),
    sector={"type": "array", "items": TEXT, "uniqueItems": True},
    additionalClassifications={
        "type": "array",
        "uniqueItems": True,
        "items": shape(["scheme", "id"], scheme=TEXT, id=TEXT, description=TEXT),
    },
    type={"enum": ["construction", "rehabilitation", "replacement", "expansion"]},
    locations={"type": "array", "items": shape(["id"], id=TEXT, description=TEXT)},
    budget=shape(
        ["amount"],
        amount=VALUE,
        budgetBreakdown={"type": "array", "items": shape(["id"], id=TEXT, description=TEXT, amount=VALUE)},
    ),
    parties={
        "type": "array",
        "items": shape(["id", "name", "roles"], id=TEXT, name=TEXT, roles={"type": "array", "items": TEXT}),
    },
    documents={"type": "array", "items": shape(["id"], id=TEXT, title=TEXT, datePublished=TIME, language=TEXT)},
)
PACKAGE = shape(
    ["uri", "publisher", "publishedDate", "projects", "version"],
    uri={"type": "string", "format": "uri"},
    version={"type": "string", "pattern": r"^(\d+\.)(\d+)$"},
    publishedDate=TIME,
    publisher=shape(["name"], name=TEXT),
    license={"type": "string", "format": "uri"},
    projects={"type": "array", "minItems": 1, "uniqueItems": True, "items": PROJECT},
)


def test_the_projects_keep_to_the_standard(package):
    import jsonschema

    jsonschema.Draft202012Validator(PACKAGE).validate(package)
    ids = [project["id"] for project in package["projects"]]
    assert len(set(ids)) == len(ids) == 56


def test_the_money_is_that_of_the_list_in_dong(package):
    amounts = {
        one["id"].rpartition("-")[2]: one.get("budget", {}).get("amount", {}).get("amount")
        for one in package["projects"]
    }
    costs = PROGRAMME.projects.set_index("id")["cost_bn_vnd"]
    assert {key: value for key, value in amounts.items() if value is not None} == {
        key: round(cost * 1e9) for key, cost in costs.dropna().items()
    }
    assert amounts["II.6"] is None  # no cost is printed
    airport = next(one for one in package["projects"] if one["id"].endswith("-II.1"))
    parts = [part["amount"]["amount"] for part in airport["budget"]["budgetBreakdown"]]
    assert parts == [141_230_000_000_000, 55_140_000_000_000]


def test_a_corrected_cost_says_what_is_printed(package):
    told = {one["id"].rpartition("-")[2]: one["description"] for one in package["projects"]}
    assert "printed 345000, used 345" in told["I.16"]
    assert [key for key, text in told.items() if "Corrected cost_bn_vnd" in text] == ["I.16", "I.17", "I.18", "I.19"]


def test_an_end_that_is_not_printed_is_left_out(package):
    periods = {one["id"].rpartition("-")[2]: one.get("period", {}) for one in package["projects"]}
    open_ended = set(PROGRAMME.project_phases.query("open_ended")["project_id"])
    assert {key for key, period in periods.items() if "endDate" not in period} == open_ended
    assert periods["I.1"] == {"startDate": "2025-01-01T00:00:00Z", "endDate": "2028-12-31T00:00:00Z"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_that_cannot_be_written_is_said_in_one_line(tmp_path, kind):
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(PlanError, match="must be writable"):
        export_tables(PROGRAMME, tmp_path / "out", kind)
