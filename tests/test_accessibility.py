"""The pages can be read and worked by everyone: axe-core finds no fault, in any language, width or scheme."""

from __future__ import annotations

import browser as look
import pytest
from test_pages import CHARTED, PLAIN

pytestmark = [pytest.mark.slow, pytest.mark.browser]

AUDIT = [f"04_consistency_audit.middle.{lang}.html" for lang in ("vi", "en")]
PAGES = sorted({*CHARTED, *AUDIT, *PLAIN})
ENGLISH = [name for name in PAGES if ".en." in name]
COLOURS = "color-contrast"
# What takes axe-core seconds and tells nothing: a drawing is a picture with a name, and of a table's rows the first
# stand for all.
SPARE = """() => {
  document.querySelectorAll('details').forEach(fold => fold.open = true);
  document.querySelectorAll('.plot > *, tbody tr:nth-child(n + 9)').forEach(one => one.remove());
}"""


@pytest.fixture(scope="module")
def faults(browser, reports):
    """Return what axe-core finds in a page whose folds are open: rule, place and why."""
    from axe_playwright_python.sync_playwright import Axe

    def find(name: str, width: int, options: dict) -> list[tuple[str, str, str]]:
        size = {"width": width, "height": 900}
        with browser.new_context(viewport=size, offline=True, bypass_csp=True) as context:  # else axe-core may not run
            page = look.visit(context, (reports / name).as_uri()).page
            page.evaluate(SPARE)
            found = Axe().run(page, options={"resultTypes": ["violations"], **options}).response["violations"]
        return [(one["id"], str(node["target"]), node["failureSummary"]) for one in found for node in one["nodes"]]

    return find


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_fault_in_a_page(faults, name):
    assert faults(name, 1280, {}) == []


@pytest.mark.parametrize("name", ENGLISH)
def test_axe_finds_no_fault_in_a_page_on_a_phone(faults, name):
    assert faults(name, 390, {"rules": {COLOURS: {"enabled": False}}}) == []  # the same colours as on a desk
