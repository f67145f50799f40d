"""Panels to move the levers by hand, one a topic."""

from bnplan_lib.explore.audit import audit
from bnplan_lib.explore.growth import growth
from bnplan_lib.explore.investment import investment
from bnplan_lib.explore.timeline import timeline

__all__ = ["audit", "growth", "investment", "timeline"]
