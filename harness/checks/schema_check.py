"""`schema`: the payload fits a JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.checks.arguments import unlike
from harness.checks.check import BadExpectation, Judge, Kind, Options, Subject
from harness.checks.json_paths import LIKELY, without_payload
from harness.checks.verdict import PASS, Verdict, failed, noted
from harness.core import Json, SchemaError, show
from harness.formats.json_schema import Schema, Violation, compile_schema
from harness.secrets.redacted_values import of_real_values

MOST_SHOWN = 10
_INLINE = "schema"


def _compile(value: Json, options: Options) -> Judge:
    schema = schema_of(value, options)
    if options.doubts is not None:
        options.doubts.extend(schema.doubts())
        if not schema.names_keys and all(map(schema.is_valid, LIKELY)):
            options.doubt(
                "the schema matches most payloads",
                "name the keys that must be there under 'required'",
            )

    may_say_nothing = schema.is_valid({}) or schema.is_valid([])

    def judge(subject: Subject) -> Verdict:
        if not subject.has_payload:
            return without_payload(subject)
        if schema.is_valid(subject.payload):
            is_vain = may_say_nothing and _says_nothing_of(subject.payload, schema)
            return noted(_VAIN) if is_vain else PASS
        # What was redacted is known only in its place, in a live conversation as in a replay.
        violations = of_real_values(schema.violations(subject.payload), subject.payload)
        return _failure(schema, subject, violations) if violations else PASS

    return judge


def _says_nothing_of(payload: Json, schema: Schema) -> bool:
    """Whether the schema would also accept other values in the payload, and an empty payload."""
    others: list[Json]
    if isinstance(payload, Mapping):
        others = [{}, {**payload, "": None}, *(dict.fromkeys(payload, one) for one in _VALUES)]
    elif isinstance(payload, list | tuple):
        others = [[], [*payload, None], *([one] * len(payload) for one in _VALUES)]
    else:
        return False
    return all(map(schema.is_valid, others))


_VALUES: tuple[Json, ...] = (None, True, 0, "", [], {})
_VAIN = "asserts nothing about this payload: it requires no key and describes none of its keys"


def schema_of(value: Json, options: Options) -> Schema:
    """A schema, or the one of this name in `schemas/`. Raises `BadExpectation`."""
    try:
        schema = _read_schema(value, options)
    except SchemaError as error:
        first = error.problems[0]
        place = f"{first.place}: " if first.place else ""
        rest = f" (and {len(error.problems) - 1} more)" if len(error.problems) > 1 else ""
        message = f"{place}{first.message}{rest}"
        raise BadExpectation(first.code, message, first.hint) from error
    if schema.allows_everything:
        named = "the schema" if schema.name == _INLINE else f"the schema '{schema.name}'"
        message = f"{named} matches every payload"
        raise BadExpectation("matches-everything", message, "write what must be there")
    return schema


def _read_schema(value: Json, options: Options) -> Schema:
    if isinstance(value, Mapping | bool):
        return compile_schema(value, name=_INLINE)
    if not isinstance(value, str):
        raise unlike(value, "a schema or its name")
    if options.schemas is None:
        raise BadExpectation(
            "unknown-schema", f"there is no schema '{value}'", "the project has no schemas"
        )
    return options.schemas.schema(value)


def _failure(schema: Schema, subject: Subject, violations: Sequence[Violation]) -> Verdict:
    first, more = violations[0], len(violations) - MOST_SHOWN
    place = f" at {first.pointer}" if first.path else ""
    lines = [f"{one} ({one.schema_pointer})" for one in violations[:MOST_SHOWN]]
    return failed(
        f"the payload of {subject.name} is not valid against the schema{place}: {first.message}",
        expected=(
            "a payload that is valid against "
            f"{'the schema' if schema.name == _INLINE else schema.name}"
        ),
        actual=show(subject.payload),
        difference=(*lines, *((f"… and {more} more",) if more > 0 else ())),
    )


SCHEMA = Kind(
    name="schema",
    schema={
        "oneOf": [{"type": "string"}, {"type": "object"}],
        "description": "The payload is valid against this JSON Schema: a name "
        "in schemas/, or the schema.",
        "examples": ["connectly/reply", {"type": "object", "required": ["id"]}],
    },
    compile=_compile,
    on="payload",
    is_caseless=True,
    other_words="contract",
    names_files=True,
)
