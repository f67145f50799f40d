"""A register of projects is read as it stands, or every fault is named by file, line and column."""

import datetime
import decimal
import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from bnplan_lib.errors import FaultyInput, ParameterError, UnknownName
from bnplan_lib.inputs import batches, register, register_columns
from bnplan_lib.inputs.register import RegisterError, read_register
from bnplan_lib.model.profiles import PROFILES
from bnplan_lib.model.quarters import quarter_name, quarter_number

HEADER = "id,start,end,cost_bn_vnd"


def write(folder, *rows, header=HEADER, name="register.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes("".join(f"{row}\n" for row in (header, *rows)).encode(encoding))
    return path


def write_parquet(folder, **columns):
    given = {"id": ["A"], "start": ["2026Q1"], "end": ["2026Q2"], "cost_bn_vnd": [1.0]}
    path = folder / "register.parquet"
    parquet.write_table(pa.table({**given, **columns}), path)
    return path


def refused(path, **given):
    with pytest.raises(FaultyInput) as wrong:
        read_register(path, **given)
    return str(wrong.value)


def test_quarters_costs_and_blanks_are_read_from_csv(tmp_path):
    read = read_register(write(tmp_path, "A,2026Q1,2026Q4,12.5", "B,2027Q1,2027Q1,"))
    assert (read.file, read.rows) == ("register.csv", 2)
    assert [quarter_name(number) for number in [*read.first, *read.last]] == ["2026Q1", "2027Q1", "2026Q4", "2027Q1"]
    assert read.cost_bn_vnd[0] == 12.5 and math.isnan(read.cost_bn_vnd[1])


def test_columns_are_compact(tmp_path):
    read = read_register(write(tmp_path, "A,2026Q1,2026Q4,12.5,roads", header=f"{HEADER},sector"), by="sector")
    columns = (read.first, read.last, read.cost_bn_vnd, read.profile, read.classes)
    assert [column.dtype.name for column in columns] == ["int32", "int32", "float64", "int8", "int16"]


def test_classes_are_in_order_of_name_and_a_blank_is_a_class(tmp_path):
    rows = ("A,2026Q1,2026Q4,1,roads", "B,2026Q1,2026Q4,1,", "C,2026Q1,2026Q4,1,health", "D,2026Q1,2026Q4,1,roads")
    read = read_register(write(tmp_path, *rows, header=f"{HEADER},sector"), by="sector")
    assert read.class_names == ("", "health", "roads")
    assert read.classes.tolist() == [2, 0, 1, 2]


def test_one_name_written_in_two_ways_is_one_class(tmp_path):
    rows = ("A,2026Q1,2026Q4,1,Hà Nội", "B,2026Q1,2026Q4,1,Ha\u0300 No\u0323\u0302i")
    read = read_register(write(tmp_path, *rows, header=f"{HEADER},province"), by="province")
    assert read.class_names == ("Hà Nội",)


def test_a_blank_profile_is_the_one_given(tmp_path):
    rows = ("A,2026Q1,2026Q4,1,back", "B,2026Q1,2026Q4,1,")
    read = read_register(write(tmp_path, *rows, header=f"{HEADER},profile"), profile="s_curve")
    assert [list(PROFILES)[code] for code in read.profile] == ["back", "s_curve"]


def test_columns_come_in_any_order_and_others_are_left_alone(tmp_path):
    path = write(tmp_path, "Cầu,5,2026Q2,2026Q1,A", header="title,cost_bn_vnd,end,start,id")
    assert read_register(path).cost_bn_vnd.tolist() == [5]


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path):
    path = write(tmp_path, "A,2026Q1,2026Q2,5\r", header=f"{HEADER}\r", encoding="utf-8-sig")
    assert read_register(path).rows == 1


