"""Changes of a text that matter to a person: a negation, another number, a missing sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.checks.text_forms import SENTENCE_END
from harness.checks.varying import varying_in

MOST_NUMBERS = 10
"""Of one text: that many of its numbers are changed, each in a mutant of its own."""
FEWEST_WORDS = 4
"""A text with fewer words is not cut in half."""
ERROR = "Error: something went wrong. Please try again later."
NOT_UNDERSTOOD = "Sorry, I did not understand that."

_NUMBER = re.compile(r"\d+")
_QUESTION = re.compile(r"""[?？]["'”»’)\]]*\s*$""")  # noqa: RUF001  # as Chinese asks
_AFTER = {
    # In these languages, the negation follows the verb.
    "not": "is are was were am can could will would should must may might has have had does do did",
    "nicht": "ist sind waren kann können wird werden darf muss haben",
    "niet": "kunt kunnen zal zullen mag wordt worden heeft hebben",
    "ikke": "er kan vil skal må har ble blir",
}
_BEFORE = {
    "no": "está están puede pueden tiene tienen hay fue será",
    "não": "é são pode podem tem têm foi estão",
    "non": "è sono può possono ha hanno sarà",
}
_BETWEEN = "est sont était peut peuvent avez pouvez"
"""In French, the negation is on both sides of the verb."""
_NEGATIONS = re.compile(
    r"(?i)\b(?:(can)not|(is|are|was|were|do|does|did|has|have|had|could|would|should)n['’]t"  # noqa: RUF001  # as it is typed
    rf"|(ca)n['’]t|(wo)n['’]t|n(?:e\s+|['’])({_BETWEEN.replace(' ', '|')})\s+pas"  # noqa: RUF001  # the same
    r"|\s?(?:not|nicht|niet|ikke|não|non))\b"
)
_WISH = re.compile(r"(?i)\W*(?:have|do)\b")
_WITHOUT = {"ca": "can", "wo": "will"}
_FORMS = {
    **{verb: f"{verb} {word}" for word, verbs in _AFTER.items() for verb in verbs.split()},
    **{verb: f"{word} {verb}" for word, verbs in _BEFORE.items() for verb in verbs.split()},
    **{verb: f"ne {verb} pas" for verb in _BETWEEN.split()},
}
"""The negated form of the usual auxiliary verbs, of the languages of the built-in examples."""
_VERB = re.compile(rf"(?i)\b({'|'.join(sorted(_FORMS, key=len, reverse=True))})\b")


def negated(text: str) -> str | None:
    """The text with its first statement turned round; None if it has none of the known verbs.

    A question states nothing: its negation asks for the same, or nobody would say it. Nobody says
    the negation of a wish either, such as `Have a good journey!`.
    """
    start = 0
    for end in (*(match.end() for match in SENTENCE_END.finditer(text)), len(text)):
        sentence = text[start:end]
        new = None if _QUESTION.search(sentence) else _negated_statement(sentence)
        if new is not None:
            return f"{text[:start]}{new}{text[end:]}"
        start = end
    return None


def _negated_statement(text: str) -> str | None:
    negation, verb = _NEGATIONS.search(text), _VERB.search(text)
    if negation is not None and (verb is None or negation.start() <= verb.end() + 1):
        kept = next((group for group in negation.groups() if group), "")
        plain = _WITHOUT.get(kept.lower(), kept)
        before, after = f"{text[: negation.start()]}{plain}", text[negation.end() :]
        return f"{before}{after}" if before else after.lstrip()
    if verb is None or _WISH.match(text):
        return None
    inserted = _FORMS[verb[0].lower()].replace(verb[0].lower(), verb[0])
    return f"{text[: verb.start()]}{inserted}{text[verb.end() :]}"


def with_other_numbers(text: str) -> Iterator[str]:
    """The text with one number changed, for each of its first numbers.

    What varies from conversation to conversation, such as a date or an id, is left as it is.
    """
    spans = list(varying_in(text))
    end = count = 0
    for match in _NUMBER.finditer(text):
        is_part = (match.start() == end and end > 0) or _is_after_separator(
            text, match.start(), end
        )
        end = match.end()
        if is_part or any(start <= match.start() < stop for start, stop in spans):
            continue
        count += 1
        if count > MOST_NUMBERS:
            return
        yield f"{text[: match.start()]}{_next_number(match[0])}{text[match.end() :]}"


def _is_after_separator(text: str, start: int, end: int) -> bool:
    """Whether digits are the rest of a number such as `1,299.00`."""
    return end > 0 and start == end + 1 and text[end] in ".,'’"  # noqa: RUF001  # as Swiss prices


def _next_number(digits: str) -> str:
    return str(int(digits) + 1).zfill(len(digits))


def without_last_sentence(text: str) -> str | None:
    """The text without its last sentence or line; None if it has only one."""
    ends = [match for match in SENTENCE_END.finditer(text) if text[match.end() :].strip()]
    if not ends or not text[: ends[-1].start()].strip():
        return None
    return text[: ends[-1].start()]


def first_half(text: str) -> str | None:
    """The first half of the words; None if there are too few."""
    words = list(re.finditer(r"\S+", text))
    if len(words) < FEWEST_WORDS:
        return None
    return text[: words[len(words) // 2 - 1].end()]


def with_error(text: str) -> str:
    """The text with an error message behind it."""
    return f"{text.rstrip()}\n{ERROR}" if text.strip() else ERROR


def first_difference(text: str, other: str) -> tuple[int, int]:
    """Where a text differs from another one: behind their common start, before their common end.

    Of what was only inserted, the word before it. Linear, where difflib is quadratic.
    """
    if text == other:
        return 0, 0
    shortest = min(len(text), len(other))
    pairs = enumerate(zip(text, other, strict=False))
    start = next((at for at, (one, new) in pairs if one != new), shortest)
    behind = enumerate(zip(reversed(text), reversed(other), strict=False))
    rest = next((at for at, (one, new) in behind if one != new), shortest)
    end = len(text) - min(rest, shortest - start)
    if start == end:
        start = text.rfind(" ", 0, max(0, start - 1)) + 1
    return start, end
