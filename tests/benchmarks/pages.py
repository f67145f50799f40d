"""How heavy are pages, when is their first chart there, and how long after a lever moves is a figure drawn again?

python tests/benchmarks/pages.py [MOVES]

No kernel, no network. The plain way of each is measured in the same run: a page with the whole of plotly.js, and a
figure that is drawn anew.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import browser as look
from playwright.sync_api import sync_playwright
from plotly.offline import get_plotlyjs

from bnplan_lib.explore.scripts import plotly_script
from bnplan_lib.report.bundle import write_bundle
from bnplan_lib.report.paper import find_chromium

LEVERS = {
    "01_growth_targets": "growth.industry",
    "02_investment_composition": "overrun",
    "03_timeline_overlaps": "delay_quarters",
}
AIM_MS, PAGE_MB, BUNDLE_MB, LOADS = 50, 2, 12, 7
CHART = """new MutationObserver((_, watch) => {
  if (!document.querySelector(".main-svg")) return;
  watch.disconnect();
  requestAnimationFrame(() => { window.firstChart = performance.now(); });
}).observe(document, { childList: true, subtree: true });"""
MOVE = """([lever, moves]) => new Promise(done => {
  const form = document.querySelector("form.live"), input = form.elements[lever], plot = form.querySelector(".plot");
  const times = [];
  let begin;
  const watch = new MutationObserver(() => {
    times.push(performance.now() - begin);
    watch.disconnect();
    if (times.length < moves) setTimeout(move, 20); else done(times);
  });
  const move = () => {
    input.value = Number(input.min) + (times.length % 2 + 1) * (input.max - input.min) / 4;
    watch.observe(plot, { subtree: true, childList: true, attributes: true });
    begin = performance.now();
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  move();
})"""
ANEW = """async moves => {
  const plot = document.querySelector("form.live .plot"), times = [];
  for (let move = 0; move < moves; move++) {
    const begin = performance.now();
    await Plotly.newPlot(plot, plot.data, plot.layout, { displayModeBar: false });
    times.push(performance.now() - begin);
  }
  return times;
}"""


def main() -> None:
    """Print sizes, the time to the first chart, and the wait after a lever moves."""
    moves = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as player:
        command = [sys.executable, "-m", "bnplan_lib.cli", "run", "--quiet", "--out", f"{folder}/pages"]
        subprocess.run(command, check=True)
        pages = Path(folder, "pages")
        sizes(pages, Path(folder, "bundle"))
        chromium = player.chromium.launch(executable_path=find_chromium(), args=look.arguments())
        for name, lever in LEVERS.items():
            file = pages / f"{name}.middle.en.html"
            first_chart(chromium, file)
            redraw(chromium, file, lever, moves)
        chromium.close()


def sizes(pages: Path, bundle: Path) -> None:
    """Print what pages weigh alone and together, and with the whole of plotly.js."""
    heavier = len(get_plotlyjs()) - len(plotly_script())
    for file in sorted(pages.glob("0*.en.html")):
        size = file.stat().st_size
        told = f"{size / 1e6:.2f} MB (limit {PAGE_MB}); with all of plotly.js {(size + heavier) / size:.1f} times that"
        print(f"size, {file.name}: {told}")
    write_bundle(pages, bundle, datetime.now(UTC))
    whole = sum(file.stat().st_size for file in bundle.rglob("*") if file.is_file())
    alone = sum(file.stat().st_size for file in pages.glob("*.html"))
    print(f"size, bundle of all pages in both languages: {whole / 1e6:.2f} MB (limit {BUNDLE_MB}),", end=" ")
    print(f"single files {alone / whole:.1f} times that")


def first_chart(chromium: Any, file: Path) -> None:
    """Print when the first chart of a page is drawn, and of the same page with the whole of plotly.js."""
    plain = file.with_suffix(".plain.html")
    plain.write_text(file.read_text("utf-8").replace(plotly_script().rstrip(), get_plotlyjs()), encoding="utf-8")
    ours, theirs = (statistics.median(load(chromium, one) for _ in range(LOADS)) for one in (file, plain))
    print(f"first chart, {file.name}: {ours:.0f} ms; with all of plotly.js {theirs / ours:.1f} times that")


def load(chromium: Any, file: Path) -> float:
    """Return after how many milliseconds the first chart of a page is there."""
    with chromium.new_context(offline=True, bypass_csp=True, viewport={"width": 1200, "height": 900}) as context:
        context.add_init_script(CHART)
        page = context.new_page()
        page.goto(file.as_uri())
        return float(page.wait_for_function("() => window.firstChart").json_value())


def redraw(chromium: Any, file: Path, lever: str, moves: int) -> None:
    """Print the wait from a lever's event to the figure drawn, and that of drawing the figure anew."""
    with chromium.new_context(offline=True, bypass_csp=True, viewport={"width": 1200, "height": 900}) as context:
        page = context.new_page()
        page.goto(file.as_uri())
        page.wait_for_selector("form.live.ready")
        waits = page.evaluate(MOVE, [lever, moves])
        anew = statistics.median(page.evaluate(ANEW, moves))
    median = statistics.median(waits)
    told = (
        f"median {median:.0f} ms, worst {max(waits):.0f} ms (aim {AIM_MS}); drawn anew {anew / median:.1f} times that"
    )
    print(f"lever to figure, {file.name}, {moves} moves: {told}")


if __name__ == "__main__":
    main()
