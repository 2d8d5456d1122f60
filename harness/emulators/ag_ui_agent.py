"""The agent of AG-UI's emulator: weather, and a shopping list in the state.

| the message | the events |
|---|---|
| weather in Rome | calls `get_weather`, which the agent runs itself, then answers |
| weather here | calls `get_location`, if the frontend offers it; the next run answers |
| ask me | calls `confirm` of the frontend twice |
| add milk | a snapshot of the state, a change of it, and a text |
| what is on my list | the list in the state of the input |
| my name is …; what is my name | the name is in the messages of the input |
| in chunks | TEXT_MESSAGE_CHUNK instead of a start, contents and an end |
| please fail | RUN_ERROR after the first words |
| anything else | a greeting, in a step |
"""

from __future__ import annotations

import itertools
import json
import re
import uuid
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any

_Event = dict[str, Any]
_WEATHER = re.compile(r"weather in (\w+)", re.IGNORECASE)
_ADD = re.compile(r"add (\w+)", re.IGNORECASE)
_NAME = re.compile(r"my name is (\w+)", re.IGNORECASE)
_DEGREES = {"rome": 21, "oslo": 8, "bergen": 9}
_HELP = "Hello! How can I help you?"


def run(
    messages: Sequence[Mapping[str, Any]], state: object, tools: Sequence[str], *, leak: str = ""
) -> Iterator[_Event]:
    """The events of a run between RUN_STARTED and RUN_FINISHED; RUN_ERROR is the last one."""
    results = list(itertools.takewhile(lambda one: one["role"] == "tool", reversed(messages)))
    if results:
        yield from _text(_of_results(messages, results[::-1]))
        return
    said = messages[-1]["content"] if messages else ""
    low = said.lower()
    if asked := _WEATHER.search(said):
        yield from _own_weather(asked[1])
    elif "weather here" in low and "get_location" in tools:
        yield from _text("Let me see where you are.")
        yield from _call("get_location", {})
    elif "ask me" in low and "confirm" in tools:
        for step in ("book", "pay"):
            yield from _call("confirm", {"step": step})
    elif added := _ADD.search(said):
        yield from _added(added[1], state)
    elif "in chunks" in low:
        yield from _chunks("This comes in chunks.")
    elif "please fail" in low:
        yield from itertools.islice(_text("I will try."), 2)
        yield {"type": "RUN_ERROR", "message": "The model is overloaded.", "code": "overloaded"}
    else:
        yield {"type": "STEP_STARTED", "stepName": "answer"}
        yield from _text(_remembered(messages, state, said) + (f" ({leak})" if leak else ""))
        yield {"type": "STEP_FINISHED", "stepName": "answer"}


def _remembered(messages: Sequence[Mapping[str, Any]], state: object, said: str) -> str:
    if "on my list" in said.lower():
        items = state.get("shopping") or [] if isinstance(state, dict) else []
        return f"On your list: {', '.join(items)}." if items else "Your list is empty."
    if named := _NAME.search(said):
        return f"Nice to meet you, {named[1]}."
    if "what is my name" in said.lower():
        names = [_NAME.search(one["content"]) for one in messages if one["role"] == "user"]
        known = next((name[1] for name in names if name), "not known to me")
        return f"Your name is {known}."
    return _HELP


def _own_weather(city: str) -> Iterator[_Event]:
    """A call of a tool that the agent runs itself, and what it says about the result."""
    degrees = _DEGREES.get(city.lower(), 15)
    number = yield from _call("get_weather", {"city": city})
    content = json.dumps({"degrees": degrees})
    result = {"messageId": _new_id(), "toolCallId": number, "content": content, "role": "tool"}
    yield {"type": "TOOL_CALL_RESULT", **result}
    yield from _text(f"It is {degrees} degrees in {city}.")


def _of_results(messages: Sequence[Mapping[str, Any]], results: Sequence[Mapping[str, Any]]) -> str:
    """What the agent says to the results of the frontend's tools, by the calls that they answer."""
    calls = {
        call["id"]: call["function"]["name"]
        for one in messages
        for call in one.get("toolCalls") or ()
    }
    parts = []
    for result in results:
        name = calls.get(result["toolCallId"], "an unknown tool")
        if result.get("error"):
            parts.append(f"{name} failed: {result['error']}")
        elif name == "get_location":
            city = json.loads(result["content"])["city"]
            parts.append(f"It is {_DEGREES.get(city.lower(), 15)} degrees in {city}.")
        else:
            parts.append(f"{name} returned {result['content']}.")
    return " ".join(parts)


def _added(item: str, state: object) -> Iterator[_Event]:
    items = state.get("shopping") or [] if isinstance(state, dict) else []
    yield {"type": "STATE_SNAPSHOT", "snapshot": {"shopping": [*items, item]}}
    yield {"type": "STATE_DELTA", "delta": [{"op": "add", "path": "/last", "value": item}]}
    yield from _text(f"I have added {item}.")


def _text(text: str) -> Iterator[_Event]:
    number = _new_id()
    yield {"type": "TEXT_MESSAGE_START", "messageId": number, "role": "assistant"}
    for word in re.findall(r"\S+\s*", text):
        yield {"type": "TEXT_MESSAGE_CONTENT", "messageId": number, "delta": word}
    yield {"type": "TEXT_MESSAGE_END", "messageId": number}


def _chunks(text: str) -> Iterator[_Event]:
    first = {"messageId": _new_id(), "role": "assistant"}
    for place, word in enumerate(re.findall(r"\S+\s*", text)):
        yield {"type": "TEXT_MESSAGE_CHUNK", **({} if place else first), "delta": word}


def _call(name: str, arguments: Mapping[str, Any]) -> Generator[_Event, None, str]:
    """A call, its arguments in two pieces; returns its id."""
    number, text = f"call-{_new_id()}", json.dumps(arguments)
    half = len(text) // 2
    yield {"type": "TOOL_CALL_START", "toolCallId": number, "toolCallName": name}
    for delta in (text[:half], text[half:]):
        yield {"type": "TOOL_CALL_ARGS", "toolCallId": number, "delta": delta}
    yield {"type": "TOOL_CALL_END", "toolCallId": number}
    return number


def _new_id() -> str:
    return str(uuid.uuid4())
