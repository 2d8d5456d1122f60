"""What to do about values that depart from the format of scenarios: the likely intent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from harness.checks import KIND_NAMED, Content
from harness.core import Json, Path
from harness.core.synonyms import meant
from harness.formats.file_format import Advice
from harness.formats.json_schema import Violation
from harness.formats.yaml import Document
from harness.scenario.files import DEFAULTS
from harness.scenario.other_words import TOP, TURN
from harness.scenario.schema import MESSAGE_KEYS
from harness.scenario.turn_names import LISTS
from harness.scenario.wrong_place import (
    TOP_KEYS,
    advice_on_key,
    is_block,
    is_of_include,
    words_at,
)

_ENTRY = 2
"""Parts of a path to an entry of a list of turns."""
_TRUE, _FALSE = ("yes", "on"), ("no", "off")
_NEAR_DEFAULTS = ("defaults.yml", "default.yaml", "default.yml", "_defaults.yaml")


def advise(document: Document, violation: Violation) -> Advice | None:
    """What to say of a departure instead of what the format says; None for that."""
    path, keyword = violation.path, violation.keyword
    if keyword == "unknown-key":
        is_check = path[:-1] != ("expect",) and is_block(violation.known)
        noun = "check" if is_check else "key"
        return replace(_on_key(document, path, violation.known), noun=noun)
    if keyword == "missing-key":
        return _on_missing(document, violation)
    if len(path) == _ENTRY and path[0] in LISTS:
        return Advice(message=_as_entry(violation))
    if not path:
        return None
    return _on_value(document, path, keyword, violation.message)


def _on_key(document: Document, path: Path, known: Sequence[str]) -> Advice:
    """Where an unknown key may stand, or what it is called here; empty where nothing is known."""
    if text := _cut_by_a_comma(document, path):
        return Advice(hint=f"a comma ends a value inside {{…}}; quote the text: '{text}'")
    key, words = str(path[-1]), words_at(path, known)
    top = document.value
    if len(path) == 1 and isinstance(top, dict):
        if key == _OF_A_FRAGMENT and "scenario" in known and "scenario" not in top:
            return Advice(hint="put a fragment into a folder 'fragments'")
        if key not in TOP_KEYS and TOP.get(key) in _NEEDED - top.keys():
            return Advice(hint=meant(key, TOP, known))
        if key in TOP_KEYS:
            return Advice(hint="put it into the scenarios themselves")
    return advice_on_key(top, path) or Advice(hint=meant(key, words, known))


def _cut_by_a_comma(document: Document, path: Path) -> str:
    """The text that an unquoted comma inside `{…}` cut in two; empty where there is none."""
    node = document.at(*path)
    line = node.key_place.source.line(node.key_place.line)
    if node.value is not None or node.text or "{" not in line[: node.key_place.column]:
        return ""
    around = document.at(*path[:-1])
    keys = [key for key, _ in around.items()]
    before = around.value[keys[keys.index(str(path[-1])) - 1]]  # type: ignore[index,call-overload]  # a mapping
    return f"{before}, {path[-1]}" if path[-1] != keys[0] and isinstance(before, str) else ""


_OF_A_FRAGMENT = "parameters"
"""The key that fragments have and scenarios have not."""
_NEEDED = {"scenario", "turns"}
"""Keys that every scenario has."""


def _on_missing(document: Document, violation: Violation) -> Advice | None:
    path = violation.path
    if not path:
        top = document.value if isinstance(document.value, dict) else {}
        is_fragment = _OF_A_FRAGMENT in top and "'scenario'" in violation.message
        if is_fragment or any(f"'{TOP[key]}'" in violation.message for key in top if key in TOP):
            return Advice(is_told_already=True)
        name = document.source.path.rpartition("/")[2]
        if name.lower() in (*_NEAR_DEFAULTS, DEFAULTS) and "turns" in violation.message:
            return Advice(hint=f"rename it to {DEFAULTS} if it applies to the folder's scenarios")
        is_told = name.lower() in (*_NEAR_DEFAULTS, DEFAULTS)
        return Advice(is_told_already=True) if is_told else None
    if len(path) == _ENTRY and path[0] in LISTS:
        entry = document.at(*path).value
        keys = entry.keys() if isinstance(entry, dict) else set()
        said = {key for key in keys if "user" in TURN.get(key, "")}
        if MESSAGE_KEYS.keys() & keys or said:
            return Advice(is_told_already=True)
        return Advice(message=_as_entry(violation))
    return None


def _as_entry(violation: Violation) -> str:
    """The message with the subject's own word for the entry, which is counted from 1."""
    start, index = violation.path
    return violation.message.replace(f"'{start}[{index}]'", "the entry", 1)


