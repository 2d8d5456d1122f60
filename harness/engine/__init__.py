"""Plays scenarios and judges them. Knows no pytest and no reporter."""
