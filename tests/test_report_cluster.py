"""Runs on a Dask cluster bring forth what they do here, outlive a lost worker, and say in a line what is wrong."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pandas as pd
import psutil
import pytest
from small import bnplan, written

from bnplan_lib import read_programme, read_scenario, simulate
from bnplan_lib.analysis import blocks
from bnplan_lib.analysis.uncertainty import BLOCK
from bnplan_lib.dask_client import connect
from bnplan_lib.errors import PlanError
from bnplan_lib.report.cluster import spread
from bnplan_lib.report.execute import Limits, run_job
from bnplan_lib.report.parcel import pack, unpack
from bnplan_lib.report.plan import Selection, plan_jobs
from bnplan_lib.report.record import read_records
from bnplan_lib.report.runs import unchanged
from bnplan_lib.report.workers import Stop

NOTEBOOK = "01_growth_targets"
WAIT_SECONDS = 60
NOBODY = "tcp://127.0.0.1:1"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="signals are POSIX"),
]


@dataclass
class Cluster:
    """A scheduler and its workers, each a process of this machine with what it started."""

    folder: Path
    address: str = ""
    processes: list[psutil.Popen] = field(default_factory=list)

    def start(self, what: str, *words: str) -> None:
        """Start the scheduler or a worker."""
        place = ["--scheduler-file", str(self.folder / "scheduler.json"), "--no-dashboard", "--host", "127.0.0.1"]
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *place, *words]
        self.processes.append(psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    def family(self) -> list[psutil.Process]:
        """Return every process of the cluster that runs."""
        running = [process for process in self.processes if process.is_running()]
        return [*running, *(child for process in running for child in process.children(recursive=True))]

    def end(self) -> None:
        """End scheduler and workers, and what is left if they do not take the rest with them."""
        family = self.family()
        for process in self.processes:
            with suppress(psutil.NoSuchProcess):
                process.terminate()
        for process in psutil.wait_procs(family, timeout=15)[1]:
            process.kill()


def wait_for(condition) -> None:
    """Wait until something holds."""
    end = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A scheduler and two workers of one thread."""
    running = Cluster(tmp_path_factory.mktemp("cluster"))
    told = running.folder / "scheduler.json"
    running.start("scheduler", "--port", "0")
    wait_for(told.exists)
    running.address = json.loads(told.read_text(encoding="utf-8"))["address"]
    for number in ("one", "two"):
        running.start("worker", "--nthreads", "1", "--local-directory", str(running.folder / number))
    yield running
    running.end()


def sleeper(folder: Path, seconds: int) -> str:
    """Write a notebook that tells the number of its kernel's process and sleeps; return its path."""
    told = f"import os, time\nprint(os.getpid(), file=open({str(folder / 'begun')!r}, 'a'))\ntime.sleep({seconds})"
    written(folder / "sleeper.ipynb", told)
    return str(folder / "sleeper.ipynb")


def kernels(folder: Path) -> list[int]:
    """Return the processes that a sleeper has told, once there is one."""
    wait_for(lambda: (folder / "begun").exists() and (folder / "begun").read_text().endswith("\n"))
    return [int(line) for line in (folder / "begun").read_text().split()]


def outputs(content: bytes) -> list:
    """Return source and outputs of each cell of an executed notebook."""
    cells = nbformat.reads(content.decode(), as_version=4).cells
    return [(cell.source, cell.get("outputs")) for cell in cells]


def same(one, other) -> bool:
    """Return whether two products are the same page, executed notebook and record but for times."""
    page, copy = one.outcome.page, one.outcome.executed
    assert one.outcome.error == other.outcome.error == ""
    told = [(product.outcome.fingerprint, product.outcome.parameters) for product in (one, other)]
    equal = one.files[page] == other.files[page] and outputs(one.files[copy]) == outputs(other.files[copy])
    return equal and told[0] == told[1]


def test_a_run_on_the_cluster_brings_forth_what_a_run_here_does(cluster, tmp_path):
    done = bnplan("run", NOTEBOOK, "--lang", "en", "--dask", cluster.address, "--out", str(tmp_path))
    assert (done.returncode, len(done.stderr.splitlines())) == (0, 2), done.stderr
    job = plan_jobs([Selection((NOTEBOOK,), languages=("en",))])[0]
    here = run_job(job, tmp_path, Limits())
    there = {name: (tmp_path / name).read_bytes() for name in here.files}
    assert there[here.outcome.page] == here.files[here.outcome.page]
    assert outputs(there[here.outcome.executed]) == outputs(here.files[here.outcome.executed])
    assert list(unchanged([job], tmp_path, read_records(tmp_path))) == [job.stem]


def test_what_a_client_abandons_is_not_told_later(cluster, caplog, monkeypatch):
    with connect(cluster.address):
        pass
    monkeypatch.setattr(logging.getLogger("asyncio"), "handlers", [caplog.handler])
    caplog.set_level(logging.ERROR, "asyncio")
    caplog.clear()
    loop = asyncio.new_event_loop()
    loop.create_future().set_exception(TimeoutError("Timeout"))
    gc.collect()
    loop.call_exception_handler({"message": "something else"})
    loop.close()
    assert list(dict.fromkeys(record.getMessage() for record in caplog.records)) == ["something else"]


