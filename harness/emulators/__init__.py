"""Emulators of the chat APIs that the harness comes with definitions for.

Each one follows its vendor's page, errors and authentication included, and answers with fixed
texts. It imports nothing of the harness, so it shares no fault with what it tests.

Starlette and uvicorn are needed: `pip install conversation-harness[emulators]`.
"""

from __future__ import annotations

from harness.emulators.emulator import Emulator
from harness.emulators.registry import EMULATORS, NAMES
from harness.emulators.server import Running, serve, serving

__all__ = ["EMULATORS", "NAMES", "Emulator", "Running", "serve", "serving"]
