"""Keys that stand where they may not, and where they belong."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from harness.checks import CONVERSATION_KINDS, KINDS
from harness.core import Json, Path
from harness.formats.file_format import Advice
from harness.scenario.other_words import CHECK, MESSAGE, TOP, TURN
from harness.scenario.scenario import INNER_SCOPES, Scope
from harness.scenario.schema import HEAD_KEYS, MESSAGE_KEYS
from harness.scenario.turn_names import LISTS

KEYS_OF_A_TURN = frozenset(
    ("user", "assistant", "error", "capture", "wait", "on_fail", "id"),
)
OF_A_TURN = frozenset((*(KINDS.keys() - CONVERSATION_KINDS.keys()), *INNER_SCOPES[Scope.REPLY]))
"""What is asked of the reply to one turn and not of the whole conversation."""
OF_THE_WHOLE = frozenset(
    (*(CONVERSATION_KINDS.keys() - KINDS.keys()), *INNER_SCOPES[Scope.CONVERSATION])
)
"""What is asked of the whole conversation and not of one turn."""
CHECKS = frozenset((*KINDS, *INNER_SCOPES[Scope.REPLY], "ignore_case"))
"""What may stand inside of a turn's `expect:`."""
TOP_KEYS = frozenset((*HEAD_KEYS, *LISTS, "expect"))
"""What may stand at the top of a scenario; less in a fragment and in a folder's defaults."""
_TOP, _ENTRY, _IN_ENTRY, _IN_BLOCK = 1, 2, 3, 4
"""Parts of a path: to a key at the top, to an entry, to its key, to a key of its block."""


def advice_on_key(top: Json, path: Path) -> Advice | None:
    """Where an unknown key may stand; None where nothing is known of it."""
    key = str(path[-1])
    if len(path) == _TOP:
        return _at_the_top(key)
    if path[:-1] == ("expect",):
        is_of_turn = key in OF_A_TURN
        return Advice(hint="put it under the 'expect:' of a turn") if is_of_turn else None
    if path[0] not in LISTS:
        return None
    if len(path) == _IN_ENTRY:
        return _in_entry(key, _at(top, path[:-1]))
    if len(path) == _IN_BLOCK and path[2] == "expect" and key in OF_THE_WHOLE:
        return Advice(hint="put it under the scenario's own 'expect:', next to 'turns:'")
    return None


def words_at(path: Path, known: Collection[str]) -> Mapping[str, str]:
    """Words of other tools that may stand for a key there, where the `known` keys may stand."""
    if len(path) == _TOP:
        return TOP
    if path[0] in LISTS and len(path) == _IN_ENTRY:
        return TURN
    return MESSAGE if path[-2] == "user" else CHECK if is_block(known) else {}


def is_block(known: Collection[str]) -> bool:
    """Whether it is a block of checks in which these keys may stand."""
    return "ignore_case" in known


def is_of_include(top: Json, path: Path) -> bool:
    """Whether a path leads to an empty `include:` whose keys stand beside it."""
    if len(path) != _IN_ENTRY or path[-1] != "include" or path[0] not in LISTS:
        return False
    entry = _at(top, path[:-1])
    return isinstance(entry, dict) and entry["include"] is None and "file" in entry


def _at_the_top(key: str) -> Advice | None:
    if key in KEYS_OF_A_TURN:
        return Advice(hint="put it into a turn, below 'turns:'")
    if key in CHECKS or key in OF_THE_WHOLE:
        return Advice(hint="put it under 'expect:'")
    return None


def _in_entry(key: str, entry: Json) -> Advice | None:
    keys = entry.keys() if isinstance(entry, dict) else ()
    if key in ("file", "with") and "include" in keys:
        is_told = isinstance(entry, dict) and entry["include"] is None and "file" in keys
        hint = "put 'file:' and 'with:' inside 'include:'"
        return Advice(hint=hint, is_told_already=is_told)
    if key in MESSAGE_KEYS:
        found = entry.get(key) if isinstance(entry, dict) else None
        shown = found if isinstance(found, str) else "…"
        inside = "put it inside 'user:'" if "user" in keys else f"write user: {{{key}: {shown}}}"
        return Advice(hint=inside)
    if key in CHECKS:
        return Advice(hint="put it under 'expect:'")
    if key in OF_THE_WHOLE:
        return Advice(hint="put it under the scenario's own 'expect:', next to 'turns:'")
    return None


def _at(value: Json, path: Path) -> Json:
    for part in path:
        value = value[part]  # type: ignore[index]  # the path was found in it
    return value
