"""Drafts scenarios and definitions."""
