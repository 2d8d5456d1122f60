"""What is said of several results together."""

from harness.evaluation.interval import Interval, wilson_interval
from harness.evaluation.takes import Takes

__all__ = ["Interval", "Takes", "wilson_interval"]
