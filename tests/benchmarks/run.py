"""How long does it take to start? Medians of fresh processes, as ratios in one run.

python tests/benchmarks/run.py [REPEATS]
"""

from __future__ import annotations

import statistics
import subprocess
import sys

# each prints its own seconds, so that starting Python does not count
IMPORT = "import time; begin = time.perf_counter(); import {name}; print(time.perf_counter() - begin)"
READ = """
import time
import bnplan_lib as bn
begin = time.perf_counter()
bn.read_programme()
print(time.perf_counter() - begin)
"""


def seconds(code: str) -> float:
    """Return what a fresh process measured."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


def main(repeats: int) -> None:
    """Measure in turns, so that a busy moment of the machine touches all alike."""
    cases = {
        "import pandas": IMPORT.format(name="pandas"),
        "import bnplan_lib": IMPORT.format(name="bnplan_lib"),
        "read_programme()": READ,
    }
    for code in cases.values():
        seconds(code)  # once for the byte code and the file cache
    measured: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(repeats):
        for name, code in cases.items():
            measured[name].append(seconds(code))
    medians = {name: statistics.median(values) for name, values in measured.items()}
    for name, median in medians.items():
        spread = f"{min(measured[name]) * 1000:.0f} to {max(measured[name]) * 1000:.0f}"
        print(f"{name:20} {median * 1000:7.1f} ms  ({spread})  {median / medians['import pandas']:.2f} x import pandas")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
