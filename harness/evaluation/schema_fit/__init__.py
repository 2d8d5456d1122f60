"""Compares schemas with all recorded payloads: where they are too tight, and where loose."""
