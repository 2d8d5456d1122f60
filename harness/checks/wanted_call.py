"""One tool call that is wanted, or not wanted."""

from __future__ import annotations

import json
from collections.abc import Mapping

from harness.checks.check import BadExpectation, Options
from harness.checks.counting import OptionalKeys
from harness.checks.json_paths import PathRules
from harness.checks.matchers import VALUE_OR_MATCHER
from harness.checks.values import path_text
from harness.checks.words import text_of
from harness.conversation import ToolCall
from harness.core.typing import Json, describe, is_same
from harness.core.values import value_class
from harness.formats.json_schema.wording import show


@value_class(frozen=True, slots=True, kw_only=True)
class WantedCall:
    """A call by its name, and what its arguments must be."""

    name: str
    text: str
    """As it stands in a sentence: `search {"query": "pink"}`."""
    rules: PathRules | None = None
    exact: tuple[Json, ...] = ()
    """All of the arguments, where they are to be these and no others."""

    def complaint(self, call: ToolCall) -> str:
        """What a call lacks, in a sentence; empty where it is the one that is wanted."""
        if call.name != self.name:
            return f"it is {show(call.name)}"
        if self.rules is None and not self.exact:
            return ""
        if isinstance(call.arguments, str):
            return f"its arguments are no JSON: {show(call.arguments)}"
        if self.exact and not is_same(self.exact[0], call.arguments):
            return f"its arguments are {show(call.arguments)}, expected {show(self.exact[0])}"
        faults = self.rules.faults(call.arguments) if self.rules is not None else ()
        return "; ".join(fault.message for fault in faults)


def wanted_call(value: Json, options: Options) -> WantedCall:
    """A call of a name, or of a mapping with `name`. Raises `BadExpectation`."""
    if not isinstance(value, Mapping):
        name = text_of(value)
        return WantedCall(name=name, text=name)
    parts = OptionalKeys(value, ("name", "arguments", "exact_arguments"))
    name = parts.make("name", text_of) or ""
    if not name:
        raise BadExpectation("wrong-value", "a tool call lacks its 'name'")
    rules = parts.make("arguments", lambda found: _rules(found, options))
    exact = parts.make("exact_arguments", lambda found: (found,)) or ()
    given = value.get("exact_arguments", value.get("arguments"))
    text = name if given is None else f"{name} {show(given)}"
    return WantedCall(name=name, text=text, rules=rules, exact=exact)


def call_text(call: ToolCall) -> str:
    """A call on one line, its arguments as JSON."""
    if call.arguments is None:
        return call.name
    if isinstance(call.arguments, str):
        return f"{call.name} {call.arguments}"
    return f"{call.name} {json.dumps(call.arguments, ensure_ascii=False)}"


def _rules(value: Json, options: Options) -> PathRules:
    if not isinstance(value, Mapping) or not value:
        message = f"{describe(value)} stands where a mapping of arguments is wanted"
        raise BadExpectation("wrong-value", message)
    paths = {name if name.startswith("$") else path_text((name,)): name for name in value}
    try:
        return PathRules({path: value[name] for path, name in paths.items()}, options)
    except BadExpectation as error:
        first, *rest = error.path
        path = (paths.get(str(first), first), *rest)
        raise BadExpectation(error.code, error.message, error.hint, path) from error


_ARGUMENTS: Mapping[str, Json] = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": VALUE_OR_MATCHER,
    "description": "Arguments by name or JSONPath, to values or matchers; others may be there.",
}

CALL: Mapping[str, Json] = {
    "oneOf": [
        {"type": "string"},
        {
            "type": "object",
            "required": ["name"],
            "additionalProperties": False,
            "properties": {
                "name": {"type": "string", "description": "The tool."},
                "arguments": _ARGUMENTS,
                "exact_arguments": {
                    "type": "object",
                    "description": "All arguments, and no others.",
                },
            },
        },
    ],
}
"""JSON Schema of one call."""
