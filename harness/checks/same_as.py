"""`same_as`: the payload equals a golden file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import PurePosixPath

from harness.checks.arguments import OptionalKeys, each, flag_of, unlike
from harness.checks.check import BadExpectation, Judge, Kind, Options, Subject
from harness.checks.diff import Likeness, difference
from harness.checks.finder import Finder, finder
from harness.checks.goldens import SUFFIXES, Goldens
from harness.checks.json_paths import without_payload
from harness.checks.value_matchers import number_of
from harness.checks.verdict import PASS, Verdict, failed
from harness.conversation import Outcome
from harness.core import Json, show, value_class
from harness.formats.json_path import without_places


@value_class(frozen=True, slots=True, kw_only=True)
class _Comparison:
    """How a payload is compared with a golden."""

    name: str
    part: Finder
    ignored: tuple[Finder, ...]
    likeness: Likeness

    def differences(self, golden: Json, value: Json) -> tuple[str, ...]:
        """The lines that differ; empty if the values are alike in all that is compared."""
        if self.likeness.holds(golden, value):
            return ()
        if self.ignored:
            golden, value = self._pruned(golden), self._pruned(value)
            if self.likeness.holds(golden, value):
                return ()
        lines = difference(golden, value, likeness=self.likeness)
        return lines or ("they differ",)

    def idle(self, golden: Json, value: Json) -> str:
        """A sentence on the first ignored path that matches nothing on both sides; else empty."""
        for path in self.ignored:
            if not path.find(golden) and not path.find(value):
                _, hint = path.explain_nothing(value)
                idle = f"{path.text}, which matches nothing in the payload or in the golden file"
                return f"{idle}; {hint}" if hint else idle
        return ""

    def _pruned(self, value: Json) -> Json:
        """The value without what is ignored."""
        return without_places(
            value, {place for path in self.ignored for place, _ in path.find(value)}
        )


def _compile(value: Json, options: Options) -> Judge:
    comparison = _comparison(value if isinstance(value, Mapping) else {"file": value})
    goldens = options.goldens

    def judge(subject: Subject) -> Verdict:
        if not subject.has_payload:
            return without_payload(subject)
        if goldens is None:
            raise BadExpectation(
                "golden-missing", "a golden file must be in a project, but there is none"
            )
        found = comparison.part.find(subject.payload)
        if not found:
            message, hint = comparison.part.explain_nothing(subject.payload)
            return failed(
                message,
                expected=comparison.name,
                actual="nothing",
                difference=(hint,) if hint else (),
            )
        return _verdict(comparison, goldens, comparison.part.value(found), subject)

    return judge


def _verdict(comparison: _Comparison, goldens: Goldens, part: Json, subject: Subject) -> Verdict:
    file = goldens.file(comparison.name, subject.file)
    if goldens.ledger is not None:
        goldens.settle(file, part, _who(subject), lambda old: comparison.differences(old, part))
        return PASS
    golden = goldens.value(file)
    lines = comparison.differences(golden, part)
    idle = comparison.idle(golden, part)
    if not lines:
        return Verdict(outcome=Outcome.PASSED, reason=f"ignores {idle}") if idle else PASS
    shown = goldens.shown(file)
    what = f"the payload of {subject.name}"
    if comparison.part.text != "$":
        what = f"{comparison.part.text} in {what}"
    return failed(
        f"{what} differs from {shown}",
        expected=f"the payload in {shown}",
        actual=show(part),
        difference=(*lines, f"note: it ignores {idle}") if idle else lines,
    )


def _who(subject: Subject) -> str:
    transcript, turn = subject.transcript, subject.turn
    play = f"{transcript.scenario}[{transcript.provider}]" if transcript else "another conversation"
    return f"{play}, turn {turn.number}" if turn else play


def _comparison(value: Mapping[str, Json]) -> _Comparison:
    parts = OptionalKeys(value, ("file", "path", "ignore", "unordered", "tolerance"))
    name = parts.make("file", _name)
    if name is None:
        raise BadExpectation("missing-key", "'same_as' takes a file", "add 'file:'")
    return _Comparison(
        name=name,
        part=parts.make("path", _path) or finder("$"),
        ignored=tuple(parts.make("ignore", partial(each, make=_path)) or ()),
        likeness=Likeness(
            unordered=parts.make("unordered", partial(flag_of, "unordered")) or False,
            tolerance=parts.make("tolerance", _tolerance) or 0.0,
        ),
    )


def _name(value: Json) -> str:
    if not isinstance(value, str) or not value:
        raise unlike(value, "a file")
    if PurePosixPath(value).is_absolute() or "\\" in value:
        hint = "use a path relative to the scenario's folder or to schemas/"
        raise BadExpectation("golden-outside", f"{show(value)} is not a path in the project", hint)
    if not value.endswith(SUFFIXES):
        message = f"{show(value)} is not a valid name of a golden file"
        raise BadExpectation("wrong-value", message, f"the name ends in {', '.join(SUFFIXES)}")
    return value


def _path(value: Json) -> Finder:
    if not isinstance(value, str):
        raise unlike(value, "a path")
    return finder(value)


def _tolerance(value: Json) -> float:
    found = number_of(value)
    if found < 0:
        raise BadExpectation("wrong-value", f"{show(value)} is less than zero")
    return found


def _decides(value: Json) -> Iterator[str]:
    """The ignored paths, from the start of the payload."""
    if not isinstance(value, Mapping) or "ignore" not in value:
        return
    part = finder(str(value.get("path", "$")))
    for path in each(value["ignore"], str):
        if part.is_single or path.startswith("$.."):
            yield f"{part.text}{path[1:]}"
        elif path.startswith("$[*]"):
            # What is compared is the list of all matches.
            yield f"{part.text}{path[4:]}"


SAME_AS = Kind(
    name="same_as",
    schema={
        "description": (
            "The payload equals a golden file, which is next to the scenario or in"
            " schemas/; --harness-update writes it from the recording."
        ),
        "examples": ["greeting.json", {"file": "greeting.json", "ignore": ["$.id"]}],
        "oneOf": [
            {"type": "string"},
            {
                "type": "object",
                "required": ["file"],
                "additionalProperties": False,
                "properties": {
                    "file": {"type": "string", "description": "The golden file: JSON or YAML."},
                    "path": {
                        "type": "string",
                        "description": "JSONPath of the part that is compared; default: $.",
                    },
                    "ignore": {
                        "type": ["string", "array"],
                        "items": {"type": "string"},
                        "description": "JSONPaths of what is ignored on both sides.",
                    },
                    "unordered": {
                        "type": "boolean",
                        "description": "Items of lists may be in any order.",
                    },
                    "tolerance": {
                        "type": "number",
                        "minimum": 0,
                        "description": "How far two numbers may differ.",
                    },
                },
            },
        ],
    },
    compile=_compile,
    on="payload",
    is_caseless=True,
    names_files=True,
    decides=_decides,
)
