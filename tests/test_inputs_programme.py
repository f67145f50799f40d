"""A data folder is read whole or refused with every fault at its place."""

import csv
import json
import shutil

import pandas as pd
import pytest
from toy import DATA, write_toy

from bnplan_lib.errors import DataError, UnknownName
from bnplan_lib.inputs.programme import read_programme


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(DATA, tmp_path / "data")
    return tmp_path / "data"


def change(folder, table, row_id, column, value, key="id"):
    """Change one cell and return the line it stands in."""
    path = folder / "programme" / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    key = {"corrections": "row_id", "project_phases": "project_id"}.get(table, key)
    line = next(place for place, row in enumerate(rows, 2) if row[key] == row_id)
    rows[line - 2][column] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return line


def faults(folder):
    with pytest.raises(DataError) as caught:
        read_programme(folder)
    return [str(fault) for fault in caught.value.faults]


def test_the_programme_is_whole():
    programme = read_programme()
    sizes = {name: len(getattr(programme, name)) for name in ("tasks", "projects", "project_groups")}
    assert sizes == {"tasks": 21, "projects": 56, "project_groups": 3}


def test_the_two_lists_hold_23_and_9_numbered_targets():
    rows = read_programme().targets.groupby("list")["row"].nunique()
    assert (rows["A"], rows["B"]) == (23, 9)


def test_section_two_holds_35_numbered_orders():
    orders = read_programme().directives
    assert orders.loc[orders["section"] == "II", "row"].nunique() == 35


def test_the_free_trade_zone_has_no_cost_and_not_zero():
    projects = read_programme().projects.set_index("id")
    assert pd.isna(projects.loc["II.6", "cost_bn_vnd"])
    assert pd.isna(projects.loc["II.6", "printed_cost"])


def test_reading_twice_gives_the_same_hash_and_a_changed_cell_another(folder):
    before = read_programme(folder).data_hash
    assert read_programme(folder).data_hash == before
    change(folder, "projects", "I.1", "label_en", "Another label")
    assert read_programme(folder).data_hash != before