def test_parquet_gives_what_csv_gives(tmp_path):
    columns = {
        "id": ["A", "B", "C"],
        "start": ["2026Q1", "2026Q2", "2031Q4"],
        "end": ["2026Q4", "2030Q1", "2031Q4"],
        "cost_bn_vnd": [1.5, None, 0.0],
        "sector": ["x", "y", None],
    }
    parquet_read = read_register(write_parquet(tmp_path, **columns), by="sector")
    arrow_csv.write_csv(pa.table(columns), tmp_path / "register.csv")
    csv_read = read_register(tmp_path / "register.csv", by="sector")
    for name in ("first", "last", "cost_bn_vnd", "profile", "classes", "class_names"):
        np.testing.assert_array_equal(getattr(parquet_read, name), getattr(csv_read, name))


FIT = {
    "whole numbers": pa.array([1]),
    "decimals": pa.array([decimal.Decimal("1.00")], pa.decimal128(12, 2)),
    "single precision": pa.array([1], pa.float32()),
    "text": pa.array(["1.0"]),
}


@pytest.mark.parametrize("cost", FIT.values(), ids=FIT)
def test_a_parquet_cost_of_another_kind_of_number_is_read(tmp_path, cost):
    assert read_register(write_parquet(tmp_path, cost_bn_vnd=cost)).cost_bn_vnd.tolist() == [1]


def test_a_parquet_column_of_nothing_is_blank(tmp_path):
    assert np.isnan(read_register(write_parquet(tmp_path, cost_bn_vnd=pa.nulls(1))).cost_bn_vnd).all()


def test_text_kept_by_its_distinct_values_is_read(tmp_path):
    columns = {name: pa.array([text]).dictionary_encode() for name, text in {"start": "2026Q1", "id": "A"}.items()}
    assert read_register(write_parquet(tmp_path, **columns)).first.tolist() == [quarter_number("2026Q1")]


def test_a_class_that_no_project_has_is_left_out(tmp_path):
    sector = pa.DictionaryArray.from_arrays(pa.array([1], pa.int8()), ["unused", "roads"])
    assert read_register(write_parquet(tmp_path, sector=sector), by="sector").class_names == ("roads",)


WRONG_CELLS = {
    ",2026Q1,2026Q2,5": "2:id: must not be blank",
    "A ,2026Q1,2026Q2,5": "2:id: must be printable text of at most 200 characters, without blanks around it",
    f"{'A' * 201},2026Q1,2026Q2,5": "2:id: must be printable text of at most 200 characters",
    "A\u202eB,2026Q1,2026Q2,5": "2:id: must be printable text",
    "A,,2026Q2,5": "2:start: must not be blank",
    "A,2026Q1,,5": "2:end: must not be blank",
    "A,2026Q5,2026Q6,5": "2:start: must be a quarter such as 2026Q1, from 2000Q1 to 2100Q4, found '2026Q5'",
    "A,2026Q1 ,2026Q2,5": "2:start: must be a quarter such as 2026Q1, from 2000Q1 to 2100Q4, found '2026Q1 '",
    "A,1999Q4,2026Q2,5": "2:start: must be a quarter",
    "A,2026Q1,2101Q1,5": "2:end: must be a quarter",
    "A,20２6Q1,2026Q2,5": "2:start: must be a quarter",
    "A,2026,2027,5": "2:start: must be a quarter",
    "A,2026Q2,2026Q1,5": "2:end: must not come before start, found '2026Q2' to '2026Q1'",
    "A,2026Q1,2026Q2,-5": "2:cost_bn_vnd: must be at least 0, found '-5'",
    "A,2026Q1,2026Q2,1000000001": "2:cost_bn_vnd: must be at most 1000000000, found '1000000001'",
    'A,2026Q1,2026Q2,"10,5"': "2:cost_bn_vnd: must be a number such as 1234.5, found '10,5'",
    "A,2026Q1,2026Q2,nan": "2:cost_bn_vnd: must be a number such as 1234.5, found 'nan'",
    "A,2026Q1,2026Q2,inf": "2:cost_bn_vnd: must be a number such as 1234.5, found 'inf'",
    "A,2026Q1,2026Q2,1e3": "2:cost_bn_vnd: must be a number such as 1234.5, found '1e3'",
    "A,2026Q1,2026Q2, 5": "2:cost_bn_vnd: must be a number such as 1234.5, found ' 5'",
    "A,2026Q1,2026Q2,1.2.3": "2:cost_bn_vnd: must be a number such as 1234.5, found '1.2.3'",
    "A,2026Q1,2026Q2": "2: must have 4 cells, found 3",
    "A,2026Q1,2026Q2,10,5": "2: must have 4 cells, found 5",
    'A,2026Q1,"2026Q2,5': "2: must have 4 cells, found 3",
}


