"""Every project stands under an order of section II, and a pair that points nowhere is refused."""

import csv
import shutil

import pytest
from toy import DATA, write_toy

from bnplan_lib.errors import DataError
from bnplan_lib.inputs.programme import read_programme

PROGRAMME = read_programme()
ORDERS = PROGRAMME.project_orders


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(DATA, tmp_path / "data")


def change(folder, row, **cells):
    """Change cells of a row counted from 0, or add it after the last."""
    path = folder / "relations" / "project_orders.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if row == len(rows):
        rows.append(dict(rows[0]))
    rows[row] |= cells
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def faults(folder):
    with pytest.raises(DataError) as caught:
        read_programme(folder)
    return [str(fault) for fault in caught.value.faults]


def test_every_project_has_an_order_and_the_rows_follow_the_list():
    assert ORDERS["project_id"].drop_duplicates().tolist() == PROGRAMME.projects["id"].tolist()


def test_fourteen_projects_stand_under_two_orders():
    rows = ORDERS.groupby("project_id")["directive_id"].agg(list)
    # the railway's clearance, two dykes, the airport, its land and its clearance, the free-trade zone and its scheme,
    # and eight urban areas: private capital drawn in by 4.5, rules amended by 4.6
    assert rows[rows.str.len() > 1].to_dict() == {
        "I.4": ["4.5", "2.2"], "I.16": ["2.6", "1.3"], "I.19": ["2.6", "1.3"], "II.1": ["4.5", "2.3"],
        "II.5": ["2.3", "2.2"], "II.6": ["4.2", "1.4"], **{f"III.{row}": ["4.5", "4.6"] for row in range(1, 9)},
    }  # fmt: skip


def test_stated_rows_are_those_whose_order_names_the_project():
    stated = ORDERS[ORDERS["basis"] == "stated"]
    # read by hand: railway, ring roads 4 and 5, airport, road to Hà Nội, free-trade zone, social homes
    assert set(zip(stated["project_id"], stated["directive_id"], strict=True)) == {
        ("I.4", "4.5"), ("I.11", "4.5"), ("I.13", "4.5"), ("I.14", "4.5"), ("II.1", "4.5"), ("II.1", "2.3"),
        ("II.2", "4.5"), ("II.6", "4.2"), ("II.6", "1.4"), ("III.16", "4.6"),
    }  # fmt: skip


@pytest.mark.parametrize(("project", "order"), [
    ("I.1", "4.4"),  # a provincial road paid from public investment
    ("I.18", "1.3"),  # a pumping station
    ("III.9", "4.3"),  # the IT park
    ("III.10", "1.4"),  # a dry port
    ("III.17", "1.2"),  # an industrial park
    ("III.27", "1.2"),  # the semiconductor plant
])  # fmt: skip
def test_other_projects_stand_under_the_order_of_their_field(project, order):
    rows = ORDERS[ORDERS["project_id"] == project]
    assert rows[["directive_id", "basis"]].to_numpy().tolist() == [[order, "inferred"]]


def test_projects_of_one_asset_paid_alike_stand_under_one_order():
    single = ORDERS[~ORDERS["project_id"].duplicated(keep=False) & (ORDERS["basis"] == "inferred")]
    merged = single.merge(PROGRAMME.projects, left_on="project_id", right_on="id")
    assert (merged.groupby(["asset", "capital_source"])["directive_id"].nunique() == 1).all()


def test_the_source_is_the_place_of_the_order():
    merged = ORDERS.merge(PROGRAMME.directives, left_on="directive_id", right_on="id", suffixes=("", "_of_order"))
    assert len(merged) == len(ORDERS)
    assert (merged["source"] == merged["source_of_order"]).all()


def test_every_order_of_a_project_has_a_body_that_leads():
    leads = PROGRAMME.directives.set_index("id").loc[ORDERS["directive_id"], "leads"]
    assert leads.notna().all()


def test_each_reason_names_its_order_in_both_languages():
    for row in ORDERS.itertuples():
        assert row.reason_vi.startswith(f"Mục {row.directive_id} ")
        assert row.reason_en.startswith(f"Order {row.directive_id} ")


@pytest.mark.parametrize(("column", "value", "message"), [
    ("project_id", "I.99", "project_orders.csv:2:project_id: not in projects; nearest: I.9"),
    ("directive_id", "4.44", "project_orders.csv:2:directive_id: not in directives; nearest: 4.4"),
    ("basis", "guessed", "project_orders.csv:2:basis: not an allowed value"),
    ("confidence", "likly", "project_orders.csv:2:confidence: not an allowed value; nearest: likely"),
    ("reason_vi", "", "project_orders.csv:2:reason_vi: must not be blank"),
    ("source", "appendix-3:I.1", "project_orders.csv:2:source: must match"),
])  # fmt: skip
def test_a_wrong_cell_is_refused_with_its_place(folder, column, value, message):
    change(folder, 0, **{column: value})
    found = faults(folder)
    assert any(message in fault for fault in found), found


def test_the_same_pair_twice_is_refused(folder):
    change(folder, len(ORDERS))
    place = f"project_orders.csv:{len(ORDERS) + 2}:project_id+directive_id"
    assert any(fault.startswith(f"{place}: must be unique") for fault in faults(folder))


def test_a_programme_without_these_pairs_is_read(tmp_path):
    assert read_programme(write_toy(tmp_path)).project_orders.empty
