"""A forked kernel is like a fresh one, knows nothing of the runs before it, and outlives nobody."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import nbformat
import pytest
from small import bnplan, written

from bnplan_lib.report import runs
from bnplan_lib.report.kernels import FOLDER, can_fork, warm_kernels
from bnplan_lib.report.notebooks import notebook_folder
from bnplan_lib.report.plan import Selection, plan_jobs

NOTEBOOKS = sorted(path.stem for path in notebook_folder().glob("*.ipynb"))
FORKED = "import os; print(os.getppid() != int(os.environ['JPY_PARENT_PID']))"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not can_fork(), reason="kernels are forked on Linux alone"),
]


@contextmanager
def unnamed():
    """Take away the variable in which pytest names each test: a kernel for it would not be forked."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTEST_CURRENT_TEST", raising=False)
        yield


@contextmanager
def ready():
    """Keep a warm process ready."""
    with ExitStack() as stack:
        with unnamed():
            stack.enter_context(warm_kernels())
        yield


def execute(folder: Path, *cells: str, kernel: str = "python3", **options):
    """Return the outputs of each cell, run as the report runs them."""
    import papermill
    from traitlets.config import Config

    from bnplan_lib.report.kernel_manager import ForkedManager

    config = Config()
    config.KernelManager.transport_encryption = "auto"
    with unnamed():
        done = papermill.execute_notebook(
            written(folder / "in.ipynb", *cells),
            folder / "out.ipynb",
            kernel_name=kernel,
            progress_bar=False,
            cwd=str(folder),
            shutdown_kernel="immediate",
            kernel_manager_class=ForkedManager,
            config=config,
            **options,
        )
    return [cell.outputs for cell in done.cells if cell.cell_type == "code"][1:]


def printed(folder: Path, *cells: str, **options) -> str:
    """Return what the last cell printed."""
    return execute(folder, *cells, **options)[-1][0]["text"].strip()


def until_gone(pids: list[int], seconds: float = 10) -> list[int]:
    """Return those of some processes that still run after a while."""
    end = time.monotonic() + seconds
    while (left := [pid for pid in pids if runs_still(pid)]) and time.monotonic() < end:
        time.sleep(0.1)
    return left


