"""The data package keeps its own promises."""

import json
import re
import unicodedata

import frictionless
import pytest
from toy import DATA

from bnplan_lib.inputs.programme import read_programme

PACKAGE = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
RESOURCES = {resource["name"]: resource for resource in PACKAGE["resources"]}
PROGRAMME = read_programme()


def test_frictionless_finds_the_package_valid():
    report = frictionless.validate(str(DATA / "datapackage.json"))
    assert report.valid, report.flatten(["type", "title", "rowNumber", "fieldName", "note"])


def test_frictionless_finds_a_planted_fault(tmp_path):
    import shutil

    shutil.copytree(DATA, tmp_path / "data")
    path = tmp_path / "data" / "programme" / "project_phases.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("I.1,1,2025Q1", "I.1,one,2025Q1", 1), encoding="utf-8")
    assert not frictionless.validate(str(tmp_path / "data" / "datapackage.json")).valid


@pytest.mark.parametrize("resource", RESOURCES.values(), ids=RESOURCES)
def test_every_table_and_column_is_titled_in_both_languages(resource):
    for entry in (resource, *resource["schema"]["fields"]):
        assert entry["title"]
        assert entry["title_vi"]
        assert ("description" in entry) == ("description_vi" in entry)


def test_closed_lists_hold_the_codes_of_their_code_list():
    lists = PROGRAMME.codes.groupby("list")["code"].agg(list)
    for resource in RESOURCES.values():
        for field in resource["schema"]["fields"]:
            allowed = field.get("constraints", {}).get("enum")
            if allowed and "codeList" in field:
                assert allowed == lists[field["codeList"]], field["name"]


def test_every_number_says_its_unit():
    # years, phase numbers and the bounds of a lever are plain counts or take the unit of their row
    plain = {"year", "phase", "version", "hard_low", "soft_low", "soft_high", "hard_high"}
    for resource in RESOURCES.values():
        for field in resource["schema"]["fields"]:
            if field["type"] in ("number", "integer") and field["name"] not in plain:
                assert field.get("unit"), f"{resource['name']}.{field['name']}"


def test_every_row_of_the_document_says_its_place():
    for name in ("targets", "tasks", "projects", "project_groups", "directives", "notes"):
        assert getattr(PROGRAMME, name)["source"].notna().all()


def test_every_body_that_is_named_has_a_spelling_of_the_document():
    assert PROGRAMME.agencies["spellings"].notna().all()


def test_oc4ids_names_are_of_the_standard():
    known = {
        "construction", "expansion", "rehabilitation", "public", "private", "economy", "transport.road",
        "transport.air", "transport", "socialHousing", "naturalResources.floodProtection", "communications",
    }  # fmt: skip
    assert set(PROGRAMME.codes["oc4ids"].dropna()) <= known


def test_all_text_is_in_composed_unicode():
    for path in DATA.rglob("*.csv"):
        text = path.read_text(encoding="utf-8")
        assert text == unicodedata.normalize("NFC", text), path.name


def test_no_data_cell_would_run_in_a_spreadsheet():
    for path in DATA.rglob("*.csv"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert not re.search(r'(^|,)"?[=@+]', line), f"{path.name}: {line[:80]}"


def test_every_corrected_value_gives_reason_and_evidence_in_both_languages():
    columns = ["reason_vi", "reason_en", "evidence_vi", "evidence_en"]
    assert PROGRAMME.corrections[columns].notna().all(axis=None)


def test_the_four_million_dong_rows_make_the_public_total_come_out():
    projects = PROGRAMME.projects.set_index("id")
    public = projects[projects["capital_source"] == "public"]
    rows = ["I.16", "I.17", "I.18", "I.19"]
    assert public.loc[rows, "cost_bn_vnd"].tolist() == [345, 320, 500, 350]
    assert public["cost_bn_vnd"].sum() == pytest.approx(85_410.8)


def test_the_per_head_target_keeps_both_readings():
    rows = PROGRAMME.corrections.set_index(["row_id", "column", "reading"])["value"]
    assert rows["A.I.2", "high", "default"] == "9200"
    assert (rows["A.I.2", "low", "alternative"], rows["A.I.2", "high", "alternative"]) == ("8200", "8700")
    assert PROGRAMME.target("A.I.2")["printed"] == "8.700 – 8.200 USD"


def printed_quantity(text):
    """Read what a project's name says: metres from each odd post to the next, a named area, or one work."""
    posts = [int(km) * 1000 + int(metres or 0) for km, metres in re.findall(r"[Kk]m?(\d+)(?:[+ ](\d{3}))?", text)]
    if posts:
        return sum(end - start for start, end in zip(posts[::2], posts[1::2], strict=True)) / 1000
    area = re.fullmatch(r"(\d+) ha", text)
    return float(area[1]) if area else 1.0


def test_quantities_read_from_a_name_are_what_it_prints():
    rows = PROGRAMME.project_quantities[PROGRAMME.project_quantities["table"] == "projects"]
    found = {row.ref: (row.quantity, printed_quantity(row.printed)) for row in rows.itertuples()}
    # two sections of 500 and 260 m on the right dyke, one kilometre of road, ten of the left dyke
    assert {key: pair[0] for key, pair in found.items()} == {
        "I.2": 1,
        "I.16": 0.76,
        "I.18": 1,
        "I.19": 10,
        "III.13": 150,
    }
    assert all(used == pytest.approx(printed) for used, printed in found.values())


def test_no_name_with_a_measure_is_left_out():
    measured = PROGRAMME.projects[PROGRAMME.projects["name_vi"].str.contains(r"\d ?(?:ha|km|m²|căn)\b|K\d+|Km\d+")]
    read = PROGRAMME.project_quantities.loc[PROGRAMME.project_quantities["table"] == "projects", "ref"]
    # I.8 names a point (Km127+500), not a length
    assert set(measured["id"]) - set(read) == {"I.8"}