def _on_value(document: Document, path: Path, keyword: str, message: str) -> Advice:
    node = document.at(*path)
    value, text = node.value, node.text
    if is_of_include(document.value, path):
        return Advice(hint="indent 'file:' and 'with:' further, so that they are inside it")
    if isinstance(value, str) and _is_of_checks(path):
        return Advice(hint=f"write {{equals: {text}}} or another check")
    if path[-1] == "expect" and isinstance(value, str):
        is_none = value.lower() == "none"
        return Advice(hint="did you mean 'none'?" if is_none else "add checks, or write 'none'")
    if path[-1] == "pick":
        return Advice(hint="write {sample: 1} to draw one")
    return Advice(hint=_of_another_kind(path, value, text, message) if keyword == "type" else "")


def _is_of_checks(path: Path) -> bool:
    """Whether an element of a list stands at a path which is to be a mapping of checks."""
    kind = KIND_NAMED.get(str(path[-2])) if isinstance(path[-1], int) else None
    return kind is not None and kind.content is Content.CHECKS


def _of_another_kind(path: Path, value: Json, text: str, message: str) -> str:
    if isinstance(value, str) and message.endswith("expected true or false"):
        word = value.lower()
        meant = "true" if word in _TRUE else "false" if word in _FALSE else ""
        return f"write {meant}" if meant else ""
    form = _FORMS.get(str(path[-1])) if path[-1] not in LISTS or len(path) == 1 else None
    if form is not None:
        return form(value, text)
    return _listed(value, text) if message.endswith("expected a list") else ""


def _listed(value: Json, text: str) -> str:
    if isinstance(value, dict):
        return "start each mapping of the list with '- ', or write [{…}]"
    return f"write [{text}]" if value is not None else ""


def _duration(value: Json, text: str) -> str:
    if isinstance(value, dict | list) or value is None:
        return "write it with its unit, such as 500ms, 2s or 1m"
    return f"write it with its unit, such as {text}s" if not isinstance(value, str) else ""


def _expected(value: Json, _text: str) -> str:
    if isinstance(value, list):
        return "write the checks as one mapping, or {all_of: [{…}]}"
    return "add checks, or write 'expect: none'"


def _said(value: Json, text: str) -> str:
    if isinstance(value, dict) or value is None:
        return _listed(value, text)
    return f"write [{{user: {text}, expect: none}}]"


def _captured(value: Json, text: str) -> str:
    return f"write {{name: {text}}}" if isinstance(value, str) else "such as {name: $.id}"


def _spoken(value: Json, text: str) -> str:
    return f"write {{utterances: {text}}}" if isinstance(value, list) else ""


def _named(value: Json, text: str) -> str:
    return f"write {{name: {text}}}" if isinstance(value, list) else "such as {name: value}"


def _reason(value: Json, _text: str) -> str:
    return "write the reason" if isinstance(value, bool) else ""


def _refusal(value: Json, text: str) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"write {{status: {text}}}"
    return "add a check, such as {status: 403}"


_FORMS: Mapping[str, Callable[[Json, str], str]] = {
    "wait": _duration,
    "timeout": _duration,
    "under": _duration,
    "expect": _expected,
    **dict.fromkeys(("turns", "setup", "teardown"), _said),
    "capture": _captured,
    "user": _spoken,
    "matrix": _named,
    "vars": _named,
    "skip": _reason,
    "xfail": _reason,
    "error": _refusal,
    **{name: kind.instead for name, kind in KIND_NAMED.items() if kind.instead is not None},
}
