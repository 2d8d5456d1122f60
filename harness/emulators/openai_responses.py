"""OpenAI's Responses: the conversation is in the request, or continues an earlier response.

Source: https://platform.openai.com/docs/api-reference/responses and "Streaming events". The key,
the models and the errors are in `openai_api`, the input in `openai_responses_input`, the answers in
`model_bot`. The emulator serves the Chat Completions too, as the vendor does.

- `POST /v1/responses`: 200; 400 for a request that breaks the rules and for an unknown
  `previous_response_id`, 404 for an unknown model.
- `GET /v1/responses/{id}`: a response, unless it was made with `store: false`; 404 for another.

With `stream: true`, each server-sent event has its type as its name and a `sequence_number`: the
response is created, each item is added, comes in deltas and is done, and `response.completed` or
`response.incomplete` with the whole response is the last event. There is no `[DONE]`.

`[[shape]]` answers a text that is a number, `[[shape failed]]` a response whose status is `failed`,
`[[shape error-event]]` an event of the type `error`, `[[shape endless]]` a stream that does not
end, `[[shape cut]]` one without its last events.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from harness.emulators import openai_api as api
from harness.emulators.emulator import Emulator, Endpoint, Sample, make_app
from harness.emulators.http_api import refuse, stream
from harness.emulators.model_bot import ModelAnswer, ModelBot, Said, spoken, tokens
from harness.emulators.openai_api import OpenAIApi, invalid
from harness.emulators.openai_chat import ChatCompletions
from harness.emulators.openai_responses_events import response_events
from harness.emulators.openai_responses_input import read_input

# fmt: off
_KNOWN = frozenset((
    "background", "context_management", "conversation", "include", "input", "instructions",
    "max_output_tokens", "max_tool_calls", "metadata", "model", "moderation", "parallel_tool_calls",
    "previous_response_id", "prompt", "prompt_cache_key", "prompt_cache_options",
    "prompt_cache_retention", "reasoning", "safety_identifier", "service_tier", "store", "stream",
    "stream_options", "temperature", "text", "tool_choice", "tools", "top_logprobs", "top_p",
    "truncation", "user",
))
# fmt: on
_LEAST_TOKENS = 16
_FAILURE = {"code": "server_error", "message": "The server had an error while processing."}


@dataclass(slots=True, kw_only=True)
class _Stored:
    """A response that can be read and continued."""

    response: dict[str, Any]
    said: Sequence[Said]


@dataclass(slots=True, kw_only=True)
class _Responses:
    """The endpoints of responses."""

    api: OpenAIApi
    bot: ModelBot = field(default_factory=lambda: ModelBot("call_"))
    stored: dict[str, _Stored] = field(default_factory=dict)

    def routes(self) -> Mapping[str, Endpoint]:
        return {
            f"POST {api.BASE_PATH}/responses": self.create,
            f"GET {api.BASE_PATH}/responses/{{response_id}}": self.get,
        }

    async def create(self, request: Request) -> Response:
        body = await api.read_body(request)
        _require_rules(body)
        system, said = read_input(body.get("input"), self._before(body))
        system = "\n".join(filter(None, (body.get("instructions"), system)))
        asked = [each.text for each in said if each.role == "user"] or [""]
        plan = self.api.faults.plan(asked[-1], f"{system}\n{asked[0]}")
        await plan.before()
        answer = self.bot.answer(system, [*map(spoken, said)], _tools(body))
        answer = answer.cut(body.get("max_output_tokens"))
        prompt = sum(len(tokens(text)) for text in (system, *(each.text for each in said)))
        output = self._output(answer, plan.with_leak(answer.text))
        response = _response(self.api.new_id("resp_"), body, answer, output, prompt)
        if plan.shape == "failed":
            response |= {"status": "failed", "error": _FAILURE, "output": []}
        elif plan.shape == "" and output:
            output[0] |= {"content": [{"type": "output_text", "text": 42, "annotations": []}]}
        if body.get("store", True):
            reply = Said(role="assistant", text=answer.text, calls=answer.calls)
            self.stored[response["id"]] = _Stored(response=response, said=(*said, reply))
        if not body.get("stream"):
            return plan.after(self.api.stamped(JSONResponse(response)))
        has_filler = (body.get("stream_options") or {}).get("include_obfuscation", True)
        events = map(_event, response_events(response, has_filler=has_filler))
        kind = "text/event-stream; charset=utf-8"
        return plan.after(self.api.stamped(stream(_misshape(plan.shape, events), kind)))

    async def get(self, request: Request) -> Response:
        api.authorize(request)
        number = request.path_params["response_id"]
        if number not in self.stored:
            raise refuse(404, api.error_body(404, f"Response with id '{number}' not found."))
        return self.api.stamped(JSONResponse(self.stored[number].response))

    def _before(self, body: Mapping[str, Any]) -> Sequence[Said]:
        """What was said until the response that this one continues."""
        number = body.get("previous_response_id")
        if number is None:
            return ()
        if number not in self.stored:
            text = f"Previous response with id '{number}' not found."
            raise invalid(text, "previous_response_id", "previous_response_not_found")
        return self.stored[number].said

    def _output(self, answer: ModelAnswer, text: str) -> list[dict[str, Any]]:
        if answer.calls:
            return [
                {
                    "type": "function_call",
                    "id": self.api.new_id("fc_"),
                    "call_id": call.id,
                    "name": call.name,
                    "arguments": json.dumps(dict(call.arguments), ensure_ascii=False),
                    "status": "completed",
                }
                for call in answer.calls
            ]
        said: dict[str, Any] = {"type": "output_text", "text": text, "annotations": []}
        part = {"type": "refusal", "refusal": text} if answer.is_refusal else said
        status = "incomplete" if answer.is_cut or answer.is_filtered else "completed"
        message = {"type": "message", "id": self.api.new_id("msg_"), "role": "assistant"}
        return [{**message, "status": status, "content": [part]}]


def _require_rules(body: Mapping[str, Any]) -> None:
    api.require_known(body, _KNOWN)
    api.require_model(body)
    api.require_number(body, "temperature", 0, 2)
    api.require_number(body, "top_p", 0, 1)
    api.require_number(body, "max_output_tokens", _LEAST_TOKENS, api.MOST_TOKENS)
    if body.get("stream_options") and not body.get("stream"):
        text = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        raise invalid(text, "stream_options")


def _tools(body: Mapping[str, Any]) -> list[str]:
    names = []
    for number, tool in enumerate(body.get("tools") or ()):
        kind = tool.get("type") if isinstance(tool, dict) else None
        if kind == "function" and not isinstance(tool.get("name"), str):
            param = f"tools[{number}].name"
            raise invalid(f"Missing required parameter: '{param}'.", param, "missing_parameter")
        names += [tool["name"]] if kind == "function" else []
    return [] if body.get("tool_choice") == "none" else names


def _response(
    number: str,
    body: Mapping[str, Any],
    answer: ModelAnswer,
    output: Sequence[Mapping[str, Any]],
    prompt: int,
) -> dict[str, Any]:
    reason = "max_output_tokens" if answer.is_cut else "content_filter"
    is_incomplete = answer.is_cut or answer.is_filtered
    return {
        "id": number,
        "object": "response",
        "created_at": api.now(),
        "status": "incomplete" if is_incomplete else "completed",
        "background": False,
        "error": None,
        "incomplete_details": {"reason": reason} if is_incomplete else None,
        "instructions": body.get("instructions"),
        "max_output_tokens": body.get("max_output_tokens"),
        "model": body["model"],
        "output": [*output],
        "parallel_tool_calls": True,
        "previous_response_id": body.get("previous_response_id"),
        "reasoning": {"effort": None, "summary": None},
        "store": body.get("store", True),
        "temperature": body.get("temperature", 1.0),
        "text": {"format": {"type": "text"}},
        "tool_choice": body.get("tool_choice", "auto"),
        "tools": body.get("tools") or [],
        "top_p": body.get("top_p", 1.0),
        "truncation": "disabled",
        "usage": {
            "input_tokens": prompt,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": answer.size,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": prompt + answer.size,
        },
        "metadata": body.get("metadata") or {},
    }


def _event(event: Mapping[str, Any]) -> bytes:
    text = json.dumps(event, ensure_ascii=False)
    return f"event: {event['type']}\ndata: {text}\n\n".encode()


def _misshape(shape: str | None, events: Iterator[bytes]) -> Iterable[bytes]:
    if not shape:
        return events
    whole = [*events]
    half = whole[: max(1, len(whole) // 2)]
    error = {"type": "error", **_FAILURE, "param": None, "sequence_number": len(half)}
    shapes: dict[str, Iterable[bytes]] = {
        "error-event": [*half, _event(error)],
        "endless": itertools.cycle(half),
        "cut": half,
    }
    return shapes.get(shape, whole)


def _app_apis() -> tuple[OpenAIApi, ChatCompletions, _Responses]:
    shared = OpenAIApi()
    return shared, ChatCompletions(api=shared), _Responses(api=shared)


EMULATOR = Emulator(
    name="openai-responses",
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
