"""How fast are the profile, the overlaps and the pairs of periods, and against what?

python tests/benchmarks/timeline.py [ROWS ...]
"""

from __future__ import annotations

import importlib.util
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from bnplan_lib.model.periods import concurrency_profile, overlap_counts, overlap_pairs

REPEATS, SIZES, DAYS = 5, (100_000, 1_000_000, 10_000_000), 10_957  # thirty years of days
PAIRED = 1_000_000  # more rows than this are not paired
CLASSES = 1_000
TOOLS = ("polars", "duckdb", "staircase", "ncls", "bioframe")
PRESENT: set[str] = set()

Ways = dict[str, Callable[[], np.ndarray]]


class Periods(NamedTuple):
    """Simulated periods: two columns of int32, one of float64."""

    begin: np.ndarray
    end: np.ndarray
    weight: np.ndarray


def simulated(rows: int, days: int = DAYS, longest: int = 1_500) -> Periods:
    """Return periods that begin within so many days and last up to so many."""
    random = np.random.default_rng(1)
    begin = random.integers(20_000, 20_000 + days, rows, dtype=np.int32)
    end = begin + random.integers(1, longest + 1, rows, dtype=np.int32)
    return Periods(begin, end, random.lognormal(3, 1.5, rows).round(3))


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


def profile_ways(periods: Periods, what: str) -> Ways:
    """Return the profile by begins and ends in polars, duckdb and staircase: counts, or sums of weights."""
    ways: Ways = {}
    if "polars" in PRESENT:
        import polars as pl

        frame = pl.DataFrame(periods._asdict()).lazy()
        amount = pl.len().cast(pl.Int64) if what == "running" else pl.col("weight").sum()

        def polars_events() -> np.ndarray:
            begun = frame.group_by(pl.col("begin").alias("day")).agg(amount.alias("step"))
            ended = frame.group_by(pl.col("end").alias("day")).agg(-amount.alias("step"))
            steps = pl.concat([begun, ended]).group_by("day").agg(pl.col("step").sum()).sort("day").collect()
            return spread(steps["day"].to_numpy(), steps["step"].cum_sum().to_numpy())

        ways["polars"] = polars_events
    if "duckdb" in PRESENT:
        base = duckdb_base(periods)
        total = "count(*)" if what == "running" else "sum(weight)"
        query = f"""
            with steps as (
                select "begin" as day, {total} as step from periods group by 1
                union all select "end", -{total} from periods group by 1)
            select day, sum(sum(step)) over (order by day) as total from steps group by day order by day"""  # noqa: S608

        def duckdb_events() -> np.ndarray:
            found = base.execute(query).fetchnumpy()
            return spread(found["day"], found["total"])

        ways["duckdb"] = duckdb_events
    if "staircase" in PRESENT:
        import staircase

        table = pd.DataFrame(periods._asdict())
        days = np.arange(periods.begin.min(), periods.end.max())
        value = None if what == "running" else "weight"
        ways["staircase"] = lambda: staircase.Stairs(table, start="begin", end="end", value=value)(days)
    return ways


def spread(days: np.ndarray, totals: np.ndarray) -> np.ndarray:
    """Return totals of every day from those of days on which they change."""
    return np.repeat(totals[:-1], np.diff(days))


def duckdb_base(periods: Periods) -> object:
    """Return a connection with the periods in a table of duckdb's own."""
    import duckdb

    base = duckdb.connect()
    base.register("given", pa.table({"id": np.arange(len(periods.begin)), **periods._asdict()}))
    base.execute("create table periods as select * from given")
    base.unregister("given")
    return base


