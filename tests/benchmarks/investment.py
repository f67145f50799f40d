"""How fast is the load of a large register, against a copy of it and against polars, duckdb and staircase?

python tests/benchmarks/investment.py [ROWS ...]

Rivals that are not installed are left out, and said so.
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

import numpy as np

from bnplan_lib.inputs.register import read_register
from bnplan_lib.model.load import quarterly_load
from bnplan_lib.model.profiles import share_spent
from bnplan_lib.model.quarters import quarter_name

SIZES, REPEATS, LOOPED = (100_000, 1_000_000, 10_000_000), 5, 2_000
BEGIN, SPAN, LONGEST = 8_100, 80, 60
Columns = tuple[np.ndarray, np.ndarray, np.ndarray]


def simulated(rows: int) -> Columns:
    """Return first and last quarter (int32) and cost (float64) of projects over 20 years, up to 15 years long."""
    random = np.random.default_rng(1)
    first = (BEGIN + random.integers(0, SPAN, rows)).astype(np.int32)
    last = first + random.integers(0, LONGEST, rows).astype(np.int32)
    return first, last, random.lognormal(5, 1.5, rows)


def seconds(*actions: Callable[[], object]) -> list[float]:
    """Return the median time of each call, taken in turns, one warm round left out."""
    measured = []
    for turn in range(REPEATS + 1):
        begin = [time.perf_counter()]
        for action in actions:
            action()
            begin.append(time.perf_counter())
        if turn:
            measured.append(np.diff(begin))
    return [statistics.median(times) for times in zip(*measured, strict=True)]


def copied(columns: Columns) -> Callable[[], object]:
    return lambda: [column.copy() for column in columns]


def by_polars(columns: Columns) -> Callable[[], np.ndarray]:
    import polars as pl

    first, last, cost = columns
    table = pl.DataFrame({"first": first, "last": last, "cost": cost})
    rate = pl.col("cost") / (pl.col("last") - pl.col("first") + 1)

    def load() -> np.ndarray:
        begins = table.lazy().select(quarter=pl.col("first"), change=rate)
        ends = table.lazy().select(quarter=pl.col("last") + 1, change=-rate)
        changes = pl.concat([begins, ends]).group_by("quarter").agg(pl.col("change").sum()).sort("quarter")
        found = changes.with_columns(load=pl.col("change").cum_sum()).collect()
        return filled(found["quarter"].to_numpy(), found["load"].to_numpy())

    return load


def by_duckdb(columns: Columns) -> Callable[[], np.ndarray]:
    import duckdb
    import pyarrow as pa

    first, last, cost = columns
    base = duckdb.connect()
    base.register("given", pa.table({"first": first, "last": last, "cost": cost}))
    base.execute('create table projects as select "first" as a, "last" as z, cost from given')
    asked = """with changes as (
      select a as quarter, sum(cost / (z - a + 1)) as change from projects group by all
      union all select z + 1, -sum(cost / (z - a + 1)) from projects group by all)
    select quarter, sum(sum(change)) over (order by quarter) as load from changes group by quarter order by quarter"""

    def load() -> np.ndarray:
        found = base.execute(asked).fetchnumpy()
        return filled(found["quarter"], found["load"])

    return load


def by_staircase(columns: Columns) -> Callable[[], np.ndarray]:
    import staircase

    first, last, cost = columns

    def load() -> np.ndarray:
        steps = staircase.Stairs(start=first, end=last + 1, value=cost / (last - first + 1))
        return np.asarray(steps(np.arange(BEGIN, BEGIN + SPAN + LONGEST)), float)

    return load


def filled(quarters: np.ndarray, load: np.ndarray) -> np.ndarray:
    """Return a load with a place for every quarter: between two changes it stays as it is."""
    place = np.searchsorted(quarters, np.arange(BEGIN, BEGIN + SPAN + LONGEST), side="right") - 1
    return np.where(place >= 0, np.asarray(load, float)[place], 0.0)


def by_loop(columns: Columns) -> np.ndarray:
    """Spread one project after the other along an S-curve."""
    load = np.zeros(SPAN + LONGEST)
    for first, last, cost in zip(*columns, strict=True):
        length = last - first + 1
        load[first - BEGIN : last + 1 - BEGIN] += cost * np.diff(share_spent("s_curve", np.arange(length + 1) / length))
    return load


def same(one: np.ndarray, other: np.ndarray) -> bool:
    size = min(len(one), len(other))
    return np.allclose(one[:size], other[:size], rtol=1e-9, atol=1e-6 * np.abs(one).max())


RIVALS = {"polars": by_polars, "duckdb": by_duckdb, "staircase": by_staircase}


def bench_load(rows: int) -> None:
    columns = simulated(rows)
    rivals = [name for name in RIVALS if importlib.util.find_spec(name)]
    loads = {name: RIVALS[name](columns) for name in rivals}
    start, ours = quarterly_load(*columns)
    assert start == columns[0].min()
    assert abs(ours.sum() / columns[2].sum() - 1) < 1e-12
    for name, load in loads.items():
        assert same(ours[:, 0], load()[start - BEGIN :]), name
    names = ["plain copy", "bnplan", *loads]
    times = dict(zip(names, seconds(copied(columns), lambda: quarterly_load(*columns), *loads.values()), strict=True))
    for name, taken in times.items():
        ratios = f"{taken / times['plain copy']:8.1f} x copy {taken / times['bnplan']:8.1f} x bnplan"
        print(f"  {name:<12} {taken * 1e3:10.1f} ms {ratios}")
    tracemalloc.start()
    quarterly_load(*columns)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    held = sum(column.nbytes for column in columns)
    print(f"  peak memory {peak / 2**20:.1f} MB beyond the columns' {held / 2**20:.0f} MB")


def bench_curve(rows: int) -> None:
    columns = simulated(rows)
    few = tuple(column[:LOOPED] for column in columns)
    assert same(by_loop(few)[few[0].min() - BEGIN :], quarterly_load(*few, profile="s_curve")[1][:, 0])
    ours, loop = seconds(lambda: quarterly_load(*columns, profile="s_curve"), lambda: by_loop(few))
    loop *= rows / LOOPED
    print(
        f"S-curve, {rows:,} projects: {ours * 1e3:.1f} ms; a loop over each, from {LOOPED:,} of them: {loop:.1f} s, ",
        end="",
    )
    print(f"{loop / ours:,.0f} x")


def bench_reading(rows: int) -> None:
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    first, last, cost = simulated(rows)
    names = np.array([quarter_name(number) for number in range(BEGIN, BEGIN + SPAN + LONGEST)], object)
    columns = {
        "id": [f"P{number:08d}" for number in range(rows)],
        "start": names[first - BEGIN],
        "end": names[last - BEGIN],
        "cost_bn_vnd": np.round(cost, 3),
    }
    table = pa.table(columns)
    with tempfile.TemporaryDirectory() as folder:
        for kind, write, plain in (
            ("parquet", pyarrow.parquet.write_table, pyarrow.parquet.read_table),
            ("csv", pyarrow.csv.write_csv, pyarrow.csv.read_csv),
        ):
            path = Path(folder) / f"register.{kind}"
            write(table, path)
            ours, bare = seconds(lambda path=path: read_register(path), lambda path=path, plain=plain: plain(path))
            told = f"{ours / rows * 1e6:.2f} µs a row, {ours / bare:.1f} x pyarrow without checks"
            print(f"reading {rows:,} rows of {kind}: {told}")


def main(sizes: list[int]) -> None:
    for name in RIVALS:
        if not importlib.util.find_spec(name):
            print(f"{name} is not installed: left out")
    for rows in sizes:
        print(f"uniform load of {rows:,} projects (int32, int32, float64)")
        bench_load(rows)
    bench_curve(min(max(sizes), 1_000_000))
    bench_reading(min(max(sizes), 1_000_000))


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1:]] or list(SIZES))
