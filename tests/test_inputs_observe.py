"""A report is taken whole or refused whole; a correction keeps what it corrects; the form comes back as it went out."""

import csv
import io
import os
import shutil
import subprocess
import zipfile

import openpyxl
import pytest
import xlsxwriter
from openpyxl.utils import get_column_letter
from small import bnplan
from toy import DATA

from bnplan_lib.errors import FaultyInput, PlanError, UnknownName
from bnplan_lib.figures.report_form import COLUMNS, HEAD, PLACE, report_form
from bnplan_lib.inputs.observe import observe, read_report
from bnplan_lib.inputs.programme import read_programme
from bnplan_lib.inputs.workbook import MOST_ROWS, read_sheet

DAY = "2027-01-15"
NAMES = ("table", "id", "measure", "period", "value", "status", "source", "reason")
PROGRAMME = read_programme()
GROWTH = ("targets", "A.I.1", "value", "2026", "11.4", "estimate", "Report 12", "")


@pytest.fixture
def data(tmp_path):
    shutil.copytree(DATA, tmp_path / "data")
    return tmp_path / "data"


def written(path, *rows, names=NAMES):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([names, *rows])
    return path


def workbook(path, *rows, names=NAMES):
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        for line, row in enumerate([names, *rows]):
            page.write_row(line, 0, row)
    return path


def text(data):
    return (data / "observations" / "observations.csv").read_text(encoding="utf-8")


def changed(path, changes, to=None):
    """Change cells of the form, by row id, measure and column, as somebody at a desk would."""
    book = openpyxl.load_workbook(path)
    page = book.active
    for row in page.iter_rows(min_row=HEAD + 1):
        for (row_id, measure), cells in changes.items():
            if row[PLACE["id"]].value == row_id and measure in str(row[PLACE["measure"]].value):
                for name, value in cells.items():
                    row[PLACE[name]].value = value
    book.save(to or path)


def test_a_new_value_is_added_at_the_end_and_the_rest_stays_byte_for_byte(data, tmp_path):
    before = text(data)
    intake = observe(data, written(tmp_path / "r.csv", GROWTH), DAY)
    assert (len(intake.added), len(intake.corrected), intake.unchanged) == (1, 0, 0)
    assert text(data) == before + "targets,A.I.1,value,2026,11.4,estimate,1,Report 12,,2027-01-15,\n"
    again = observe(data, tmp_path / "r.csv", DAY)
    assert (len(again.added), again.unchanged) == (0, 1)
    assert text(data).count("A.I.1,value,2026") == 1


def test_a_correction_keeps_its_predecessor_its_day_and_its_reason(data, tmp_path):
    observe(data, written(tmp_path / "r.csv", GROWTH), DAY)
    revised = (*GROWTH[:4], "11.1", "estimate", "Report 15", "recount")
    with pytest.raises(FaultyInput, match=r"corrects 11\.4 .* must have a reason"):
        observe(data, written(tmp_path / "s.csv", (*revised[:-1], "")), DAY)
    with pytest.raises(FaultyInput, match="must not be before that of the value it corrects, 2027-01-15"):
        observe(data, written(tmp_path / "s.csv", revised), "2027-01-14")
    observe(data, written(tmp_path / "s.csv", revised), "2027-03-01")
    rows = read_programme(data).observations.query("id == 'A.I.1' and period == '2026'")
    assert rows[["value", "version", "recorded"]].to_numpy().tolist() == [[11.4, 1, DAY], [11.1, 2, "2027-03-01"]]
    assert rows["reason"].iloc[1] == "recount"


