"""`actions`: the buttons that come with a reply."""

from __future__ import annotations

from collections.abc import Sequence

from harness.checks.arguments import TEXTS, OptionalKeys, keys_schema, texts_of
from harness.checks.check import Content, Decided, Judge, Kind, Options, Subject, decided_by_count
from harness.checks.matchers import COUNT, Count
from harness.checks.text_forms import listed, normalizer
from harness.checks.verdict import PASS, Verdict, failed
from harness.core import Json, nearest_word, show


def _compile(value: Json, options: Options) -> Judge:
    parts = OptionalKeys(value, ("count", "contains", "not_contains"), short="contains")
    count = parts.make("count", lambda found: Count(found, "button", options))
    wanted = parts.make("contains", texts_of) or []
    unwanted = parts.make("not_contains", texts_of) or []
    form = normalizer(ignore_case=options.ignore_case)

    def judge(subject: Subject) -> Verdict:
        labels = list(subject.actions)
        if count is not None and (failure := count.failure(len(labels), subject.name)):
            return failure
        formed = {form(label) for label in labels}
        missing = [label for label in wanted if form(label) not in formed]
        if missing:
            hints = (nearest_word(label, labels) for label in missing)
            return failed(
                f"{subject.name} has no button {listed(missing)}",
                expected=f"the button {listed(missing)}",
                actual=_shown(labels),
                difference=tuple(filter(None, hints)),
            )
        surplus = [label for label in unwanted if form(label) in formed]
        if surplus:
            return failed(
                f"{subject.name} has the button {listed(surplus)}",
                expected=f"no button {listed(unwanted)}",
                actual=_shown(labels),
            )
        return PASS

    return judge


def _shown(labels: Sequence[str]) -> str:
    return ", ".join(map(show, labels)) or "none"


ACTIONS = Kind(
    name="actions",
    schema={
        "description": "Buttons of the reply: labels that must be there, or a mapping.",
        "examples": [["Contact Support"], {"count": 3, "contains": "Contact Support"}],
        "oneOf": [
            *TEXTS["oneOf"],  # type: ignore[misc]  # a list
            {
                **keys_schema(
                    {
                        "count": {**COUNT, "description": "How many buttons there are."},
                        "contains": {**TEXTS, "description": "Labels that must be there."},
                        "not_contains": {**TEXTS, "description": "Labels that must not be there."},
                    }
                ),
                "description": "How many buttons there are, and which.",
            },
        ],
    },
    compile=_compile,
    content=Content.TEXT,
    parts={"contains": Content.TEXT, "not_contains": Content.TEXT},
    decides=decided_by_count(Decided.ACTIONS),
    needs="actions",
    lacks="does not say where buttons are",
    other_words="buttons quick_replies suggestions options chips",
)
