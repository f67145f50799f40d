"""How is a batch of runs carried out? Only what changed runs, nothing good is lost, and all of it is on record."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psutil

from bnplan_lib.inputs.programme import data_folder, read_programme
from bnplan_lib.report import cluster, workers
from bnplan_lib.report.execute import Limits
from bnplan_lib.report.fingerprint import digest, digest_of, surroundings
from bnplan_lib.report.folder import (
    OWN,
    forget,
    hold,
    kept_runs,
    publish,
    put,
    remember,
    unfinished,
    writable,
    write_whole,
)
from bnplan_lib.report.index import guide_pages, index_pages, languages_of
from bnplan_lib.report.kernels import can_fork, warm_kernels
from bnplan_lib.report.plan import Job
from bnplan_lib.report.record import (
    BAD,
    RECORD,
    Outcome,
    Product,
    Records,
    as_json,
    read_head,
    read_records,
    versions,
)
from bnplan_lib.report.workers import Stop

COLD_JOBS: Final = 1  # for so few a warm process does not pay
USED_SHARE: Final = 0.8  # of the machine's memory, by all kernels together, where nobody sets a limit


@dataclass(frozen=True, slots=True)
class How:
    """How a batch is carried out.

    `workers` 0 is one a core. What did not change since the command of number `since` does not run again; `force`
    runs all. `keep` good reports stay in `runs/`. `fresh_kernels` starts every kernel anew. `dask` is the address of a
    cluster's scheduler, where runs go to instead.
    """

    workers: int = 0
    force: bool = False
    since: int = 0
    keep: int = 10
    limits: Limits = field(default_factory=Limits)
    fresh_kernels: bool = False
    dask: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of a batch: the outcome of each job that ran or need not; `unchanged` names the latter.

    `run` is the number of the command. `trouble` says why front pages and record are not up to date, if so.
    """

    outcomes: tuple[Outcome, ...]
    unchanged: frozenset[str]
    left: int
    run: int
    seconds: float
    trouble: str = ""

    @property
    def failed(self) -> list[Outcome]:
        """The outcomes of runs that failed."""
        return [one for one in self.outcomes if one.error]

    @property
    def status(self) -> str:
        """How it ended: done, failed or stopped."""
        return "stopped" if self.left else "failed" if self.failed or self.trouble else "done"


def run_jobs(
    jobs: list[Job],
    out: Path,
    report: Callable[[Outcome, bool], None],
    how: How | None = None,
    stop: Stop | None = None,
    asked: Mapping[str, Any] | None = None,
    folder: str | Path | None = None,
) -> Batch:
    """Run the jobs, write pages, front pages and record, and return what came of them.

    A page is written aside and moved in when it is whole, its record after it. A failed run writes `….failed.html`
    and `….failed.ipynb` and leaves an earlier good page as it is. Each outcome is reported as it comes, with whether
    it is unchanged since it last ran. `asked` is kept until all of it is done, for `unfinished`.

    Raises
    ------
    PlanError
        If the output folder cannot be written, or another command writes to it.
    """
    clock, started = time.perf_counter(), datetime.now(UTC)
    how, stop = how or How(), stop or Stop()
    with hold(out) as place, ThreadPoolExecutor(1) as aside:
        number = 1 + max([_number(read_head(out)), *(int(path.name) for path in kept_runs(out))])
        records = read_records(out)
        known = {} if how.force else unchanged(jobs, out, records, how.since)
        due = [job for job in jobs if job.stem not in known]
        guides = None
        if due or unfinished(out):  # guides are made while notebooks run
            guides = aside.submit(_guides, out, languages_of([*records.latest, *jobs]), folder)
        with writable(out):
            remember(out, {**(asked or {}), "run": how.since or number, "force": how.force or bool(how.since)})
        for outcome in known.values():
            report(outcome, True)
        outcomes = dict(known)
        for product in _produce(due, place, how, stop, folder):
            outcome = _keep(out, Product(replace(product.outcome, run=number), product.files))
            outcomes[outcome.stem] = outcome
            report(outcome, False)
        in_order = tuple(outcomes[job.stem] for job in jobs if job.stem in outcomes)
        left = len(jobs) - len(in_order)
        batch = Batch(in_order, frozenset(known), left, number, time.perf_counter() - clock)
        try:
            _record(batch, out, _head(batch, started, how, jobs), guides.result() if guides else None, how.keep)
            if batch.status == "done":
                forget(out)
        except OSError as error:
            batch = replace(batch, trouble=f"front pages and record: {error.strerror or error}")
    return batch


