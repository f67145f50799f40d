"""How does the form of a page stand in a notebook? The same form and script; Python hears what is set."""

from __future__ import annotations

import itertools
import json

import anywidget
from traitlets import Dict, Unicode

from bnplan_lib.explore.live import Live
from bnplan_lib.explore.live_form import form_html
from bnplan_lib.explore.scripts import live_script, page_style, plotly_script
from bnplan_lib.figures.language import speak
from bnplan_lib.figures.page_figure import figure_html

NUMBERS = itertools.count(1)  # of the forms of a kernel: a label finds its control by an id
STYLE = """
.bn-page { background: #fff; color: #1c2733; padding: 0 1rem; font: 16px/1.5 "Open Sans", "DejaVu Sans", sans-serif; }
@scope (.bn-page) { %s }
"""
RENDER = """
export default { async render({ model, el }) {
  el.classList.add("bn-page");
  el.innerHTML = model.get("html");
  const form = el.querySelector("form.live"), plot = el.querySelector(".plot");
  const spec = JSON.parse(el.querySelector("figure.chart > script").textContent);
  await window.Plotly.newPlot(plot, spec.data, spec.layout, { displayModeBar: false });
  const seen = new ResizeObserver(() => { if (plot.clientWidth) window.Plotly.Plots.resize(plot); });
  seen.observe(plot);
  let told = {};
  bnplan.mount(form, {
    write(moved, setting) {
      told = moved;
      model.set("moved", moved);
      model.set("setting", setting);
      model.save_changes();
    },
    read(put) { Object.entries(model.get("moved")).forEach(([key, value]) => put(key, String(value))); },
    changed(follow) {
      model.on("change:moved", () => { if (model.get("moved") !== told) follow(); });
    },
  });
  return () => { seen.disconnect(); window.Plotly.purge(plot); };
} };
"""


class LiveForm(anywidget.AnyWidget):
    """The form of a page in a notebook: it answers without the kernel, and tells its setting.

    `setting` holds the levers that were moved as a scenario has them:
    `bn.read_scenario("middle", form.setting)` goes on from there.
    """

    _esm = "\n".join([plotly_script(), live_script(), RENDER])
    _css = STYLE % page_style()
    html = Unicode().tag(sync=True)
    moved = Dict().tag(sync=True)  # what the controls say, as in a page's address
    setting = Dict().tag(sync=True)

    def __init__(self, live: Live) -> None:
        say, name = speak(live.spec["lang"]), f"form-{next(NUMBERS)}"
        drawn = json.loads(live.figure.to_json())
        drawn["layout"]["meta"].pop("table", None)  # its own table follows the levers
        figure = figure_html(drawn, f"{name}-figure", say)
        super().__init__(html=form_html(dict(live.spec), figure, name, say))
