"""Plays scenarios again when their files change, in one process that stays."""
