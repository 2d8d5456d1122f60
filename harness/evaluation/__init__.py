"""Judges the takes of a scenario together."""

from harness.evaluation.takes import Takes

__all__ = ["Takes"]
