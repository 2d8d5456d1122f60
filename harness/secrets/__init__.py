"""Finds secrets and removes them."""
