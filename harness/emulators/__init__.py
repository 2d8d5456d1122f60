"""Emulators of the chat APIs that the harness comes with definitions for.

Each one follows its vendor's page, including errors and authentication, and answers with fixed
texts. It imports nothing from the rest of the harness, so it shares no fault with what it tests.
"""

from __future__ import annotations

from harness.emulators.emulator import Emulator, Sample
from harness.emulators.server import EMULATORS, NAMES, WITH_DEMO, Running, serve, serving

__all__ = [
    "EMULATORS",
    "NAMES",
    "WITH_DEMO",
    "Emulator",
    "Running",
    "Sample",
    "serve",
    "serving",
]
