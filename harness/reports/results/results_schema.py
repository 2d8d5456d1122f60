"""The format of results.json, as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping

from harness.conversation import Outcome, UserEnding
from harness.core import Json
from harness.parallel.part_of_plan import PART_OF_PLAN_SCHEMA, PART_SCHEMA
from harness.play.drift.drift import Drift
from harness.project.plan import Mode
from harness.reports.classes import STATUSES
from harness.reports.results.spent_schema import SPENT

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


def _about(kind: Mapping[str, Json], description: str) -> Mapping[str, Json]:
    return {**kind, "description": description}


def _list(item: Json) -> Mapping[str, Json]:
    return {"type": "array", "items": item}


def _object(properties: Mapping[str, Json], *required: str) -> Mapping[str, Json]:
    return {"type": "object", "required": list(required), "properties": properties}


_ERROR_KEYS: Mapping[str, Json] = {
    "kind": _about(_TEXT, "Class of the error."),
    "code": _about(_TEXT, "Explained on the page of errors."),
    "message": _TEXT,
    "hint": _about(_TEXT, "The next step."),
    "details": _TEXTS,
    "status": _NUMBER,
    "state": _TEXT,
}
_ATTACHMENTS = _list(_object({"name": _TEXT, "content": _about(_TEXT, "A URL or base64.")}, "name"))
_BODY: Mapping[str, Json] = {
    "body": _about(_TEXT, "Decoded; omitted if it is empty."),
    "body_base64": _about(_TEXT, "Instead of `body` if the bytes are not UTF-8."),
}
_HEADERS = _about(_PAIRS, "Name and value, in the order sent or received.")

_RESPONSE = _object(
    {
        "status": _NUMBER,
        "reason": _TEXT,
        "headers": _HEADERS,
        **_BODY,
        "started": _about(_SECONDS, "Seconds from the start of the conversation to the sending."),
        "first_byte": _about(_SECONDS, "Seconds from sending to the first byte of the body."),
        "seconds": _about(_SECONDS, "Seconds from sending to the end of the body."),
        "chunks": _about(_PAIRS, "Of a stream: seconds from sending, length in bytes."),
        "attempts": _list(
            _object({"status": _NUMBER, "reason": _TEXT, "waited": _SECONDS}, "reason", "waited")
        ),
    },
    "status",
)
_EXCHANGE = _object(
    {
        "step": _about(_TEXT, "Of the definition, such as `send.1`."),
        "turn": _about(_NUMBER, "0 before the first turn, -1 for closing."),
        "method": _TEXT,
        "url": _TEXT,
        "headers": _HEADERS,
        **_BODY,
        "response": _about(_RESPONSE, "Omitted if the answer was not complete."),
        "contract": _about(_TEXTS, "Violations of the definition's schema."),
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
        "late": _about(_TRUTH, "It arrived after the reply, while a check waited."),
    },
    "text",
)
_TOOL_CALL = _object(
    {
        "name": _TEXT,
        "arguments": _ANYTHING,
        "id": _TEXT,
        "result": _about(_ANYTHING, "What the scenario answered; omitted if nothing did."),
        "is_error": _about(_TRUTH, "The answer was that the tool failed."),
    },
    "name",
)
_REPLY = _object(
    {
        "messages": _list(_MESSAGE),
        "payload": _about(_ANYTHING, "The raw payload."),
        "actions": {"type": "object", "description": "Buttons: label to prompt."},
        "products": _list(_ANYTHING),
        "attachments": _ATTACHMENTS,
        "tools": _list(_TOOL_CALL),
        "usage": {"type": "object", "description": "Numbers of the provider by name."},
    },
    "messages",
)
_USER = _object(
    {
        "text": _TEXT,
        "pressed": _about(_TEXT, "Label of the pressed button."),
        "attachments": _ATTACHMENTS,
        "metadata": {"type": "object"},
    },
    "text",
)
_TURN = _object(
    {
        "number": _about(_LINE, "From 1."),
        "user": _USER,
        "reply": _REPLY,
        "refusal": _about(
            _object(
                {
                    **_ERROR_KEYS,
                    "payload": _about(_ANYTHING, "What the answer said, if it is JSON."),
                },
                *("code", "message"),
            ),
            "Instead of a reply.",
        ),
        "exchanges": _list(_EXCHANGE),
        "looked_up": _about(_list(_EXCHANGE), "Looks for late messages, and for the record."),
        "missing": _about(_PAIRS, "Captures that were not found: name, reason."),
        "history": _about(_ANYTHING, "The provider's own record."),
        "variables": {"type": "object", "description": "The values of `${…}` in this turn."},
    },
    "number",
    "user",
)
TRANSCRIPT_SCHEMA: Mapping[str, Json] = _object(
    {
        "scenario": _TEXT,
        "provider": _TEXT,
        "is_recorded": _about(_TRUTH, "It was played from a cassette."),
        "turns": _list(_TURN),
        "around": _about(_list(_EXCHANGE), "Preparing and closing."),
        "user_end": _about(
            _object(
                {
                    "ending": _about(
                        {"enum": [ending.value for ending in UserEnding]}, "Why it said no more."
                    ),
                    "reason": _about(_TEXT, "The model's."),
                },
                "ending",
            ),
            "How a simulated user ended it.",
        ),
        "stop": _about(
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
        "turn": _about(_NUMBER, "0 for a check on the whole conversation."),
        "place": _about(_TEXT, "The block, whatever its line: `turns[1].expect`, by a turn's id."),
        "file": _about(_TEXT, "Omitted if it is the scenario's."),
        "line": _about(_LINE, "Of the expectation; omitted for a contract of the definition."),
        "column": _LINE,
        "excerpt": _about(_TEXT, "The line with a caret."),
        "code": _about(_TEXT, "Of the error, if it is broken."),
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
        "turn": _about(_LINE, "Number of a turn of the user."),
        "line": _LINE,
        "id": _TEXT,
        "assistant": _about(_TEXT, "What the bot said on its own, instead of a turn."),
    }
)
_DRIFT = _object(
    {
        "turn": _NUMBER,
        "kind": {"enum": [kind.value for kind in Drift]},
        "lines": _TEXTS,
        "recorded": _about(_TEXTS, "Texts of the recorded reply, if something differs."),
    },
    "turn",
    "kind",
)
_REPEAT = _object(
    {
        "passed": _NUMBER,
        "told": _about(_NUMBER, "Takes that passed or failed; broken ones do not count."),
        "wanted": _about(_NUMBER, "Takes that must pass; 0 if they go on until they decide."),
        "until": _about(
            _object({name: {"type": "number"} for name in ("good", "bad", "error")}),
            "Of takes that go on until they decide: pass rates, and how likely it is wrong.",
        ),
        "stopped": _about(
            _NUMBER,
            "How many takes there could have been, if the result was certain before. When they"
            " ended depends on their outcomes, so that their pass rate is biased.",
        ),
        "interval": {
            "type": "array",
            "items": {"type": "number"},
            "description": "Of the pass rate: Wilson, 95 %; omitted if they were stopped.",
        },
        "divided": _about(
            _object({"place": _TEXT, "excerpt": _TEXT}, "place", "excerpt"),
            "Of takes of which other parts have the rest: where a failure of them all is shown.",
        ),
    },
    "passed",
    "told",
    "wanted",
)
CONVERSATION_SCHEMA: Mapping[str, Json] = _object(
    {
        "id": _about(_TEXT, "As pytest names it; unique in a run."),
        "index": _about(_NUMBER, "Position in the run, from 0; with pytest-xdist."),
        "scenario": _TEXT,
        "title": _TEXT,
        "description": _TEXT,
        "tags": _TEXTS,
        "links": _list(_object({"url": _about(_TEXT, "http or https."), "name": _TEXT}, "url")),
        "provider": _TEXT,
        "row": _about(_TEXT, "Of the matrix."),
        "file": _TEXT,
        "line": _LINE,
        "fingerprint": _about(_TEXT, "A hash of the scenario and the files that it uses."),
        "outcome": _OUTCOME,
        "codes": _about(_TEXTS, "Names of failed checks, and the error's code."),
        "latency": _about(_SECONDS, "Seconds of all replies together."),
        "spent": _about(
            SPENT,
            "What its replies cost, by provider and purpose, also those of takes played again.",
        ),
        "plan": _about(_list(_PLANNED), "Turns, and lines that the bot said on its own."),
        "checks": _list(_CHECK),
        "notes": _TEXTS,
        "drift": _list(_DRIFT),
        "expected_failure": _about(
            _TEXT, "Why it was expected to fail, if it did; the outcome is then `skipped`."
        ),
        "failure": _about(_TEXT, "What the terminal shows of a failure."),
        "attempts": _about(
            _list(
                _object(
                    {
                        "outcome": _OUTCOME,
                        "codes": _TEXTS,
                        "failure": _TEXT,
                        "spent": SPENT,
                    },
                    "outcome",
                )
            ),
            "Earlier attempts, in order, if a plugin ran the test again, or if a take was BROKEN;"
            " they do not count.",
        ),
        "transcript": TRANSCRIPT_SCHEMA,
        "repeat": _about(_REPEAT, "Of a scenario that is played several times."),
        "takes": {
            "type": "array",
            "items": {"$ref": "#/$defs/conversation"},
            "description": "Instead of checks and transcript if there is `repeat`.",
        },
        "take": _about(_NUMBER, "From 1; of one of several takes."),
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
    "description": "The results of a run. Empty values are omitted.",
    "$defs": {"conversation": CONVERSATION_SCHEMA},
    **_object(
        {
            "version": {"const": VERSION, "description": "Of this format."},
            "harness": _about(_TEXT, "Version of the harness."),
            "run": _about(_TEXT, "Id of the run."),
            "started": _TIME,
            "mode": {"enum": [mode.value for mode in Mode]},
            "project": _about(_TEXT, "Name of the project's folder."),
            "commit": _about(_TEXT, "Of version control, from CI's variables or git."),
            "branch": _TEXT,
            "changed": _about(_TRUTH, "There were changes that are not in the commit."),
            "command": _about(_TEXT, "As it was typed, without secrets."),
            "part": _about(PART_SCHEMA, "Of a run with `--part`: which one."),
            "conversations": _list({"$ref": "#/$defs/conversation"}),
            "errors": _about(
                _list(_object({"file": _TEXT, "message": _TEXT}, "file", "message")),
                "Files that could not be read.",
            ),
            "notes": _about(_TEXTS, "What people should know about the providers of the run."),
            "ended": _about(_TIME, "Omitted if the run was killed."),
            "exit_status": _about(_NUMBER, "That of pytest."),
            "classes": _about(
                _object(dict.fromkeys(STATUSES, _NUMBER)),
                "How many tests are red, by class; omitted if none is.",
            ),
            "plan": _about(PART_OF_PLAN_SCHEMA, "Its plan; omitted if the run was killed."),
        },
        "version",
        "run",
        "started",
        "conversations",
    ),
}
"""The whole file."""
