"""harness.yaml of projects that talk to the emulators of the built-in definitions."""

from __future__ import annotations

import json

from harness.emulators import EMULATORS


def providers_yaml(*names: str, **settings: str) -> str:
    """`providers:` with an entry of each definition, under its own name; of all, if none is named.

    Their variables are in the environment of the running emulators. Each of `settings` replaces
    one that an entry has.
    """
    lines = ["providers:\n"]
    for name in names or EMULATORS:
        emulator = EMULATORS[name]
        entry = {
            "base_url": f"${{env.{emulator.url_variable}}}",
            **emulator.settings,
            **{key: value for key, value in settings.items() if key in emulator.settings},
        }
        lines.append(f"  {name}: {{definition: {name}, settings: {json.dumps(entry)}}}\n")
    return "".join(lines)
