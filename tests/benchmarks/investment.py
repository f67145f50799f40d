"""How fast are the load by quarter and the reading of a register of projects, and against what?

python tests/benchmarks/investment.py [ROWS ...]
"""

from __future__ import annotations

import importlib.util
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from bnplan_lib.inputs.register import read_register
from bnplan_lib.model.load import quarterly_load
from bnplan_lib.model.profiles import PROFILES, quarterly_shares
from bnplan_lib.model.quarters import quarter_name, quarter_number

REPEATS, SIZES, PROVINCES = 5, (100_000, 1_000_000, 10_000_000), 34
LOOPED = 20_000  # projects of the plain loop, the rest by the rule of three
READ = 1_000_000


class Register(NamedTuple):
    """A simulated register: two columns of int32, one of float64 with 3 % missing, one of int16."""

    first: np.ndarray
    last: np.ndarray
    cost: np.ndarray
    province: np.ndarray

    @property
    def columns(self) -> tuple[np.ndarray, ...]:
        return self.first, self.last, self.cost


def simulated(rows: int) -> Register:
    """Return projects that begin within 15 years and last up to ten, their costs lognormal."""
    random = np.random.default_rng(1)
    first = random.integers(quarter_number("2021Q1"), quarter_number("2036Q1"), rows, dtype=np.int32)
    last = first + random.integers(0, 40, rows, dtype=np.int32)
    cost = random.lognormal(3, 1.5, rows).round(3)
    cost[random.random(rows) < 0.03] = np.nan
    return Register(first, last, cost, random.integers(0, PROVINCES, rows, dtype=np.int16))


def seconds(*actions: Callable[[], object], repeats: int = REPEATS) -> list[float]:
    """Return the median time of each call, taken in turns, one warm round left out."""
    measured = []
    for turn in range(repeats + 1):
        begin = [time.perf_counter()]
        for action in actions:
            action()
            begin.append(time.perf_counter())
        if turn:
            measured.append(np.diff(begin))
    return [statistics.median(times) for times in zip(*measured, strict=True)]


def polars_ways(projects: Register) -> dict[str, Callable[[], np.ndarray]]:
    """Return the load by events and by counting, both in polars."""
    import polars as pl

    first, last, cost, _ = projects
    frame = pl.DataFrame({"first": first, "last": last, "cost": cost}).with_columns(pl.col("cost").fill_nan(None))
    quarter = pl.col("first").cast(pl.Int32)

    def events() -> np.ndarray:
        rate = pl.col("cost") / (pl.col("last") - pl.col("first") + 1)
        begun = frame.lazy().group_by(quarter.alias("quarter")).agg(rate.sum().alias("step"))
        ended = frame.lazy().group_by((pl.col("last") + 1).alias("quarter")).agg(-rate.sum().alias("step"))
        steps = pl.concat([begun, ended]).group_by("quarter").agg(pl.col("step").sum()).sort("quarter").collect()
        return steps["step"].cum_sum().to_numpy()[:-1]

    def counted() -> np.ndarray:
        cells = frame.lazy().group_by("first", "last").agg(pl.col("cost").sum()).collect()
        return spread(*(cells[name].to_numpy() for name in ("first", "last", "cost")))

    return {"polars, events": events, "polars, counted as here": counted}


def duckdb_ways(projects: Register) -> dict[str, Callable[[], np.ndarray]]:
    """Return the load by events and by counting, both in duckdb's own table."""
    import duckdb

    base = duckdb.connect()
    first, last, cost, _ = projects
    given = pa.table({"first": first, "last": last, "cost": pa.array(cost, from_pandas=True)})
    base.register("given", given)
    base.execute('create table projects as select "first", "last", cost from given')
    base.unregister("given")
    steps = """
        with steps as (
            select "first" as quarter, sum(cost / ("last" - "first" + 1)) as step from projects group by 1
            union all select "last" + 1, -sum(cost / ("last" - "first" + 1)) from projects group by 1)
        select quarter, sum(sum(step)) over (order by quarter) as load from steps group by quarter order by quarter"""

    def events() -> np.ndarray:
        return base.execute(steps).fetchnumpy()["load"][:-1]

    def counted() -> np.ndarray:
        cells = base.execute('select "first", "last", sum(cost) as cost from projects group by all').fetchnumpy()
        return spread(*(np.ma.filled(cells[name], np.nan) for name in ("first", "last", "cost")))

    return {"duckdb, events": events, "duckdb, counted as here": counted}


def staircase_ways(projects: Register) -> dict[str, Callable[[], np.ndarray]]:
    """Return the load as a step function with a value for each project, of the projects with a cost."""
    import pandas as pd
    import staircase

    first, last, cost, _ = projects
    given = ~np.isnan(cost)
    rate = cost / (last - first + 1)
    frame = pd.DataFrame({"start": first[given], "end": last[given] + 1, "rate": rate[given]})
    quarters = np.arange(first.min(), last.max() + 1)

    def layered() -> np.ndarray:
        return staircase.Stairs(frame, start="start", end="end", value="rate")(quarters)

    return {"staircase": layered}


RIVALS = {"polars": polars_ways, "duckdb": duckdb_ways, "staircase": staircase_ways}


