"""How do the tables leave the suite? As files that harm no spreadsheet, the same bytes each time."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bnplan_lib.figures.report_form import duties_of, report_form
from bnplan_lib.figures.results import rows_of
from bnplan_lib.figures.spreadsheet import to_csv
from bnplan_lib.figures.workbook import whole_workbook
from bnplan_lib.inputs.programme import read_schema
from bnplan_lib.report.folder import write_files
from bnplan_lib.report.oc4ids import to_oc4ids

if TYPE_CHECKING:
    import pandas as pd

    from bnplan_lib.inputs.programme import Programme


def export_tables(programme: Programme, to: Path, kind: str, lang: str = "en") -> list[Path]:
    """Write the programme's tables into a folder and return the files.

    Parameters
    ----------
    kind
        csv, json or parquet: a file a table; xlsx: one workbook with all tables, what their
        columns mean and their sources; oc4ids: the projects by that standard.
    lang
        Language of a workbook's headings.

    Raises
    ------
    PlanError
        If the folder cannot be written.
    """
    return write_files(_files(programme, kind, lang), to)


def export_forms(programme: Programme, to: Path, agencies: Sequence[str], year: int, lang: str) -> list[Path]:
    """Write the workbooks in which bodies report a year; `all` stands for every body that leads something."""
    chosen = dict.fromkeys(agencies)
    if "all" in chosen:
        led = duties_of(programme)
        chosen = dict.fromkeys(one for one in programme.agencies["id"] if one in led)
    files = {f"{one}-{year}.{lang}.xlsx": report_form(programme, one, year, lang) for one in chosen}
    return write_files(files, to)


def _files(programme: Programme, kind: str, lang: str) -> dict[str, bytes]:
    resources = read_schema(programme.folder)["resources"]
    if kind == "xlsx":
        return {"bnplan.xlsx": whole_workbook(programme, resources, lang)}
    if kind == "oc4ids":
        return {"projects.oc4ids.json": to_oc4ids(programme).encode()}
    files = {}
    for resource in sorted(resources, key=lambda one: str(one["name"])):
        table = getattr(programme, resource["name"])
        if kind == "parquet":
            content = to_parquet(table, resource, programme)
        else:
            content = (to_json(table) + "\n" if kind == "json" else to_csv(table)).encode()
        files[f"{resource['name']}.{kind}"] = content
    return files


def to_parquet(table: pd.DataFrame, resource: Mapping[str, Any], programme: Programme) -> bytes:
    """Return a table as Parquet of the schema's types; each column carries its title and unit, the file its data."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {"string": pa.string(), "number": pa.float64(), "integer": pa.int64(), "boolean": pa.bool_()}
    said = ("title", "title_vi", "description", "description_vi", "unit")
    columns = [
        pa.field(one["name"], types[one["type"]], metadata={key: str(one[key]) for key in said if one.get(key)})
        for one in resource["schema"]["fields"]
    ]
    about = {key: str(resource[key]) for key in said if resource.get(key)}
    about |= {"data_version": str(programme.properties["version"]), "data_sha256": programme.data_hash}
    arrays = [pa.array(table[one.name], type=one.type, from_pandas=True) for one in columns]
    file = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=pa.schema(columns, metadata=about)), file)
    return file.getvalue()


def to_json(table: pd.DataFrame) -> str:
    """Return a table as a JSON list of row objects; missing is null."""
    return json.dumps(rows_of(table), ensure_ascii=False, indent=1)