@pytest.mark.parametrize(("row", "message"), WRONG_CELLS.items())
def test_a_wrong_cell_is_named_by_file_line_and_column(tmp_path, row, message):
    assert refused(write(tmp_path, row)).startswith(f"register.csv:{message}")


def test_an_unknown_profile_is_refused(tmp_path):
    path = write(tmp_path, "A,2026Q1,2026Q2,5,even", header=f"{HEADER},profile")
    assert refused(path) == "register.csv:2:profile: must be one of uniform, front, back, s_curve, found 'even'"


def test_a_class_that_hides_text_is_refused(tmp_path):
    path = write(tmp_path, "A,2026Q1,2026Q2,5,road\u202es", header=f"{HEADER},sector")
    assert "register.csv:2:sector: must be printable text" in refused(path, by="sector")


def test_a_repeated_id_is_refused(tmp_path):
    path = write(tmp_path, "A,2026Q1,2026Q2,5", "B,2026Q1,2026Q2,5", "A,2026Q1,2026Q2,5")
    assert refused(path) == "register.csv:4:id: must be unique, found 'A'"


def test_ids_that_share_a_hash_are_told_apart(tmp_path, monkeypatch):
    def one_for_all(text):
        return np.zeros(len(text), np.uint64)

    monkeypatch.setattr(register, "hash_texts", one_for_all)
    monkeypatch.setattr(register_columns, "hash_texts", one_for_all)
    rows = [f"{name},2026Q1,2026Q2,5" for name in "ABCA"]
    assert read_register(write(tmp_path, *rows[:3])).rows == 3
    assert refused(write(tmp_path, *rows)) == "register.csv:5:id: must be unique, found 'A'"


def test_very_many_repeated_ids_are_counted_without_holding_them(tmp_path, monkeypatch):
    monkeypatch.setattr(register, "CONFIRMED", 5)
    path = write(tmp_path, *[f"{place % 50},2026Q1,2026Q2,5" for place in range(150)])
    with pytest.raises(RegisterError) as wrong:
        read_register(path)
    assert wrong.value.total == 100


def test_all_faults_come_in_order_of_lines_with_their_number(tmp_path):
    rows = ["A,2026Q1,2026Q2,x", "B,2026Q1", "A,2026Q2,2026Q1,-1"]
    assert refused(write(tmp_path, *rows)).splitlines() == [
        "register.csv:2:cost_bn_vnd: must be a number such as 1234.5, found 'x'",
        "register.csv:3: must have 4 cells, found 2",
        "register.csv:4:end: must not come before start, found '2026Q2' to '2026Q1'",
        "register.csv:4:cost_bn_vnd: must be at least 0, found '-1'",
        "register.csv:4:id: must be unique, found 'A'",
        "register.csv: 5 faults",
    ]


def test_the_first_faults_are_listed_and_all_are_counted(tmp_path):
    path = write(tmp_path, *[f"{place},2026Q1,2026Q2,x" for place in range(100_000)])
    lines = refused(path, limit=2).splitlines()
    assert [line.split(":")[1] for line in lines[:2]] == ["2", "3"]
    assert lines[2:] == ["register.csv: 100000 faults; the first 2 are listed"]


def test_lines_are_those_of_the_file_where_cells_hold_line_ends(tmp_path):
    rows = ('A,2026Q1,2026Q2,5,"Bridge\nand road"', "", "B,2026Q1,2026Q2,x,Road")
    assert refused(write(tmp_path, *rows, header=f"{HEADER},title")).startswith("register.csv:5:cost_bn_vnd")


def test_lines_are_right_where_a_register_is_read_in_many_parts(tmp_path, monkeypatch):
    monkeypatch.setattr(batches, "BATCH_BYTES", 200)
    rows = [f"{place},2026Q1,2026Q2,{'x' if place in (30, 90) else 5}" for place in range(100)]
    found = refused(write(tmp_path, *rows[:60], "too short", *rows[60:])).splitlines()
    assert [line.split(":")[1] for line in found] == ["32", "62", "93", " 3 faults"]


