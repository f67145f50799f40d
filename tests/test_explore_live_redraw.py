"""While a hand moves a lever the traces alone are drawn, and look as when all of the figure is drawn."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser
LEVERS = {
    "01_growth_targets": ("growth.industry", [12, 12.5, 11.5]),
    "02_investment_composition": ("overrun", [10, 0, 5]),
    "03_timeline_overlaps": ("delay_quarters", [2, 0, 1]),
}
# Rest at the first value, move quickly over the others and back: what was drawn at rest, under way, and on return.
THERE_AND_BACK = """async ([lever, values]) => {
  const form = document.querySelector("form.live"), plot = form.querySelector(".plot"), input = form.elements[lever];
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const go = (value) => { input.value = value; input.dispatchEvent(new Event("input", { bubbles: true })); };
  const look = () => [...plot.querySelectorAll(".barlayer path, .scatterlayer path, .scatterlayer text")]
    .map((one) => [one.getAttribute("d"), one.getAttribute("transform"), one.textContent]);
  let whole = 0;
  go(values[0]);
  while (form.getAttribute("aria-busy") === "true") await frame();
  const rested = look(), under_way = [];
  plot.on("plotly_afterplot", () => { whole++; });
  for (const value of [...values.slice(1), values[0]]) { go(value); await frame(); under_way.push(look()); }
  return { rested, under_way, whole, busy: form.getAttribute("aria-busy") };
}"""


@pytest.fixture(params=LEVERS)
def seen(request, browser, reports):
    """What the figure of a form looks like at rest and while a lever moves."""
    with browser.new_context(offline=True, viewport={"width": 1200, "height": 900}) as context:
        page = context.new_page()
        page.goto((reports / f"{request.param}.middle.en.html").as_uri())
        page.wait_for_selector("form.live.ready")
        yield page.evaluate(THERE_AND_BACK, list(LEVERS[request.param]))


def test_a_moving_lever_draws_traces_alone_and_as_at_rest(seen):
    assert (seen["whole"], seen["busy"]) == (0, "true")
    *others, back = seen["under_way"]
    assert back == seen["rested"]
    assert all(one != seen["rested"] for one in others)
