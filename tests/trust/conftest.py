from __future__ import annotations

from tests.accepting.conftest import desk, server

__all__ = ["desk", "server"]
