"""How long after a lever moves is the figure of a page drawn, without a kernel or a network?

python tests/benchmarks/pages.py [MOVES]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import browser as look
from playwright.sync_api import sync_playwright

from bnplan_lib.report.paper import find_chromium

LEVERS = {"01_growth_targets": "growth.industry", "02_investment_composition": "overrun"}
AIM_MS = 50
MOVE = """([lever, moves]) => new Promise(done => {
  const form = document.querySelector("form.live"), input = form.elements[lever], plot = form.querySelector(".plot");
  const times = [];
  let begin;
  plot.on("plotly_afterplot", () => {
    times.push(performance.now() - begin);
    if (times.length < moves) setTimeout(move, 20); else done(times);
  });
  const move = () => {
    input.value = Number(input.min) + (times.length % 2 + 1) * (input.max - input.min) / 4;
    begin = performance.now();
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  move();
})"""


def main() -> None:
    """Print the median and the worst wait of each page, from the event to the figure drawn."""
    moves = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as player:
        command = [sys.executable, "-m", "bnplan_lib.cli", "run", *LEVERS, "--lang", "en", "--quiet", "--out", folder]
        subprocess.run(command, check=True)
        chromium = player.chromium.launch(executable_path=find_chromium(), args=look.arguments())
        for name, lever in LEVERS.items():
            page = chromium.new_context(offline=True, viewport={"width": 1200, "height": 900}).new_page()
            page.goto(Path(folder, f"{name}.middle.en.html").as_uri())
            page.wait_for_selector("form.live.ready")
            waits = page.evaluate(MOVE, [lever, moves])
            told = f"median {statistics.median(waits):.0f} ms, worst {max(waits):.0f} ms (aim {AIM_MS})"
            print(f"lever to figure, {name}, {moves} moves: {told}")
        chromium.close()


if __name__ == "__main__":
    main()
