"""In JupyterLab the form of a page answers as it does in a page, and Python hears what is set."""

from __future__ import annotations

import re

import pytest
from lab import Lab
from nbformat import v4, write

import bnplan_lib as bn
from bnplan_lib.figures.envelope import envelope_bars

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BEFORE = """import bnplan_lib as bn
programme, story = bn.read_programme(), bn.read_scenario("middle")"""
FORMS = {
    "growth": 'growth = bn.explore.growth(programme, story, "en", as_page=True)\ngrowth',
    "investment": 'investment = bn.explore.investment(programme, story, "vi", as_page=True)\ninvestment',
    "timeline": 'timeline = bn.explore.timeline(programme, story, "en", as_page=True)\ntimeline',
}
AFTER = "sorted({**growth.setting, **investment.setting, **timeline.setting}.items())"
MOVE = """([form, which, name, value]) => {
  const own = document.querySelectorAll("form.live")[form];
  const tell = (one) => one.dispatchEvent(new Event("input", { bubbles: true }));
  if (which) { own.elements.which.value = which; tell(own.elements.which); }
  own.elements[name].value = value; tell(own.elements[name]);
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""


@pytest.fixture(scope="module")
def page(tmp_path_factory, browser):
    """A notebook of the three forms, all of its cells run, in a running JupyterLab."""
    server = Lab(tmp_path_factory.mktemp("lab"))
    cells = [v4.new_code_cell(text) for text in (BEFORE, *FORMS.values(), AFTER)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)"}}
    write(v4.new_notebook(cells=cells, metadata=kernel), server.folder / "notebooks" / "forms.ipynb")
    context = browser.new_context(viewport={"width": 1300, "height": 1200})
    try:
        server.start()
        page, page_faults = context.new_page(), []
        page.on("pageerror", lambda error: page_faults.append(str(error)))
        page.set_default_timeout(40_000)
        server.open(page, "forms.ipynb")
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
        run(page, "Run All Cells")
        page.locator("form.live.ready").nth(2).wait_for()
        page.faults = page_faults
        yield page
    finally:
        context.close()
        server.stop()


def run(page, what):
    """Choose an entry of the menu `Run`."""
    page.locator(".lm-MenuBar-itemLabel", has_text=re.compile("^Run$")).click()
    page.locator(".lm-Menu-itemLabel", has_text=what).first.click()


def title(page, form):
    """Return the title of a form's figure."""
    return page.locator("form.live figcaption > :first-child").nth(form).inner_text()


def test_each_figure_is_drawn(page):
    assert page.locator("form.live .plot .main-svg:first-child").count() == 3


def test_it_looks_as_in_a_page_and_jupyterlab_as_before(page):
    looks = "one => [getComputedStyle(one).display, getComputedStyle(one).borderRadius]"
    assert page.locator(".lever").first.evaluate(looks)[0] == "grid"
    assert page.locator("form.live").first.evaluate(looks)[1] == "8px"
    assert page.locator("body").evaluate("one => getComputedStyle(one).fontSize") != "16px"


def test_a_moved_slider_is_answered_as_python_would(page):
    page.evaluate(MOVE, [1, "projects.*", "overrun", 40])
    story = bn.read_scenario("middle", {"projects.*.overrun": 40.0})
    assert title(page, 1) == envelope_bars(bn.read_programme(), story, 75.0, "vi").layout.meta["title"]


def test_python_hears_what_is_set(page):
    page.evaluate(MOVE, [0, "", "growth.industry", 14])
    page.evaluate(MOVE, [2, "tasks.II.6", "delay_quarters", 3])
    page.locator(".jp-CodeCell").last.click()
    run(page, "Run Selected Cell")
    page.locator(".jp-OutputArea-output", has_text="('growth.industry', 14").wait_for()
    told = page.locator(".jp-OutputArea-output").last.inner_text()
    assert "('tasks.II.6.delay_quarters', 3)" in told


def test_the_address_of_jupyterlab_stays(page):
    assert "#" not in page.url


def test_nothing_goes_wrong_in_the_browser(page):
    assert page.faults == []
