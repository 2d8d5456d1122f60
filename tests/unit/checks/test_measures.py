import subprocess
import sys

import pytest
from check_samples import judge, turn_saying
from py3langid.langid import LanguageIdentifier

from harness.checks import KINDS, PASS, BadExpectation, Options, measures
from harness.checks.language import NAMES, language_of
from harness.checks.measures import number_of_characters, words_of
from harness.checks.readability import counts_of
from harness.conversation.outcome import Outcome

SAID = {
    "en": "Click on the button on the login page.",
    "de": "Guten Tag, wie kann ich Ihnen helfen?",
    "fr": "Bonjour, comment puis-je vous aider ?",
    "es": "Hola, ¿en qué puedo ayudarte hoy?",
    "pt": "Olá, como posso ajudar você hoje?",
    "it": "Posso aiutarti a trovare un vestito?",
    "nl": "Waarmee kan ik u vandaag helpen?",
    "sv": "Hej, hur kan jag hjälpa dig?",
    "pl": "Dzień dobry, w czym mogę pomóc?",
    "ru": "Здравствуйте, чем могу вам помочь?",
    "ja": "いらっしゃいませ。ご注文は？",  # noqa: RUF001  # its own question mark
    "zh": "您好，请问有什么可以帮您？",  # noqa: RUF001  # the same
}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        (" - … 👍 ", []),
        ("don't stop", ["don't", "stop"]),
        ("$3.14 and 1,000", ["3.14", "and", "1,000"]),
        ("well-known", ["well", "known"]),
        ("free\u00a0shipping\nnow", ["free", "shipping", "now"]),
        ("Grüße, Ann!", ["Grüße", "Ann"]),
        ("您好", ["您", "好"]),
    ],
)
def test_words_are_what_unicode_divides(text, words):
    """Words end at the word boundaries of Unicode; marks and pictures are none."""
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("text", "number"),
    [("abc", 3), ("e\u0301", 1), ("👨‍👩‍👧", 1), ("🇫🇷!", 2), ("a\nb", 3), ("\r\n", 1)],
)
def test_characters_are_those_that_a_reader_sees(text, number):
    """What is made of several code points is one character."""
    assert number_of_characters(text) == number


@pytest.mark.parametrize(
    ("name", "value", "text", "outcome"),
    [
        ("max_words", 2, "Hello there", Outcome.PASSED),
        ("max_words", 1, "Hello there", Outcome.FAILED),
        ("max_words", 0, "…", Outcome.PASSED),
        ("min_words", 2, "Hello there", Outcome.PASSED),
        ("min_words", 3, "Hello there", Outcome.FAILED),
        ("max_characters", 5, "Héllo", Outcome.PASSED),
        ("max_characters", 4, "Héllo", Outcome.FAILED),
    ],
)
def test_a_length_is_held_against_its_limit(name, value, text, outcome):
    """The limit itself is allowed."""
    assert judge(name, value, turn_saying(text)).outcome is outcome


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("max_words", "ten", "wrong-value"),
        ("max_words", True, "wrong-value"),
        ("max_words", -1, "wrong-value"),
        ("max_characters", 1.5, "wrong-value"),
        ("min_words", 0, "matches-everything"),
        ("language", [], "wrong-value"),
        ("reading", {"grade": 8}, "wrong-value"),
        ("reading", {"grad": {"at_most": 8}}, "unknown-key"),
        ("reading", {"grade": {"at_moast": 8}}, "unknown-matcher"),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(name, value, code):
    """It is told when the scenario is read."""
    with pytest.raises(BadExpectation) as caught:
        KINDS[name].compile(value, Options())

    assert caught.value.code == code


@pytest.mark.parametrize("code", SAID)
def test_a_language_is_told_from_one_sentence(code):
    """What a bot says to greet is enough, and another language is told by its name."""
    other = "de" if code == "en" else "en"

    assert judge("language", [other, code], turn_saying(SAID[code])) is PASS
    finding = judge("language", other, turn_saying(SAID[code])).finding
    assert finding.message == f"the reply is in {NAMES[code]}, expected {NAMES[other]}"


def test_the_model_of_languages_is_read_once(monkeypatch):
    """Reading it takes longer than judging many texts, so all texts share one model."""
    read = LanguageIdentifier.from_model_file
    files = []

    def noted(file):
        files.append(file)
        return read(file)

    monkeypatch.setattr(LanguageIdentifier, "from_model_file", noted)
    for text in SAID.values():
        language_of(text)

    assert len(files) <= 1


