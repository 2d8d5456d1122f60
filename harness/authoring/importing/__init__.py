"""Scenarios and recordings from those of other tools."""
