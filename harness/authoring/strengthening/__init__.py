"""Proposes checks for what no expectation notices, and writes them into scenario files."""
