"""How long after a slider moves does the figure in JupyterLab follow?

python tests/benchmarks/panel.py [MOVES]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import browser as look
from lab import Lab
from playwright.sync_api import sync_playwright
from test_lab import LIVE, run_all

from bnplan_lib.report.paper import find_chromium

WATCH = f"""() => {{
  window.drawn = [];
  document.querySelector('{LIVE}').on('plotly_afterplot', () => window.drawn.push(performance.now()));
  document.addEventListener('keydown', () => {{ window.pressed = performance.now(); }}, true);
}}"""


def waits(page, lever: str, moves: int) -> list[float]:
    """Return the milliseconds from each press of a key on a slider until the last redrawing it causes."""
    handle = page.locator(f".bn-{lever} .noUi-handle")
    measured = []
    for move in range(moves):
        page.evaluate("() => { window.drawn = []; }")
        handle.press("ArrowLeft" if move % 2 else "ArrowRight")
        page.wait_for_function("() => window.drawn.length > 0")
        page.wait_for_timeout(300)
        measured.append(page.evaluate("() => window.drawn.at(-1) - window.pressed"))
    return measured


def main() -> None:
    """Print the median and the worst wait."""
    moves = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as player:
        lab = Lab(Path(folder))
        lab.start()
        chromium = player.chromium.launch(executable_path=find_chromium(), args=look.arguments())
        try:
            page = chromium.new_page(viewport={"width": 1300, "height": 1200})
            page.set_default_timeout(40_000)
            lab.open(page, "01_growth_targets.ipynb")
            run_all(page)
            page.evaluate(WATCH)
            measured = waits(page, "growth-industry", moves)
        finally:
            chromium.close()
            lab.stop()
    print(
        f"slider to figure, {moves} moves: median {statistics.median(measured):.0f} ms, "
        f"worst {max(measured):.0f} ms (aim 150)"
    )


if __name__ == "__main__":
    main()
