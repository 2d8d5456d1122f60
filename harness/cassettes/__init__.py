"""Looks after a project's recordings: which are planned, which exist, and which still match."""
