"""`actions`, `products` and `attachments`: what a reply brings beside its text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.checks.block import Block
from harness.checks.check import PASS, Content, Judge, Kind, Options, Verdict, failed
from harness.checks.counting import Count, OptionalKeys
from harness.checks.json_paths import PATHS, PathRules, verdict_of
from harness.checks.matchers import COUNT
from harness.checks.subject import Subject
from harness.checks.text_kinds import TEXT_BLOCK, texts_with
from harness.checks.words import TEXTS, listed, normalizer, texts_of
from harness.core.errors import did_you_mean
from harness.core.typing import Json
from harness.formats.json_schema.wording import show


def _actions(value: Json, options: Options) -> Judge:
    parts = OptionalKeys(value, _ACTION_KEYS, short="contains")
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
            return _no_button(missing, labels, subject)
        surplus = [label for label in unwanted if form(label) in formed]
        if surplus:
            return failed(
                f"{subject.name} has the button {listed(surplus)}",
                expected=f"no button {listed(unwanted)}",
                actual=_shown(labels),
            )
        return PASS

    return judge


_ACTION_KEYS = ("count", "contains", "not_contains")


def _no_button(missing: list[str], labels: list[str], subject: Subject) -> Verdict:
    hints = [did_you_mean(label, labels) for label in missing]
    return failed(
        f"{subject.name} has no button {listed(missing)}",
        expected=f"the button {listed(missing)}",
        actual=_shown(labels),
        difference=tuple(hint for hint in hints if hint.startswith("did")),
    )


def _shown(names: Sequence[str]) -> str:
    return ", ".join(show(name) for name in names) or "none"


def _products(value: Json, options: Options) -> Judge:
    parts = OptionalKeys(value, ("count", "any", "every"))
    count = parts.make("count", lambda found: Count(found, "product", options))
    any_ = parts.make("any", lambda found: PathRules(found, options))
    every = parts.make("every", lambda found: PathRules(found, options))

    def judge(subject: Subject) -> Verdict:
        number = len(subject.products)
        if count is not None and (failure := count.failure(number, subject.name)):
            return failure
        if not number and (any_ is not None or every is not None):
            return failed(f"{subject.name} has no products", expected="a product", actual="none")
        if every is not None:
            for index, product in enumerate(subject.products, 1):
                if faults := every.faults(product):
                    return _of_product(index, verdict_of(faults), subject)
        if any_ is not None and not any(not any_.faults(one) for one in subject.products):
            return _no_product(any_, subject)
        return PASS

    return judge


def _of_product(index: int, verdict: Verdict, subject: Subject) -> Verdict:
    finding = verdict.finding
    if finding is None:
        return verdict
    return failed(
        f"product {index} of {subject.name}: {finding.message}",
        expected=finding.expected,
        actual=finding.actual,
        difference=finding.difference,
    )


def _no_product(rules: PathRules, subject: Subject) -> Verdict:
    faults = [rules.faults(product) for product in subject.products]
    lines = (f"product {number}: {found[0].message}" for number, found in enumerate(faults, 1))
    return failed(
        f"no product of {subject.name} fits",
        expected="\n".join(fault.expected for fault in faults[0]),
        actual=show(list(subject.products)),
        difference=tuple(lines)[:10],
    )


def _attachments(value: Json, options: Options) -> Judge:
    parts = OptionalKeys(value, ("count", "any"))
    count = parts.make("count", lambda found: Count(found, "attachment", options))
    any_ = parts.make("any", lambda found: Block(found, options, texts_with(options)))

    def judge(subject: Subject) -> Verdict:
        names = [attachment.name for attachment in subject.attachments]
        if count is not None and (failure := count.failure(len(names), subject.name)):
            return failure
        if any_ is None:
            return PASS
        subjects = (Subject(name=f"the attachment {show(name)}", text=name) for name in names)
        failures = []
        for one in subjects:
            failure = any_.failure(one)
            if failure is None:
                return PASS
            failures.append(failure)
        lines = (failure.finding.message for failure in failures if failure.finding is not None)
        return failed(
            f"no attachment of {subject.name} has such a name",
            expected="an attachment with such a name",
            actual=_shown(names),
            difference=tuple(lines),
        )

    return judge


def _mapping(description: str, examples: list[Json], properties: Mapping[str, Json]) -> Json:
    return {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": properties,
        "description": description,
        "examples": examples,
    }


ACTIONS = Kind(
    name="actions",
    schema={
        "description": "Buttons of the reply: labels that must be there, or a mapping.",
        "examples": [["Contact Support"], {"count": 3, "contains": "Contact Support"}],
        "oneOf": [
            *TEXTS["oneOf"],  # type: ignore[misc]  # a list
            _mapping(
                "How many buttons there are, and which.",
                [],
                {
                    "count": {**COUNT, "description": "How many buttons there are."},
                    "contains": {**TEXTS, "description": "Labels that must be there."},
                    "not_contains": {**TEXTS, "description": "Labels that must not be there."},
                },
            ),
        ],
    },
    compile=_actions,
    content=Content.TEXT,
    parts={"contains": Content.TEXT, "not_contains": Content.TEXT},
    needs="actions",
    lacks="does not say where buttons stand",
    other_words="buttons quick_replies suggestions options chips",
)
PRODUCTS = Kind(
    name="products",
    schema=_mapping(
        "The products that the reply shows.",
        [{"count": {"at_least": 1}, "every": {"$.price": {"less_than": 200}}}],
        {
            "count": {**COUNT, "description": "How many products there are."},
            "any": {**PATHS, "description": "JSONPaths that hold in at least one product."},
            "every": {**PATHS, "description": "JSONPaths that hold in every product."},
        },
    ),
    compile=_products,
    needs="products",
    lacks="does not say where products stand",
    other_words="cards items carousel",
)
ATTACHMENTS = Kind(
    name="attachments",
    schema=_mapping(
        "The files that came with the reply.",
        [{"count": 1, "any": {"ends_with": ".pdf"}}],
        {
            "count": {**COUNT, "description": "How many attachments there are."},
            "any": {
                **TEXT_BLOCK,
                "description": "Text checks that the name of one of them fulfils.",
            },
        },
    ),
    compile=_attachments,
    parts={"any": Content.CHECKS},
    needs="attachments",
    lacks="does not say where attachments stand",
    other_words="files images media",
)
