"""The keys `judges`, `judge` and `similarity`: the models that checks ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.core import Json, Problem, did_you_mean, quote
from harness.formats.yaml import Node

MOST_SAMPLES = 20

REQUIRE: Json = {
    "type": "object",
    "description": "What the calibration must reach, or else the judge's verdicts do not count.",
    "additionalProperties": False,
    "minProperties": 1,
    "properties": {
        "labels": {
            "type": "object",
            "additionalProperties": False,
            "required": ["at_least"],
            "properties": {"at_least": {"type": "integer", "minimum": 2}},
            "description": "How many verdicts people have labelled.",
        },
        "kappa": {
            "type": "object",
            "additionalProperties": False,
            "required": ["at_least"],
            "properties": {"at_least": {"type": "number", "exclusiveMinimum": 0, "maximum": 1}},
            "description": "Cohen's kappa of the judge and people.",
        },
    },
}

JUDGE: Json = {
    "type": "object",
    "description": "A model, or a panel of models, that the check 'judge' asks.",
    "additionalProperties": False,
    "required": ["provider"],
    "properties": {
        "provider": {
            "description": "The provider that is asked; a list is a panel.",
            "oneOf": [
                {"type": "string"},
                {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": True},
            ],
        },
        "samples": {
            "type": "integer",
            "minimum": 1,
            "maximum": MOST_SAMPLES,
            "description": "How often each provider is asked; default: 1.",
        },
        "agree": {
            "type": "integer",
            "minimum": 1,
            "description": "How many answers must say the same; default: more than half.",
        },
        "prompt": {
            "type": "string",
            "description": "A built-in prompt or a text file of the project; default: criterion@1.",
            "examples": ["criterion@1", "prompts/strict.txt"],
        },
        "calibration": {
            "type": "string",
            "minLength": 1,
            "description": "The file with the labels of people, which harness label writes.",
            "examples": ["calibration/careful.jsonl"],
        },
        "require": REQUIRE,
    },
}

JUDGES: Json = {
    "type": "object",
    "description": "The judges of the check 'judge', by name.",
    "additionalProperties": JUDGE,
    "propertyNames": {"pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*$"},
    "minProperties": 1,
}

SIMILARITY: Json = {
    "description": (
        "The provider of embeddings that the check 'similar_to' asks; of a list, checks that name"
        " none ask the first."
    ),
    "examples": ["embedder"],
    "oneOf": [
        {"type": "string"},
        {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": True},
    ],
}


def embedders_of(top: Node) -> tuple[Node, ...]:
    """The providers below `similarity`."""
    named = top.get("similarity")
    if named is None:
        return ()
    return tuple(named) if isinstance(named.value, list) else (named,)


def providers_of(judge: Node) -> tuple[Node, ...]:
    """The providers that a judge asks."""
    named = judge.at("provider")
    return tuple(named) if isinstance(named.value, list) else (named,)


def judge_problems(top: Node) -> Iterator[Problem]:
    """Judges that ask unknown providers or can never agree, and a default that does not exist."""
    known: Mapping[str, Node] = dict(top.entries("judges"))
    asked = [(one, f"judge {name}") for name, judge in known.items() for one in providers_of(judge)]
    providers = dict(top.entries("providers"))
    for one, subject in (*asked, *((one, "similarity") for one in embedders_of(top))):
        if one.value not in providers:
            yield Problem(
                code="unknown-provider",
                message=f"unknown provider {quote(str(one.value))}",
                place=one.place,
                subject=subject,
                hint=did_you_mean(str(one.value), providers),
            )
    for name, judge in known.items():
        answers = len(providers_of(judge)) * int(judge.value_of("samples", 1))
        agree, wanted = judge.get("agree"), int(judge.value_of("agree", answers))
        if agree is not None and wanted > answers:
            yield Problem(
                code="wrong-value",
                message=f"{agree.value} answers must agree, but there are {answers}",
                place=agree.place,
                subject=f"judge {name}",
                hint=f"write at most {answers}, or more 'samples:'",
            )
        elif agree is not None and wanted * 2 <= answers:
            yield Problem(
                code="wrong-value",
                message=f"{agree.value} of {answers} answers can say yes and as many no",
                place=agree.place,
                subject=f"judge {name}",
                hint=f"write at least {answers // 2 + 1}",
            )
        if judge.has("require") and not judge.has("calibration"):
            yield Problem(
                code="missing-key",
                message="'require' needs a file with labels",
                place=judge.at("require").key_place,
                subject=f"judge {name}",
                hint=f"add 'calibration: calibration/{name}.jsonl'",
            )
    default = top.get("judge")
    if default is not None and default.value not in known:
        yield Problem(
            code="no-judge",
            message=f"there is no judge {quote(str(default.value))}",
            place=default.place,
            hint=did_you_mean(str(default.value), known) or "add it under 'judges:'",
        )
