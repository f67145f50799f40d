"""How long do many runs take, against papermill by command and in a pool, and against kernels that start afresh?

python tests/benchmarks/runs.py [REPEATS]

Measured in turns, medians, as ratios in one run; that the outputs are equal is checked on the way. The first part is
twelve runs of a small notebook, two at once where runs can share; the second the whole report, every notebook in both
languages, where `nbconvert` makes the pages in the plain way.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import nbformat
from nbformat import v4

from bnplan_lib.report import runs
from bnplan_lib.report.notebooks import notebook_folder
from bnplan_lib.report.plan import Selection, plan_jobs

RUNS, WORKERS, REPEATS = 12, 2, 3
CHART = "frame.groupby('sector', as_index=False)['value'].{}()"
CELLS = (
    "import pandas as pd\nimport plotly.express as px",
    "frame = pd.DataFrame({'sector': list('abcd') * 25, 'value': range(100)}).assign(scenario=scenario)\nframe.head()",
    f"px.bar({CHART.format('sum')}, x='sector', y='value')",
    f"px.line({CHART.format('mean')}, x='sector', y='value')",
    "px.scatter(frame, x='sector', y='value')",
)
PARAMETERS = 'scenario: str = "middle"  # one\nlang: str = "en"  # two\nlevers: dict = {}  # three'
Outputs = dict[str, list[Any]]


def small(folder: Path) -> list[Path]:
    """Write the small notebook under as many names as it runs."""
    cells = [v4.new_code_cell(code, id=f"cell-{place}") for place, code in enumerate((PARAMETERS, *CELLS))]
    cells[0].metadata["tags"] = ["parameters"]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    paths = [folder / f"small_{number:02}.ipynb" for number in range(RUNS)]
    for path in paths:
        nbformat.write(v4.new_notebook(cells=cells, metadata=kernel), path)
    return paths


def commands(paths: list[Path], languages: tuple[str, ...], out: Path, pages: bool) -> None:
    """Run notebooks as a loop of commands does; with pages as `nbconvert` writes them."""
    for path in paths:
        for lang in languages:
            target = out / f"{path.stem}.middle.{lang}.ipynb"
            words = [str(path), str(target), "-p", "lang", lang, "--cwd", str(out), "--no-progress-bar"]
            subprocess.run([sys.executable, "-m", "papermill", *words], check=True, capture_output=True)
            if pages:
                convert = [sys.executable, "-m", "jupyter", "nbconvert", "--to", "html", str(target)]
                subprocess.run(convert, check=True, capture_output=True)


def plainly(path: Path, target: Path) -> None:
    """Run a notebook as papermill does by itself."""
    import papermill

    papermill.execute_notebook(path, target, {"lang": "en"}, cwd=str(target.parent), progress_bar=False)


def pool(paths: list[Path], out: Path) -> None:
    """Run notebooks with papermill in a pool of processes."""
    with ProcessPoolExecutor(WORKERS, get_context("spawn")) as workers:
        list(workers.map(plainly, paths, [out / f"{path.stem}.middle.en.ipynb" for path in paths]))


def own(paths: list[Path], languages: tuple[str, ...], out: Path, warm: bool = True) -> None:
    """Run notebooks as `bnplan run` does, pages and record included."""
    jobs = plan_jobs([Selection(tuple(map(str, paths)), languages=languages)])
    how = runs.How(workers=WORKERS, fresh_kernels=not warm)
    assert runs.run_jobs(jobs, out, lambda outcome, unchanged: None, how).status == "done"


def outputs(folder: Path) -> Outputs:
    """Return the outputs of each cell of each notebook that was run; the cell papermill injects has none."""
    return {
        path.name: [cell.outputs for cell in nbformat.read(path, 4).cells if cell.get("outputs")]
        for path in sorted(folder.glob("*.ipynb"))
    }


def measure(cases: dict[str, Callable[[Path], None]], repeats: int, aim: dict[str, float]) -> None:
    """Measure the cases in turns, check that their outputs are equal, print ratios to the last."""
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(repeats):
        written = {}
        for name, case in cases.items():
            with tempfile.TemporaryDirectory() as folder:
                begin = time.perf_counter()
                case(Path(folder))
                seconds[name].append(time.perf_counter() - begin)
                written[name] = outputs(Path(folder))
        assert all(written.values())
        assert not [name for name, one in written.items() if one != written["bnplan"]], "outputs differ"
    last = statistics.median(list(seconds.values())[-1])
    for name, times in seconds.items():
        median = statistics.median(times)
        told = f"(aim {aim[name]:g})" if name in aim else ""
        print(f"  {name:34} {median:7.1f} s  ({min(times):.1f} to {max(times):.1f})  {median / last:5.2f} x  {told}")


def main(repeats: int) -> None:
    """Print both parts."""
    os.environ["BNPLAN_DATA"] = str(runs.data_folder().resolve())
    with tempfile.TemporaryDirectory() as folder:
        paths = small(Path(folder))
        few: dict[str, Callable[[Path], None]] = {
            "loop of papermill commands": lambda out: commands(paths, ("en",), out, pages=False),
            "papermill in a pool of two": lambda out: pool(paths, out),
            "bnplan, fresh kernels": lambda out: own(paths, ("en",), out, warm=False),
            "bnplan": lambda out: own(paths, ("en",), out),
        }
        print(f"{RUNS} runs of a small notebook, outputs equal")
        measure(few, repeats, {"loop of papermill commands": 5, "papermill in a pool of two": 2})
    notebooks = sorted(notebook_folder().glob("*.ipynb"))
    whole: dict[str, Callable[[Path], None]] = {
        "loop of papermill and nbconvert": lambda out: commands(notebooks, ("vi", "en"), out, pages=True),
        "bnplan, fresh kernels": lambda out: own(notebooks, ("vi", "en"), out, warm=False),
        "bnplan": lambda out: own(notebooks, ("vi", "en"), out),
    }
    print(f"the whole report, {len(notebooks)} notebooks in both languages, outputs equal")
    measure(whole, max(1, repeats // 2), {"loop of papermill and nbconvert": 4})


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else REPEATS)
