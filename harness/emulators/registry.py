"""The five emulators by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from harness.emulators import bighummingbird, connectly, enthusiast, mister_turing, superoffice
from harness.emulators.emulator import Emulator

EMULATORS: Mapping[str, Emulator] = MappingProxyType(
    {
        module.EMULATOR.name: module.EMULATOR
        for module in (bighummingbird, connectly, enthusiast, mister_turing, superoffice)
    }
)
NAMES: tuple[str, ...] = tuple(EMULATORS)
