"""Tables leave as files that run nothing and lose nothing."""

import io
import zipfile

import pandas as pd
import pytest

import bnplan_lib as bn
from bnplan_lib.figures.project_list import project_list
from bnplan_lib.figures.spreadsheet import to_csv, to_xlsx

TABLE = pd.DataFrame(
    {"name": ["=1+1", "Đường & <cầu>", None], "cost": [1.5, float("nan"), 3.0], "kept": [True, False, True]}
)


def cells(content):
    book = zipfile.ZipFile(io.BytesIO(content))
    return book.read("xl/worksheets/sheet1.xml").decode(), book.read("xl/sharedStrings.xml").decode()


def test_a_formula_stays_text_in_a_workbook():
    sheet, texts = cells(to_xlsx(TABLE, "Projects"))
    assert "<f>" not in sheet
    assert "<t>=1+1</t>" in texts


def test_a_missing_cell_stays_empty_and_a_number_a_number():
    sheet, _ = cells(to_xlsx(TABLE, "Projects"))
    assert '<c r="B3"' not in sheet
    assert "<v>1.5</v>" in sheet


def test_the_same_table_gives_the_same_bytes():
    assert to_xlsx(TABLE, "Projects") == to_xlsx(TABLE, "Projects")


def test_a_formula_is_shown_and_not_run_in_csv():
    assert to_csv(TABLE).splitlines()[1] == "'=1+1,1.5,True"


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_the_list_of_projects_has_what_is_set_and_what_follows(lang):
    programme, story = bn.read_programme(), bn.read_scenario("middle", {"projects.sector:airport.overrun": 10})
    table = project_list(programme, story, lang)
    row = table[table.iloc[:, 0] == "II.1"].iloc[0]
    assert (row.iloc[5], row.iloc[8], row.iloc[11]) == pytest.approx((196_378, 10, 216_015.8))
    assert row.iloc[12:15].sum() == pytest.approx(216_015.8)
