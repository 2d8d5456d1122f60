"""Emulators of the chat APIs that the harness comes with definitions for.

Each one follows its vendor's page, including errors and authentication, and answers with fixed
texts. It imports nothing from the rest of the harness, so it shares no fault with what it tests.

Starlette and uvicorn are required: `pip install conversation-harness[emulators]`.
"""

from __future__ import annotations

from harness.emulators.emulator import Emulator, Sample
from harness.emulators.server import EMULATORS, NAMES, Running, serve, serving

__all__ = ["EMULATORS", "NAMES", "Emulator", "Running", "Sample", "serve", "serving"]
