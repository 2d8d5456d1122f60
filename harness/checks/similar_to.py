"""`similar_to`: how near the reply is to a text, by the vectors that a model gives for both."""

from __future__ import annotations

from collections.abc import Mapping
from math import floor

from harness.checks.arguments import TEXT, OptionalKeys, is_number, require_substance, text_of
from harness.checks.check import BadExpectation, Content, Judge, Kind, Options, Subject
from harness.checks.figures import figures_in
from harness.checks.judge import NO_JUDGES, Judges
from harness.checks.text_forms import listed, said, text_shown
from harness.checks.vectors import NotAVector, cosine, vector_in
from harness.checks.verdict import PASS, Finding, Verdict, failed, skipped
from harness.conversation import Opinions, Outcome, ProviderAnswer, Question
from harness.core import Json, Problem, did_you_mean, quote, show, value_class

FIGURES = "figures"
_KEYS = ("text", "at_least", "keep", "by")
_CODES = {
    "judge-failed": "embedding-failed",
    "judge-not-recorded": "embedding-not-recorded",
}
"""Why a model gave no answer, as this check says it."""
_DIGITS = 4
"""Decimal places of a similarity that are shown."""


@value_class(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """A `similar_to` check, as it was read."""

    text: str
    at_least: float
    keeps_figures: bool
    provider: str


def _compile(value: Json, options: Options) -> Judge:
    wanted = _read(value, options.judges or NO_JUDGES)
    if options.doubts is not None and isinstance(value, Mapping) and "keep" not in value:
        options.doubts.append(_DOUBT)

    def judge(subject: Subject) -> Verdict:
        expected = f"{said(wanted.text)} (similarity of at least {wanted.at_least:g})"
        if not subject.text.strip():
            message = f"{subject.name} has no text, so it is not similar"
            return failed(message, expected=expected, actual=text_shown(subject))
        if wanted.keeps_figures and (lost := _lost(wanted.text, subject.text)):
            message = f"{subject.name} does not say {listed(lost)}, which the text says"
            return failed(message, expected=expected, actual=text_shown(subject))
        opinions = subject.transcript.opinions if subject.transcript is not None else None
        if opinions is None:
            return _broken("embedding-failed", "no model is asked where this check is made")
        if opinions.unasked:
            return skipped(opinions.unasked)
        return _verdict(wanted, subject, opinions, expected)

    return judge


def _verdict(wanted: _Wanted, subject: Subject, opinions: Opinions, expected: str) -> Verdict:
    """Passed if the vectors are near enough; BROKEN without two that can be compared."""
    # Both are looked up first, so that both are asked.
    found = [_asked(wanted.provider, text, opinions) for text in (subject.text, wanted.text)]
    answers = [one for one in found if one is not None]
    if len(answers) < len(found):
        return _broken("embedding-failed", f"{quote(wanted.provider)} was not asked")
    for answer in answers:
        if answer.code:
            return _broken(_CODES.get(answer.code, answer.code), answer.reason)
    try:
        own, other = map(vector_in, answers)
        similarity = cosine(own, other)
    except NotAVector as error:
        return _broken("embedding-unreadable", f"{wanted.provider}: {error}")
    if similarity >= wanted.at_least:
        return PASS
    model = answers[0].model
    shown = floor(similarity * 10**_DIGITS) / 10**_DIGITS
    return failed(
        f"the similarity of {subject.name} to the text is {shown:g},"
        f" expected at least {wanted.at_least:g}",
        expected=expected,
        actual=text_shown(subject),
        difference=(f"by {wanted.provider}{f' ({model})' if model else ''}",),
    )


def _asked(provider: str, text: str, opinions: Opinions) -> ProviderAnswer | None:
    return opinions.of(Question(provider=provider, text=text))


def _lost(text: str, reply: str) -> list[str]:
    """The figures of a text that a reply does not say."""
    known = figures_in(reply)
    return list(dict.fromkeys(one.text for one in figures_in(text) if not one.is_said_by(known)))


def _broken(code: str, reason: str) -> Verdict:
    return Verdict(outcome=Outcome.BROKEN, finding=Finding(message=reason), code=code)


def _read(value: Json, judges: Judges) -> _Wanted:
    parts = OptionalKeys(value, _KEYS)
    text, at_least = parts.make("text", _text), parts.make("at_least", _at_least)
    for key, found in (("text", text), ("at_least", at_least)):
        if found is None:
            raise BadExpectation("missing-key", f"'similar_to' takes '{key}'", _HINTS[key])
    return _Wanted(
        text=text or "",
        at_least=at_least or 0.0,
        keeps_figures=parts.make("keep", _keeps_figures) or False,
        provider=parts.make("by", lambda name: _named(name, judges)) or _default(judges),
    )


_HINTS = {
    "text": "add 'text:', a reply that would be right",
    "at_least": "add 'at_least:', such as 0.8; how similar is similar depends on the model",
}


def _text(value: Json) -> str:
    text = text_of(value)
    require_substance([text])
    return text


def _at_least(value: Json) -> float:
    if is_number(value) and 0 < value < 1:
        return float(value)
    message = f"a similarity is a number between 0 and 1, not {show(value)}"
    hint = (
        "for the text itself, write 'equals'" if value == 1 and is_number(value) else "such as 0.8"
    )
    raise BadExpectation("wrong-value", message, hint)


def _keeps_figures(value: Json) -> bool:
    for at, one in enumerate(value if isinstance(value, list | tuple) else [value]):
        if one != FIGURES:
            message = f"'keep' cannot be {show(one)}"
            hint = did_you_mean(str(one), [FIGURES])
            path = (at,) if isinstance(value, list | tuple) else ()
            raise BadExpectation("wrong-value", message, hint, path)
    return bool(value)


def _named(name: Json, judges: Judges) -> str:
    if name in judges.embedders:
        return str(name)
    hint = did_you_mean(str(name), judges.embedders) or "add it to 'similarity:' in harness.yaml"
    message = f"there is no provider of embeddings {quote(str(name))}"
    raise BadExpectation("no-embeddings", message, hint)


def _default(judges: Judges) -> str:
    if judges.embedders:
        return judges.embedders[0]
    raise BadExpectation(
        "no-embeddings",
        "the project has no provider of embeddings",
        "add 'similarity: NAME' to harness.yaml, with a provider of 'openai-embeddings'",
    )


_DOUBT = Problem(
    code="similar-subject",
    message=(
        "the check passes for another figure, another day, or the opposite:"
        " vectors compare what texts are about"
    ),
    hint="add 'keep: [figures]', or 'keep: []' if that is meant",
)

SIMILAR_TO = Kind(
    name="similar_to",
    schema={
        "type": "object",
        "additionalProperties": False,
        "required": ["text", "at_least"],
        "description": (
            "The reply is about the same as a text: the cosine of both vectors, which a model of"
            " embeddings gives. It does not see another figure or day, or a 'not'."
        ),
        "examples": [
            {"text": "Shipping is free from 50 dollars on.", "at_least": 0.8, "keep": [FIGURES]}
        ],
        "properties": {
            "text": {**TEXT, "description": "A reply that would be right."},
            "at_least": {
                "type": "number",
                "exclusiveMinimum": 0,
                "exclusiveMaximum": 1,
                "description": "The least similarity that passes; it depends on the model.",
            },
            "keep": {
                "type": "array",
                "uniqueItems": True,
                "items": {"enum": [FIGURES]},
                "description": "What of the text must be in the reply; [] says nothing must.",
            },
            "by": {
                "type": "string",
                "description": "The provider of embeddings; default: the first of 'similarity:'.",
            },
        },
    },
    compile=_compile,
    parts={"text": Content.TEXT},
    is_caseless=True,
    asks=True,
    other_words="similar semantic-similarity semantic_similarity embedding embeddings cosine",
)