def runs_still(pid: int) -> bool:
    """Return whether a process is there and has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture(scope="module")
def warm():
    """A process that forks kernels, for all tests that ask for it."""
    with ready():
        yield


# What a forked kernel writes


@pytest.fixture(scope="module")
def afresh(tmp_path_factory):
    """Folder of every notebook in English, run by kernels that start afresh."""
    folder = tmp_path_factory.mktemp("afresh")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BNPLAN_DATA", os.environ.get("BNPLAN_DATA", ""))
        jobs = plan_jobs([Selection(languages=("en",))])
        runs.run_jobs(jobs, folder, lambda outcome, unchanged: None, runs.How(workers=2, fresh_kernels=True))
    return folder


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_writes_what_it_writes_in_a_fresh_kernel(reports, afresh, name):
    forked, fresh = (
        nbformat.read(folder / f"{name}.middle.en.ipynb", as_version=4).cells for folder in (reports, afresh)
    )
    assert [(cell.source, cell.get("outputs")) for cell in forked] == [
        (cell.source, cell.get("outputs")) for cell in fresh
    ]


WRITTEN = {
    "prints": "print('water')",
    "errors": "import sys; print('dry', file=sys.stderr)",
    # any kernel reads what is written below Python by and by: the cell waits for it
    "writes below Python": "import os, time; _ = os.write(1, b'below Python'); time.sleep(1)",
    "what a child prints": "import subprocess; _ = subprocess.run(['echo', 'from a child']); time.sleep(1)",
    "a child's errors": "_ = subprocess.run('echo from a child >&2', shell=True); time.sleep(1)",
    "shell commands": "!echo from the shell",
    "standard input": "os.read(0, 1)",
    "updates of displays": "from IPython.display import display\ndisplay(1, display_id='a').update(2)",
    "widgets": "import ipywidgets; print(ipywidgets.IntSlider(3).value)",
    "charts": "import plotly.express; plotly.express.bar(x=['a', 'b'], y=[1, 2])",
    "renderers": "import plotly.io; plotly.io.renderers",
    "comms": "sorted(get_ipython().kernel.comm_manager.targets)",
    "linear algebra": "import numpy; print(numpy.ones((300, 300)).dot(numpy.ones((300, 300))).sum())",
    "parquet": "import io, pandas\nfile = io.BytesIO()\n"
    "pandas.DataFrame({'a': ['b']}).to_parquet(file); pandas.read_parquet(file)",
    "pools": "import multiprocessing; print(multiprocessing.get_context('fork').Pool(2).map(abs, [-1, -2]))",
    "magic": "%matplotlib inline",
    "warnings": "import warnings; warnings.warn_explicit('dust', UserWarning, 'well.py', 1)",
}


@pytest.fixture(scope="module")
def said_by(warm, tmp_path_factory):
    """The outputs of those cells in a forked and in a fresh kernel."""
    folder = tmp_path_factory.mktemp("said")
    forked = execute(folder, *WRITTEN.values())
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(FOLDER)
        return forked, execute(folder, *WRITTEN.values())


def joined(outputs):
    """Return outputs with what one stream says in a row as one: where a kernel cuts it is a matter of time."""
    whole = []
    for one in outputs:
        if whole and one["output_type"] == "stream" and one.get("name") == whole[-1].get("name"):
            whole[-1] = {**whole[-1], "text": whole[-1]["text"] + one["text"]}
        else:
            whole.append(dict(one))
    return whole


@pytest.mark.parametrize("what", WRITTEN)
def test_outputs_are_those_of_a_fresh_kernel(said_by, what):
    forked, fresh = (joined(outputs[list(WRITTEN).index(what)]) for outputs in said_by)
    assert forked == fresh


# What a forked kernel is

SEEN = """
import json, os, re, signal, sys, threading
links = [f"/proc/self/fd/{one}" for one in os.listdir("/proc/self/fd")]
held = [os.readlink(link) for link in links if os.path.exists(link)]
print(json.dumps({
    "forked": os.getppid() != int(os.environ["JPY_PARENT_PID"]),
    "path": sys.path, "flags": str(sys.flags), "program": sys.argv[:2], "folder": os.getcwd(), "name": __name__,
    "environment": dict(os.environ), "interrupt": str(signal.getsignal(signal.SIGINT)),
    "end": str(signal.getsignal(signal.SIGTERM)), "masked": list(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
    "session": os.getsid(0) == os.getpid(), "mask": os.umask(0o22), "warnings": sys.warnoptions,
    "threads": threading.active_count(),
    "files": sorted(one for one in held if not re.match("/dev/null|/proc|[a-z_]+:", one)),
}))
"""


@pytest.fixture(scope="module")
def looks(warm, tmp_path_factory):
    """What a forked and a fresh kernel say of themselves."""
    folder = tmp_path_factory.mktemp("looks")
    forked = json.loads(printed(folder, SEEN))
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(FOLDER)
        return forked, json.loads(printed(folder, SEEN))


def test_only_one_of_the_two_was_forked(looks):
    assert [look.pop("forked") for look in looks] == [True, False]


LIKE = "path flags program folder name environment interrupt end masked session mask warnings threads files"


@pytest.mark.parametrize("what", LIKE.split())
def test_a_forked_kernel_sees_itself_as_a_fresh_one_does(looks, what):
    assert looks[0][what] == looks[1][what]


# What it knows of the runs before it

SPOIL = """
import os, random, sys, types
import numpy, pandas
spoiled = True
pandas.spoiled = True
sys.modules["spoiled"] = types.ModuleType("spoiled")
os.environ["BNPLAN_SPOILED"] = "yes"
os.chdir("/")
held = open("spoiled.txt", "w")
big = numpy.ones(2**26)
"""
FOUND = """
import json, os, random, secrets, sys, uuid
import numpy, pandas
links = [f"/proc/self/fd/{one}" for one in os.listdir("/proc/self/fd")]
print(json.dumps({
    "variable": "spoiled" in globals(), "attribute": hasattr(pandas, "spoiled"), "module": "spoiled" in sys.modules,
    "variable of the environment": "BNPLAN_SPOILED" in os.environ, "folder": os.getcwd() == "/",
    "open file": any("spoiled" in os.readlink(link) for link in links if os.path.exists(link)),
    "memory": int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGESIZE") > 2**29,
    "draws": [random.random(), numpy.random.random(), numpy.random.default_rng().random(), uuid.uuid4().hex,
              secrets.token_hex(4)],
}))
"""


@pytest.fixture(scope="module")
def found(warm, tmp_path_factory):
    """What two runs find after one that spoiled all it could."""
    folder = tmp_path_factory.mktemp("found")
    execute(folder, SPOIL.replace('"spoiled.txt"', repr(str(folder / "spoiled.txt"))))
    return [json.loads(printed(folder, FOUND)) for _ in range(2)]


@pytest.mark.parametrize(
    "what", ["variable", "attribute", "module", "variable of the environment", "folder", "open file", "memory"]
)
def test_nothing_of_an_earlier_run_is_left(found, what):
    assert found[0][what] is False


@pytest.mark.parametrize(("place", "name"), list(enumerate(["random", "numpy", "default_rng", "uuid", "secrets"])))
def test_no_draw_is_repeated(found, place, name):
    assert found[0]["draws"][place] != found[1]["draws"][place]


def test_a_variable_that_changes_between_runs_reaches_the_kernel(warm, tmp_path, monkeypatch):
    monkeypatch.setenv("BNPLAN_DATA", "elsewhere")
    assert printed(tmp_path, "import os; print(os.environ['BNPLAN_DATA'])") == "elsewhere"


def test_a_variable_read_at_import_is_obeyed(warm, tmp_path, monkeypatch):
    monkeypatch.setenv("PLOTLY_RENDERER", "json")
    assert printed(tmp_path, "import plotly.io as io; print(io.renderers.default)") == "json"


# Who gets one


def kernel_spec(folder: Path, *words: str, **env: str) -> None:
    """Write a specification named `other`."""
    home = folder / "kernels" / "other"
    home.mkdir(parents=True)
    told = {"argv": [*words, "-f", "{connection_file}"], "display_name": "Other", "language": "python", "env": env}
    (home / "kernel.json").write_text(json.dumps(told), encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "env"),
    [
        ((sys.executable, "-W", "ignore", "-m", "ipykernel_launcher"), {}),
        ((sys._base_executable, "-m", "ipykernel_launcher"), {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}),
        ((sys.executable, "-m", "ipykernel_launcher"), {"OWN": "1"}),
    ],
    ids=["own arguments", "other interpreter", "own environment"],
)
def test_a_kernel_of_another_kind_starts_afresh(warm, tmp_path, monkeypatch, words, env):
    kernel_spec(tmp_path, *words, **env)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    assert printed(tmp_path, FORKED, kernel="other") == "False"


def test_a_specification_of_the_same_kind_is_forked(tmp_path, monkeypatch):
    kernel_spec(tmp_path, "python", "-Xfrozen_modules=off", "-m", "ipykernel_launcher")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    with ready():
        assert printed(tmp_path, FORKED, kernel="other") == "True"


def test_a_long_path_for_temporary_files_does_no_harm(tmp_path, monkeypatch):
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    with ready():
        assert printed(tmp_path, FORKED) == "True"


def test_the_warm_process_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with ready():
        assert len(list(tmp_path.glob("*/socket"))) == 1
    assert list(tmp_path.iterdir()) == []


def test_without_a_place_for_its_socket_kernels_start_afresh(tmp_path, monkeypatch):
    monkeypatch.delenv(FOLDER, raising=False)
    place = tempfile.gettempdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with ready():
        monkeypatch.setattr(tempfile, "tempdir", place)
        assert printed(tmp_path, FORKED) == "False"


def test_a_warm_process_that_is_gone_is_done_without(tmp_path, monkeypatch):
    monkeypatch.setenv(FOLDER, str(tmp_path))
    assert printed(tmp_path, FORKED) == "False"


# How it ends


def test_a_kernel_that_has_ended_leaves_no_process(warm, tmp_path):
    pid = int(printed(tmp_path, "import os; print(os.getpid())"))
    assert not Path(f"/proc/{pid}").exists() or until_gone([pid]) == []


def test_a_kernel_ends_with_the_line_to_who_asked_for_it(warm, tmp_path):
    from bnplan_lib.report.kernel_manager import ask

    env = {name: value for name, value in os.environ.items() if name not in (FOLDER, "PYTEST_CURRENT_TEST")}
    forked = ask(Path(os.environ[FOLDER]), ["-f", str(tmp_path / "connection.json")], {"env": env, "cwd": tmp_path})
    assert forked is not None
    assert forked.poll() is None
    forked.line.close()
    assert until_gone([forked.pid]) == []


def test_a_cell_that_takes_too_long_is_ended(warm, tmp_path):
    from nbclient.exceptions import CellTimeoutError

    note = tmp_path / "pid"
    endless = f"import os; open({str(note)!r}, 'w').write(str(os.getpid()))\nwhile True: pass"
    with pytest.raises(CellTimeoutError, match="timed out while it was being executed, after 2 seconds"):
        execute(tmp_path, endless, execution_timeout=2)
    assert until_gone([int(note.read_text(encoding="utf-8"))]) == []


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    """A batch in which kernels die, then the warm process itself: output folder and end of the command."""
    folder = tmp_path_factory.mktemp("batch")
    killed = f"import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nprint('lives on')\n{FORKED}"
    paths = [
        written(folder / "1_first.ipynb", FORKED),
        written(folder / "2_left.ipynb", "import os; os._exit(3)"),
        written(folder / "3_killed.ipynb", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"),
        written(folder / "4_next.ipynb", FORKED),
        written(folder / "5_murder.ipynb", killed),
        written(folder / "6_last.ipynb", FORKED),
    ]
    return folder / "out", bnplan("run", "--lang", "en", *paths, "--workers", "1", "--out", folder / "out")


def said(folder: Path, name: str) -> str:
    """Return what a run of the batch printed."""
    cells = nbformat.read(folder / f"{name}.middle.en.ipynb", as_version=4).cells
    return "".join(output.text for cell in cells for output in cell.outputs)


def test_a_batch_in_which_kernels_die_leaves_with_4(batch):
    assert batch[1].returncode == 4


@pytest.mark.parametrize("name", ["2_left", "3_killed"])
def test_a_kernel_that_dies_fails_its_run_with_a_message(batch, name):
    assert f"{name} (middle, en) failed: cell 3: DeadKernelError: Kernel died" in batch[1].stderr


def test_a_kernel_that_dies_says_nothing_else(batch):
    assert "Traceback" not in batch[1].stderr


@pytest.mark.parametrize("name", ["1_first", "4_next"])
def test_the_runs_around_a_dead_kernel_are_forked_and_whole(batch, name):
    assert said(batch[0], name) == "True\n"


def test_a_run_outlives_the_warm_process(batch):
    assert said(batch[0], "5_murder").startswith("lives on\n")


def test_when_the_warm_process_is_dead_the_rest_start_afresh(batch):
    assert said(batch[0], "6_last") == "False\n"


def test_when_the_command_is_killed_nothing_of_it_runs_on(tmp_path):
    code = (
        "import json, os, subprocess, time\n"
        "child = subprocess.Popen(['sleep', '60'])\n"
        "pids = [os.getpid(), os.getppid(), int(os.environ['JPY_PARENT_PID']), child.pid]\n"
        f"open({str(tmp_path)!r} + f'/{{os.getpid()}}.pids', 'w').write(json.dumps(pids))\n"
        "time.sleep(60)"
    )
    paths = [written(tmp_path / f"{name}.ipynb", code) for name in ("one", "two")]
    (tmp_path / "temporary").mkdir()
    words = [*map(str, paths), "--lang", "en", "--workers", "2", "--out", str(tmp_path / "out")]
    running = subprocess.Popen(
        [sys.executable, "-m", "bnplan_lib.cli", "run", *words],
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(tmp_path / "temporary")},
    )
    end = time.monotonic() + 60
    while len(notes := [note for note in tmp_path.glob("*.pids") if note.stat().st_size]) < 2:
        assert time.monotonic() < end
        time.sleep(0.1)
    running.kill()
    running.wait()
    left = until_gone([pid for note in notes for pid in json.loads(note.read_text(encoding="utf-8"))])
    assert left == []
    assert list((tmp_path / "temporary").glob("bnplan-kernels-*")) == []