def test_a_text_of_few_words_is_skipped():
    """Three words are too few to tell a language by, and that is the reason."""
    verdict = judge("language", "de", turn_saying("Yes, we do!"))

    assert verdict.outcome is Outcome.SKIPPED
    assert verdict.reason == "the reply has 3 words, too few to detect its language"


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("English", "did you mean 'en'?"),
        ("en-GB", "did you mean 'en'?"),
        ("eng", "did you mean 'en'?"),
        ("xx", "use an ISO 639-1 code, such as en"),
    ],
)
def test_an_unknown_language_is_refused_with_the_likely_one(code, hint):
    """Names and codes of countries lead to the code."""
    with pytest.raises(BadExpectation) as caught:
        judge("language", ["en", code])

    assert caught.value.path == (1,)
    assert caught.value.hint.startswith(hint)


def test_every_language_that_is_named_can_be_told():
    """The library knows every code of the list; it refuses others."""
    assert language_of(SAID["en"]) == "en"
    assert len(NAMES) == 84


@pytest.mark.parametrize(
    ("text", "words", "sentences", "syllables"),
    [
        ("Yes.", 1, 1, 1),
        ("One two. Three!\nFour", 4, 3, 4),
        ("It costs $3.50 today.", 4, 1, None),
        ("Really?! (Yes.) Information", 3, 3, None),
    ],
)
def test_a_text_is_counted(text, words, sentences, syllables):
    """Marks and line breaks end sentences; the point in a number does not."""
    counts = counts_of(text)

    assert (counts.words, counts.sentences) == (words, sentences)
    assert syllables is None or counts.syllables == syllables


def test_the_formulas_are_those_of_flesch_and_kincaid():
    """For ten words of ten syllables in one sentence both can be done by hand."""
    counts = counts_of("The cat sat on the mat and ate the fish.")

    assert counts.syllables == 10
    assert counts.grade == pytest.approx(0.39 * 10 + 11.8 - 15.59)
    assert counts.ease == pytest.approx(206.835 - 10.15 - 84.6)


def test_a_hard_text_has_a_high_grade():
    """Long words and sentences raise the grade and lower the ease."""
    hard = turn_saying("Authentication necessitates administrative documentation notwithstanding.")

    assert judge("reading", {"grade": {"at_most": 12}}, hard).outcome is Outcome.FAILED
    assert judge("reading", {"ease": {"at_least": 30}}, hard).outcome is Outcome.FAILED
    assert judge("reading", {"grade": {"greater_than": 12}}, hard) is PASS


def test_a_text_without_words_cannot_be_measured():
    """It is skipped with the reason."""
    verdict = judge("reading", {"grade": {"at_most": 8}}, turn_saying("👍"))

    assert (verdict.outcome, verdict.reason) == (Outcome.SKIPPED, "the reply has no words")


@pytest.mark.parametrize(
    ("name", "value", "library"),
    [("language", "en", "py3langid"), ("reading", {"grade": {"at_most": 8}}, "pyphen")],
)
def test_a_library_that_is_missing_is_told_when_the_check_is_read(
    monkeypatch, name, value, library
):
    """The error names the command that installs it."""
    monkeypatch.setattr(measures, "find_spec", {"other": True}.get)

    with pytest.raises(BadExpectation) as caught:
        KINDS[name].compile(value, Options())

    assert caught.value.code == "library-missing"
    assert library in caught.value.message
    assert caught.value.hint == "pip install 'conversation-harness[text]'"


def test_the_table_of_checks_loads_no_library():
    """Knowing all checks loads neither the engine of patterns, JSONPath nor what texts need."""
    code = (
        "import sys, harness.scenario, harness.checks\n"
        "heavy = {'regex', 'jsonpath_rfc9535', 'deepdiff', 'py3langid', 'numpy', 'pyphen'}\n"
        "print(heavy & set(sys.modules))"
    )

    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert found.stdout == "set()\n"


def test_libraries_are_loaded_only_when_a_text_is_measured():
    """Compiling the checks loads neither the model, NumPy, the hyphenation nor deepdiff."""
    code = (
        "import sys; from harness.checks import KINDS, Options\n"
        "KINDS['language'].compile('en', Options())\n"
        "KINDS['reading'].compile({'grade': {'at_most': 8}}, Options())\n"
        "KINDS['same_as'].compile('a.json', Options())\n"
        "KINDS['like'].compile({'a': '<uuid>'}, Options())\n"
        "print({'py3langid', 'numpy', 'pyphen', 'deepdiff'} & set(sys.modules))"
    )

    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert found.stdout == "set()\n"
