"""`tools`: the tools that the bot called, and with what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.checks.aligning import Alignment, align
from harness.checks.check import (
    PASS,
    BadExpectation,
    Judge,
    Kind,
    Options,
    Verdict,
    failed,
    is_lower_bound,
    not_told,
)
from harness.checks.counting import Count, OptionalKeys
from harness.checks.matchers import COUNT
from harness.checks.subject import Subject
from harness.checks.wanted_call import CALL, WantedCall, call_text, wanted_call
from harness.conversation import ToolCall
from harness.core.errors import did_you_mean
from harness.core.typing import Json, describe

_NOT_READ = "the provider's definition does not say where tool calls stand"
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
    not_read = not_told(_NOT_READ, forbids=bool(exactly or unwanted) or not is_open)
    if not in_order and exactly is None and contains is None:
        message, hint = "'any_order' alone changes nothing", "add 'exactly' or 'contains'"
        raise BadExpectation("asserts-nothing", message, hint)

    def judge(subject: Subject) -> Verdict:
        calls = subject.tools
        if calls is None:
            return not_read
        if count is not None and (failure := count.failure(len(calls), subject.name)):
            return _with_calls(failure, calls)
        for wanted, only in ((exactly, True), (contains, False)):
            failure = _missed(wanted, calls, subject, in_order=in_order, only=only)
            if failure is not None:
                return failure
        return _unwanted(unwanted or (), calls, subject)

    return judge


def _judge_none(subject: Subject) -> Verdict:
    if subject.tools is None:
        return not_told(_NOT_READ)
    if not subject.tools:
        return PASS
    return failed(
        f"{subject.name} calls {_names(subject.tools)}",
        expected="no tool calls",
        actual=_shown(subject.tools),
    )


def _calls(value: Json, options: Options) -> Sequence[WantedCall]:
    if not isinstance(value, list | tuple):
        return [wanted_call(value, options)]
    found = []
    for index, one in enumerate(value):
        try:
            found.append(wanted_call(one, options))
        except BadExpectation as error:
            raise error.below(index) from error
    if not found:
        message = f"{describe(value)} of no calls stands where a call is wanted"
        raise BadExpectation("wrong-value", message, "for no calls say 'none'")
    return found


def _missed(
    wanted: Sequence[WantedCall] | None,
    calls: Sequence[ToolCall],
    subject: Subject,
    *,
    in_order: bool,
    only: bool,
) -> Verdict | None:
    if wanted is None:
        return None
    fits = [[not one.complaint(call) for call in calls] for one in wanted]
    required = [True] * len(wanted)
    found = align(fits, required, len(calls), in_order=in_order)
    if not found.missing and not (only and found.surplus):
        return None
    expected = "\n".join(f"{number}. {one.text}" for number, one in enumerate(wanted, 1))
    if in_order:
        anyhow = align(fits, required, len(calls), in_order=False)
        if not anyhow.missing and not (only and anyhow.surplus):
            message = f"{subject.name} calls these tools in another order"
            return failed(message, expected=expected, actual=_shown(calls))
        found = anyhow if anyhow.missing else found
    return failed(
        _sentence(found, wanted, calls, subject),
        expected=expected,
        actual=_shown(calls),
        difference=_near(found, wanted, calls),
    )


def _sentence(
    found: Alignment, wanted: Sequence[WantedCall], calls: Sequence[ToolCall], subject: Subject
) -> str:
    if found.missing:
        more = f" (and {len(found.missing) - 1} more)" if len(found.missing) > 1 else ""
        return f"{subject.name} does not call {wanted[found.missing[0]].text}{more}"
    return f"{subject.name} also calls {_names([calls[index] for index in found.surplus])}"


def _near(
    found: Alignment, wanted: Sequence[WantedCall], calls: Sequence[ToolCall]
) -> tuple[str, ...]:
    """What calls of the same name lack; the likely name where there is none."""
    lines = []
    for number in found.missing:
        one = wanted[number]
        near = [index for index, call in enumerate(calls) if call.name == one.name]
        lines += [f"call {index + 1}: {one.complaint(calls[index])}" for index in near]
        hint = "" if near else did_you_mean(one.name, {call.name for call in calls})
        lines += [hint] if hint.startswith("did") else []
    return tuple(line for line in lines if not line.endswith(": "))


def _unwanted(
    unwanted: Sequence[WantedCall], calls: Sequence[ToolCall], subject: Subject
) -> Verdict:
    for one in unwanted:
        for number, call in enumerate(calls, 1):
            if not one.complaint(call):
                return failed(
                    f"{subject.name} calls {one.text}, in call {number}",
                    expected=f"no call {one.text}",
                    actual=_shown(calls),
                )
    return PASS


def _with_calls(verdict: Verdict, calls: Sequence[ToolCall]) -> Verdict:
    finding = verdict.finding
    if finding is None:
        return verdict
    return failed(finding.message, expected=finding.expected, actual=_shown(calls))


def _names(calls: Sequence[ToolCall]) -> str:
    return ", ".join(dict.fromkeys(call.name for call in calls))


def _shown(calls: Sequence[ToolCall]) -> str:
    lines = [f"{number}. {call_text(call)}" for number, call in enumerate(calls, 1)]
    return "\n".join(lines) or "no tool calls"


_LIST: Json = {"type": "array", "minItems": 1, "items": CALL}
_CALLS: Mapping[str, Json] = {"oneOf": [*CALL["oneOf"], _LIST]}  # type: ignore[misc]  # a list

TOOLS = Kind(
    name="tools",
    schema={
        "description": "The tools that the bot called: none, calls that must be there, or more.",
        "examples": [
            "none",
            ["search"],
            {"exactly": [{"name": "search", "arguments": {"query": "pink"}}]},
        ],
        "oneOf": [
            {"type": "string"},
            _LIST,
            {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": False,
                "properties": {
                    "count": {**COUNT, "description": "How many calls there are."},
                    "exactly": {**_CALLS, "description": "These calls and no others."},
                    "contains": {**_CALLS, "description": "These calls, among others."},
                    "not_contains": {**_CALLS, "description": "Calls that must not be there."},
                    "any_order": {
                        "type": "boolean",
                        "description": "The calls may come in any order.",
                    },
                },
            },
        ],
    },
    compile=_compile,
    needs="tools",
    lacks="does not say where tool calls stand",
    other_words="functions function_calls calls",
)