def test_a_scenario_file_goes_along_with_its_run(cluster, tmp_path):
    (tmp_path / "below.toml").write_text(
        'title_en = "Below"\ntitle_vi = "Dưới"\nwhy = "a test"\nbase = "uncertain"\n[macro]\ninvestment_ratio = 40\n',
        encoding="utf-8",
    )
    own = tmp_path / "own story.toml"
    text = 'title_en = "Own"\ntitle_vi = "Riêng"\nwhy = "a test"\nbase = "below.toml"\n[growth]\nindustry = 12\n'
    own.write_text(text, encoding="utf-8")
    jobs = plan_jobs([Selection((NOTEBOOK,), (str(own),), ("en",))])
    here = run_job(jobs[0], tmp_path, Limits())
    products = spread(jobs, cluster.address, Limits(), Stop())
    for path in tmp_path.glob("*.toml"):
        path.unlink()
    assert [same(product, here) for product in products] == [True]


def test_a_scenario_unpacked_tells_its_levers_in_their_order(tmp_path):
    (tmp_path / "a.toml").write_text(
        'title_en = "A"\ntitle_vi = "A"\nwhy = "a"\nbase = "costs_over"\n[macro]\ninvestment_ratio = 40\n'
        '[uncertainty."growth.industry"]\ndistribution = "uniform"\nlow = 10\nhigh = 12\n',
        encoding="utf-8",
    )
    text = 'title_en = "B"\ntitle_vi = "B"\nwhy = "b"\nbase = "../a.toml"\n[growth]\nindustry = 11\nservices = 9\n'
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "b.toml").write_text(text, encoding="utf-8")
    job = plan_jobs([Selection((NOTEBOOK,), (str(tmp_path / "b" / "b.toml"),), ("en",))])[0]
    before, after = (read_scenario(one.parameters["scenario"]) for one in (job, unpack(pack([job])[0], tmp_path)))
    assert after == before
    assert list(after.changes) == list(before.changes)
    assert list(after.uncertainty) == list(before.uncertainty)


def asked(cluster: Cluster, folder: Path, seconds: int) -> subprocess.Popen[str]:
    """Begin a command that runs a sleeper on the cluster."""
    words = ["run", sleeper(folder, seconds), "--lang", "en", "--dask", cluster.address, "--out", str(folder / "out")]
    return subprocess.Popen([sys.executable, "-m", "bnplan_lib.cli", *words], stderr=subprocess.PIPE, text=True)


def test_a_run_whose_worker_is_killed_is_begun_again_elsewhere(cluster, tmp_path):
    with asked(cluster, tmp_path, 3) as running:
        kernel = psutil.Process(kernels(tmp_path)[0])
        worker = next(one for one in kernel.parents() if any("spawn_main" in word for word in one.cmdline()))
        started = worker.children(recursive=True)
        worker.kill()
        assert psutil.wait_procs(started, timeout=15)[1] == []
        said = running.communicate(timeout=WAIT_SECONDS)[1]
    assert (running.returncode, len(kernels(tmp_path)), len(said.splitlines())) == (0, 2, 2), said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_command_that_is_ended_ends_its_notebook_on_the_cluster(cluster, tmp_path, number):
    with asked(cluster, tmp_path, 60) as running:
        kernel = psutil.Process(kernels(tmp_path)[0])
        running.send_signal(number)
        assert psutil.wait_procs([kernel], timeout=15)[1] == []


def test_an_address_where_nobody_answers_is_refused_in_one_line(tmp_path):
    done = bnplan("run", NOTEBOOK, "--lang", "en", "--dask", NOBODY, "--out", str(tmp_path))
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert f"'{NOBODY}': no Dask scheduler answers within" in done.stderr


def test_a_number_of_processes_is_refused_where_the_cluster_has_its_own(tmp_path):
    done = bnplan("run", NOTEBOOK, "--dask", NOBODY, "--workers", "2", "--out", str(tmp_path / "out"))
    assert (done.returncode, (tmp_path / "out").exists()) == (2, False)
    assert "leave out --workers" in done.stderr


def test_blocks_walked_on_the_cluster_give_what_one_process_gives(cluster, monkeypatch):
    programme, story = read_programme(), read_scenario("uncertain")
    here = simulate(programme, story, draws=6 * BLOCK + 1)
    monkeypatch.setattr(blocks, "WORTH_THE_WAY", 2)
    monkeypatch.setenv(blocks.CLUSTER, cluster.address)
    there = simulate(programme, story, draws=6 * BLOCK + 1)
    for name in ("targets", "joint", "fans"):
        pd.testing.assert_frame_equal(getattr(there, name), getattr(here, name), check_exact=True)


def test_blocks_are_not_walked_here_where_the_cluster_does_not_answer(monkeypatch):
    monkeypatch.setattr(blocks, "WORTH_THE_WAY", 2)
    monkeypatch.setenv(blocks.CLUSTER, NOBODY)
    with pytest.raises(PlanError, match="no Dask scheduler answers"):
        simulate(read_programme(), read_scenario("uncertain"), draws=2 * BLOCK)


def test_a_scheduler_that_goes_away_is_told_in_one_line_and_leaves_no_process(cluster, tmp_path):
    with asked(cluster, tmp_path, 60) as running:
        kernels(tmp_path)
        family = cluster.family()
        cluster.processes[0].kill()
        said = running.communicate(timeout=WAIT_SECONDS)[1]
    assert (running.returncode, len(said.splitlines())) == (4, 1)
    assert "does not answer any more" in said
    assert psutil.wait_procs(family, timeout=15)[1] == []
