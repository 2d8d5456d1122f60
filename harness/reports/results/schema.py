"""The format of results.json, as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping

from harness.conversation import Outcome
from harness.core.typing import Json
from harness.play.drift.drift import Drift
from harness.project.plan import Mode
from harness.reports.classes import STATUSES

VERSION = 1
"""Of the format. It rises when a reader of the old one would read the new one wrong."""

_TEXT: Mapping[str, Json] = {"type": "string"}
_TEXTS: Mapping[str, Json] = {"type": "array", "items": _TEXT}
_NUMBER: Mapping[str, Json] = {"type": "integer"}
_LINE: Mapping[str, Json] = {"type": "integer", "minimum": 1}
_TRUTH: Mapping[str, Json] = {"type": "boolean"}
_SECONDS: Mapping[str, Json] = {"type": "number", "minimum": 0, "description": "In seconds."}
_TIME: Mapping[str, Json] = {"type": "string", "format": "date-time"}
_OUTCOME: Mapping[str, Json] = {"enum": [outcome.value for outcome in Outcome]}
_PAIRS: Mapping[str, Json] = {
    "type": "array",
    "items": {"type": "array", "minItems": 2, "maxItems": 2},
}
_ANYTHING: Mapping[str, Json] = {}


def _told(kind: Mapping[str, Json], description: str) -> Mapping[str, Json]:
    return {**kind, "description": description}


def _list(item: Json) -> Mapping[str, Json]:
    return {"type": "array", "items": item}


def _object(properties: Mapping[str, Json], *required: str) -> Mapping[str, Json]:
    return {"type": "object", "required": list(required), "properties": properties}


_ERROR_KEYS: Mapping[str, Json] = {
    "kind": _told(_TEXT, "Class of the error."),
    "code": _told(_TEXT, "Explained on the page of errors."),
    "message": _TEXT,
    "hint": _told(_TEXT, "The next step."),
    "details": _TEXTS,
    "status": _NUMBER,
    "state": _TEXT,
}
_ATTACHMENTS = _list(_object({"name": _TEXT, "content": _told(_TEXT, "A URL or base64.")}, "name"))
_BODY: Mapping[str, Json] = {
    "body": _told(_TEXT, "Decoded; left out where it is empty."),
    "body_base64": _told(_TEXT, "In place of `body` where the bytes are no UTF-8."),
}
_HEADERS = _told(_PAIRS, "Name and value, in the order sent or received.")

_RESPONSE = _object(
    {
        "status": _NUMBER,
        "reason": _TEXT,
        "headers": _HEADERS,
        **_BODY,
        "started": _told(_SECONDS, "Seconds from the start of the conversation to the sending."),
        "first_byte": _told(_SECONDS, "Seconds from sending to the first byte of the body."),
        "seconds": _told(_SECONDS, "Seconds from sending to the end of the body."),
        "chunks": _told(_PAIRS, "Of a stream: seconds from sending, length in bytes."),
        "attempts": _list(
            _object({"status": _NUMBER, "reason": _TEXT, "waited": _SECONDS}, "reason", "waited")
        ),
    },
    "status",
)
_EXCHANGE = _object(
    {
        "step": _told(_TEXT, "Of the definition, such as `send.1`."),
        "turn": _told(_NUMBER, "0 before the first turn, -1 for closing."),
        "method": _TEXT,
        "url": _TEXT,
        "headers": _HEADERS,
        **_BODY,
        "response": _told(_RESPONSE, "Left out where no whole answer came."),
        "contract": _told(_TEXTS, "What breaks the definition's schema."),
    },
    "step",
    "turn",
    "method",
    "url",
)
_MESSAGE = _object(
    {
        "text": _TEXT,
        "id": _TEXT,
        "payload": _ANYTHING,
        "late": _told(_TRUTH, "It came behind the reply, and was waited for."),
    },
    "text",
)
_REPLY = _object(
    {
        "messages": _list(_MESSAGE),
        "payload": _told(_ANYTHING, "The raw payload."),
        "actions": {"type": "object", "description": "Buttons: label to prompt."},
        "products": _list(_ANYTHING),
        "attachments": _ATTACHMENTS,
    },
    "messages",
)
_USER = _object(
    {
        "text": _TEXT,
        "pressed": _told(_TEXT, "Label of the pressed button."),
        "attachments": _ATTACHMENTS,
        "metadata": {"type": "object"},
    },
    "text",
)
_TURN = _object(
    {
        "number": _told(_LINE, "From 1."),
        "user": _USER,
        "reply": _REPLY,
        "refusal": _told(_object(_ERROR_KEYS, "code", "message"), "In place of a reply."),
        "exchanges": _list(_EXCHANGE),
        "looked_up": _told(_list(_EXCHANGE), "Of looks for late messages, and for the record."),
        "missing": _told(_PAIRS, "Captures that the reply does not hold: name, reason."),
        "history": _told(_ANYTHING, "The provider's own record."),
        "variables": {"type": "object", "description": "What `${…}` means in this turn."},
    },
    "number",
    "user",
)
TRANSCRIPT_SCHEMA: Mapping[str, Json] = _object(
    {
        "scenario": _TEXT,
        "provider": _TEXT,
        "is_recorded": _told(_TRUTH, "It was played from a cassette."),
        "turns": _list(_TURN),
        "around": _told(_list(_EXCHANGE), "Preparing and closing."),
        "stop": _told(
            _object({"turn": _NUMBER, **_ERROR_KEYS}, "turn", "code", "message"),
            "Why it ended early.",
        ),
    },
    "turns",
)
"""A stored transcript."""

_CHECK = _object(
    {
        "name": _TEXT,
        "outcome": _OUTCOME,
        "turn": _told(_NUMBER, "0 for a check over the whole conversation."),
        "file": _told(_TEXT, "Left out where it is the scenario's."),
        "line": _told(_LINE, "Of the expectation; left out for a contract of the definition."),
        "column": _LINE,
        "excerpt": _told(_TEXT, "The line with a caret."),
        "code": _told(_TEXT, "Of the error, where it is broken."),
        "message": _TEXT,
        "expected": _TEXT,
        "actual": _TEXT,
        "difference": _TEXTS,
    },
    "name",
    "outcome",
    "turn",
)
_PLANNED = _object(
    {
        "turn": _told(_LINE, "Number of a turn of the user."),
        "line": _LINE,
        "id": _TEXT,
        "assistant": _told(_TEXT, "What the bot says by itself, in place of a turn."),
    }
)
_DRIFT = _object(
    {
        "turn": _NUMBER,
        "kind": {"enum": [kind.value for kind in Drift]},
        "lines": _TEXTS,
        "recorded": _told(_TEXTS, "Texts of the recorded reply, where something differs."),
    },
    "turn",
    "kind",
)
_REPEAT = _object(
    {
        "passed": _NUMBER,
        "told": _told(_NUMBER, "Takes that passed or failed; a broken one tells nothing."),
        "wanted": _told(_NUMBER, "Takes that must pass."),
        "interval": {
            "type": "array",
            "items": {"type": "number"},
            "description": "Of the pass rate: Wilson, 95 %.",
        },
    },
    "passed",
    "told",
    "wanted",
)
CONVERSATION_SCHEMA: Mapping[str, Json] = _object(
    {
        "id": _told(_TEXT, "As pytest names it; unique in a run."),
        "index": _told(_NUMBER, "Of the run's order, from 0; where xdist's workers played."),
        "scenario": _TEXT,
        "title": _TEXT,
        "description": _TEXT,
        "tags": _TEXTS,
        "links": _list(_object({"url": _told(_TEXT, "http or https."), "name": _TEXT}, "url")),
        "provider": _TEXT,
        "row": _told(_TEXT, "Of the matrix."),
        "file": _TEXT,
        "line": _LINE,
        "fingerprint": _told(_TEXT, "A hash of the scenario and the files that it is made of."),
        "outcome": _OUTCOME,
        "codes": _told(_TEXTS, "Names of checks that did not hold, and the error's code."),
        "latency": _told(_SECONDS, "Seconds that the replies took together."),
        "plan": _told(_list(_PLANNED), "Turns, and lines that the bot spoke by itself."),
        "checks": _list(_CHECK),
        "notes": _TEXTS,
        "drift": _list(_DRIFT),
        "expected_failure": _told(
            _TEXT, "Why it was expected to fail, where it did; the outcome is `skipped` then."
        ),
        "failure": _told(_TEXT, "What the terminal shows of a failure."),
        "attempts": _told(
            _list(_object({"outcome": _OUTCOME, "codes": _TEXTS, "failure": _TEXT}, "outcome")),
            "Earlier ones, in order, where a plugin ran the test again; none of them counts.",
        ),
        "transcript": TRANSCRIPT_SCHEMA,
        "repeat": _told(_REPEAT, "Of a scenario that is played several times."),
        "takes": {
            "type": "array",
            "items": {"$ref": "#/$defs/conversation"},
            "description": "In place of checks and transcript where there is `repeat`.",
        },
        "take": _told(_NUMBER, "From 1; of one of several takes."),
    },
    "id",
    "scenario",
    "provider",
    "file",
    "outcome",
)
RESULTS_SCHEMA: Mapping[str, Json] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Results",
    "description": "What came of a run. What is empty is left out.",
    "$defs": {"conversation": CONVERSATION_SCHEMA},
    **_object(
        {
            "version": {"const": VERSION, "description": "Of this format."},
            "harness": _told(_TEXT, "Version of the harness."),
            "run": _told(_TEXT, "Id of the run."),
            "started": _TIME,
            "mode": {"enum": [mode.value for mode in Mode]},
            "project": _told(_TEXT, "Name of the project's folder."),
            "commit": _told(_TEXT, "Of version control, where CI tells it."),
            "branch": _TEXT,
            "conversations": _list({"$ref": "#/$defs/conversation"}),
            "errors": _told(
                _list(_object({"file": _TEXT, "message": _TEXT}, "file", "message")),
                "Files that could not be read.",
            ),
            "ended": _told(_TIME, "Left out where the run was killed."),
            "exit_status": _told(_NUMBER, "That of pytest."),
            "classes": _told(
                _object(dict.fromkeys(STATUSES, _NUMBER)),
                "How many tests are red, by class; left out where none is.",
            ),
        },
        "version",
        "run",
        "started",
        "conversations",
    ),
}
"""The whole file."""
