"""`language`: the language that the text is written in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from harness.checks.arguments import each
from harness.checks.check import BadExpectation, Judge, Kind, Options, Subject
from harness.checks.measures import require_library, words_of
from harness.checks.text_forms import said
from harness.checks.verdict import PASS, Verdict, failed, skipped
from harness.core import Json, counted, nearest_word, show

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

FEWEST_WORDS = 4
"""The fewest words whose language is detected; some texts of three gave a wrong one."""


def _compile(value: Json, _options: Options) -> Judge:
    codes = each(value, _code)
    if not codes:
        raise BadExpectation("wrong-value", "the list is empty, expected a language")
    require_library("py3langid", check="language", extra="text")
    expected = " or ".join(NAMES[code] for code in codes)

    def judge(subject: Subject) -> Verdict:
        number = len(words_of(subject.text))
        if number < FEWEST_WORDS:
            words = counted(number, "word")
            return skipped(f"{subject.name} has {words}, too few to detect its language")
        found = language_of(subject.text)
        if found in codes:
            return PASS
        return failed(
            f"{subject.name} is in {NAMES[found]}, expected {expected}",
            expected=expected,
            actual=f"{NAMES[found]} ({found})\n{said(subject.text)}",
        )

    return judge


def _code(value: Json) -> str:
    code = str(value)
    if code in NAMES:
        return code
    by_name = {name.casefold(): found for found, name in NAMES.items()}
    likely = by_name.get(code.casefold()) or code.casefold().partition("-")[0]
    hint = nearest_word(code, NAMES) or "use an ISO 639-1 code, such as en"
    if likely in NAMES:
        hint = f"did you mean '{likely}'?"
    raise BadExpectation("wrong-value", f"{show(code)} is not a language", hint)


def language_of(text: str) -> str:
    """The code of the likeliest language; always the same for the same text."""
    return str(_identifier().classify(text)[0])


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    # Late: the library and its model take 0.6 s.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    # With dialects and old languages among the choices, short texts are detected less well.
    identifier.set_languages(list(NAMES))
    return identifier


NAMES: Mapping[str, str] = {
    "af": "Afrikaans",
    "am": "Amharic",
    "ar": "Arabic",
    "as": "Assamese",
    "az": "Azerbaijani",
    "be": "Belarusian",
    "bg": "Bulgarian",
    "bn": "Bengali",
    "br": "Breton",
    "bs": "Bosnian",
    "ca": "Catalan",
    "cs": "Czech",
    "cy": "Welsh",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "eo": "Esperanto",
    "es": "Spanish",
    "et": "Estonian",
    "eu": "Basque",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "ga": "Irish",
    "gl": "Galician",
    "gu": "Gujarati",
    "ha": "Hausa",
    "he": "Hebrew",
    "hi": "Hindi",
    "hr": "Croatian",
    "hu": "Hungarian",
    "hy": "Armenian",
    "id": "Indonesian",
    "is": "Icelandic",
    "it": "Italian",
    "ja": "Japanese",
    "ka": "Georgian",
    "kk": "Kazakh",
    "km": "Khmer",
    "kn": "Kannada",
    "ko": "Korean",
    "ky": "Kyrgyz",
    "la": "Latin",
    "lo": "Lao",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "mk": "Macedonian",
    "ml": "Malayalam",
    "mn": "Mongolian",
    "mr": "Marathi",
    "ms": "Malay",
    "mt": "Maltese",
    "my": "Burmese",
    "ne": "Nepali",
    "nl": "Dutch",
    "no": "Norwegian",
    "pa": "Punjabi",
    "pl": "Polish",
    "ps": "Pashto",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "si": "Sinhala",
    "sk": "Slovak",
    "sl": "Slovenian",
    "so": "Somali",
    "sq": "Albanian",
    "sr": "Serbian",
    "sv": "Swedish",
    "sw": "Swahili",
    "ta": "Tamil",
    "te": "Telugu",
    "th": "Thai",
    "tl": "Tagalog",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "uz": "Uzbek",
    "vi": "Vietnamese",
    "xh": "Xhosa",
    "yo": "Yoruba",
    "zh": "Chinese",
    "zu": "Zulu",
}
"""English names by code."""


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
