"""Drafts scenarios from recordings of other tools."""