def count_ways(periods: Periods) -> Ways:
    """Return the overlaps of each period by counting begins and ends in polars and duckdb."""
    ways: Ways = {}
    if "polars" in PRESENT:
        import polars as pl

        frame = pl.DataFrame({"begin": periods.begin, "end": periods.end})
        low, high = int(periods.begin.min()), int(periods.end.max())
        every = pl.LazyFrame({"day": np.arange(low, high + 1, dtype=np.int32)})

        def table(side: str, name: str) -> pl.LazyFrame:
            counts = frame.lazy().group_by(pl.col(side).alias("day")).agg(pl.len().cast(pl.Int64).alias(name))
            days = every.join(counts, on="day", how="left", maintain_order="left")
            return days.with_columns(pl.col(name).fill_null(0).cum_sum())

        def gathered() -> np.ndarray:
            begun, ended = pl.collect_all([table("begin", "begun"), table("end", "ended")])
            others = pl.lit(begun["begun"]).gather(pl.col("end") - (low + 1)) - pl.lit(ended["ended"]).gather(
                pl.col("begin") - low
            )
            return frame.select(others - 1).to_series().to_numpy()

        def joined() -> np.ndarray:
            begun = table("begin", "begun").with_columns(pl.col("day") + 1)
            counted = frame.lazy().join(begun, left_on="end", right_on="day", how="left", maintain_order="left")
            counted = counted.join(
                table("end", "ended"), left_on="begin", right_on="day", how="left", maintain_order="left"
            )
            return counted.select(pl.col("begun") - pl.col("ended") - 1).collect().to_series().to_numpy()

        ways |= {"polars, looked up": gathered, "polars, joined": joined}
    if "duckdb" in PRESENT:
        base = duckdb_base(periods)
        low, high = int(periods.begin.min()), int(periods.end.max())
        query = f"""
            with days as (select range as day from range({low}, {high + 1})),
            begun as (select "begin" as day, count(*) as n from periods group by 1),
            ended as (select "end" as day, count(*) as n from periods group by 1),
            totals as (
                select days.day, sum(coalesce(begun.n, 0)) over w as begun, sum(coalesce(ended.n, 0)) over w as ended
                from days left join begun using (day) left join ended using (day)
                window w as (order by days.day)),
            sums as materialized (
                select day::integer as day, begun::bigint as begun, ended::bigint as ended from totals)
            select id, one.begun - two.ended - 1 as others from periods
            join sums as one on one.day = "end" - 1 join sums as two on two.day = "begin\""""  # noqa: S608

        def duckdb_joined() -> np.ndarray:
            found = base.execute(query).fetchnumpy()
            others = np.empty(len(found["id"]), np.int64)
            others[found["id"]] = found["others"]
            return others

        ways["duckdb"] = duckdb_joined
    return ways


def listing_ways(periods: Periods) -> Ways:
    """Return the overlaps of each period by tools that list them all first: for few partners only."""
    begin, end, rows = periods.begin.astype(np.int64), periods.end.astype(np.int64), np.arange(len(periods.begin))
    ways: Ways = {}
    if "ncls" in PRESENT:
        from ncls import NCLS

        ways["ncls"] = lambda: (
            np.bincount(NCLS(begin, end, rows).all_overlaps_both(begin, end, rows)[0], minlength=len(rows)) - 1
        )
    if "bioframe" in PRESENT:
        import bioframe

        table = pd.DataFrame({"chrom": "all", "start": begin, "end": end})
        ways["bioframe"] = lambda: bioframe.count_overlaps(table, table, return_input=False)["count"].to_numpy() - 1
    return ways


def pair_ways(begin: np.ndarray, end: np.ndarray) -> Ways:
    """Return the pairs as others find them; classes, if any, lie one after another on one long grid."""
    rows = np.arange(len(begin))
    ways: Ways = {}
    if "ncls" in PRESENT:
        from ncls import NCLS

        ways["ncls"] = lambda: packed(*NCLS(begin, end, rows).all_overlaps_both(begin, end, rows), len(rows))
    if "bioframe" in PRESENT:
        import bioframe
        from bioframe.core import arrops

        table = pd.DataFrame({"chrom": "all", "start": begin, "end": end})

        def frames() -> np.ndarray:
            found = bioframe.overlap(table, table, how="inner", return_input=False, return_index=True)
            return packed(found["index"].to_numpy(), found["index_"].to_numpy(), len(rows))

        ways["bioframe"] = frames
        ways["bioframe, arrays"] = lambda: packed(*arrops.overlap_intervals(begin, end, begin, end), len(rows))
    if "duckdb" in PRESENT:
        base = duckdb_base(Periods(begin, end, begin))
        query = """select one.id as one, two.id as two from periods as one join periods as two
            on one."begin" < two."end" and two."begin" < one."end\""""

        def ranges() -> np.ndarray:
            found = base.execute(query).fetchnumpy()
            return packed(found["one"], found["two"], len(rows))

        ways["duckdb"] = ranges
    if "polars" in PRESENT:
        import polars as pl

        frame = pl.LazyFrame({"id": rows, "begin": begin, "end": end})

        def where() -> np.ndarray:
            found = frame.join_where(
                frame, pl.col("begin") < pl.col("end_right"), pl.col("begin_right") < pl.col("end")
            )
            pair = found.select("id", "id_right").collect()
            return packed(pair["id"].to_numpy(), pair["id_right"].to_numpy(), len(rows))

        ways["polars"] = where
    return ways


