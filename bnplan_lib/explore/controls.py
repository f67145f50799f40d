"""What does a hand move? Sliders from the lever catalogue, groups of them, and what they stand on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import anywidget
import ipywidgets as widgets
from traitlets import Int

from bnplan_lib.explore.scale import scale_of
from bnplan_lib.figures.language import Language
from bnplan_lib.figures.levers import lever_amount, lever_suffix
from bnplan_lib.inputs.levers import Lever

LABEL = {"description_width": "min(36em, 60%)"}
WIDE = {"width": "min(62em, 100%)"}
WRAPPED = {"flex_flow": "row wrap", "align_items": "center"}


def slider(lever: Lever, value: float, say: Language) -> widgets.Widget:
    """Return a slider for a lever over its usual range, in the lever's unit."""
    scale = scale_of(lever, value)
    kind = widgets.IntSlider if lever.type == "integer" else widgets.FloatSlider
    control = kind(
        value=value,
        min=scale.low,
        max=scale.high,
        step=scale.step,
        description=(lever.title_vi if say.code == "vi" else lever.title_en) + lever_suffix(lever.unit, say),
        continuous_update=False,
        style=LABEL,
        layout=WIDE,
        readout_format="d" if lever.type == "integer" else f".{scale.digits}f",
    )
    control.add_class(f"bn-{lever.key.replace('.', '-').replace('*', 'all').replace('_', '-')}")
    return control


def put(control: widgets.Widget, value: Any) -> None:
    """Put a control to a value, of a slider wherever it lies."""
    if hasattr(control, "max"):
        control.min, control.max = min(control.min, value), max(control.max, value)
    control.value = value


def differing(name: str, unit: str, values: Sequence[Any], say: Language) -> str:
    """Return that what is picked has several values of a lever; '' if it has one or none."""
    if len(set(values)) < 2:
        return ""
    if isinstance(values[0], bool | str):
        return say("{name}: values differ; a choice sets all", name=name)
    low, high = (lever_amount(end, unit, say) for end in (min(values), max(values)))
    return say("{name}: values differ, {low} to {high}; a move sets all", name=name, low=low, high=high)


def folded(groups: Mapping[str, Sequence[widgets.Widget]]) -> widgets.Accordion:
    """Return groups of controls of which one is open at a time, the first at the start."""
    boxes = [widgets.VBox(list(controls)) for controls in groups.values()]
    return widgets.Accordion(boxes, titles=tuple(groups), selected_index=0, layout={"width": "min(66em, 100%)"})


class Ruler(anywidget.AnyWidget):
    """How wide is the cell? A line without height that tells its width, which a live figure does not follow itself."""

    _esm = """
    export default { render({ model, el }) {
      let waiting;
      const tell = () => { model.set("width", Math.floor(el.clientWidth)); model.save_changes(); };
      const seen = new ResizeObserver(() => {
        clearTimeout(waiting);
        if (el.clientWidth) waiting = setTimeout(tell, 100);  // no width while another tab is in front
      });
      seen.observe(el);
      return () => { clearTimeout(waiting); seen.disconnect(); };
    } };
    """
    width = Int(0).tag(sync=True)
