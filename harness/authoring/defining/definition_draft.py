"""The files of a new provider, made from a sample and what a person said of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import reduce
from operator import getitem
from urllib.parse import urlsplit

from harness.authoring.defining.answer_kind import AnswerKind, kind_of_answer
from harness.authoring.defining.choices import Choices
from harness.authoring.defining.known_answers import KnownAnswer
from harness.authoring.defining.request_draft import request_draft
from harness.authoring.defining.request_secrets import settings_of
from harness.authoring.defining.sample import SampleRequest
from harness.core import Json
from harness.formats.json_path import find_located
from harness.formats.json_schema import infer_schema
from harness.formats.template import literal
from harness.formats.yaml.yaml_writing import write

SCHEMA = "answer"
"""The name of the answer's schema."""
SAID = "said"
"""In place of what the bot said: its form is not part of the contract."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The files of a provider, not yet written."""

    definition: str
    schema: str
    """Empty if there is no sample of an answer."""
    scenario: str
    entry: Mapping[str, Json]
    """The provider in `harness.yaml`."""
    notes: tuple[str, ...]


def draft_provider(
    sample: SampleRequest, choices: Choices, kind: AnswerKind | None, known: KnownAnswer | None
) -> Draft:
    """The definition, the schema, the scenario and the entry of a provider.

    `kind` is that of the sample's answer; None if there is none.
    """
    request, notes = request_draft(sample, choices.secrets, choices.message)
    opening, common = _opening(sample, choices, request, notes)
    schema = _schema(sample, kind, choices) if kind is not None else None
    step = _step(request, choices, kind, known, has_schema=schema is not None)
    address = urlsplit(sample.request.url)
    host = address.netloc.rpartition("@")[2]
    definition: dict[str, Json] = {
        "definition": choices.name,
        "title": host,
        "settings": {
            "base_url": {"type": "string", "required": True},
            **settings_of(sample, choices.all_secrets),
        },
        **({"headers": common} if common else {}),
        **({"open": [opening]} if opening else {}),
        "send": [step],
    }
    return Draft(
        definition=write(definition),
        schema=json.dumps(schema, indent=2, ensure_ascii=False) + "\n" if schema else "",
        scenario=first_scenario(choices.name, choices.message.said),
        entry=_entry(sample, choices, f"{address.scheme}://{host}"),
        notes=(*sample.notes, *notes),
    )


def _opening(
    sample: SampleRequest, choices: Choices, request: dict[str, Json], notes: list[str]
) -> tuple[dict[str, Json], dict[str, Json]]:
    """The step that opens a conversation, and the headers that both requests have.

    Those are removed from `request`. Both are empty if nothing is opened.
    """
    if sample.opening is None:
        return {}, {}
    opens, further = request_draft(sample.opening.sample, choices.of_opening, None)
    notes += [*sample.opening.sample.notes, *further]
    own, later = opens.get("headers"), request.get("headers")
    common: dict[str, Json] = {}
    if isinstance(own, dict) and isinstance(later, dict):
        common = {name: value for name, value in own.items() if later.get(name) == value}
        for made, headers in ((opens, own), (request, later)):
            made["headers"] = {name: headers[name] for name in headers if name not in common}
            if not made["headers"]:
                del made["headers"]
    answer = kind_of_answer(sample.opening.sample.answers[0]).answer
    step: dict[str, Json] = {"request": opens, **({"answer": {**answer}} if answer else {})}
    return {**step, "capture": {**sample.opening.capture}}, common


def _entry(sample: SampleRequest, choices: Choices, base_url: str) -> dict[str, Json]:
    settings: dict[str, Json] = {"base_url": literal(base_url)}
    users = [one.user for one in (sample, sample.opening and sample.opening.sample) if one]
    if user := next(filter(None, users), ""):
        settings["username"] = literal(user.partition(":")[0])
    for secret in choices.all_secrets:
        settings[secret.setting] = f"${{env.{secret.variable}}}"
    return {
        "definition": f"definitions/{choices.name}",
        "settings": settings,
        **(sample.opening.sample.keys if sample.opening is not None else {}),
        **sample.keys,
    }


def _step(
    request: Mapping[str, Json],
    choices: Choices,
    kind: AnswerKind | None,
    known: KnownAnswer | None,
    *,
    has_schema: bool,
) -> dict[str, Json]:
    stream = kind.stream if kind is not None else None
    step: dict[str, Json] = {"request" if stream is None else "stream": dict(request)}
    if stream is not None:
        done = {"done": known.done} if known is not None and known.done is not None else {}
        step |= {**stream, **done}
    answer = dict(kind.answer) if kind is not None else {}
    if has_schema:
        answer["schema"] = SCHEMA
    if answer:
        step["answer"] = answer
    step["reply"] = dict(choices.reply)
    return step


def _schema(sample: SampleRequest, kind: AnswerKind, choices: Choices) -> dict[str, Json] | None:
    """The contract of the answers; None if they are plain text."""
    if kind.stream is None and isinstance(kind.payload, str):
        return None
    payloads = [kind_of_answer(answer).payload for answer in sample.answers] or [kind.payload]
    said: list[Json] = [SAID, None] if choices.reply.get("text_optional") else [SAID]
    return infer_schema([_unsaid(p, choices.reply, text) for p in payloads for text in said])


def _unsaid(payload: Json, reply: Mapping[str, Json], instead: Json) -> Json:
    """The payload with another value in place of what the bot said."""
    payload = deepcopy(payload)
    texts = reply.get("text", "$")
    messages = str(reply.get("messages", "$"))
    for text in texts if isinstance(texts, list) else [texts]:
        path = str(text["join"] if isinstance(text, Mapping) else text)
        for place, value in find_located(messages + path[1:], payload):
            if isinstance(value, str) and place:
                *before, last = place
                reduce(getitem, before, payload)[last] = instead  # type: ignore[arg-type,index]  # the path was found in it
    return payload


def first_scenario(provider: str, message: str) -> str:
    """A scenario that sends a message to a provider, and expects that it says something."""
    scenario: Json = {
        "scenario": f"{provider}-first",
        "provider": provider,
        "turns": [{"user": literal(message), "expect": {"min_words": 1}}],
    }
    return write(scenario)