def packed(one: np.ndarray, other: np.ndarray, rows: int) -> np.ndarray:
    """Return each unordered pair once, as one number."""
    kept = one < other
    return one[kept] * rows + other[kept]


def streamed(periods: Periods, classes: np.ndarray | None) -> int:
    """Return how many pairs there are, each block thrown away."""
    return sum(len(one) for one, _ in overlap_pairs(periods.begin, periods.end, classes))


def peak(action: Callable[[], object]) -> int:
    """Return the most memory that a call takes beyond its inputs."""
    tracemalloc.start()
    action()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def profile(periods: Periods) -> None:
    """Measure counts and sums by day against a copy of their inputs and against others."""
    rows = len(periods.begin)
    for what, given in (("running", periods[:2]), ("load", periods)):
        found = getattr(concurrency_profile(*given), what)
        rivals = profile_ways(periods, what)
        for name, action in rivals.items():
            assert np.allclose(action().astype(float), found, rtol=1e-6, atol=1e-9 * found.max()), name
        told(f"{what} {rows:,}", "")
        compared(lambda given=given: concurrency_profile(*given), rivals, given)


def counts(periods: Periods, label: str, rivals: Ways, repeats: int = REPEATS) -> None:
    """Measure the overlaps of each period."""
    given = periods[:2]
    found = overlap_counts(*given)
    for name, action in rivals.items():
        assert np.array_equal(action(), found), name
    told(f"{label} {len(found):,}", f"{found.mean():,.1f} overlaps a period")
    compared(lambda: overlap_counts(*given), rivals, given, repeats)


def pairs(periods: Periods, label: str, classes: np.ndarray | None = None) -> None:
    """Measure all pairs, streamed, and the memory they take."""
    rows = len(periods.begin)
    since = 0 if classes is None else classes.astype(np.int64) * (int(periods.end.max()) + 1)
    rivals = pair_ways(periods.begin + since, periods.end + since)
    blocks = overlap_pairs(periods.begin, periods.end, classes)
    found = np.sort(np.concatenate([one * rows + other for one, other in blocks]))
    for name, action in rivals.items():
        assert np.array_equal(np.sort(action()), found), name
    told(f"{label} {rows:,}", f"{len(found):,} pairs, {2 * len(found) / rows:.1f} overlaps a period")
    compared(lambda: streamed(periods, classes), rivals, periods[:2], repeats=3)
    most = peak(lambda: streamed(periods, classes))
    told(
        "", f"peak memory {most / 1e6:.0f} MB, {most / rows:.0f} bytes a row; all pairs {found.nbytes * 2 / 1e6:.0f} MB"
    )


def compared(ours: Callable[[], object], rivals: Ways, given: tuple[np.ndarray, ...], repeats: int = REPEATS) -> None:
    """Print our time beside those of a copy of what is given and of the rivals."""
    mine, fresh, *others = seconds(ours, lambda: [one.copy() for one in given], *rivals.values(), repeats=repeats)
    told("", f"{mine * 1e3:.1f} ms, {mine / len(given[0]) * 1e9:.1f} ns a period")
    told("", f"{mine / fresh:.1f} x .copy() of the inputs ({fresh * 1e3:.1f} ms)")
    for name, other in zip(rivals, others, strict=True):
        told("", f"{other / mine:.1f} x as fast as {name} ({other * 1e3:.1f} ms)")


def told(what: str, line: str) -> None:
    """Print one line of the result."""
    print(f"{what:24} {line}", flush=True)


def main(sizes: list[int]) -> None:
    """Measure periods of each size."""
    for tool in TOOLS:
        if importlib.util.find_spec(tool):
            PRESENT.add(tool)
        else:
            told(tool, "not installed: left out")
    told("pyranges1", "left out: its releases for Python 3.11 do not import there")
    for rows in sizes:
        periods = simulated(rows)
        profile(periods)
        counts(periods, "overlaps", count_ways(periods))
        if rows > PAIRED:
            continue
        few = simulated(rows, 4 * rows, 40)
        counts(few, "few overlaps", listing_ways(few), repeats=2)
        pairs(few, "pairs")
        # as dense a class as all of them were: rows and days of one class in the same ratio
        classes = np.random.default_rng(2).integers(0, CLASSES, rows, dtype=np.int32)
        pairs(simulated(rows, DAYS, max(1, 10 * DAYS * CLASSES // rows)), f"of {CLASSES:,} classes", classes)


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or list(SIZES))
