"""What is said of several results together."""

from harness.evaluation.interval import Interval, has_statistics, wilson_interval
from harness.evaluation.takes import Takes

__all__ = ["Interval", "Takes", "has_statistics", "wilson_interval"]