WRONG_FILES = {
    "": "register.csv: must not be empty",
    "\n\n": "register.csv: must not be empty",
    f"{HEADER}\n": "register.csv: must hold at least one project",
    "id,strat,end,cost_bn_vnd\nA,2026Q1,2026Q2,5\n": "register.csv:1: must have a column start; nearest: strat;",
    "id;start;end;cost_bn_vnd\n": "(separated by semicolons: save it with commas)",
    f"{HEADER},id\n": "register.csv:1: must have one column id, found 2",
    f"{HEADER},profile,profile\n": "register.csv:1: must have one column profile, found 2",
    'id,"start\n': "register.csv:1: must be well-formed CSV",
}


@pytest.mark.parametrize(("text", "message"), WRONG_FILES.items(), ids=repr)
def test_a_file_that_is_no_register_is_refused(tmp_path, text, message):
    path = tmp_path / "register.csv"
    path.write_text(text, encoding="utf-8")
    assert message in refused(path)


def test_all_missing_columns_are_named_at_once(tmp_path):
    assert len(refused(write(tmp_path, header="name,cost")).splitlines()) == 4


def test_another_encoding_is_named_with_its_line(tmp_path):
    path = write(tmp_path, "A,2026Q1,2026Q2,5", "Cầu,2026Q1,2026Q2,5", encoding="utf-8")
    path.write_bytes(path.read_bytes().replace("Cầu".encode(), b"C\xe0u"))
    assert refused(path) == "register.csv:3: must be UTF-8 text, found byte 0xe0"


def test_another_encoding_far_into_a_file_is_named_after_the_faults_before_it(tmp_path):
    rows = ["A,2026Q1,2026Q2,x", *[f"{place},2026Q1,2026Q2,5" for place in range(400_000)]]
    path = write(tmp_path, *rows)
    path.write_bytes(path.read_bytes() + b"\xe0,2026Q1,2026Q2,5\n")
    assert refused(path).splitlines() == [
        "register.csv:2:cost_bn_vnd: must be a number such as 1234.5, found 'x'",
        "register.csv:400003: must be UTF-8 text, found byte 0xe0",
        "register.csv: 2 faults",
    ]


def test_text_of_a_spreadsheet_in_sixteen_bits_is_refused(tmp_path):
    assert "must be UTF-8 text, found byte 0xff" in refused(write(tmp_path, "A,2026Q1,2026Q2,5", encoding="utf-16"))


def test_a_quote_left_open_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(batches, "BATCH_BYTES", 500)
    rows = ['"A,2026Q1,2026Q2,5', *[f"{place},2026Q1,2026Q2,5" for place in range(200)]]
    assert "a longer one, or a quote left open" in refused(write(tmp_path, *rows))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert refused(tmp_path / "none.csv").endswith("none.csv: no such file")


def test_a_folder_is_refused(tmp_path):
    (tmp_path / "register.csv").mkdir()
    assert refused(tmp_path / "register.csv").endswith("must be a file, found a folder")


def test_another_kind_of_file_is_refused(tmp_path):
    path = write(tmp_path, name="register.xlsx")
    assert refused(path) == "register.xlsx: must have a name that ends in .csv or .parquet"


def test_parquet_under_the_name_of_csv_is_refused(tmp_path):
    path = write_parquet(tmp_path).rename(tmp_path / "register.csv")
    assert refused(path) == "register.csv: must be CSV text, found a Parquet file: let its name end in .parquet"


@pytest.mark.parametrize("kept", [0, 4, 300])
def test_a_parquet_file_cut_short_is_refused(tmp_path, kept):
    path = write_parquet(tmp_path)
    path.write_bytes(path.read_bytes()[:kept])
    assert refused(path).startswith("register.parquet: must be a whole Parquet file, found ")


