"""What to do about values that depart from the format of scenarios: the likely intent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import NoneType

from harness.checks import CONVERSATION_KINDS, KIND_NAMED, KINDS, Content
from harness.core import Json, Path, nearest_word
from harness.core.synonyms import meant
from harness.formats.file_format import Advice
from harness.formats.json_schema import Violation
from harness.formats.yaml import Document, Node
from harness.formats.yaml.yaml_writing import write_line
from harness.scenario.files import DEFAULTS
from harness.scenario.other_words import CHECK, MESSAGE, TOP, TURN
from harness.scenario.scenario import INNER_SCOPES, Scope
from harness.scenario.scenario_schema import HEAD_KEYS, MESSAGE_KEYS
from harness.scenario.turn_names import LISTS

KEYS_OF_A_TURN = frozenset(
    ("user", "assistant", "error", "capture", "answers", "wait", "on_fail", "id"),
)
OF_A_TURN = frozenset((*(KINDS.keys() - CONVERSATION_KINDS.keys()), *INNER_SCOPES[Scope.REPLY]))
"""Checks of the reply to one turn that are not checks of the whole conversation."""
OF_THE_WHOLE = frozenset(
    (*(CONVERSATION_KINDS.keys() - KINDS.keys()), *INNER_SCOPES[Scope.CONVERSATION])
)
"""Checks of the whole conversation that are not checks of one turn."""
CHECKS = frozenset((*KINDS, *INNER_SCOPES[Scope.REPLY], "ignore_case"))
"""The keys of a turn's `expect:`."""
TOP_KEYS = frozenset((*HEAD_KEYS, *LISTS, "expect"))
"""The keys at the top of a scenario; a fragment and a folder's defaults have fewer."""
_TOP, _ENTRY, _IN_ENTRY, _IN_BLOCK = 1, 2, 3, 4
"""Lengths of paths: to a key at the top, to an entry, to its key, to a key of its block."""
_LONGEST_RESULT = 60
"""Characters of a value that a hint repeats."""
_OF_A_FRAGMENT = "parameters"
"""The key that fragments have and scenarios do not have."""
_NEEDED = {"scenario", "turns"}
"""Keys that every scenario has."""
_NEAR_DEFAULTS = (DEFAULTS, "defaults.yml", "default.yaml", "default.yml", "_defaults.yaml")
_OF_A_REPLY = "'expect:' of a turn"
_JUDGED = {
    "text": ("a text", _OF_A_REPLY),
    "messages": ("the messages of a reply", _OF_A_REPLY),
    "payload": ("a payload", _OF_A_REPLY),
    "reply": ("a whole reply", _OF_A_REPLY),
    "answer": ("the answer of one turn", _OF_A_REPLY),
    "conversation": ("the whole conversation", "the scenario's own 'expect:'"),
}
"""What checks judge, by what they read, and where they belong."""
_UNDER_EXPECT = "put it under 'expect:'"
_UNDER_OWN_EXPECT = "put it under the scenario's own 'expect:', next to 'turns:'"


def advise(document: Document, violation: Violation) -> Advice | None:
    """The message and hint for a departure, in place of the schema's; None for the schema's."""
    path, keyword = violation.path, violation.keyword
    if keyword == "unknown-key":
        is_check = path[:-1] != ("expect",) and _is_block(violation.known)
        advice = _on_unknown(document, path, violation.known)
        return replace(advice, noun="check" if is_check else "key")
    if keyword == "missing-key":
        return _on_missing(document, violation)
    if len(path) == _ENTRY and path[0] in LISTS:
        return Advice(message=_as_entry(violation))
    return Advice(hint=_on_value(document, path, keyword, violation.message)) if path else None


def _on_unknown(document: Document, path: Path, known: Sequence[str]) -> Advice:
    """Where an unknown key belongs, or what it is called here; empty if neither is known."""
    if text := _cut_by_a_comma(document, path):
        return Advice(hint=f"a comma ends a value inside {{…}}; quote the text: '{text}'")
    key = str(path[-1])
    if _is_answer(path[:-1]):
        return _in_answer(key, document.at(*path[:-1]).value, known)
    if len(path) == _IN_ENTRY and path[0] in LISTS:
        return _in_entry(key, document.at(*path[:-1]).value, known)
    if len(path) == _TOP:
        hint, words = _at_the_top(key, document.at(), known), TOP
    else:
        hint = _in_expect(key, path)
        words = MESSAGE if path[-2] == "user" else CHECK if _is_block(known) else {}
        if not hint and _is_block(known) and key in KIND_NAMED:
            return _of_another_block(key)
    return Advice(hint=hint or meant(key, words, known))


