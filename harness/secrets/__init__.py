"""Finds secrets and hides them."""
