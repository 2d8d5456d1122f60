"""`tools`: the tools that the bot called, and with what."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from harness.checks.arguments import OptionalKeys, each, keys_schema, mapping_of, text_of
from harness.checks.check import (
    BadExpectation,
    Decided,
    Judge,
    Kind,
    Options,
    Subject,
    decided_by_count,
)
from harness.checks.json_paths import PathRules
from harness.checks.matchers import COUNT, VALUE_OR_MATCHER, Count, is_lower_bound
from harness.checks.pairing import Alignment, align
from harness.checks.schema_check import schema_of
from harness.checks.verdict import PASS, Verdict, failed, not_told
from harness.conversation import ToolCall
from harness.core import Json, is_same, nearest_word, show, value_class
from harness.formats.json_path import path_text
from harness.formats.json_schema import Schema

NOT_READ = "the provider's definition does not say where tool calls are"
"""Why calls are not known."""
_KEYS = ("count", "exactly", "contains", "not_contains", "any_order")


def _compile(value: Json, options: Options) -> Judge:
    if value == "none":
        return _judge_none
    parts = OptionalKeys(value, _KEYS, short="contains")
    count = parts.make("count", lambda found: Count(found, "tool call", options))
    exactly, contains, unwanted = (
        parts.make(key, lambda found: _calls(found, options)) for key in _KEYS[1:4]
    )
    in_order = not parts.make("any_order", bool)
    is_open = count is None or is_lower_bound(parts.make("count", lambda found: found))
    not_read = not_told(NOT_READ, forbids=bool(exactly or unwanted) or not is_open)
    if not in_order and exactly is None and contains is None:
        raise BadExpectation(
            "asserts-nothing", "'any_order' alone has no effect", "add 'exactly' or 'contains'"
        )

    def judge(subject: Subject) -> Verdict:
        calls = subject.tools
        if calls is None:
            return not_read
        if count is not None and (failure := count.failure(len(calls), subject.name)):
            return failure.showing(_shown(calls))
        for wanted, only in ((exactly, True), (contains, False)):
            if wanted is not None and (
                failure := _missed(wanted, calls, subject, in_order=in_order, only=only)
            ):
                return failure
        return _unwanted(unwanted or (), calls, subject)

    return judge


def _judge_none(subject: Subject) -> Verdict:
    if subject.tools is None:
        return not_told(NOT_READ)
    if not subject.tools:
        return PASS
    return failed(
        f"{subject.name} calls {_names(subject.tools)}",
        expected="no tool calls",
        actual=_shown(subject.tools),
    )


def _calls(value: Json, options: Options) -> Sequence[_WantedCall]:
    found = each(value, lambda expectation: _wanted_call(expectation, options))
    if not found:
        message = "expected a call, not a list without calls"
        raise BadExpectation("wrong-value", message, "for no calls, write 'none'")
    return found


def _missed(
    wanted: Sequence[_WantedCall],
    calls: Sequence[ToolCall],
    subject: Subject,
    *,
    in_order: bool,
    only: bool,
) -> Verdict | None:
    fits = [[not expectation.complaint(call) for call in calls] for expectation in wanted]
    required = [True] * len(wanted)
    found = align(fits, required, len(calls), in_order=in_order)
    if not found.missing and not (only and found.surplus):
        return None
    expected = "\n".join(
        f"{number}. {expectation.text}" for number, expectation in enumerate(wanted, 1)
    )
    anyhow = align(fits, required, len(calls), in_order=False)
    if not anyhow.missing and not (only and anyhow.surplus):
        message = f"{subject.name} calls these tools in a different order"
        return failed(message, expected=expected, actual=_shown(calls))
    found = anyhow if anyhow.missing else found
    return failed(
        _sentence(found, wanted, calls, subject),
        expected=expected,
        actual=_shown(calls),
        difference=_near(found, wanted, calls),
    )


def _sentence(
    found: Alignment, wanted: Sequence[_WantedCall], calls: Sequence[ToolCall], subject: Subject
) -> str:
    if found.missing:
        more = f" (and {len(found.missing) - 1} more)" if len(found.missing) > 1 else ""
        return f"{subject.name} does not call {wanted[found.missing[0]].text}{more}"
    return f"{subject.name} also calls {_names([calls[index] for index in found.surplus])}"


def _near(
    found: Alignment, wanted: Sequence[_WantedCall], calls: Sequence[ToolCall]
) -> tuple[str, ...]:
    """What is wrong with calls of the same name; the likely name if there are no such calls."""
    lines = []
    for expectation in (wanted[number] for number in found.missing):
        named = [
            (index, call) for index, call in enumerate(calls, 1) if call.name == expectation.name
        ]
        complaints = ((index, expectation.complaint(call)) for index, call in named)
        lines += [f"call {index}: {complaint}" for index, complaint in complaints if complaint]
        if not named:
            lines.append(nearest_word(expectation.name, {call.name for call in calls}))
    return tuple(filter(None, lines))


def _unwanted(
    unwanted: Sequence[_WantedCall], calls: Sequence[ToolCall], subject: Subject
) -> Verdict:
    for expectation in unwanted:
        for number, call in enumerate(calls, 1):
            if not expectation.complaint(call):
                return failed(
                    f"{subject.name} calls {expectation.text}, in call {number}",
                    expected=f"no call {expectation.text}",
                    actual=_shown(calls),
                )
    return PASS


def _names(calls: Sequence[ToolCall]) -> str:
    return ", ".join(dict.fromkeys(call.name for call in calls))


def _shown(calls: Sequence[ToolCall]) -> str:
    lines = [f"{number}. {_call_text(call)}" for number, call in enumerate(calls, 1)]
    return "\n".join(lines) or "no tool calls"


@value_class(frozen=True, slots=True, kw_only=True)
class _WantedCall:
    """A call by its name, and what its arguments must be."""

    name: str
    text: str
    """The words for it in a sentence: `search {"query": "pink"}`."""
    rules: PathRules | None = None
    schema: Schema | None = None
    """What the arguments must be valid against."""
    exact: tuple[Json, ...] = ()
    """All of the arguments, in a tuple, if no others are allowed; empty otherwise."""

    def complaint(self, call: ToolCall) -> str:
        """What is wrong with a call, in a sentence; empty if it is the wanted one."""
        if call.name != self.name:
            return f"it is {show(call.name)}"
        if self.rules is None and not self.exact and self.schema is None:
            return ""
        if isinstance(call.arguments, str):
            return f"its arguments are not JSON: {show(call.arguments)}"
        if self.exact and not is_same(self.exact[0], call.arguments):
            return f"its arguments are {show(call.arguments)}, expected {show(self.exact[0])}"
        faults = self.rules.faults(call.arguments) if self.rules is not None else ()
        broken = self.schema.violations(call.arguments)[:1] if self.schema is not None else ()
        invalid = [f"its arguments are not valid: {violation}" for violation in broken]
        return "; ".join([*(fault.message for fault in faults), *invalid])


def _wanted_call(value: Json, options: Options) -> _WantedCall:
    """A call of a name, or of a mapping with `name`. Raises `BadExpectation`."""
    if not isinstance(value, Mapping):
        name = text_of(value)
        return _WantedCall(name=name, text=name)
    parts = OptionalKeys(value, ("name", "arguments", "schema", "exact_arguments"))
    name = parts.make("name", text_of) or ""
    if not name:
        raise BadExpectation("wrong-value", "a tool call lacks its 'name'")
    rules = parts.make("arguments", lambda found: argument_rules(found, options))
    exact = parts.make("exact_arguments", lambda found: (found,)) or ()
    schema = parts.make("schema", lambda found: schema_of(found, options))
    given = value.get("exact_arguments", value.get("arguments"))
    text = name if given is None else f"{name} {show(given)}"
    if schema is not None:
        text += " with arguments valid against the schema"
        text += "" if isinstance(value.get("schema"), Mapping) else f" {schema.name}"
    return _WantedCall(name=name, text=text, rules=rules, schema=schema, exact=exact)


def _call_text(call: ToolCall) -> str:
    """A call on one line, its arguments as JSON."""
    arguments = call.arguments
    if arguments is None:
        return call.name
    is_text = isinstance(arguments, str)
    return f"{call.name} {arguments if is_text else json.dumps(arguments, ensure_ascii=False)}"


def argument_rules(value: Json, options: Options) -> PathRules:
    """What arguments must be, by their names or JSONPaths. Raises `BadExpectation`."""
    named = mapping_of(value, "a mapping of arguments")
    paths = {name if name.startswith("$") else path_text((name,)): name for name in named}
    try:
        return PathRules({path: named[name] for path, name in paths.items()}, options)
    except BadExpectation as error:
        first, *rest = error.path
        error.path = (paths.get(str(first), first), *rest)
        raise


ARGUMENTS: Mapping[str, Json] = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": VALUE_OR_MATCHER,
    "description": "Arguments by name or JSONPath, to values or matchers; others are allowed.",
}

_CALL: Mapping[str, Json] = {
    "oneOf": [
        {"type": "string"},
        {
            "type": "object",
            "required": ["name"],
            "additionalProperties": False,
            "properties": {
                "name": {"type": "string", "description": "The tool."},
                "arguments": ARGUMENTS,
                "exact_arguments": {
                    "type": "object",
                    "description": "All arguments, and no others.",
                },
                "schema": {
                    "oneOf": [{"type": "string"}, {"type": "object"}],
                    "description": "The arguments are valid against this JSON Schema: a name in"
                    " schemas/, or the schema.",
                },
            },
        },
    ],
}
_LIST: Json = {"type": "array", "minItems": 1, "items": _CALL}
_CALLS: Mapping[str, Json] = {"oneOf": [*_CALL["oneOf"], _LIST]}  # type: ignore[misc]  # a list

TOOLS = Kind(
    name="tools",
    schema={
        "description": "The tools that the bot called: none, calls that must be there, "
        "or a mapping.",
        "examples": [
            "none",
            ["search"],
            {"exactly": [{"name": "search", "arguments": {"query": "pink"}}]},
        ],
        "oneOf": [
            {"type": "string"},
            _LIST,
            keys_schema(
                {
                    "count": {**COUNT, "description": "How many calls there are."},
                    "exactly": {**_CALLS, "description": "These calls and no others."},
                    "contains": {**_CALLS, "description": "These calls, among others."},
                    "not_contains": {**_CALLS, "description": "Calls that must not be there."},
                    "any_order": {
                        "type": "boolean",
                        "description": "The calls may be in any order.",
                    },
                }
            ),
        ],
    },
    compile=_compile,
    decides=decided_by_count(Decided.TOOLS),
    names_files=True,
    needs="tools",
    lacks="does not say where tool calls are",
    other_words="functions function_calls calls",
)
