"""`language`: the language that the text is written in."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from harness.checks.check import (
    PASS,
    BadExpectation,
    Judge,
    Kind,
    Options,
    Verdict,
    failed,
    skipped,
)
from harness.checks.language_names import NAMES
from harness.checks.libraries import require_library
from harness.checks.measures import words_of
from harness.checks.subject import Subject
from harness.checks.words import said
from harness.core.counted import counted
from harness.core.errors import did_you_mean
from harness.core.typing import Json
from harness.formats.json_schema.wording import show

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

FEWEST_WORDS = 4
"""Words from which a language is told. Measured: three words of English were taken for another."""


def _compile(value: Json, _options: Options) -> Judge:
    codes = _codes(value)
    require_library("py3langid", check="language", extra="text")
    expected = " or ".join(NAMES[code] for code in codes)

    def judge(subject: Subject) -> Verdict:
        number = len(words_of(subject.text))
        if number < FEWEST_WORDS:
            found = f"{subject.name} has {counted(number, 'word')}"
            return skipped(f"{found}, too few to tell its language")
        found = language_of(subject.text)
        if found in codes:
            return PASS
        return failed(
            f"{subject.name} is in {NAMES[found]}, expected {expected}",
            expected=expected,
            actual=f"{NAMES[found]} ({found})\n{said(subject.text)}",
        )

    return judge


def _codes(value: Json) -> list[str]:
    codes = [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]
    if not codes:
        raise BadExpectation("wrong-value", "the list is empty, expected a language")
    for index, code in enumerate(codes):
        if code not in NAMES:
            path = (index,) if isinstance(value, list | tuple) else ()
            raise BadExpectation("wrong-value", f"{show(code)} is no language", _hint(code), path)
    return codes


def _hint(code: str) -> str:
    by_name = {name.casefold(): found for found, name in NAMES.items()}
    likely = by_name.get(code.casefold()) or code.casefold().partition("-")[0]
    if likely in NAMES:
        return f"did you mean '{likely}'?"
    hint = did_you_mean(code, NAMES)
    return hint if hint.startswith("did") else "a code of ISO 639-1, such as en"


def language_of(text: str) -> str:
    """The code of the likeliest language; the same text always gives the same."""
    found: str = _identifier().classify(text)[0]
    return found


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    # Late: the library and its model take 0.6 s.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    # With dialects and old languages among the choices, short texts are told apart less well.
    identifier.set_languages(list(NAMES))
    return identifier


LANGUAGE = Kind(
    name="language",
    schema={
        "oneOf": [
            {"type": "string"},
            {"type": "array", "items": {"type": "string"}, "minItems": 1},
        ],
        "description": "The text is in this language, or one of these: codes such as en and de.",
        "examples": ["en", ["de", "fr"]],
    },
    compile=_compile,
    on="text",
    is_caseless=True,
    other_words="lang locale",
)