@pytest.mark.parametrize(
    ("table", "row_id", "column", "value", "message"),
    [
        ("projects", "I.1", "cost_bn_vnd", "1,800", "must be a number such as 1234.5, found '1,800'"),
        ("projects", "I.1", "cost_bn_vnd", "nan", "must be a number such as 1234.5"),
        ("projects", "I.1", "cost_bn_vnd", "-5", "must be at least 0"),
        ("projects", "I.1", "cost_bn_vnd", "1900", "must be 1800 as printed (1.800), or have a row in corrections"),
        ("projects", "I.1", "cost_bn_vnd", "", "must be 1800 as printed (1.800)"),
        ("projects", "II.6", "cost_bn_vnd", "0", "must be blank as printed"),
        ("projects", "I.1", "sector", "roads", "not in code list sector; nearest: roads_bridges"),
        ("projects", "I.1", "capital_source", "private", "not an allowed value"),
        ("projects", "I.1", "name_en", "<b>Road</b>", "must not hold markup"),
        (
            "projects",
            "I.1",
            "name_en",
            "Road\u202eevil",
            "must not hold control or invisible characters such as U+202E",
        ),
        ("projects", "I.1", "name_en", "Road\u3164", "must not hold characters that show nothing, such as U+3164"),
        ("projects", "I.1", "name_vi", "Đường \u05d0", "must not hold letters that are read from right to left"),
        ("projects", "I.1", "name_en", "two\nlines", "must not hold control or invisible characters"),
        ("projects", "I.1", "name_en", " Road", "must not begin or end with a blank"),
        ("projects", "I.1", "name_en", "x" * 2001, "a cell holds at most 2000 characters"),
        ("projects", "I.1", "name_en", "", "must not be blank"),
        ("projects", "I.2", "id", "I.1", "must be unique"),
        ("projects", "I.1", "printed_period", "2025-2029", "project_phases must say 2025Q1..2029Q4 as printed"),
        ("projects", "I.1", "printed_period", "from 2025", "not a period: 'from 2025'"),
        ("tasks", "I.1", "start", "2026Q2", "start and end must say 2026Q1..2026Q2 as printed"),
        ("tasks", "I.1", "start", "2026Q7", "must match"),
        ("tasks", "I.1", "issuer", "nobody", "not in agencies"),
        ("targets", "A.I.4", "leads", "finance;statistic", "not in agencies; nearest: statistics"),
        ("targets", "A.I.4", "low", "36", "A.I.4: must be 35 as printed (35-40%)"),
        ("targets", "A.I.2", "high", "8000", "A.I.2: low must not exceed high, found 8700 and 8000"),
        ("targets", "A.I.2", "high", "9300", "must be what targets.csv uses, 9300"),
        ("targets", "A.I.4", "printed", "35.5-40%", "Vietnamese notation"),
        ("corrections", "I.16", "printed_value", "999", "must be what projects.csv prints, found 999"),
        ("project_phases", "II.1", "cost_bn_vnd", "1", "must be 141230 as gia_binh_airport_cost.phase1 says"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_place(folder, table, row_id, column, value, message):
    change(folder, table, row_id, column, value)
    assert any(message in fault for fault in faults(folder)), faults(folder)


def test_the_place_names_file_line_and_column(folder):
    line = change(folder, "projects", "I.5", "cost_bn_vnd", "many")
    assert any(fault.startswith(f"projects.csv:{line}:cost_bn_vnd: ") for fault in faults(folder))


def test_all_faults_of_all_tables_are_listed_at_once(folder):
    change(folder, "projects", "I.1", "cost_bn_vnd", "x")
    change(folder, "tasks", "I.1", "group", "IX")
    change(folder, "agencies", "finance", "kind", "club")
    found = faults(folder)
    assert {fault.split(":")[0] for fault in found} >= {"projects.csv", "tasks.csv", "agencies.csv"}


def test_a_correction_of_a_row_that_is_not_there_is_refused(folder):
    change(folder, "corrections", "I.16", "row_id", "I.99")
    assert any("must be a row of projects, found 'I.99'" in fault for fault in faults(folder))


def test_a_corrected_value_without_its_correction_is_refused(folder):
    path = folder / "programme" / "corrections.csv"
    kept = [line for line in path.read_text(encoding="utf-8").splitlines() if ",I.17," not in line]
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert any("I.17: must be 320000 as printed (320.000)" in fault for fault in faults(folder))


def test_two_defaults_of_one_fact_are_refused(folder):
    path = folder / "context" / "facts.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("2025,estimate,current_prices,false", "2025,estimate,current_prices,true"), encoding="utf-8"
    )
    assert any("grdp of 2025 must have one default" in fault for fault in faults(folder))


def test_a_file_in_another_encoding_is_refused(folder):
    path = folder / "programme" / "tasks.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16"))
    assert any(fault.startswith("tasks.csv:1: must be UTF-8 text") for fault in faults(folder))


def test_a_byte_order_mark_does_no_harm(folder):
    path = folder / "programme" / "tasks.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(read_programme(folder).tasks) == 21


def test_semicolons_between_cells_are_named(folder):
    path = folder / "programme" / "project_groups.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8")
    assert any("separated by semicolons: save it with commas" in fault for fault in faults(folder))


def test_a_ten_megabyte_cell_is_refused(folder):
    change(folder, "projects", "I.1", "name_en", "x" * 10_000_000)
    found = faults(folder)
    # csv has a limit of its own, which other libraries may have raised in this process
    assert any("field larger than field limit" in fault or "at most 2000 characters" in fault for fault in found)
    assert max(map(len, found)) < 1000


def test_an_unclosed_quotation_mark_is_refused(folder):
    path = folder / "programme" / "project_groups.csv"
    path.write_text(path.read_text(encoding="utf-8") + '"unclosed,x\n', encoding="utf-8")
    assert any("must be well-formed CSV" in fault for fault in faults(folder))


