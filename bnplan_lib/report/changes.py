"""What changed from one finished run to another? First what went in, then what came out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from bnplan_lib.errors import PlanError
from bnplan_lib.report.record import Outcome, read_head, read_records
from bnplan_lib.report.results import read_results

COLUMNS: Final = ["kind", "page", "what", "row", "column", "before", "after", "change"]
NAMED: Final = {"library": "bnplan's code", "environment": "Python and packages"}
TINY: Final = 1e-12  # relative: what another order of adding may leave


def holds_a_run(name: str) -> bool:
    """Return whether a name is that of a folder with the record of a run."""
    return bool(read_head(Path(name)))


def compare_runs(first: Path, second: Path) -> pd.DataFrame:
    """Return what differs between the pages that two runs share, and which page only one of them has.

    Returns
    -------
    DataFrame
        A row for each difference: `kind` is `input`, `result` or `page`; `what` is a parameter, a hash or a table,
        `row` tells the table's row by the columns before its values. `change` is second less first, of numbers.

    Raises
    ------
    PlanError
        If a folder holds no finished run, or its results cannot be read.
    """
    for folder in (first, second):
        if not read_head(folder):
            raise PlanError(f"{folder}: no finished run here, for it has no run.json that can be read")
    one, other = _paired(_pages(first), _pages(second))
    rows = [("page", page, "", "", "", "there", "missing") for page in sorted(set(one) - set(other))]
    rows += [("page", page, "", "", "", "missing", "there") for page in sorted(set(other) - set(one))]
    shared = sorted(set(one) & set(other))
    for page in shared:
        rows += [("input", page, *told) for told in _inputs(one[page], other[page])]
    for page in shared:
        try:
            tables = read_results(first, one[page]), read_results(second, other[page])
        except (OSError, ValueError, AttributeError) as error:
            raise PlanError(f"{page}: its results cannot be read, {error}") from error
        rows += [("result", page, *told) for told in _results(*tables)]
    return pd.DataFrame([(*row, _less(row[5], row[6])) for row in rows], columns=COLUMNS)


def _pages(folder: Path) -> dict[str, Outcome]:
    """Return one outcome for each notebook and scenario, English where there is: figures know no language."""
    found: dict[str, Outcome] = {}
    for outcome in sorted(read_records(folder).good.values(), key=lambda one: one.lang, reverse=True):
        found[f"{outcome.notebook}.{outcome.scenario}"] = outcome
    return found


def _paired(*runs: dict[str, Outcome]) -> list[dict[str, Outcome]]:
    """Return the pages of two runs; where each has but one of a notebook that the other lacks, under one name."""
    alone = [{name: page for name, page in run.items() if not all(name in other for other in runs)} for run in runs]
    for notebook in {page.notebook for page in alone[0].values()}:
        names = [[name for name, page in pages.items() if page.notebook == notebook] for pages in alone]
        if all(len(found) == 1 for found in names):
            for run, found in zip(runs, names, strict=True):
                run[notebook] = run.pop(found[0])
    return list(runs)


def _inputs(one: Outcome, other: Outcome) -> Iterator[tuple[Any, ...]]:
    given = [{**outcome.parameters, **outcome.changes} for outcome in (one, other)]
    for key in sorted(set(given[0]) | set(given[1])):
        if key not in ("lang", "levers") and given[0].get(key) != given[1].get(key):
            yield "parameter", "", key, given[0].get(key), given[1].get(key)
    for kind, told in (("version", "versions"), ("hash", "hashes")):
        before, after = getattr(one, told), getattr(other, told)
        for key in sorted(set(before) | set(after)):
            if before.get(key) != after.get(key):
                yield kind, "", NAMED.get(key, key), str(before.get(key))[:12], str(after.get(key))[:12]


def _results(one: Mapping[str, pd.DataFrame], other: Mapping[str, pd.DataFrame]) -> Iterator[tuple[Any, ...]]:
    for name in sorted(set(one) | set(other)):
        if name not in one or name not in other:
            yield name, "", "", *("there" if name in tables else "missing" for tables in (one, other))
        else:
            yield from ((name, *told) for told in _differences(one[name], other[name]))


def _differences(one: pd.DataFrame, other: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Return row, column, before and after of each value that differs; a row that only one has has no column."""
    keys = key_columns(one, other)
    rows = [{_key(row, keys): row for row in table.to_dict("records")} for table in (one, other)]
    columns = [name for name in {**dict.fromkeys(one.columns), **dict.fromkeys(other.columns)} if name not in keys]
    for key in {**dict.fromkeys(rows[0]), **dict.fromkeys(rows[1])}:
        before, after = rows[0].get(key), rows[1].get(key)
        if before is None or after is None:
            yield key, "", *("missing" if row is None else "there" for row in (before, after))
            continue
        for column in columns:
            values = before.get(column), after.get(column)
            if not _same(*values):
                yield key, column, *values


def key_columns(one: pd.DataFrame, other: pd.DataFrame) -> list[str]:
    """Return the fewest columns, from the first, that tell the rows of each of two tables apart."""
    names = [name for name in one.columns if name in other.columns]
    for count in range(1, len(names) + 1):
        keys = names[:count]
        if not any(table[keys].map(str).duplicated().any() for table in (one, other)):
            return keys
    return names


def _key(row: Mapping[str, Any], keys: list[str]) -> str:
    return ", ".join(f"{key}={row[key]}" for key in keys if not _missing(row[key]))


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and np.isnan(value))


def _same(before: Any, after: Any) -> bool:
    if _missing(before) or _missing(after):
        return _missing(before) and _missing(after)
    if isinstance(before, float) or isinstance(after, float):
        return bool(np.isclose(before, after, rtol=TINY, atol=0)) if _numbers(before, after) else False
    return bool(before == after)


def _numbers(*values: Any) -> bool:
    return all(isinstance(one, int | float) and not isinstance(one, bool) for one in values)


def _less(before: Any, after: Any) -> float:
    return after - before if _numbers(before, after) else np.nan
