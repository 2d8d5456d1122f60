"""The input of a request to OpenAI's Responses, read as what was said.

Refused with 400, as the API does: an item of an unknown type, a `function_call_output` whose call
there is not, and a `function_call` without its output.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.emulators.model_bot import ModelCall, Said
from harness.emulators.openai_api import image_of, invalid

_SYSTEM = ("developer", "system")
_ROLES = (*_SYSTEM, "user", "assistant")
_TEXTS = {"input_text": "text", "output_text": "text", "refusal": "refusal"}


def read_input(given: object, before: Sequence[Said] = ()) -> tuple[str, list[Said]]:
    """The system message in the input, and what was said, with each result at its call.

    `before` is what was said until the response that this one continues.
    """
    if isinstance(given, str):
        given = [{"role": "user", "content": given}]
    if not isinstance(given, list):
        raise invalid("Missing required parameter: 'input'.", "input", "missing_required_parameter")
    system: list[str] = []
    said = [*before]
    for number, item in enumerate(given):
        param = f"input[{number}]"
        kind = item.get("type", "message") if isinstance(item, dict) else None
        if kind == "message":
            read = _message(item, param)
            system += [read.text] if read.role in _SYSTEM else []
            said += [] if read.role in _SYSTEM else [read]
        elif kind == "function_call":
            said = _with_call(said, _call(item, param))
        elif kind == "function_call_output":
            said = _with_output(said, item, param)
        elif kind != "reasoning":
            raise invalid(f"Invalid value: '{kind}'.", f"{param}.type", "invalid_value")
    _require_outputs(said)
    return "\n".join(system), said


def _message(item: Mapping[str, Any], param: str) -> Said:
    role, content = item.get("role"), item.get("content")
    if role not in _ROLES:
        raise invalid(f"Invalid value: '{role}'.", f"{param}.role", "invalid_value")
    if isinstance(content, str):
        return Said(role=role, text=content)
    if not isinstance(content, list) or not content:
        raise invalid("Invalid type for 'content'.", f"{param}.content", "invalid_type")
    said = Said(role=role)
    for place, part in enumerate(content):
        kind = part.get("type") if isinstance(part, dict) else None
        where = f"{param}.content[{place}]"
        if kind in _TEXTS and isinstance(part.get(_TEXTS[kind]), str):
            said = replace(said, text=f"{said.text} {part[_TEXTS[kind]]}".strip())
        elif kind == "input_image" and role == "user":
            said = replace(said, images=(*said.images, image_of(part.get("image_url"), where)))
        else:
            raise invalid(f"Invalid value: '{kind}'.", where, "invalid_value")
    return said


def _call(item: Mapping[str, Any], param: str) -> ModelCall:
    try:
        arguments = json.loads(item["arguments"])
        return ModelCall(id=item["call_id"], name=item["name"], arguments=arguments)
    except (KeyError, TypeError, ValueError) as error:
        raise invalid("Invalid function call.", param, "invalid_value") from error


def _with_call(said: Sequence[Said], call: ModelCall) -> list[Said]:
    """What was said with one more call, of the last message of the assistant."""
    if said and said[-1].role == "assistant" and not any(c.result for c in said[-1].calls):
        return [*said[:-1], replace(said[-1], calls=(*said[-1].calls, call))]
    return [*said, Said(role="assistant", calls=(call,))]


def _with_output(said: Sequence[Said], item: Mapping[str, Any], param: str) -> list[Said]:
    """What was said with the output of a call."""
    number, output = item.get("call_id"), item.get("output")
    result = output if isinstance(output, str) else json.dumps(output)
    found = False
    answered: list[Said] = []
    for each in said:
        calls = []
        for call in each.calls:
            is_it = call.id == number
            found |= is_it
            failed = result.startswith("Error")
            calls.append(replace(call, result=result, is_failed=failed) if is_it else call)
        answered.append(replace(each, calls=tuple(calls)))
    if not found:
        text = f"No tool call found for function call output with call_id {number}."
        raise invalid(text, param)
    return answered


def _require_outputs(said: Sequence[Said]) -> None:
    for each in said:
        for call in each.calls:
            if call.result is None:
                raise invalid(f"No tool output found for function call {call.id}.", "input")
