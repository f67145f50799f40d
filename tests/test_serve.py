"""People who want no notebook move a panel in a page that the command serves."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from browser import SAID, english_words, visit

from bnplan_lib.figures.language import LOCALE
from bnplan_lib.inputs.scenario import read_scenario
from bnplan_lib.report.notebooks import find_notebooks

pytestmark = [pytest.mark.browser, pytest.mark.slow]

GROWTH = "01_growth_targets"
INDUSTRY = """() => {
  const trace = document.querySelector('.js-plotly-plot')._fullData[1];
  return trace.x[Array.from(trace.y).indexOf('Công nghiệp')];
}"""


@dataclass
class Served:
    """A server that runs, the address it printed, and the folder it was started in."""

    process: subprocess.Popen
    address: str
    folder: Path

    def of(self, path: str) -> str:
        """Return the address of a path, with the key."""
        root, _, key = self.address.partition("?")
        return f"{root}{path}?{key}"

    def kernels(self) -> int:
        """Return how many kernels run."""
        return sum("ipykernel" in " ".join(one.cmdline()) for one in psutil.Process(self.process.pid).children())


@contextmanager
def serving(folder, *words):
    """Give a server started as a user does, from a folder; end it."""
    command = [sys.executable, "-m", "bnplan_lib.cli", "serve", "--no-browser", "--port", "0", *words]
    log = (folder / "err").open("w", encoding="utf-8")
    with log, subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=log, text=True) as process:
        try:
            yield Served(process, process.stdout.readline().strip(), folder)
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A server of all panels, in Vietnamese, under the scenario `high`."""
    with serving(tmp_path_factory.mktemp("served"), "--lang", "vi", "--scenario", "high") as server:
        yield server


@pytest.fixture(scope="module")
def seen(served, browser):
    """The list of panels and the page of growth, its panel drawn, and what they asked for."""
    context = browser.new_context(viewport={"width": 1200, "height": 1100}, locale="vi")
    pages = visit(context, served.address), visit(context, served.of(f"voila/render/{GROWTH}.ipynb"))
    pages[1].page.set_default_timeout(40_000)
    pages[1].page.locator(".js-plotly-plot .main-svg").first.wait_for()
    yield pages
    context.close()


def test_the_list_leads_to_each_panel_with_its_question(seen):
    cards = seen[0].page.locator(".card h3 a").all_inner_texts()
    assert cards == [one.title_vi for one in find_notebooks() if "bn.explore." in one.text]


def test_a_card_of_the_list_leads_to_its_panel(seen):
    address = seen[0].page.locator(".card h3 a").first.get_attribute("href")
    assert seen[1].page.url.split("?")[0].endswith(address)


def test_the_page_shows_the_question_and_the_answer_under_the_scenario(seen):
    assert seen[1].page.locator("h1").inner_text() == find_notebooks([GROWTH])[0].title_vi
    assert "GRDP tăng bình quân 11,85\N{NO-BREAK SPACE}%/năm" in seen[1].page.locator("strong").first.inner_text()


def test_the_code_is_hidden(seen):
    assert "bn.explore" not in seen[1].page.locator("body").inner_text()


def test_a_moved_slider_moves_the_figure(seen):
    page = seen[1].page
    page.locator(".bn-growth-industry .noUi-handle").press("End")
    reading = float(page.locator(".bn-growth-industry .widget-readout").inner_text())
    page.wait_for_function(f"() => Math.abs(({INDUSTRY})() - {reading}) < 0.001", timeout=10_000)


def test_a_moved_slider_changes_the_table(seen):
    row = seen[1].page.locator(".bn-outlook tr", has_text="A.I.2")
    before = row.inner_text()
    seen[1].page.locator(".bn-growth-services .noUi-handle").press("End")
    seen[1].page.wait_for_function(
        "before => !document.querySelector('.bn-outlook').innerText.includes(before)", arg=before, timeout=10_000
    )


def test_a_setting_is_saved_where_the_server_was_started(seen, served):
    seen[1].page.locator(".bn-save").click()
    seen[1].page.locator(".bn-kept code", has_text="mine.toml").wait_for()
    assert "growth.services" in read_scenario(served.folder / "mine.toml").changes


def test_no_english_word_is_left(seen):
    english = " ".join(re.findall(r'^msgid(?:_plural)? "(.+)"$', (LOCALE / "vi.po").read_text("utf-8"), re.MULTILINE))
    for one in seen:
        assert english_words(one.page.evaluate(SAID), english) == set()


def test_nothing_is_asked_of_any_other_host(seen, served):
    root = served.address.partition("?")[0]
    asked = {request for one in seen for request in one.requests if not request.startswith(("data:", "blob:"))}
    assert asked
    assert [request for request in asked if not request.startswith(root)] == []


def test_nothing_goes_wrong_in_the_browser(seen):
    assert [one.complaints for one in seen] == [[], []]


def test_a_page_that_is_closed_ends_its_kernel(seen, served):
    page = seen[0].page.context.new_page()
    page.goto(served.of(f"voila/render/{GROWTH}.ipynb"))
    page.locator(".js-plotly-plot .main-svg").first.wait_for(timeout=40_000)
    before = served.kernels()
    page.goto(served.address)
    seen[1].page.wait_for_timeout(2_000)
    assert served.kernels() == before - 1


@pytest.mark.parametrize("path", ["", f"voila/render/{GROWTH}.ipynb"])
def test_nobody_gets_in_without_the_key(path, served):
    root = served.address.partition("?")[0]
    with urllib.request.urlopen(root + path, timeout=10) as answer:  # noqa: S310  the address is ours
        assert answer.url.startswith(f"{root}login")


@pytest.mark.parametrize("path", ["voila/tree", f"voila/files/{GROWTH}.ipynb", "voila/api/contents", "voila/render/x"])
def test_nothing_but_panels_is_served(path, served):
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(served.of(path), timeout=10)  # noqa: S310  the address is ours


@pytest.mark.skipif(sys.platform == "win32", reason="a process there has no Ctrl-C of its own")
def test_ctrl_c_ends_the_server_and_its_kernels(tmp_path):
    with serving(tmp_path, GROWTH) as server:
        urllib.request.urlopen(server.of(f"voila/render/{GROWTH}.ipynb"), timeout=40).read()  # noqa: S310
        kernels = psutil.Process(server.process.pid).children(recursive=True)
        server.process.send_signal(signal.SIGINT)
        assert kernels
        assert server.process.wait(20) == 0
        assert psutil.wait_procs(kernels, timeout=10)[1] == []
    assert "Traceback" not in (tmp_path / "err").read_text(encoding="utf-8")