def _guides(out: Path, languages: tuple[str, ...], folder: str | Path | None) -> dict[str, str]:
    """Return the pages that explain data and levers: those that are there where they would be the same."""
    made, name = digest([languages, read_programme(folder).data_hash, surroundings()]), "guides.json"
    try:
        kept = json.loads((out / OWN / name).read_text(encoding="utf-8"))
        if kept["made"] == made:
            return dict(kept["pages"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # none yet, or of another version
    pages = guide_pages(languages, folder)
    with suppress(OSError):  # no room: they are made again
        write_whole(out / OWN / name, json.dumps({"made": made, "pages": pages}, ensure_ascii=False))
    return pages


def _number(head: Mapping[str, Any]) -> int:
    number = head.get("run")
    return number if isinstance(number, int) else 0


def _keep(out: Path, product: Product) -> Outcome:
    """Write what a run brought forth; one that cannot be written has failed."""
    try:
        put(out, product)
    except OSError as error:
        told = f"not written: {error.strerror or error}"
        return replace(product.outcome, status="failed", error=product.outcome.error or told)
    return product.outcome


def unchanged(jobs: Iterable[Job], out: Path, records: Records, since: int = 0) -> dict[str, Outcome]:
    """Return the outcomes, by name, that a folder holds whole and that running again would only repeat."""
    found = {}
    for job in jobs:
        outcome = records.good.get((job.notebook.name, job.scenario, job.lang))
        same = outcome and outcome.run >= since and outcome.fingerprint == job.fingerprint
        if outcome and same and not (out / f"{job.stem}{BAD}").exists() and _is_whole(outcome, out):
            found[job.stem] = outcome
    return found


def _is_whole(outcome: Outcome, out: Path) -> bool:
    try:
        return all(digest_of((out / name).read_bytes()) == told for name, told in outcome.files.items())
    except OSError:
        return False


def _produce(jobs: list[Job], place: Path, how: How, stop: Stop, folder: str | Path | None) -> Iterator[Product]:
    """Run jobs, kernels forked from a warm process where that is possible."""
    if not jobs:
        return
    os.environ["BNPLAN_DATA"] = str(data_folder(folder).resolve())  # kernels run in another folder
    if how.dask:
        yield from cluster.spread(jobs, how.dask, how.limits, stop)
        return
    count = how.workers or default_workers(len(jobs))
    limits = how.limits if how.limits.memory_mb else replace(how.limits, memory_mb=_share_of_memory(count))
    method = workers.prepare()
    suite = any("bnplan_lib" in job.notebook.text for job in jobs)
    warm = can_fork() and len(jobs) > COLD_JOBS and not how.fresh_kernels
    with warm_kernels(suite) if warm else nullcontext():
        yield from workers.spread(jobs, method, count, place, limits, stop)


def default_workers(jobs: int) -> int:
    """Return how many notebooks to run at once: one a core, no more than there are."""
    return max(1, min(jobs, os.cpu_count() or 1))


def _share_of_memory(count: int) -> int:
    return int(psutil.virtual_memory().total * USED_SHARE / count / 1e6)


def _head(batch: Batch, started: datetime, how: How, jobs: list[Job]) -> dict[str, Any]:
    """Return what the record says of the command as a whole."""
    return {
        "run": batch.run,
        "status": batch.status,
        "started": started.isoformat(timespec="seconds"),
        "seconds": round(batch.seconds, 3),
        "counts": counts(batch),
        "workers": how.workers or default_workers(len(jobs)),
        "limits": asdict(how.limits),
        "versions": versions(),
        "data": dict(jobs[0].data),
        "seed": next((job.parameters["seed"] for job in jobs if "seed" in job.parameters), None),
    }


def _record(batch: Batch, out: Path, head: dict[str, Any], guides: dict[str, str] | None, keep: int) -> None:
    """Write the record and, with `guides`, front pages; keep a report of its own where this one is good throughout.

    Without `guides` nothing ran: the number of the command before stays.
    """
    records = read_records(out)
    everything, good = records.latest, list(records.good.values())
    pages = {one.page for one in good}
    if guides is None:
        head = {**head, "run": _number(read_head(out))}
    else:
        for name, text in {**index_pages(everything, pages), **guides}.items():
            write_whole(out / name, text)
    write_whole(out / RECORD, as_json({**head, "runs": [asdict(one) for one in everything]}))
    if guides is not None and batch.status == "done":
        record = as_json({**head, "runs": [asdict(one) for one in good]})
        publish(out, batch.run, good, {**guides, **index_pages(good, pages), RECORD: record}, keep)


def counts(batch: Batch) -> dict[str, int]:
    """Return how many runs are done, unchanged, failed and left."""
    failed = len(batch.failed)
    done = len(batch.outcomes) - len(batch.unchanged) - failed
    return {"done": done, "unchanged": len(batch.unchanged), "failed": failed, "left": batch.left}
