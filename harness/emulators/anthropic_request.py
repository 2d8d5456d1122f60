"""A request to Anthropic's Messages: its rules, and its messages read as what was said.

Refused with 400, as the API does: a missing `max_tokens`, an unknown parameter, an empty text, a
call without its result in the next message, and a result without its call. The error names the part
that is wrong: `messages.0.role: …`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request

from harness.emulators.http_api import EarlyResponse, read_json, refuse
from harness.emulators.model_bot import ModelCall, Said

MODELS = ("claude-haiku-4-5", "claude-sonnet-4-5")
# fmt: off
_KNOWN = frozenset((
    "cache_control", "container", "context_management", "diagnostics", "inference_geo",
    "max_tokens", "mcp_servers", "messages", "metadata", "model", "output_config",
    "service_tier", "speed", "stop_sequences", "stream", "system", "temperature", "thinking",
    "tool_choice", "tools", "top_k", "top_p",
))
# fmt: on
_ERRORS = {
    400: ("invalid_request_error", "The request is invalid."),
    401: ("authentication_error", "invalid x-api-key"),
    403: ("permission_error", "Your API key does not have permission to use this resource."),
    404: ("not_found_error", "Not found."),
    413: ("request_too_large", "Request exceeds the maximum size"),
    429: ("rate_limit_error", "This request would exceed your organization's rate limit."),
    529: ("overloaded_error", "Overloaded"),
}


def error_body(status: int, message: str = "") -> dict[str, Any]:
    """An error as the vendor words it."""
    usual = ("api_error", "Internal server error")
    kind, text = _ERRORS.get(status, usual)
    error = {"type": kind, "message": message or text}
    return {"type": "error", "error": error, "request_id": "req_of_an_error"}


def invalid(message: str) -> EarlyResponse:
    """The refusal of a request that breaks the rules."""
    return refuse(400, error_body(400, message))


async def read_body(request: Request) -> dict[str, Any]:
    """The body. Refuses one that is not a JSON object."""
    body = await read_json(request, lambda reason: invalid(f"invalid JSON: {reason}"))
    if not isinstance(body, dict):
        raise invalid("Input should be an object")
    return body


def require_rules(body: dict[str, Any]) -> dict[str, Any]:
    """Refuses a body that breaks the rules; returns it."""
    for name in ("model", "messages", "max_tokens"):
        if name not in body:
            raise invalid(f"{name}: Field required")
    for name in body:
        if name not in _KNOWN:
            raise invalid(f"{name}: Extra inputs are not permitted")
    require_model(body["model"])
    _require_number(body, "max_tokens", 1, 1_000_000)
    _require_number(body, "temperature", 0, 1)
    return body


def require_model(name: object) -> None:
    """Refuses an unknown model."""
    if name not in MODELS:
        raise refuse(404, error_body(404, f"model: {name}"))


def tools_in(body: Mapping[str, Any]) -> list[str]:
    """The names of the tools that a request offers."""
    names = []
    for number, tool in enumerate(body.get("tools") or ()):
        if not isinstance(tool, dict) or not isinstance(tool.get("name"), str):
            raise invalid(f"tools.{number}.name: Field required")
        names.append(tool["name"])
    choice = body.get("tool_choice") or {}
    return [] if choice.get("type") == "none" else names


def read_messages(messages: object) -> list[Said]:
    """What was said, with each result at its call."""
    if not isinstance(messages, list) or not messages:
        raise invalid("messages: at least one message is required")
    said: list[Said] = []
    for number, message in enumerate(messages):
        role = message.get("role") if isinstance(message, dict) else None
        if role not in ("user", "assistant"):
            raise invalid(f"messages.{number}.role: Input should be 'user' or 'assistant'")
        said += _said(role, message.get("content"), said, f"messages.{number}.content")
    _require_results(said, "messages")
    return said


def text_in(content: object, place: str) -> str:
    """The text of a content that is a text, or a list of blocks."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise invalid(f"{place}: Input should be a valid string or list")
    return " ".join(_text(block, place) for block in content)


def _said(role: str, content: object, before: list[Said], place: str) -> list[Said]:
    """What one message says; the results in it are put at their calls."""
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    if not isinstance(blocks, list) or not blocks:
        raise invalid(f"{place}: all messages must have non-empty content")
    said = Said(role=role)
    for number, block in enumerate(blocks):
        where = f"{place}.{number}"
        kind = block.get("type") if isinstance(block, dict) else None
        if kind == "text":
            said = replace(said, text=f"{said.text} {_text(block, where)}".strip())
        elif kind == "image" and role == "user":
            said = replace(said, images=(*said.images, _image(block, where)))
        elif kind == "tool_use" and role == "assistant":
            said = replace(said, calls=(*said.calls, _call(block, where)))
        elif kind == "tool_result" and role == "user":
            before[-1:] = [_answered(before[-1:], block, where)]
        else:
            raise invalid(f"{where}.type: Input tag '{kind}' is not expected here")
    _require_results(before, place)
    # A message with results alone continues the turn of the message before it.
    return [said] if said.text or said.images or said.calls else []


def _text(block: Any, place: str) -> str:  # noqa: ANN401  # JSON may be anything
    text = block.get("text") if isinstance(block, dict) else None
    if not isinstance(text, str):
        raise invalid(f"{place}.text: Input should be a valid string")
    if not text.strip():
        raise invalid("messages: text content blocks must contain non-whitespace text")
    return text


def _image(block: Mapping[str, Any], place: str) -> tuple[str, int]:
    source = block.get("source") or {}
    if source.get("type") == "url":
        return "image", 0
    try:
        size = len(base64.b64decode(source["data"], validate=True))
        return str(source["media_type"]), size
    except (KeyError, TypeError, binascii.Error) as error:
        raise invalid(f"{place}.source: Invalid image") from error


def _call(block: Mapping[str, Any], place: str) -> ModelCall:
    if not isinstance(block.get("input"), dict):
        raise invalid(f"{place}.input: Input should be a valid dictionary")
    return ModelCall(id=str(block.get("id")), name=str(block.get("name")), arguments=block["input"])


def _answered(last: Sequence[Said], block: Mapping[str, Any], place: str) -> Said:
    """The message with the calls, with the result that a block gives one of them."""
    number = block.get("tool_use_id")
    calls = last[0].calls if last else ()
    if not any(call.id == number for call in calls):
        raise invalid(f"{place}: unexpected `tool_use_id` found in `tool_result` blocks: {number}")
    result = text_in(block.get("content") or "", place)
    is_failed = bool(block.get("is_error"))
    answered = (
        replace(call, result=result, is_failed=is_failed) if call.id == number else call
        for call in calls
    )
    return replace(last[0], calls=tuple(answered))


def _require_results(said: Sequence[Said], place: str) -> None:
    missing = [call.id for call in (said[-1].calls if said else ()) if call.result is None]
    if missing:
        text = "`tool_use` ids were found without `tool_result` blocks immediately after"
        raise invalid(f"{place}: {text}: {', '.join(missing)}")


def _require_number(body: Mapping[str, Any], name: str, least: float, most: float) -> None:
    value = body.get(name)
    if name not in body:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise invalid(f"{name}: Input should be a valid number")
    if value < least:
        raise invalid(f"{name}: Input should be greater than or equal to {least}")
    if value > most:
        raise invalid(f"{name}: Input should be less than or equal to {most}")
