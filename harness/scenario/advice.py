"""What to do about values that depart from the format of scenarios: the likely intent."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from harness.file_format import Advice
from harness.json_schema import Violation
from harness.scenario.files import DEFAULTS
from harness.scenario.subject import LISTS
from harness.scenario.wrong_place import KEYS_OF_A_MESSAGE, advice_on_key, is_of_include
from harness.typing import Json, Path
from harness.yaml_reader import Document

_ENTRY = 2
"""Parts of a path to an entry of a list of turns."""
_TRUE, _FALSE = ("yes", "on"), ("no", "off")
_NEAR_DEFAULTS = ("defaults.yml", "default.yaml", "default.yml", "_defaults.yaml")


def advise(document: Document, violation: Violation) -> Advice | None:
    """What to say of a departure instead of what the format says; None for that."""
    path, keyword = violation.path, violation.keyword
    if keyword == "unknown-key":
        return advice_on_key(document.value, path)
    if keyword == "missing-key":
        return _on_missing(document, violation)
    if len(path) == _ENTRY and path[0] in LISTS:
        return Advice(message=_as_entry(violation))
    if not path:
        return None
    return _on_value(document, path, keyword, violation.message)


def _on_missing(document: Document, violation: Violation) -> Advice | None:
    path = violation.path
    if not path:
        name = document.source.path.rpartition("/")[2]
        if name.lower() in (*_NEAR_DEFAULTS, DEFAULTS) and "turns" in violation.message:
            return Advice(hint=f"call it {DEFAULTS} where it holds for the folder's scenarios")
        is_told = name.lower() in (*_NEAR_DEFAULTS, DEFAULTS)
        return Advice(is_told_already=True) if is_told else None
    if len(path) == _ENTRY and path[0] in LISTS:
        entry = document.at(*path).value
        if isinstance(entry, dict) and KEYS_OF_A_MESSAGE & entry.keys():
            return Advice(is_told_already=True)
        return Advice(message=_as_entry(violation))
    return None


def _as_entry(violation: Violation) -> str:
    """The message with the subject's own word for the entry, which is counted from 1."""
    start, index = violation.path
    return violation.message.replace(f"'{start}[{index}]'", "the entry", 1)


def _on_value(document: Document, path: Path, keyword: str, message: str) -> Advice:
    value, text = document.at(*path).value, document.text_at(path)
    if is_of_include(document.value, path):
        return Advice(hint="indent 'file:' and 'with:' further, so that they stand inside it")
    if path[-2:-1] == ("replies",) and isinstance(value, str):
        return Advice(hint=f"write {{equals: {text}}} or another check")
    if path[-1] == "expect" and isinstance(value, str):
        is_none = value.lower() == "none"
        return Advice(hint="did you mean 'none'?" if is_none else "add checks, or say 'none'")
    return Advice(hint=_of_another_kind(path, value, text, message) if keyword == "type" else "")


def _of_another_kind(path: Path, value: Json, text: str, message: str) -> str:
    if isinstance(value, str) and message.endswith("expected true or false"):
        word = value.lower()
        meant = "true" if word in _TRUE else "false" if word in _FALSE else ""
        return f"write {meant}" if meant else ""
    form = _FORMS.get(str(path[-1]))
    if form is not None:
        return form(value, text)
    return _listed(value, text) if message.endswith("expected a list") else ""


def _listed(value: Json, text: str) -> str:
    if isinstance(value, dict):
        return "begin each mapping of the list with '- ', or write [{…}]"
    return f"write [{text}]" if value is not None else ""


def _duration(value: Json, text: str) -> str:
    if isinstance(value, dict | list) or value is None:
        return "write it with its unit, such as 500ms, 2s or 1m"
    return f"write it with its unit, such as {text}s" if not isinstance(value, str) else ""


def _limit(value: Json, text: str) -> str:
    if isinstance(value, dict | list) or value is None:
        return "write {under: 2s}"
    return f"write {{under: {text}}}" if isinstance(value, str) else f"write {{under: {text}s}}"


def _expected(value: Json, _text: str) -> str:
    return "add checks, or say 'expect: none'" if value is None else ""


def _reason(value: Json, _text: str) -> str:
    return "write the reason" if isinstance(value, bool) else ""


def _status(value: Json, _text: str) -> str:
    return "write its number, such as 200" if isinstance(value, str) else ""


def _refusal(value: Json, text: str) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"write {{status: {text}}}"
    return "add a check, such as {status: 403}"


_FORMS: Mapping[str, Callable[[Json, str], str]] = {
    "wait": _duration,
    "timeout": _duration,
    "under": _duration,
    "latency": _limit,
    "first_token": _limit,
    "expect": _expected,
    "skip": _reason,
    "xfail": _reason,
    "status": _status,
    "error": _refusal,
}