def spread(first: np.ndarray, last: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """Return the uniform load of a few thousand sums by first and last quarter."""
    return quarterly_load(first, last, cost)[1][:, 0]


def looped(projects: Register, profile: str) -> np.ndarray:
    """Return the load project by project, as one would write it first."""
    begin = int(projects.first.min())
    load = np.zeros(int(projects.last.max()) - begin + 1)
    for first, last, cost in zip(*(column.tolist() for column in projects.columns), strict=True):
        if cost == cost:
            load[first - begin : last - begin + 1] += cost * quarterly_shares(profile, last - first + 1)
    return load


def load(projects: Register) -> None:
    """Measure the uniform load against a copy of its inputs and against others doing the same."""
    rows = len(projects.first)
    found = quarterly_load(*projects.columns)[1]
    assert np.isclose(found.sum(), np.nansum(projects.cost), rtol=1e-12)
    reused = [np.empty_like(column) for column in projects.columns]
    rivals = {
        name: action
        for tool, ways in RIVALS.items()
        if importlib.util.find_spec(tool)
        for name, action in ways(projects).items()
    }
    for name, action in rivals.items():
        assert np.allclose(action(), found[:, 0], rtol=1e-6, atol=1e-9 * found.max()), name
    ours, copied, fresh, *others = seconds(
        lambda: quarterly_load(*projects.columns),
        lambda: [np.copyto(one, column) for one, column in zip(reused, projects.columns, strict=True)],
        lambda: [column.copy() for column in projects.columns],
        *rivals.values(),
    )
    told(f"load {rows:,}", f"{ours * 1e3:.1f} ms, {ours / rows * 1e9:.1f} ns a project, uniform")
    told("", f"{ours / copied:.1f} x np.copyto of int32, int32, float64 ({copied * 1e3:.1f} ms)")
    told("", f"{ours / fresh:.1f} x .copy() of them ({fresh * 1e3:.1f} ms)")
    for name, other in zip(rivals, others, strict=True):
        told("", f"{other / ours:.1f} x as fast as {name} ({other * 1e3:.1f} ms)")


def classes(projects: Register) -> None:
    """Measure the load by province, the S-curve and a profile for each project; and what memory they take."""
    rows = len(projects.first)
    codes = np.random.default_rng(2).integers(0, len(PROFILES), rows, dtype=np.int8)
    ways = {
        "uniform": lambda: quarterly_load(*projects.columns),
        "S-curve": lambda: quarterly_load(*projects.columns, "s_curve"),
        f"S-curve, {PROVINCES} provinces": lambda: quarterly_load(
            *projects.columns, "s_curve", projects.province, PROVINCES
        ),
        f"own profiles, {PROVINCES} provinces": lambda: quarterly_load(
            *projects.columns, codes, projects.province, PROVINCES
        ),
    }
    for name, median, action in zip(ways, seconds(*ways.values()), ways.values(), strict=True):
        told("", f"{name}: {median * 1e3:.1f} ms, peak memory {peak(action) / 1e6:.1f} MB")


def peak(action: Callable[[], object]) -> int:
    """Return the most memory that a call takes beyond its inputs."""
    tracemalloc.start()
    action()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def loop(projects: Register) -> None:
    """Measure the S-curve against a loop over projects, on a sample."""
    rows = len(projects.first)
    sample = Register(*(column[:LOOPED] for column in projects))
    ours = quarterly_load(*sample.columns, "s_curve")[1][:, 0]
    assert np.allclose(looped(sample, "s_curve"), ours, rtol=1e-9)
    whole, part = seconds(
        lambda: quarterly_load(*projects.columns, "s_curve"), lambda: looped(sample, "s_curve"), repeats=3
    )
    slow = part * rows / len(sample.first)
    told("", f"{slow / whole:,.0f} x as fast as a loop over projects, S-curve ({slow:.1f} s, from {LOOPED:,} projects)")


def reading(projects: Register) -> None:
    """Measure the checked reading of a register against pyarrow's plain reading of the same file."""
    rows = len(projects.first)
    names = np.array([quarter_name(number) for number in range(int(projects.last.max()) + 1)])
    table = pa.table(
        {
            "id": [f"VN-{place:08d}" for place in range(rows)],
            "start": names[projects.first].tolist(),
            "end": names[projects.last].tolist(),
            "cost_bn_vnd": pa.array(projects.cost, from_pandas=True),
            "province": [f"Tỉnh {code}" for code in projects.province.tolist()],
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        for kind, write, plain in (
            ("parquet", parquet.write_table, parquet.read_table),
            ("csv", arrow_csv.write_csv, arrow_csv.read_csv),
        ):
            path = Path(folder) / f"register.{kind}"
            write(table, str(path))
            read = read_register(path, "province")
            assert (read.first == projects.first).all() and np.array_equal(read.cost_bn_vnd, projects.cost, True)
            ours, others = seconds(lambda p=path: read_register(p, "province"), lambda p=path, f=plain: f(str(p)))
            told(f"read {rows:,}", f"{kind}: {ours * 1e3:.0f} ms, {ours / rows * 1e6:.2f} us a row with every check")
            told("", f"{ours / others:.1f} x pyarrow's plain reading, unchecked ({others * 1e3:.0f} ms)")
            own = peak(lambda p=path: read_register(p, "province"))
            told("", f"peak memory {own / 1e6:.0f} MB, beside pyarrow's {arrow_peak(path) / 1e6:.0f} MB")


def arrow_peak(path: Path) -> int:
    """Return the most memory that pyarrow holds while a register is read: tracemalloc does not see it."""
    usual = pa.default_memory_pool()
    pool = pa.proxy_memory_pool(usual)
    pa.set_memory_pool(pool)
    try:
        read_register(path, "province")
    finally:
        pa.set_memory_pool(usual)
    return pool.max_memory()


def told(what: str, line: str) -> None:
    """Print one line of the result."""
    print(f"{what:16} {line}", flush=True)


def main(sizes: list[int]) -> None:
    """Measure registers of each size."""
    for tool in RIVALS:
        if not importlib.util.find_spec(tool):
            told(tool, "not installed: left out")
    for rows in sizes:
        projects = simulated(rows)
        load(projects)
        classes(projects)
        loop(projects)
    reading(simulated(min(READ, max(sizes))))


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or list(SIZES))