def _of_another_block(key: str) -> Advice:
    """For a check that there is, but not in this block."""
    judged, where = _JUDGED[KIND_NAMED[key].on]
    return Advice(
        message=f"the check '{key}' is not possible here: it judges {judged}",
        hint=f"put it directly below {where}",
    )


def _at_the_top(key: str, top: Node, known: Sequence[str]) -> str:
    if key == _OF_A_FRAGMENT and "scenario" in known and not top.has("scenario"):
        return "put a fragment into a folder 'fragments'"
    if key not in TOP_KEYS and TOP.get(key) in _NEEDED - {*dict(top.items())}:
        return meant(key, TOP, known)
    if key in TOP_KEYS:
        return "put it into the scenarios themselves"
    if key in KEYS_OF_A_TURN:
        return "put it into a turn, below 'turns:'"
    return _UNDER_EXPECT if key in CHECKS | OF_THE_WHOLE else ""


def _in_expect(key: str, path: Path) -> str:
    """Where a check belongs that is in an `expect:` for something else; empty otherwise."""
    if path[:-1] == ("expect",) and key in OF_A_TURN:
        return "put it under the 'expect:' of a turn"
    if path[:-1] == ("expect",) and key == "answers":
        return "put it at the top level of the scenario, next to 'expect:'"
    is_of_turn = len(path) == _IN_BLOCK and path[0] in LISTS and path[2] == "expect"
    if is_of_turn and key in KEYS_OF_A_TURN:
        return "put it next to 'expect:'"
    return _UNDER_OWN_EXPECT if is_of_turn and key in OF_THE_WHOLE else ""


def _is_block(known: Collection[str]) -> bool:
    """Whether these are the keys of a block of checks."""
    return "ignore_case" in known


def _in_entry(key: str, entry: Json, known: Sequence[str]) -> Advice:
    """Where an unknown key of an entry of a list of turns belongs."""
    keys: Mapping[str, Json] = entry if isinstance(entry, dict) else {}
    if key in ("file", "with") and "include" in keys:
        return Advice(
            hint="put 'file:' and 'with:' inside 'include:'",
            is_told_already=keys["include"] is None and "file" in keys,
        )
    if key in MESSAGE_KEYS:
        if "user" in keys:
            return Advice(hint="put it inside 'user:'")
        text = keys.get(key)
        return Advice(hint=f"write user: {{{key}: {text if isinstance(text, str) else '…'}}}")
    if key in CHECKS:
        return Advice(hint=_UNDER_EXPECT)
    return Advice(hint=_UNDER_OWN_EXPECT if key in OF_THE_WHOLE else meant(key, TURN, known))


def _is_answer(path: Path) -> bool:
    """Whether a path leads to an answer to a tool call, of a turn or of the scenario."""
    rest = path[2:] if path[:1] and path[0] in LISTS else path
    is_one_of_a_list = len(rest) == _IN_ENTRY and isinstance(rest[-1], int)
    return (len(rest) == _ENTRY or is_one_of_a_list) and rest[0] == "answers"


def _in_answer(key: str, answer: Json, known: Sequence[str]) -> Advice:
    """What to do about an unknown key of an answer: it may be a part of the tool's result."""
    strange = [] if not isinstance(answer, dict) else [one for one in answer if one not in known]
    if nearest_word(key, known) or len(strange) < len(answer):  # type: ignore[arg-type]  # a mapping
        return Advice()
    return Advice(hint=f"write {_as_result(answer)}", is_told_already=key != strange[0])


def _as_result(value: Json) -> str:
    """The YAML of an answer that returns a value; without the value if it is long."""
    text = "…" if value is None else write_line(value)
    return f"{{returns: {text if len(text) <= _LONGEST_RESULT else '…'}}}"


def _cut_by_a_comma(document: Document, path: Path) -> str:
    """The text that an unquoted comma inside `{…}` cut in two; empty if there is none."""
    node = document.at(*path)
    line = node.key_place.source.line(node.key_place.line)
    if node.value is not None or node.text or "{" not in line[: node.key_place.column]:
        return ""
    around = document.at(*path[:-1])
    keys = [key for key, _ in around.items()]
    before = around.value[keys[keys.index(str(path[-1])) - 1]]  # type: ignore[index,call-overload]  # a mapping
    return f"{before}, {path[-1]}" if path[-1] != keys[0] and isinstance(before, str) else ""


