"""The pages can be read and worked by everyone: axe-core finds no fault, in any language, width or scheme."""

from __future__ import annotations

from functools import cache

import browser as look
import pytest
from test_pages import CHARTED, PLAIN

pytestmark = [pytest.mark.slow, pytest.mark.browser]

AUDIT = [f"04_consistency_audit.middle.{lang}.html" for lang in ("vi", "en")]
PAGES = sorted({*CHARTED, *AUDIT, *PLAIN})
DARKENED = ["01_growth_targets.middle.en.html", "04_consistency_audit.middle.vi.html", "levers.en.html"]
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

    def find(name: str, width: int, options: dict, scheme: str = "light") -> list[tuple[str, str, str]]:
        size = {"width": width, "height": 900}
        own = {"viewport": size, "color_scheme": scheme, "offline": True}
        with browser.new_context(**own, bypass_csp=True) as context:  # else axe-core may not run
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


# What a page lets a reader work or scroll, as far as it is shown, each marked with its place.
CONTROLS = """() => {
  const shown = node => node.checkVisibility() && !node.closest('[hidden]') && node.getClientRects().length;
  const all = [...document.querySelectorAll('a[href], summary, input, select, button, textarea, .scroll')];
  const works = node => !node.matches('.scroll') || node.scrollWidth > node.clientWidth;
  const first = node => node.type !== 'radio' || node.checked;  // arrow keys go on from the one that is chosen
  const found = all.filter(node => shown(node) && works(node) && first(node));
  found.forEach((node, place) => { node.dataset.place = place; });
  return found.length;
}"""
HERE = """() => {
  const at = document.activeElement, look = getComputedStyle(at), box = at.getBoundingClientRect();
  const ring = look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2;
  return { place: at.dataset.place, ring: ring, seen: box.right > 0 && box.bottom > 0 };
}"""


@pytest.fixture(scope="module")
def walk(browser, reports):
    """Go through a page by the Tab key, its folds open: return how many controls it has, and each stop."""

    @cache
    def tab(name: str, width: int) -> tuple[int, list[dict]]:
        with browser.new_context(viewport={"width": width, "height": 900}, offline=True) as context:
            page = look.visit(context, (reports / name).as_uri()).page
            page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
            page.wait_for_timeout(100)  # the areas that scroll are found after the next drawing
            count, stops = page.evaluate(CONTROLS), []
            for _ in range(count + 1):  # a trap, or a stop at no control, would show
                page.keyboard.press("Tab")
                stops.append(page.evaluate(HERE))
        return count, stops

    return tab


@pytest.mark.parametrize("name", DARKENED)
def test_axe_finds_no_grave_fault_in_a_page_in_the_dark(faults, name):
    assert faults(name, 1280, {}, "dark") == []


GROUNDS = """() => ['body', 'figure.chart', 'form.live'].map(place => {
  const look = getComputedStyle(document.querySelector(place));
  return [look.backgroundColor, look.color, look.colorScheme];
})"""
LIGHT, NIGHT = (["rgb(255, 255, 255)", "rgb(28, 39, 51)"], ["rgb(20, 25, 31)", "rgb(227, 232, 238)"])


@pytest.mark.parametrize(("scheme", "media", "page_look"), [("dark", "screen", NIGHT), ("light", "screen", LIGHT),
                                                            ("dark", "print", LIGHT)])  # fmt: skip
def test_a_page_is_dark_on_dark_screens_only_and_its_figures_are_always_light(
    browser, reports, scheme, media, page_look
):
    with browser.new_context(color_scheme=scheme, offline=True) as context:
        page = look.visit(context, (reports / DARKENED[0]).as_uri()).page
        page.emulate_media(media=media)
        body, figure, form = page.evaluate(GROUNDS)
    assert (body[:2], figure[1], form[1]) == (page_look, LIGHT[1], page_look[1])
    assert (body[2], form[2]) == (("dark", "dark") if page_look is NIGHT else ("normal", "normal"))
    assert figure[2] in ("light", "normal")


each_walk = pytest.mark.parametrize(("name", "width"), [*((name, 1280) for name in ENGLISH), (ENGLISH[2], 390)])


@each_walk
def test_tab_reaches_every_control_in_the_order_of_the_page(walk, name, width):
    count, stops = walk(name, width)
    assert [stop["place"] for stop in stops[:-1]] == [str(place) for place in range(count)]


@each_walk
def test_tab_leaves_the_page_after_the_last_control(walk, name, width):
    assert walk(name, width)[1][-1]["place"] in (None, "0")


@each_walk
def test_what_the_keys_have_reached_is_seen(walk, name, width):
    assert [stop for stop in walk(name, width)[1][:-1] if not (stop["ring"] and stop["seen"])] == []


@pytest.mark.parametrize(("name", "width"), [(ENGLISH[2], 390)])
def test_arrow_keys_scroll_what_is_wider_than_a_phone(browser, reports, name, width):
    with browser.new_context(viewport={"width": width, "height": 900}, offline=True) as context:
        page = look.visit(context, (reports / name).as_uri()).page
        area = page.locator("figure.chart .scroll[tabindex='0']").first
        area.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("node => node.scrollLeft > 0", arg=area.element_handle(), timeout=2000)
        assert area.evaluate("node => node.scrollLeft") > 0


@pytest.mark.parametrize("name", ENGLISH[1:3])
def test_levers_follow_the_arrow_keys(browser, reports, name):
    with browser.new_context(offline=True) as context:
        page = look.visit(context, (reports / name).as_uri()).page
        before = page.locator(".moved-levers").inner_text()
        page.locator("form.live input[type=range]:visible").first.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("before => document.querySelector('.moved-levers').textContent !== before", arg=before)
        assert page.locator(".moved-levers").inner_text() != before


def test_skip_link_leads_to_the_text(browser, reports):
    with browser.new_context(offline=True) as context:
        page = look.visit(context, (reports / ENGLISH[1]).as_uri()).page
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize("name", sorted({*CHARTED, *AUDIT}))
def test_every_drawing_is_a_picture_that_its_title_describes(browser, reports, name):
    with browser.new_context(offline=True) as context:
        page = look.visit(context, (reports / name).as_uri()).page
        titles = page.locator("figure.chart figcaption :is(h2, h3)").all_inner_texts()
        pictures = page.locator("figure.chart:has(.plot) [role=img]")
        said = pictures.evaluate_all("all => all.map(one => one.getAttribute('aria-label'))")
    assert said == titles != [] and "" not in titles
