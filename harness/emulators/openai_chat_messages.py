"""The messages of a request to OpenAI's Chat Completions, read as what was said.

Refused with 400, as the API does: a role that there is not, content of a wrong type, a `tool`
message that answers no call, and a call that no `tool` message answers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.emulators.model_bot import ModelCall, Said
from harness.emulators.openai_api import image_of, invalid

_ROLES = ("developer", "system", "user", "assistant", "tool")
_SYSTEM = ("developer", "system")


def read_messages(messages: object) -> tuple[str, list[Said]]:
    """The system message, and what was said, with each result at its call."""
    if not isinstance(messages, list):
        raise invalid("Missing required parameter: 'messages'.", "messages", "missing_parameter")
    if not messages:
        raise invalid("Invalid 'messages': empty array.", "messages", "empty_array")
    system: list[str] = []
    said: list[Said] = []
    for number, message in enumerate(messages):
        role = _role(message, number)
        if role == "tool":
            said[-1:] = [_answered(said[-1:], message, number)]
            continue
        _require_answers(said, number)
        read = _said(role, message, number)
        if role in _SYSTEM:
            system.append(read.text)
        else:
            said.append(read)
    _require_answers(said, len(messages))
    return "\n".join(system), said


def _role(message: object, number: int) -> str:
    if not isinstance(message, dict):
        raise invalid("Invalid type: expected an object.", f"messages[{number}]", "invalid_type")
    role = message.get("role")
    if role not in _ROLES:
        listed = ", ".join(f"'{each}'" for each in _ROLES)
        text = f"Invalid value: '{role}'. Supported values are: {listed}."
        raise invalid(text, f"messages[{number}].role", "invalid_value")
    return str(role)


def _said(role: str, message: Mapping[str, Any], number: int) -> Said:
    param = f"messages[{number}].content"
    content = message.get("content")
    calls = tuple(_call(each, number) for each in message.get("tool_calls") or ())
    if content is None:
        if role != "assistant" or not (calls or message.get("refusal")):
            kind = "expected a string or an array of objects, but got null instead"
            raise invalid(f"Invalid value for 'content': {kind}.", param, "invalid_type")
        return Said(role=role, text=message.get("refusal") or "", calls=calls)
    if isinstance(content, str):
        return Said(role=role, text=content, calls=calls)
    if not isinstance(content, list) or not content:
        raise invalid("Invalid type for 'content'.", param, "invalid_type")
    return replace(_parts(content, param), role=role, calls=calls)


def _parts(content: Sequence[Any], param: str) -> Said:
    texts, images = [], []
    for part in content:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind == "text" and isinstance(part.get("text"), str):
            texts.append(part["text"])
        elif kind == "image_url" and isinstance(part.get("image_url"), dict):
            images.append(image_of(part["image_url"].get("url"), param))
        else:
            supported = "Supported values are: 'text' and 'image_url'."
            raise invalid(f"Invalid value: '{kind}'. {supported}", param, "invalid_value")
    return Said(role="", text=" ".join(texts), images=tuple(images))


def _call(call: Any, number: int) -> ModelCall:  # noqa: ANN401  # JSON may be anything
    try:
        function = call["function"]
        return ModelCall(
            id=call["id"], name=function["name"], arguments=json.loads(function["arguments"])
        )
    except (KeyError, TypeError, ValueError) as error:
        param = f"messages[{number}].tool_calls"
        raise invalid("Invalid tool call.", param, "invalid_value") from error


def _answered(last: Sequence[Said], message: Mapping[str, Any], number: int) -> Said:
    """The message with the calls, with the result that a `tool` message gives one of them."""
    number_of_call = message.get("tool_call_id")
    calls = last[0].calls if last else ()
    if not any(call.id == number_of_call for call in calls):
        text = "messages with role 'tool' must be a response to a preceding message with "
        raise invalid(f"Invalid parameter: {text}'tool_calls'.", f"messages[{number}].role")
    result = _said("tool", message, number).text
    return replace(
        last[0],
        calls=tuple(
            replace(call, result=result, is_failed=result.startswith("Error"))
            if call.id == number_of_call
            else call
            for call in calls
        ),
    )


def _require_answers(said: Sequence[Said], number: int) -> None:
    missing = [call.id for call in (said[-1].calls if said else ()) if call.result is None]
    if missing:
        text = "An assistant message with 'tool_calls' must be followed by tool messages responding"
        raise invalid(
            f"{text} to each 'tool_call_id'. The following tool_call_ids did not have response"
            f" messages: {', '.join(missing)}",
            f"messages[{number}].role",
        )
