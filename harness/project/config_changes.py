"""Which scenarios a change of harness.yaml can touch."""

from __future__ import annotations

import json
from collections.abc import Mapping

from harness.config import Config
from harness.core import AuthoringError, Json, value_class
from harness.formats.yaml import read

_WITHOUT_EFFECT = frozenset(("concurrency", "max_age", "history"))
"""Keys that change neither how a scenario is read nor how it is judged."""
_NOTHING: Mapping[str, Json] = {}
_ABSENT = "\0"


@value_class(frozen=True, slots=True, kw_only=True)
class ConfigChange:
    """What differs between two versions of harness.yaml."""

    is_everything: bool = False
    """It may touch every scenario."""
    providers: frozenset[str] = frozenset()
    """Those that were added, removed or changed."""
    is_default_other: bool = False
    """The provider of scenarios that name none is another one."""
    tags: frozenset[str] = frozenset()
    """Those that were added, removed or changed."""
    all_tags: bool = False
    """Tags need no longer be declared, or must be declared now."""


EVERYTHING = ConfigChange(is_everything=True)


def config_change(config: Config, before: bytes | None, now: bytes) -> ConfigChange:
    """How harness.yaml differs from an earlier version; from none, in everything."""
    if before is None:
        return EVERYTHING
    try:
        old, new = (_top(content) for content in (before, now))
    except AuthoringError:
        return EVERYTHING
    keys = {key for key in old.keys() | new.keys() if _differs(old, new, key)}
    if keys - _WITHOUT_EFFECT - {"providers", "provider", "tags"}:
        return EVERYTHING
    providers, tags = _both(old, new, "providers"), _both(old, new, "tags")
    return ConfigChange(
        providers=_different(*providers),
        is_default_other=_default(old) != config.provider,
        tags=_different(*tags),
        all_tags=("tags" in old) != ("tags" in new),
    )


def _top(content: bytes) -> Mapping[str, Json]:
    value = read(content, "harness.yaml", expect_mapping=True).value
    return value if isinstance(value, Mapping) else _NOTHING


def _both(
    old: Mapping[str, Json], new: Mapping[str, Json], key: str
) -> tuple[Mapping[str, Json], Mapping[str, Json]]:
    before, now = old.get(key), new.get(key)
    return (
        before if isinstance(before, Mapping) else _NOTHING,
        now if isinstance(now, Mapping) else _NOTHING,
    )


def _different(old: Mapping[str, Json], new: Mapping[str, Json]) -> frozenset[str]:
    return frozenset(key for key in old.keys() | new.keys() if _differs(old, new, key))


def _differs(old: Mapping[str, Json], new: Mapping[str, Json], key: str) -> bool:
    # As texts, because 1, 1.0 and true are equal in Python.
    return json.dumps(old.get(key, _ABSENT)) != json.dumps(new.get(key, _ABSENT))


def _default(top: Mapping[str, Json]) -> str:
    named, providers = top.get("provider"), top.get("providers")
    if isinstance(named, str):
        return named
    return next(iter(providers)) if isinstance(providers, Mapping) and len(providers) == 1 else ""
