"""The bot of the emulated model APIs: it knows only what a request contains.

| the last message | the answer |
|---|---|
| "hello" | a greeting |
| "my name is Ada" | remembered |
| "what is my name" | the name in an earlier message of this request |
| "weather in Paris and Rome" | calls of `get_weather`, if the request offers this tool |
| "book a table in Paris if it is dry" | a call of `get_weather`, and then one of `book_table` |
| "pick a lock" | a refusal |
| "a violent story" | its beginning, cut by the content filter |
| "a long story" | forty words |
| an image | its type and size |
| a question of the check `judge` | a verdict; see `model_judge` |
| a question of `simulate` | what the user says; see `model_user` |

With the word "pirate" in the system message, every text begins with "Ahoy!".

The results of tools decide the answer: `{"temp": 21}` becomes "It is 21 °C in Paris.", any other
result is quoted, and a failed call is reported. A token is up to four characters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.emulators.fault_switches import plain
from harness.emulators.model_judge import judged
from harness.emulators.model_user import played_user

_CITIES = re.compile(r"\bweather in ((?:[A-Z]\w+(?:,? and |, )?)+)")
_TABLE = re.compile(r"\btable in ([A-Z]\w+)")
_NAME = re.compile(r"\bmy name is (\w+)", re.IGNORECASE)
_TOKEN = re.compile(r".{1,4}", re.DOTALL)
_STORY = " ".join(["Once upon a time there was a lighthouse keeper."] * 5)
REFUSAL = "I'm sorry, but I cannot help with that."


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCall:
    """A call of a tool. `result` is None until the request contains one."""

    id: str
    name: str
    arguments: Mapping[str, Any]
    result: str | None = None
    is_failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message of the request. `images` are the type and the bytes of each."""

    role: str
    text: str = ""
    images: tuple[tuple[str, int], ...] = ()
    calls: tuple[ModelCall, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAnswer:
    """What the bot answers: a text, or calls of tools."""

    text: str = ""
    calls: tuple[ModelCall, ...] = ()
    is_refusal: bool = False
    is_filtered: bool = False
    is_cut: bool = False
    """The text reached the limit of tokens."""

    def cut(self, limit: int | None) -> ModelAnswer:
        """The answer with at most so many tokens of text."""
        pieces = tokens(self.text)
        if limit is None or len(pieces) <= limit:
            return self
        return replace(self, text="".join(pieces[:limit]), is_cut=True)

    @property
    def size(self) -> int:
        """Its tokens."""
        written = (json.dumps(dict(call.arguments)) for call in self.calls)
        return sum(len(tokens(text)) for text in (self.text, *written))


@dataclass(slots=True)
class ModelBot:
    """The bot of one app, which numbers the calls that it makes."""

    prefix: str
    """Of the ids of calls."""
    made: int = 0

    def answer(self, system: str, said: Sequence[Said], tools: Sequence[str]) -> ModelAnswer:
        """Answers the last message of a request; `tools` are the names that it offers."""
        last = said[-1].text if said else ""
        if answer := judged(last) or played_user(last):
            return ModelAnswer(text=answer)
        found = self._answer(said, tools)
        if found.text and not found.is_refusal and "pirate" in system.lower():
            found = replace(found, text=f"Ahoy! {found.text}")
        return found

    def _answer(self, said: Sequence[Said], tools: Sequence[str]) -> ModelAnswer:
        place = max((at for at, each in enumerate(said) if each.role == "user"), default=-1)
        asked = said[place] if said else Said(role="user")
        message = asked.text.lower()
        if asked.images:
            shown = " and ".join(f"{kind} of {size} bytes" for kind, size in asked.images)
            return ModelAnswer(text=f"I see {shown}.")
        if "pick a lock" in message:
            return ModelAnswer(text=REFUSAL, is_refusal=True)
        if "violent story" in message:
            return ModelAnswer(text="Once upon a time", is_filtered=True)
        if "long story" in message:
            return ModelAnswer(text=_STORY)
        if "weather" in message or "table" in message:
            calls = [call for each in said[place + 1 :] for call in each.calls]
            return self._with_tools(asked.text, calls, tools)
        return ModelAnswer(text=_talk(message, said))

    def _with_tools(
        self, text: str, calls: Sequence[ModelCall], tools: Sequence[str]
    ) -> ModelAnswer:
        table = _TABLE.search(text)
        listed = _CITIES.search(text)
        cities = re.findall(r"[A-Z]\w+", listed[1]) if listed else [table[1]] if table else []
        if "get_weather" not in tools:
            return ModelAnswer(text="I cannot look up the weather.")
        if not cities:
            return ModelAnswer(text="In which city?")
        if not calls:
            return ModelAnswer(calls=tuple(self._call("get_weather", city=c) for c in cities))
        if table and "book_table" in tools and calls[-1].name != "book_table":
            return ModelAnswer(calls=(self._call("book_table", city=table[1], persons=2),))
        return ModelAnswer(text=" ".join(map(_report, calls)))

    def _call(self, name: str, **arguments: object) -> ModelCall:
        self.made += 1
        return ModelCall(id=f"{self.prefix}{self.made:024d}", name=name, arguments=arguments)


def spoken(said: Said) -> Said:
    """A message as the bot reads it: without the fault switches of the user."""
    return replace(said, text=plain(said.text)) if said.role == "user" else said


def tokens(text: str) -> list[str]:
    """A text in pieces of up to four characters; words are cut, as real tokens cut them."""
    return _TOKEN.findall(text)


def _talk(message: str, said: Sequence[Said]) -> str:
    if "what is my name" in message:
        names = [_NAME.search(each.text) for each in said if each.role == "user"]
        known = [match[1] for match in names if match]
        return f"Your name is {known[-1]}." if known else "I do not know your name."
    if name := _NAME.search(message):
        return f"Nice to meet you, {name[1].capitalize()}."
    if re.search(r"\b(?:hi|hello)\b", message):
        return "Hello! How can I help you?"
    return "I can help with the weather, with tables and with stories."


def _report(call: ModelCall) -> str:
    city = call.arguments.get("city", "")
    if call.is_failed:
        return f"{call.name} failed for {city}: {call.result}"
    try:
        result = json.loads(call.result or "")
    except ValueError:
        result = None
    if isinstance(result, dict) and "temp" in result:
        return f"It is {result['temp']} °C in {city}."
    if isinstance(result, dict) and "confirmation" in result:
        return f"I have booked a table: {result['confirmation']}."
    return f"{call.name} for {city}: {call.result}"
