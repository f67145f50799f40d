"""Which imports and templates does the first page of a process need? All of them, once this is imported."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import nbformat.v4
    import papermill  # noqa: F401

    from bnplan_lib.report import engine, kernel_manager  # noqa: F401
    from bnplan_lib.report.pages import write_page

write_page(nbformat.v4.new_notebook(), "en", {}, {})
