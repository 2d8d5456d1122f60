"""Test conversations with any chat API: YAML scenarios, recorded traffic, native pytest."""

from __future__ import annotations

__version__ = "0.1.0"
__all__ = ["__version__"]