def test_a_row_with_a_cell_too_many_is_refused(folder):
    path = folder / "programme" / "project_groups.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("appendix-3:I\n", "appendix-3:I,more\n"), encoding="utf-8")
    assert any("must have 7 cells, found 8" in fault for fault in faults(folder))


def test_a_missing_table_is_named(folder):
    (folder / "programme" / "tasks.csv").unlink()
    assert any(fault.startswith("tasks.csv: the file must be there") for fault in faults(folder))


def test_a_folder_without_package_is_named(tmp_path):
    with pytest.raises(DataError, match=r"must hold datapackage.json"):
        read_programme(tmp_path)


def test_bnplan_data_points_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("BNPLAN_DATA", str(write_toy(tmp_path)))
    assert list(read_programme().projects["id"]) == ["I.1", "I.2", "II.1"]


def test_an_unknown_target_names_the_nearest():
    with pytest.raises(UnknownName, match=r"no target 'A.I.11'; nearest: A\.I\.1"):
        read_programme().target("A.I.11")


def test_a_package_that_does_not_describe_a_column_is_refused(folder):
    path = folder / "datapackage.json"
    path.write_text(
        path.read_text(encoding="utf-8").replace('"type": "number"', '"type": "money"', 1), encoding="utf-8"
    )
    with pytest.raises(DataError, match=r"datapackage.json:targets.low: must have name, type"):
        read_programme(folder)


@pytest.mark.parametrize(
    "text", ["[]", "{}", "not json", '{"resources": []}', '{"resources": 5}', '{"resources": [5]}']
)
def test_what_is_no_package_is_refused(tmp_path, text):
    (tmp_path / "datapackage.json").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"datapackage.json"):
        read_programme(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (",0.5,0.0,", ",half,0.0,", "targets.position: default must be of type number, found 'half'"),
        (",0.5,0,0,1,1,", ",0.5,0,0,,1,", "targets.position: numbers need four bounds in rising order"),
        (",0.5,0,0,1,1,", ",0.5,1,0,1,0,", "targets.position: numbers need four bounds in rising order"),
        (",0.5,0.0,", ",7,0.0,", "targets.position: default must lie within its bounds, found '7'"),
        (",2030Q4,", ",2030,", "phasing.open_end: default must be of type quarter, found '2030'"),
    ],
)
def test_a_lever_that_cannot_be_used_is_refused(folder, old, new, message):
    path = folder / "context" / "levers.csv"
    text = path.read_text(encoding="utf-8")
    old, new = (part.replace(",0.0,", ",0,") for part in (old, new))
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert any(message in fault for fault in faults(folder)), faults(folder)


def test_a_lever_that_the_model_needs_must_be_there(folder):
    path = folder / "context" / "levers.csv"
    kept = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("phasing.open_end")]
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert "levers.csv:key: must hold every lever of the model, found no phasing.open_end" in faults(folder)


def test_an_assumption_of_the_audit_is_the_usual_range_of_its_lever(folder):
    path = folder / "relations" / "assumptions.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("deflator_growth,1.5,4.5,", "deflator_growth,1.5,5,"), encoding="utf-8")
    rule = "deflator_growth: must be the usual range of the lever macro.deflator_growth, 1.5 to 4.5, found 1.5 to 5"
    assert faults(folder) == [f"assumptions.csv:2:low: {rule}"]


def test_every_text_of_the_package_that_may_not_stand_in_a_page_is_named(tmp_path):
    path = write_toy(tmp_path) / "datapackage.json"
    package = json.loads(path.read_text("utf-8"))
    package["programme"]["number"] = '1 <meta http-equiv="refresh" content="1;url=http://x">'
    package["resources"][0]["schema"]["fields"][0]["title"] = "a\u202eb"
    path.write_text(json.dumps(package), encoding="utf-8")
    with pytest.raises(DataError) as refused:
        read_programme(path.parent)
    told = str(refused.value)
    table, column = package["resources"][0], package["resources"][0]["schema"]["fields"][0]
    assert "datapackage.json:programme.number: must not hold markup, found " in told
    assert f"datapackage.json:resources.{table['name']}.schema.fields.{column['name']}.title: must not" in told
