"""Forms that move figures in a page: how tests open one, move its levers, and read its file back."""

from __future__ import annotations

from contextlib import contextmanager

from nbformat import v4

import bnplan_lib as bn
from bnplan_lib.explore.scripts import STATIC
from bnplan_lib.model.profiles import PROFILES
from bnplan_lib.report.pages import write_page

SETTINGS = 500
DRAWS = {
    "delay_quarters": lambda one: one.randint(-4, 12),
    "stretch": lambda one: one.choice([0.0, one.uniform(-50, 100)]),
    "overrun": lambda one: one.uniform(-20, 100),
    "profile": lambda one: one.choice(list(PROFILES)),
    "dropped": lambda one: one.random() < 0.4,
}
PHASING = {
    "phasing.delay_from": (2024, 2032),
    "phasing.open_end": (2025, 2036),
    "phasing.milestone_start": (2024, 2031),
}
MOVE = """([which, moved]) => {
  const form = document.querySelector("form.live");
  const tell = (one) => one.dispatchEvent(new Event("input", { bubbles: true }));
  form.elements.which.value = which; tell(form.elements.which);
  for (const [name, value] of Object.entries(moved)) {
    const control = form.elements[name];
    if (control.type === "checkbox") control.checked = value; else control.value = value;
    tell(control);
  }
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""

FITTED = """() => {
  const plot = document.querySelector(".plot"), drawn = plot.querySelector(".main-svg");
  return drawn && Math.abs(drawn.clientWidth - plot.clientWidth) < 2;
}"""


@contextmanager
def script_alone(browser):
    """Give a page with the script and nothing else."""
    page = browser.new_context(offline=True).new_page()
    page.add_script_tag(content=(STATIC / "live.js").read_text("utf-8"))
    yield page
    page.context.close()


class Opener:
    """Opens pages with a form alone, offline, each once; `bundle_of` gives what a page holds."""

    def __init__(self, browser, folder, bundle_of):
        self.context, self.folder, self.bundle_of = browser.new_context(offline=True), folder, bundle_of
        self.pages = {}

    def __enter__(self):
        return self

    def __exit__(self, *fault):
        self.context.close()

    def open(self, lang="en", mark="", scenario="middle", levers=None, width=1200):
        """Return a page, back at its scenario where it has no mark, and what its console said."""
        name = (lang, mark, scenario, *(levers or {}))
        if name not in self.pages:
            self.pages[name] = self._load(lang, mark, scenario, levers)
        elif not mark:
            self.pages[name][0].evaluate("document.querySelector('form.live .reset').click()")
        self.pages[name][0].bring_to_front()  # what lies behind is drawn late and gets no keys
        self.pages[name][0].set_viewport_size({"width": width, "height": 900})
        self.pages[name][0].wait_for_function(FITTED)
        return self.pages[name]

    def _load(self, lang, mark, scenario, levers):
        file = self.folder / f"{scenario}-{lang}-{len(levers or {})}.html"
        if not file.exists():
            data = self.bundle_of(scenario, levers, lang)
            cell = v4.new_code_cell("x", outputs=[v4.new_output("display_data", data=data)], id="x")
            file.write_text(write_page(v4.new_notebook(cells=[cell]), lang, {}, {}), encoding="utf-8")
        page, said = self.context.new_page(), []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(file.as_uri() + mark)
        page.wait_for_selector("form.live.ready")
        return page, said


def move(page, which, **moved):
    """Choose items and set levers as a hand does, and wait until the page has answered."""
    page.evaluate(MOVE, [which, moved])


def address(page):
    """Return where the page keeps its setting, once no lever has moved for a while."""
    page.wait_for_selector("form.live:not([aria-busy=true])")
    return "".join(page.url.partition("#")[1:])


def file_of(page, folder):
    """Return the scenario that the page's file gives."""
    page.locator(".copy").click()
    (folder / "mine.toml").write_text(page.locator("form.live textarea").input_value(), encoding="utf-8")
    return bn.read_scenario(str(folder / "mine.toml"))


def setting(random_, names):
    """Return random levers of all projects, of some classes and of some single ones, and of the rules of time."""
    values = {f"projects.*.{lever}": draw(random_) for lever, draw in DRAWS.items()}
    values["projects.*.dropped"] = random_.random() < 0.1
    for name in random_.sample(names, random_.randint(0, 12)):
        chosen = random_.sample(list(DRAWS), random_.randint(1, 3))
        values |= {f"projects.{name}.{lever}": DRAWS[lever](random_) for lever in chosen}
    for key, years in PHASING.items():
        values[key] = f"{random_.randint(*years)}Q{random_.randint(1, 4)}"
    return values
