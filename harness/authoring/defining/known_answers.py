"""Where the reply is in the answers of widespread chat APIs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.core import Json
from harness.formats.json_path import find_all


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAnswer:
    """The `reply:` of an API's answers, streamed or not."""

    title: str
    """The API, and how it answers."""
    definition: str = ""
    """The built-in definition of the API."""
    marks: tuple[str, ...]
    """JSONPaths that all lead somewhere in such an answer."""
    reply: Mapping[str, Json]
    done: Json = None
    """The `done:` of a stream; None for the one that the sample shows."""
    further: Mapping[str, Json] = field(default_factory=dict)
    """Further keys of the step."""

    def matches(self, payload: Json) -> bool:
        """Whether an answer is of this API."""
        return all(find_all(mark, payload) for mark in self.marks)


_CALL: Mapping[str, Json] = {
    "name": "$.function.name",
    "arguments": "$.function.arguments",
    "id": "$.id",
}
_CHUNK = "$.events[*].choices[0].delta"
_TEXTS = "$.content[?@.type == 'text'].text"
_OUTPUT = "$.output[?@.type == 'message'].content[?@.type == 'output_text'].text"
_ENDS: list[Json] = ["response.completed", "response.incomplete", "response.failed"]
_PARTS = "candidates[0].content.parts[*].text"

KNOWN_ANSWERS = (
    KnownAnswer(
        title="OpenAI chat completions",
        definition="openai-chat",
        marks=("$.choices[0].message.role",),
        reply={
            "text": ["$.choices[0].message.content", "$.choices[0].message.refusal"],
            "text_optional": True,
            "tools": {"path": "$.choices[0].message.tool_calls[*]", **_CALL},
            "usage": "$.usage",
        },
    ),
    KnownAnswer(
        title="OpenAI chat completions, streamed",
        definition="openai-chat",
        marks=(_CHUNK,),
        reply={
            "text": [{"join": f"{_CHUNK}.content"}, {"join": f"{_CHUNK}.refusal"}],
            "text_optional": True,
            "tools": {"path": f"{_CHUNK}.tool_calls[*]", "index": "$.index", **_CALL},
            "usage": "$.events[*].usage",
        },
    ),
    KnownAnswer(
        title="OpenAI Responses",
        definition="openai-responses",
        marks=("$[?@ == 'response']", "$.output[*].type"),
        reply={
            "text": {"join": _OUTPUT},
            "text_optional": True,
            "tools": {"path": "$.output[?@.type == 'function_call']", "id": "$.call_id"},
            "usage": "$.usage",
        },
    ),
    KnownAnswer(
        title="OpenAI Responses, streamed",
        definition="openai-responses",
        marks=("$.events[?@.type == 'response.created']",),
        reply={
            "text": {"join": "$.events[?@.type == 'response.output_text.delta'].delta"},
            "text_optional": True,
            "tools": {
                "path": "$.events[?@.type == 'response.output_item.done'"
                " && @.item.type == 'function_call'].item",
                "id": "$.call_id",
            },
            "usage": "$.events[*].response.usage",
        },
        done={"if": {"$.type": _ENDS}},
    ),
    KnownAnswer(
        title="Anthropic messages",
        definition="anthropic-messages",
        marks=("$.content[*].type", "$.stop_reason", "$.role"),
        reply={
            "text": {"join": _TEXTS},
            "text_optional": True,
            "tools": {
                "path": "$.content[?@.type == 'tool_use']",
                "arguments": "$.input",
                "id": "$.id",
            },
            "usage": "$.usage",
        },
    ),
    KnownAnswer(
        title="Anthropic messages, streamed",
        definition="anthropic-messages",
        marks=("$.events[?@.type == 'message_start']",),
        reply={
            "text": {"join": "$.events[?@.type == 'content_block_delta'].delta.text"},
            "text_optional": True,
            "usage": "$.events[*].usage",
        },
        done={"if": {"$.type": "message_stop"}},
    ),
    KnownAnswer(
        title="Gemini",
        marks=(f"$.{_PARTS}",),
        reply={"text": {"join": f"$.{_PARTS}"}, "usage": "$.usageMetadata"},
    ),
    KnownAnswer(
        title="Gemini, streamed",
        marks=(f"$.events[*].{_PARTS}",),
        reply={"text": {"join": f"$.events[*].{_PARTS}"}, "usage": "$.events[*].usageMetadata"},
    ),
    KnownAnswer(
        title="Ollama, streamed",
        marks=("$.events[*].message.content", "$.events[?@.done == true]"),
        reply={"text": {"join": "$.events[*].message.content"}},
        done={"if": {"$.done": True}},
    ),
)


def known_answer(payload: Json) -> KnownAnswer | None:
    """The API of an answer; None if it is not a widespread one."""
    return next((known for known in KNOWN_ANSWERS if known.matches(payload)), None)
