"""Judges recorded conversations by other thresholds, schemas and scenarios, and compares."""
