"""OpenAI's Chat Completions: one request holds the whole conversation; streamed or not.

Source: https://platform.openai.com/docs/api-reference/chat. The key, the models and the errors are
in `openai_api`, the answers in `model_bot`.

- `POST /v1/chat/completions`: 200; 400 for a parameter that breaks the rules, 401 without the key,
  404 for an unknown model.

With `stream: true`, the answer is server-sent events, each with a chunk, and `[DONE]` as the last.
The first chunk has the role, the last one with a choice has the `finish_reason`. With
`stream_options: {include_usage: true}` one more chunk has the usage and no choices, and in all
others `usage` is null. Unless `include_obfuscation` is false, each chunk with a delta is filled up
to a similar length. The arguments of a call come in pieces that have only its index.

`[[shape]]` answers content that is a number, `[[shape error-event]]` an error inside the stream,
`[[shape endless]]` a stream that does not end, `[[shape cut]]` one without its last events.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from harness.emulators import openai_api as api
from harness.emulators.emulator import Emulator, Endpoint, Sample, make_app
from harness.emulators.http_api import stream
from harness.emulators.model_bot import ModelAnswer, ModelBot, ModelCall, spoken, tokens
from harness.emulators.openai_api import OpenAIApi, invalid
from harness.emulators.openai_chat_messages import read_messages

# fmt: off
_KNOWN = frozenset((
    "audio", "frequency_penalty", "function_call", "functions", "logit_bias", "logprobs",
    "max_completion_tokens", "max_tokens", "messages", "metadata", "modalities", "model", "n",
    "parallel_tool_calls", "prediction", "presence_penalty", "prompt_cache_key",
    "prompt_cache_options", "prompt_cache_retention", "reasoning_effort", "response_format",
    "safety_identifier", "seed", "service_tier", "stop", "store", "stream", "stream_options",
    "temperature", "tool_choice", "tools", "top_logprobs", "top_p", "user", "verbosity",
    "web_search_options",
))
# fmt: on
Chunks = Iterator[dict[str, Any]]


@dataclass(slots=True, kw_only=True)
class ChatCompletions:
    """The endpoint of completions."""

    api: OpenAIApi
    bot: ModelBot = field(default_factory=lambda: ModelBot("call_"))

    def routes(self) -> Mapping[str, Endpoint]:
        """The one endpoint."""
        return {f"POST {api.BASE_PATH}/chat/completions": self.complete}

    async def complete(self, request: Request) -> Response:
        """Answers the last message."""
        body = await api.read_body(request)
        model = _require_rules(body)
        system, said = read_messages(body.get("messages"))
        asked = [each.text for each in said if each.role == "user"] or [""]
        plan = self.api.faults.plan(asked[-1], f"{system}\n{asked[0]}")
        await plan.before()
        answer = self.bot.answer(system, [*map(spoken, said)], _tools(body))
        limit = body.get("max_completion_tokens") or body.get("max_tokens")
        answer = answer.cut(limit)
        head = {"id": self.api.new_id("chatcmpl-"), "created": api.now(), "model": model}
        usage = _usage([system, *(each.text for each in said)], answer)
        text = plan.with_leak(answer.text)
        if not body.get("stream"):
            whole = _completion(head, answer, text, usage)
            if plan.shape is not None:
                whole["choices"][0]["message"]["content"] = 42
            return plan.after(self.api.stamped(JSONResponse(whole)))
        chunks = _chunks(head, answer, text, usage, body.get("stream_options") or {})
        events = _misshape(plan.shape, map(_event, chunks))
        return plan.after(self.api.stamped(stream(events, "text/event-stream; charset=utf-8")))


def _require_rules(body: Mapping[str, Any]) -> str:
    """Refuses what breaks the rules. Returns the name of the model."""
    api.require_known(body, _KNOWN)
    model = api.require_model(body)
    api.require_number(body, "temperature", 0, 2)
    api.require_number(body, "top_p", 0, 1)
    for name in ("max_tokens", "max_completion_tokens"):
        api.require_number(body, name, 1, api.MOST_TOKENS)
    if body.get("n") not in (None, 1):
        raise invalid("The emulator answers with one choice.", "n", "unsupported_value")
    if body.get("stream_options") and not body.get("stream"):
        text = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        raise invalid(text, "stream_options")
    return model


def _tools(body: Mapping[str, Any]) -> list[str]:
    names = []
    for number, tool in enumerate(body.get("tools") or ()):
        function = tool.get("function") if isinstance(tool, dict) else None
        if not isinstance(function, dict) or not isinstance(function.get("name"), str):
            param = f"tools[{number}].function"
            raise invalid(f"Missing required parameter: '{param}'.", param, "missing_parameter")
        names.append(function["name"])
    return [] if body.get("tool_choice") == "none" else names


def _usage(asked: Iterable[str], answer: ModelAnswer) -> dict[str, Any]:
    prompt = sum(len(tokens(text)) for text in asked)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": answer.size,
        "total_tokens": prompt + answer.size,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }


def _finish(answer: ModelAnswer) -> str:
    if answer.calls:
        return "tool_calls"
    if answer.is_filtered:
        return "content_filter"
    return "length" if answer.is_cut else "stop"


def _function(call: ModelCall) -> dict[str, Any]:
    return {"name": call.name, "arguments": json.dumps(dict(call.arguments), ensure_ascii=False)}


def _completion(
    head: Mapping[str, Any], answer: ModelAnswer, text: str, usage: Mapping[str, Any]
) -> dict[str, Any]:
    has_content = not (answer.calls or answer.is_refusal)
    message: dict[str, Any] = {
        "role": "assistant",
        "content": text if has_content else None,
        "refusal": text if answer.is_refusal else None,
        "annotations": [],
    }
    if answer.calls:
        message["tool_calls"] = [
            {"id": call.id, "type": "function", "function": _function(call)}
            for call in answer.calls
        ]
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(answer)}
    return {
        **head,
        "object": "chat.completion",
        "choices": [choice],
        "usage": dict(usage),
        "service_tier": "default",
        "system_fingerprint": "fp_emulated",
    }


def _chunks(
    head: Mapping[str, Any],
    answer: ModelAnswer,
    text: str,
    usage: Mapping[str, Any],
    options: Mapping[str, Any],
) -> Chunks:
    has_usage = options.get("include_usage")
    common = {**head, "object": "chat.completion.chunk", "service_tier": "default"}
    common["system_fingerprint"] = "fp_emulated"

    def chunk(delta: Mapping[str, Any], reason: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        made = {**common, "choices": [choice], **({"usage": None} if has_usage else {})}
        if options.get("include_obfuscation", True):
            made["obfuscation"] = api.obfuscation(json.dumps(delta))
        return made

    content = None if answer.calls else ""
    yield chunk({"role": "assistant", "content": content, "refusal": None})
    name = "refusal" if answer.is_refusal else "content"
    for piece in tokens(text):
        yield chunk({name: piece})
    for index, call in enumerate(answer.calls):
        function = _function(call)
        begun = {"name": call.name, "arguments": ""}
        first = {"index": index, "id": call.id, "type": "function", "function": begun}
        yield chunk({"tool_calls": [first]})
        for piece in tokens(function["arguments"]):
            yield chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    yield chunk({}, _finish(answer))
    if has_usage:
        yield {**common, "choices": [], "usage": dict(usage)}


def _event(chunk: Mapping[str, Any]) -> bytes:
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode()


def _misshape(shape: str | None, events: Iterator[bytes]) -> Iterable[bytes]:
    done = b"data: [DONE]\n\n"
    if shape is None:
        return itertools.chain(events, [done])
    whole = [*events]
    half = whole[: max(1, len(whole) // 2)]
    number = json.dumps({"choices": [{"index": 0, "delta": {"content": 42}}]})
    shapes: dict[str, Iterable[bytes]] = {
        "": [f"data: {number}\n\n".encode(), *whole, done],
        "error-event": [*half, _event(api.error_body(500))],
        "endless": itertools.cycle(half),
        "cut": half,
    }
    return shapes.get(shape, [*whole, done])


def _app_apis() -> tuple[OpenAIApi, ChatCompletions]:
    shared = OpenAIApi()
    return shared, ChatCompletions(api=shared)


EMULATOR = Emulator(
    name="openai-chat",
    create_app=lambda: make_app(*_app_apis(), answer_error=api.answer_error),
    base_path=api.BASE_PATH,
    url_variable=api.URL_VARIABLE,
    environment=api.ENVIRONMENT,
    settings={"api_key": "${env.OPENAI_API_KEY}", "model": api.MODELS[0]},
    sample=Sample(
        say=("My name is Ada.", "What is my name?"),
        contains=("Nice to meet you, Ada.", "Your name is Ada."),
        refusal=401,
    ),
)
