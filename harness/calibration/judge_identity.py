"""What a judge was when it said something, and what has changed since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.core import Json, is_same, quote, show

JudgeIdentity = Mapping[str, Json]
"""`prompt`, `prompt_hash`, `samples`, `agree` and, by name, `providers` with their `definition`,
`definition_hash` and `settings`, without addresses and secrets. A setting that is not known is left
out."""

_COUNTS = ("samples", "agree")


def identity_difference(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """What decides over the answers of a judge and has changed; empty if nothing has."""
    if before["prompt_hash"] != now["prompt_hash"]:
        if before["prompt"] != now["prompt"]:
            return f"the prompt was {before['prompt']}, and is now {now['prompt']}"
        return f"the prompt {now['prompt']} changed"
    for name in _COUNTS:
        if before[name] != now[name]:
            return f"{quote(name)} was {before[name]}, and is now {now[name]}"
    old, new = before["providers"], now["providers"]
    if [*old] != [*new]:
        return f"it asked {', '.join(old)}, and asks now {', '.join(new)}"
    return next(
        filter(None, (_provider_difference(name, old[name], new[name]) for name in new)), ""
    )


def _provider_difference(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    if old["definition"] != new["definition"]:
        return f"the definition of {quote(name)} was {old['definition']}"
    if old["definition_hash"] != new["definition_hash"]:
        return f"the definition {new['definition']} changed"
    for key, value in new["settings"].items():
        before = old["settings"].get(key)
        if not is_same(value, before):
            was = show(before) if key in old["settings"] else "not there"
            return f"the setting {quote(key)} of {quote(name)} was {was}, and is now {show(value)}"
    return ""
