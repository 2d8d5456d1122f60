"""Converses with a provider without a scenario, to show what its definition sends and reads."""
