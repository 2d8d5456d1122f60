"""Measures the harness beside floors and peers; `python -m benchmarks.run`, see README.md."""
