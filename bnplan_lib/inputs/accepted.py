"""Which findings are known and accepted? A table of the data, or a file of one's own."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from bnplan_lib.errors import FaultyInput
from bnplan_lib.inputs.programme import read_schema
from bnplan_lib.inputs.tables import read_table


def read_accepted(path: str | Path, folder: str | Path | None = None) -> pd.DataFrame:
    """Read a file of accepted findings: `finding_id, reason, accepted`.

    Raises
    ------
    FaultyInput
        With every fault of the file as file:row:column.
    """
    schemas = {resource["name"]: resource["schema"] for resource in read_schema(folder)["resources"]}
    table, faults = read_table(Path(path), "accepted", schemas["accepted"])
    if faults:
        raise FaultyInput(faults)
    return table.frame()
