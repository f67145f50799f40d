"""How long do the year's reports take: a form read back, a large report checked, the standing of all targets?

python tests/benchmarks/reports.py [REPEATS]

Beside each time stands the plain way in the same run: pandas that reads the same file without a check, and the
simulation of all targets without anything observed.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

import bnplan_lib as bn
from bnplan_lib.inputs.observe import read_report
from bnplan_lib.inputs.sheets import MOST_ROWS

REPEATS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
DAY = "2027-01-15"


def median(work: Callable[[], object]) -> float:
    """Return the median time of some repeats after one that does not count, in seconds."""
    work()
    times = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def large_report(programme: bn.Programme) -> pd.DataFrame:
    """Return as many sound rows as a report may have: money of each project, year by year far into the future."""
    years = -(-MOST_ROWS // len(programme.projects))
    rows = [
        ("projects", key, "disbursed_bn_vnd", str(2026 + year), 1.5, "estimate", "report")
        for year in range(years)
        for key in programme.projects["id"]
    ]
    return pd.DataFrame(rows[:MOST_ROWS], columns=["table", "id", "measure", "period", "value", "status", "source"])


def main() -> None:
    """Print each time and how many times the plain way's it is."""
    programme, story = bn.read_programme(), bn.read_scenario("uncertain")
    table = large_report(programme)
    with tempfile.TemporaryDirectory() as folder:
        lines, book = Path(folder) / "report.csv", Path(folder) / "report.xlsx"
        table.to_csv(lines, index=False)
        table.to_excel(book, index=False, engine="xlsxwriter")
        pairs = [
            (f"{len(table):,} rows of CSV", lambda: read_report(programme, lines, DAY), lambda: pd.read_csv(lines)),
            (f"{len(table):,} rows of XLSX", lambda: read_report(programme, book, DAY), lambda: pd.read_excel(book)),
            (
                "progress, 20,000 draws",
                lambda: bn.progress(programme, story, 2026),
                lambda: bn.simulate(programme, story, 20_000),
            ),
        ]
        for name, ours, plain in pairs:
            own, other = median(ours), median(plain)
            print(f"{name:24} {own * 1000:8.0f} ms   {own / other:5.2f} times the plain way ({other * 1000:.0f} ms)")


if __name__ == "__main__":
    main()
