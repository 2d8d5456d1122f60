"""Judges the takes of a scenario together."""

from harness.evaluation.interval import Interval, wilson_interval
from harness.evaluation.takes import Takes

__all__ = ["Interval", "Takes", "wilson_interval"]