def test_a_parquet_file_with_a_broken_part_is_refused(tmp_path):
    path = write_parquet(tmp_path)
    raw = bytearray(path.read_bytes())
    raw[4:40] = bytes(36)
    path.write_bytes(raw)
    assert refused(path).startswith("register.parquet: must be a whole Parquet file, found ")


MOMENT = datetime.datetime(2026, 1, 1)
WRONG_TYPES = {
    "start: must be text such as 2026Q1, found date32[day]": {"start": [MOMENT.date()]},
    "end: must be text such as 2026Q1, found timestamp[us]": {"end": [MOMENT]},
    "id: must be text, found int64": {"id": [1]},
    "cost_bn_vnd: must be numbers, found bool": {"cost_bn_vnd": [True]},
    "profile: must be text, found double": {"profile": [1.0]},
    "id: must be text, found list": {"id": [["A"]]},
}


@pytest.mark.parametrize(("message", "columns"), WRONG_TYPES.items(), ids=lambda value: str(value)[:20])
def test_a_parquet_column_of_another_type_is_refused(tmp_path, message, columns):
    assert f"register.parquet:{message}" in refused(write_parquet(tmp_path, **columns))


WRONG_VALUES = {
    "1:cost_bn_vnd: must be a number such as 1234.5, found nan": {"cost_bn_vnd": [math.nan]},
    "1:cost_bn_vnd: must be a number such as 1234.5, found -inf": {"cost_bn_vnd": [-math.inf]},
    "1:cost_bn_vnd: must be at least 0, found -1": {"cost_bn_vnd": [-1]},
    "1:id: must not be blank": {"id": [None]},
    "1:start: must not be blank": {"start": [""]},
}


@pytest.mark.parametrize(("message", "columns"), WRONG_VALUES.items(), ids=lambda value: str(value)[:40])
def test_a_wrong_parquet_value_is_named_by_its_row(tmp_path, message, columns):
    assert refused(write_parquet(tmp_path, **columns)) == f"register.parquet:{message}"


def test_an_unknown_class_column_is_refused(tmp_path):
    path = write(tmp_path, "A,2026Q1,2026Q2,5,x", header=f"{HEADER},sector")
    assert "must have a column secto; nearest: sector;" in refused(path, by="secto")


@pytest.mark.parametrize("by", ["id", "start", "quarter", "amount_bn_vnd"])
def test_a_column_that_does_not_classify_is_refused(tmp_path, by):
    with pytest.raises(ParameterError, match="by: must name a column of classes"):
        read_register(write(tmp_path, "A,2026Q1,2026Q2,5"), by=by)


def test_too_many_classes_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(register_columns, "MAX_CLASSES", 2)
    rows = [f"{place},2026Q1,2026Q2,5,{place}" for place in range(3)]
    found = refused(write(tmp_path, *rows, header=f"{HEADER},title"), by="title")
    assert found == "title: must hold at most 2 different texts to divide by, found more"


def test_an_unknown_profile_for_all_is_refused(tmp_path):
    with pytest.raises(UnknownName, match="no profile 'even'"):
        read_register(write(tmp_path, "A,2026Q1,2026Q2,5"), profile="even")


texts = st.text("abABàộ0123-_ /", max_size=12).filter(lambda text: text == text.strip() and text)


@given(st.lists(texts, min_size=1, max_size=30))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_ids_are_unique_just_where_their_texts_are(tmp_path, names):
    rows = len(names)
    path = write_parquet(
        tmp_path, id=names, start=["2026Q1"] * rows, end=["2026Q2"] * rows, cost_bn_vnd=pa.nulls(rows, pa.float64())
    )
    if len(set(names)) == rows:
        assert read_register(path).rows == rows
    else:
        with pytest.raises(RegisterError) as wrong:
            read_register(path)
        assert wrong.value.total == rows - len(set(names))


@given(st.lists(st.text(max_size=8), min_size=1, max_size=30), st.integers(0, 10))
def test_a_hash_does_not_depend_on_where_a_text_stands(names, before):
    whole = register_columns.hash_texts(pa.array(["x"] * before + names))[before:]
    assert whole.tolist() == [int(register_columns.hash_texts(pa.array([name]))[0]) for name in names]