def test_another_status_of_the_same_year_stands_beside_the_first(data, tmp_path):
    observe(data, written(tmp_path / "r.csv", GROWTH, (*GROWTH[:5], "final", "Yearbook", "")), DAY)
    assert read_programme(data).observations.query("period == '2026'")["status"].tolist() == ["estimate", "final"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_every_fault_is_named_at_its_cell_and_nothing_is_written(data, tmp_path, kind):
    before = text(data)
    rows = [
        GROWTH,
        ("targets", "A.I.99", "value", "2026", "11", "estimate", "r", ""),
        ("targets", "A.I.2", "value", "2026", "11,5", "guess", "r", ""),
        ("tasks", "II.4", "done_percent", "2026Q4", "130", "final", "r", ""),
        ("targets", "A.I.9", "value", "2026", "", "final", "r", ""),
        GROWTH,
        ("targets", "A.I.7", "value", "2026", "190", "final", "r", "why not"),
    ]
    path = tmp_path / f"r.{kind}"
    (written if kind == "csv" else workbook)(path, *rows)
    with pytest.raises(FaultyInput) as caught:
        observe(data, path, DAY)
    found = "\n".join(str(fault) for fault in caught.value.faults)
    for told in (
        f"r.{kind}:3:id: must be a row of targets",
        f"r.{kind}:4:value: must be a number",
        f"r.{kind}:4:status: not an allowed value",
        f"r.{kind}:5:value: II.4: must be from 0 to 100",
        f"r.{kind}:6:value: must not be blank",
        f"r.{kind}:7:id: must stand once, stands in row 2 too",
        f"r.{kind}:8:reason: A.I.7: a first value corrects nothing",
    ):
        assert told in found
    assert text(data) == before


@pytest.mark.parametrize(
    "names, told",
    [
        (("table", "id", "measure", "period", "value", "status"), "must have the column source once"),
        ((*NAMES, "colour"), "unknown column"),
        ((*NAMES, "version"), "is set by the command"),
        ((*NAMES, "value"), "must have the column value once, found 2"),
    ],
)
def test_a_wrong_heading_is_refused(data, tmp_path, names, told):
    with pytest.raises(FaultyInput, match=told):
        observe(data, written(tmp_path / "r.csv", names=names), DAY)


@pytest.mark.parametrize(
    "content, told",
    [
        (b"\xff\xfe\x00", "must be UTF-8"),
        (b'table,id\n"x', "well-formed CSV"),
        (b"table;id;measure\n", "save it with commas"),
        (b"", "must have the column"),
    ],
)
def test_a_broken_csv_is_refused(data, tmp_path, content, told):
    (tmp_path / "r.csv").write_bytes(content)
    with pytest.raises(PlanError, match=told):
        observe(data, tmp_path / "r.csv", DAY)


def test_other_files_are_refused(data, tmp_path):
    for name, told in (
        ("r.ods", "must be a .csv or an .xlsx"),
        ("none.csv", "can be read"),
        ("none.xlsx", "can be read"),
    ):
        with pytest.raises(PlanError, match=told):
            observe(data, tmp_path / name, DAY)


def test_the_form_asks_for_what_a_body_leads_and_prints_the_same_bytes():
    form = report_form(PROGRAMME, "health", 2026, "vi")
    assert form == report_form(PROGRAMME, "health", 2026, "vi")
    page = openpyxl.load_workbook(io.BytesIO(form)).active
    ids = {page.cell(row, PLACE["id"] + 1).value for row in range(HEAD + 1, page.max_row + 1)} - {None}
    led = {row.id for row in PROGRAMME.targets.itertuples() if "health" in str(row.leads).split(";")}
    assert "A.II.2.life_expectancy" in ids
    assert "B.II.1.life_expectancy" not in ids  # asked for once
    assert {one for one in ids if one in set(PROGRAMME.targets["id"])} <= led
    tasks = {row.id for row in PROGRAMME.tasks.itertuples() if "health" in str(row.leads).split(";")}
    assert tasks <= ids


def test_of_the_base_year_only_figures_of_targets_are_asked():
    page = openpyxl.load_workbook(io.BytesIO(report_form(PROGRAMME, "finance", 2025, "en"))).active
    rows = [row for row in page.iter_rows(min_row=HEAD + 1, values_only=True) if row[PLACE["id"]]]
    assert {row[PLACE["table"]] for row in rows} == {"targets"}
    growth = next(row for row in rows if row[PLACE["id"]] == "A.I.1")
    assert (growth[PLACE["value"]], growth[PLACE["status"]]) == (10.27, "estimate")


def test_what_was_known_last_stands_beside_what_is_asked(data, tmp_path):
    observe(data, written(tmp_path / "r.csv", GROWTH), DAY)
    page = openpyxl.load_workbook(io.BytesIO(report_form(read_programme(data), "finance", 2027, "en"))).active
    rows = {row[PLACE["id"]]: row for row in page.iter_rows(min_row=HEAD + 1, values_only=True)}
    assert rows["A.I.1"][PLACE["about_known"]] == "2026: 11.4 (estimate)"


def test_headings_and_the_programme_s_words_are_locked_and_choices_are_offered():
    page = openpyxl.load_workbook(io.BytesIO(report_form(PROGRAMME, "finance", 2026, "en"))).active
    assert page.protection.sheet
    row = next(row for row in page.iter_rows(min_row=HEAD + 1) if row[PLACE["id"]].value == "A.I.1")
    locked = {name: row[PLACE[name]].protection.locked for name, _, _ in COLUMNS}
    assert [name for name, shut in locked.items() if not shut] == ["value", "status", "source", "reason"]
    assert row[PLACE["about_asked"]].value == "11 - 12%/năm"
    assert row[PLACE["about_unit"]].value == "% a year"
    assert row[PLACE["about_known"]].value == "2025: 10.27 (estimate)"
    cell = f"{get_column_letter(PLACE['status'] + 1)}{row[0].row}"
    status = next(rule for rule in page.data_validations.dataValidation if cell in rule.sqref)
    assert (status.type, status.formula1) == ("list", '"estimate,preliminary,final"')
    assert page.column_dimensions["A"].hidden


def test_the_form_goes_out_and_comes_back(data, tmp_path):
    """Unfilled it says nothing; filled in, each cell arrives; sent again, it is known."""
    path = tmp_path / "finance.xlsx"
    path.write_bytes(report_form(read_programme(data), "finance", 2026, "vi"))
    assert observe(data, path, DAY).blank > 50
    filled = {"value": 11.25, "status": "số sơ bộ", "source": "Báo cáo 12/BC-STC"}
    paid = {"value": 812.5, "status": "số ước tính", "source": "Kho bạc"}
    done = {"value": 100, "status": "số chính thức", "source": "Quyết định 5/QĐ", "period": "2026Q3"}
    changed(path, {("A.I.1", "giá trị"): filled, ("I.1", "vốn"): paid, ("II.6", "hoàn thành"): done})
    intake = observe(data, path, DAY)
    rows = {(row["table"], row["id"], row["measure"]): row for row in intake.added}
    growth = rows[("targets", "A.I.1", "value")]
    assert (growth["value"], growth["status"], growth["source"]) == (11.25, "preliminary", "Báo cáo 12/BC-STC")
    assert rows[("projects", "I.1", "disbursed_bn_vnd")]["value"] == 812.5
    assert rows[("tasks", "II.6", "done_percent")]["period"] == "2026Q3"
    fresh = tmp_path / "again.xlsx"
    fresh.write_bytes(report_form(read_programme(data), "finance", 2026, "en"))
    again = observe(data, fresh, DAY)
    assert (len(again.added), len(again.corrected), again.unchanged) == (0, 0, len(intake.added))


def test_libreoffice_saves_the_form_and_nothing_is_lost(data, tmp_path, soffice):
    path, out = tmp_path / "f.xlsx", tmp_path / "out"
    path.write_bytes(report_form(read_programme(data), "finance", 2026, "vi"))
    changed(
        path,
        {("A.I.9", "giá trị"): {}, ("A.I.1", "giá trị"): {"value": 11.25, "status": "số sơ bộ", "source": "Báo cáo"}},
    )
    home = {**os.environ, "HOME": str(tmp_path)}
    subprocess.run(
        [soffice, "--headless", "--convert-to", "xlsx", "--outdir", out, path], env=home, check=True, timeout=180
    )
    plain, saved = (read_report(read_programme(data), one, DAY) for one in (path, out / "f.xlsx"))
    assert saved == plain
    assert saved.added[0]["value"] == 11.25
    page = openpyxl.load_workbook(out / "f.xlsx").active
    assert page.protection.sheet


@pytest.mark.parametrize(
    "agency, year, told",
    [
        ("helth", 2026, "nearest: health"),
        ("finance", 2024, "from 2025 to 2030"),
        ("media", 2026, "leads no target, task or order"),
    ],
)
def test_a_form_that_cannot_be_made(agency, year, told):
    with pytest.raises((UnknownName, PlanError), match=told):
        report_form(PROGRAMME, agency, year, "en")


def with_part(path, name, content=b"x"):
    with zipfile.ZipFile(path, "a") as package:
        package.writestr(name, content)
    return path


def bomb(path):
    """Write a workbook whose one part unpacks to more than any table needs."""
    workbook(path, GROWTH)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package, package.open("xl/media.xml", "w") as part:
        for _ in range(130):
            part.write(b" " * 2**20)
    return path


def entities(path):
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr(
            "xl/workbook.xml", '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><workbook>&b;</workbook>'
        )
    return path


@pytest.mark.parametrize(
    "make, told",
    [
        (lambda path: with_part(workbook(path, GROWTH), "xl/vbaProject.bin"), "must not hold macros"),
        (
            lambda path: with_part(workbook(path, GROWTH), "xl/externalLinks/externalLink1.xml"),
            "links to other workbooks",
        ),
        (lambda path: with_part(workbook(path, GROWTH), "xl/embeddings/oleObject1.bin"), "embedded files"),
        (lambda path: with_part(workbook(path, GROWTH), "xl/connections.xml"), "connections to data elsewhere"),
        (lambda path: with_part(workbook(path, GROWTH), "xl/activeX/activeX1.bin"), "controls that run"),
        (bomb, "unpacks to at most"),
        (entities, "must not define entities"),
        (lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") and path, "without a password"),
        (lambda path: path.write_bytes(b"PK\x03\x04 and no more") and path, "must be an .xlsx workbook"),
        (lambda path: path.write_text("id,value") and path, "must be an .xlsx workbook"),
        (lambda path: workbook(path, names=("a", "b")), "no sheet has a row with the columns"),
    ],
)
def test_a_workbook_that_is_not_to_be_trusted_is_refused(data, tmp_path, make, told):
    before = text(data)
    path = make(tmp_path / "r.xlsx")
    with pytest.raises(PlanError, match=told):
        observe(data, path, DAY)
    assert text(data) == before


def test_a_million_rows_are_refused_before_they_are_read(data, tmp_path):
    path = tmp_path / "r.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, NAMES)
        for line in range(1, 1_000_000):
            page.write_number(line, 4, 1)
    with pytest.raises(PlanError, match=f"at most {MOST_ROWS:,} rows"):
        observe(data, path, DAY)


@pytest.mark.parametrize(
    "value, told",
    [("=1+1", "not a formula"), (True, "not yes or no"), ("#REF!", "not an error")],
)
def test_a_cell_that_is_no_value_is_named(tmp_path, value, told):
    book = openpyxl.Workbook()
    book.active.append(list(NAMES))
    book.active.append([*GROWTH[:4], None, *GROWTH[5:]])
    book.active["E2"] = value
    book.save(tmp_path / "r.xlsx")
    (fault,) = read_sheet(tmp_path / "r.xlsx", NAMES).faults
    assert (fault.place, told in fault.rule) == ("r.xlsx:2:value", True)


def test_a_cell_that_is_no_value_is_said_with_all_other_faults(data, tmp_path):
    book = openpyxl.Workbook()
    book.active.append([*NAMES, None, "about_it"])
    book.active.append([*GROWTH[:4], "=1+1", *GROWTH[5:], "=2+2", "=3+3"])  # nobody reads the last two
    book.active.append(["targets", "A.I.9", "value", "2026", "46,5", "guess", "r", None])
    book.save(tmp_path / "r.xlsx")
    with pytest.raises(FaultyInput) as caught:
        observe(data, tmp_path / "r.xlsx", DAY)
    assert [fault.place for fault in caught.value.faults] == [
        f"r.xlsx:{one}" for one in ("2:value", "3:value", "3:status")
    ]


def test_a_text_that_looks_like_a_formula_is_kept_as_text(data, tmp_path):
    """In a CSV it is text; it is inert wherever it is shown or exported (tests/test_hostile.py)."""
    observe(data, written(tmp_path / "r.csv", (*GROWTH[:6], '=cmd|"/c calc"!A1', "")), DAY)
    assert read_programme(data).observations["source"].iloc[-1] == '=cmd|"/c calc"!A1'


def test_the_command_tells_what_it_did(data, tmp_path):
    path = written(tmp_path / "r.csv", GROWTH)
    dry = bnplan("observe", str(path), "--data", str(data), "--recorded", DAY, "--dry-run")
    assert dry.stdout == "new: targets A.I.1 value 2026 = 11.4 (estimate)\n"
    assert "nothing is written" in dry.stderr
    assert "A.I.1,value,2026" not in text(data)
    done = bnplan("observe", str(path), "--data", str(data), "--recorded", DAY)
    assert (done.returncode, done.stderr) == (0, f"{path}: 1 new, 0 corrected, 0 known, 0 blank\n")
    wrong = bnplan("observe", str(written(path, (*GROWTH[:4], "x", *GROWTH[5:]))), "--data", str(data))
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)
    assert "r.csv:2:value: must be a number" in wrong.stderr
    day = bnplan("observe", str(path), "--data", str(data), "--recorded", "31/12/2026")
    assert (day.returncode, "must be a day" in day.stderr) == (2, True)