def _on_missing(document: Document, violation: Violation) -> Advice | None:
    path = violation.path
    if not path:
        return _on_missing_at_the_top(document, violation.message)
    if _is_answer(path) and (keys := dict(document.at(*path).items())):
        # If its keys are the tool's result, they are told.
        is_result = not {"arguments", "delay"} & keys.keys()
        return Advice(hint="add 'returns: …'", is_told_already=is_result)
    if len(path) != _ENTRY or path[0] not in LISTS:
        return None
    keys = dict(document.at(*path).items())
    if any(key in MESSAGE_KEYS or "user" in TURN.get(key, "") for key in keys):
        return Advice(is_told_already=True)
    return Advice(message=_as_entry(violation))


def _on_missing_at_the_top(document: Document, message: str) -> Advice | None:
    keys = dict(document.at().items())
    is_fragment = _OF_A_FRAGMENT in keys and "'scenario'" in message
    if is_fragment or any(f"'{TOP[key]}'" in message for key in keys if key in TOP):
        return Advice(is_told_already=True)
    if document.source.path.rpartition("/")[2].lower() not in _NEAR_DEFAULTS:
        return None
    if "turns" not in message:
        return Advice(is_told_already=True)
    return Advice(hint=f"rename it to {DEFAULTS} if it applies to the folder's scenarios")


def _as_entry(violation: Violation) -> str:
    """The message with "the entry" for its path: the subject names it, and counts from 1."""
    start, index = violation.path
    return violation.message.replace(f"'{start}[{index}]'", "the entry", 1)


def _on_value(document: Document, path: Path, keyword: str, message: str) -> str:
    node, key = document.at(*path), path[-1]
    value, text = node.value, node.text
    if keyword == "type" and _is_answer(path):
        return f"write {_as_result(value)}"
    is_empty_include = key == "include" and len(path) == _IN_ENTRY and value is None
    if is_empty_include and path[0] in LISTS and document.at(*path[:-1]).has("file"):
        return "indent 'file:' and 'with:' further, so that they are inside it"
    if isinstance(value, str) and isinstance(key, int):
        kind = KIND_NAMED.get(str(path[-2]))
        if kind is not None and kind.content is Content.CHECKS:
            return f"write {{equals: {text}}} or another check"
    if key == "expect" and isinstance(value, str):
        return "did you mean 'none'?" if value.lower() == "none" else "add checks, or write 'none'"
    if key == "pick":
        return "write {sample: 1} to draw one"
    return _on_wrong_type(path, value, text, message) if keyword == "type" else ""


def _on_wrong_type(path: Path, value: Json, text: str, message: str) -> str:
    key = path[-1]
    if isinstance(value, str) and message.endswith("expected true or false"):
        return _BOOLEANS.get(value.lower(), "")
    if key not in LISTS or len(path) == 1:
        kind = KIND_NAMED.get(str(key))
        if kind is not None and kind.instead is not None:
            return kind.instead(value, text)
        for keys, types, hint in _REWRITTEN:
            if key in keys and isinstance(value, types):
                return hint.replace("{text}", text)
    if message.endswith("expected a list"):
        if isinstance(value, dict):
            return _AS_LIST
        return f"write [{text}]" if value is not None else ""
    return ""


_BOOLEANS = {
    **dict.fromkeys(("yes", "on"), "write true"),
    **dict.fromkeys(("no", "off"), "write false"),
}
_DURATIONS = ("wait", "timeout", "under")
_AS_LIST = "start each mapping of the list with '- ', or write [{…}]"
_REWRITTEN: Sequence[tuple[Collection[str], type | tuple[type, ...], str]] = (
    (_DURATIONS, (dict, list, NoneType), "write it with its unit, such as 500ms, 2s or 1m"),
    (_DURATIONS, (bool, int, float), "write it with its unit, such as {text}s"),
    (_DURATIONS, str, ""),
    (("expect",), list, "write the checks as one mapping, or {all_of: [{…}]}"),
    (("expect",), object, "add checks, or write 'expect: none'"),
    (LISTS, dict, _AS_LIST),
    (LISTS, NoneType, ""),
    (LISTS, object, "write [{user: {text}, expect: none}]"),
    (("capture",), str, "write {name: {text}}"),
    (("capture",), object, "such as {name: $.id}"),
    (("user",), list, "write {utterances: {text}}"),
    (("user",), object, ""),
    (("matrix", "vars"), list, "write {name: {text}}"),
    (("matrix", "vars"), object, "such as {name: value}"),
    (("skip", "xfail"), bool, "write the reason"),
    (("skip", "xfail"), object, ""),
    (("error",), bool, "add a check, such as {status: 403}"),
    (("error",), int, "write {status: {text}}"),
    (("error",), object, "add a check, such as {status: 403}"),
)
"""What to write for a value of a wrong type: keys, types, hint. The first row that fits counts."""
