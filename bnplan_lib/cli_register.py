"""`bnplan register`: check a register of projects of any size; add up its money and what runs by quarter."""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bnplan_lib.cli_options import Format, print_table, tell

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from bnplan_lib.inputs.register import Register


class Profile(StrEnum):
    """How a cost is spent over a project's time."""

    uniform = "uniform"
    front = "front"
    back = "back"
    s_curve = "s_curve"


def register(
    file: Annotated[
        Path,
        typer.Argument(help="CSV or Parquet: id, start, end, cost_bn_vnd and, if any, profile.", show_default=False),
    ],
    profile: Annotated[Profile, typer.Option(help="How costs are spent where a row does not say.")] = Profile.uniform,
    by: Annotated[str | None, typer.Option("--by", "-b", metavar="COLUMN", help="A text column to divide by.")] = None,
    faults: Annotated[int, typer.Option(min=1, help="Faults listed; all are counted.")] = 20,
    format_: Annotated[Format, typer.Option("--format", "-f", help="How to print it.")] = Format.table,
) -> None:
    """Check a register of projects, and say how many run and how much money falls in each quarter."""
    import numpy as np

    from bnplan_lib.inputs.register import read_register

    read = read_register(file, by, profile.value, faults)
    print_table(_load(read, by), format_)
    missing = int(np.isnan(read.cost_bn_vnd).sum())
    total = float(np.nansum(read.cost_bn_vnd))
    tell(f"{read.file}: {read.rows} projects, {missing} without a cost, {total:,.3f} bn VND in all")


def _load(read: Register, by: str | None) -> pd.DataFrame:
    """Return quarter, class, amount and projects running: every class in every quarter of the register."""
    import numpy as np
    import pandas as pd

    from bnplan_lib.model.load import quarterly_load
    from bnplan_lib.model.quarters import quarter_name

    count = max(1, len(read.class_names))
    begin, load = quarterly_load(read.first, read.last, read.cost_bn_vnd, read.profile, read.classes, count)
    quarters = [quarter_name(begin + place) for place in range(len(load))]
    columns: dict[str, object] = {"quarter": np.repeat(quarters, count)}
    if by is not None:
        columns[by] = np.tile(read.class_names, len(load))
    columns["amount_bn_vnd"] = load.reshape(-1)
    columns["running_projects"] = _running(read, begin, len(load), count).reshape(-1)
    return pd.DataFrame(columns)


def _running(read: Register, begin: int, quarters: int, count: int) -> np.ndarray:
    """Return how many projects of each class run: quarters by classes."""
    import numpy as np

    from bnplan_lib.model.periods import concurrency_profile

    running = np.zeros((quarters, count), np.int64)
    first, stop, edges = read.first, read.last + 1, [0, read.rows]
    if read.classes is not None:
        order = np.argsort(read.classes, kind="stable")
        first, stop = first[order], stop[order]
        edges = np.searchsorted(read.classes[order], np.arange(count + 1)).tolist()
    for place, (low, high) in enumerate(pairwise(edges)):
        start, found, _ = concurrency_profile(first[low:high], stop[low:high])
        running[start - begin :, place][: len(found)] = found
    return running
