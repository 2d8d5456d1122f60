"""The format of results.json, as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping

from harness.core import Json
from harness.parallel.part_of_plan import PART_OF_PLAN_SCHEMA, PART_SCHEMA
from harness.play.drift.drift import Drift
from harness.project.plan import Mode
from harness.reports.classes import STATUSES
from harness.reports.results.judged_schema import JUDGED
from harness.reports.results.schema_parts import (
    LINE,
    NUMBER,
    OUTCOME,
    SECONDS,
    TEXT,
    TEXTS,
    TIME,
    TRUTH,
    described,
    list_of,
    object_of,
)
from harness.reports.results.spent_schema import SPENT
from harness.reports.results.transcript_schema import TRANSCRIPT_SCHEMA

VERSION = 1
"""Of the format. It rises when a reader of the old one would read the new one wrong."""

_CHECK = object_of(
    {
        "name": TEXT,
        "outcome": OUTCOME,
        "turn": described(NUMBER, "0 for a check on the whole conversation."),
        "place": described(
            TEXT, "The block, whatever its line: `turns[1].expect`, by a turn's id."
        ),
        "file": described(TEXT, "Omitted if it is the scenario's."),
        "line": described(LINE, "Of the expectation; omitted for a contract of the definition."),
        "column": LINE,
        "excerpt": described(TEXT, "The line with a caret."),
        "code": described(TEXT, "Of the error, if it is broken."),
        "message": TEXT,
        "expected": TEXT,
        "actual": TEXT,
        "difference": TEXTS,
        "judged": described(list_of(JUDGED), "What judges were asked and answered."),
    },
    "name",
    "outcome",
    "turn",
)
_PLANNED = object_of(
    {
        "turn": described(LINE, "Number of a turn of the user."),
        "line": LINE,
        "id": TEXT,
        "assistant": described(TEXT, "What the bot said on its own, instead of a turn."),
    }
)
_DRIFT = object_of(
    {
        "turn": NUMBER,
        "kind": {"enum": [kind.value for kind in Drift]},
        "lines": TEXTS,
        "recorded": described(TEXTS, "Texts of the recorded reply, if something differs."),
    },
    "turn",
    "kind",
)
_REPEAT = object_of(
    {
        "passed": NUMBER,
        "told": described(NUMBER, "Takes that passed or failed; broken ones do not count."),
        "wanted": described(NUMBER, "Takes that must pass; 0 if they go on until they decide."),
        "until": described(
            object_of({name: {"type": "number"} for name in ("good", "bad", "error")}),
            "Of takes that go on until they decide: pass rates, and how likely it is wrong.",
        ),
        "stopped": described(
            NUMBER,
            "How many takes there could have been, if the result was certain before. When they"
            " ended depends on their outcomes, so that their pass rate is biased.",
        ),
        "interval": {
            "type": "array",
            "items": {"type": "number"},
            "description": "Of the pass rate: Wilson, 95 %; omitted if they were stopped.",
        },
        "divided": described(
            object_of({"place": TEXT, "excerpt": TEXT}, "place", "excerpt"),
            "Of takes of which other parts have the rest: where a failure of them all is shown.",
        ),
    },
    "passed",
    "told",
    "wanted",
)
CONVERSATION_SCHEMA: Mapping[str, Json] = object_of(
    {
        "id": described(TEXT, "As pytest names it; unique in a run."),
        "index": described(NUMBER, "Position in the run, from 0; with pytest-xdist."),
        "scenario": TEXT,
        "title": TEXT,
        "description": TEXT,
        "tags": TEXTS,
        "links": list_of(
            object_of({"url": described(TEXT, "http or https."), "name": TEXT}, "url")
        ),
        "provider": TEXT,
        "row": described(TEXT, "Of the matrix."),
        "file": TEXT,
        "line": LINE,
        "fingerprint": described(TEXT, "A hash of the scenario and the files that it uses."),
        "outcome": OUTCOME,
        "codes": described(TEXTS, "Names of failed checks, and the error's code."),
        "user_faults": described(
            TEXTS, "Those of the codes that are of a simulated user: the bot was not judged."
        ),
        "latency": described(SECONDS, "Seconds of all replies together."),
        "spent": described(
            SPENT,
            "What its replies cost, by provider and purpose, also those of takes played again.",
        ),
        "plan": described(list_of(_PLANNED), "Turns, and lines that the bot said on its own."),
        "checks": list_of(_CHECK),
        "notes": TEXTS,
        "drift": list_of(_DRIFT),
        "expected_failure": described(
            TEXT, "Why it was expected to fail, if it did; the outcome is then `skipped`."
        ),
        "failure": described(TEXT, "What the terminal shows of a failure."),
        "attempts": described(
            list_of(
                object_of(
                    {
                        "outcome": OUTCOME,
                        "codes": TEXTS,
                        "failure": TEXT,
                        "spent": SPENT,
                    },
                    "outcome",
                )
            ),
            "Earlier attempts, in order, if a plugin ran the test again, or if a take was BROKEN;"
            " they do not count.",
        ),
        "transcript": TRANSCRIPT_SCHEMA,
        "repeat": described(_REPEAT, "Of a scenario that is played several times."),
        "takes": {
            "type": "array",
            "items": {"$ref": "#/$defs/conversation"},
            "description": "Instead of checks and transcript if there is `repeat`.",
        },
        "take": described(NUMBER, "From 1; of one of several takes."),
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
    **object_of(
        {
            "version": {"const": VERSION, "description": "Of this format."},
            "harness": described(TEXT, "Version of the harness."),
            "run": described(TEXT, "Id of the run."),
            "started": TIME,
            "mode": {"enum": [mode.value for mode in Mode]},
            "project": described(TEXT, "Name of the project's folder."),
            "commit": described(TEXT, "Of version control, from CI's variables or git."),
            "branch": TEXT,
            "changed": described(TRUTH, "There were changes that are not in the commit."),
            "command": described(TEXT, "As it was typed, without secrets."),
            "part": described(PART_SCHEMA, "Of a run with `--part`: which one."),
            "conversations": list_of({"$ref": "#/$defs/conversation"}),
            "errors": described(
                list_of(object_of({"file": TEXT, "message": TEXT}, "file", "message")),
                "Files that could not be read.",
            ),
            "notes": described(TEXTS, "What people should know about the providers of the run."),
            "ended": described(TIME, "Omitted if the run was killed."),
            "exit_status": described(NUMBER, "That of pytest."),
            "classes": described(
                object_of(dict.fromkeys(STATUSES, NUMBER)),
                "How many tests are red, by class; omitted if none is.",
            ),
            "plan": described(PART_OF_PLAN_SCHEMA, "Its plan; omitted if the run was killed."),
        },
        "version",
        "run",
        "started",
        "conversations",
    ),
}
"""The whole file."""
