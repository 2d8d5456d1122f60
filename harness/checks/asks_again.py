"""`asks_again`: whether the bot asks for what the user has already said."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from harness.checks.arguments import below, list_of, mapping_of, unlike
from harness.checks.check import Judge, Kind, Options, Subject
from harness.checks.questions import is_question
from harness.checks.regular_expression import Pattern
from harness.checks.text_forms import folded, listed, normal, said, sentences_of
from harness.checks.verdict import PASS, Verdict, failed, noted, skipped
from harness.conversation import Transcript
from harness.core import CheckCrashed, Json, Path, did_you_mean, quote, show, value_class

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
"""The words of a name such as `order_number` or `orderNumber`."""
_REQUEST = re.compile(
    r"(?i)\b(?:please|bitte|s'il vous pla[iî]t|por favor|per favore|per piacere|alstublieft"
    r"|alsjeblieft|vennligst|v[äa]nligen)\b"
)
"""Words of a sentence that asks for something without a question mark."""

Asks = Callable[[str], bool]
"""Whether a sentence asks for the value of a variable."""


@value_class(frozen=True, slots=True, kw_only=True)
class _SecondRequest:
    """A sentence of the bot that asks for what the user has said."""

    name: str
    turn: int
    sentence: str
    given: int
    """The turn in which the user said it."""
    value: str


def _compile(value: Json, options: Options) -> Judge:
    asking = dict(_asking(value, options))

    def judge(subject: Subject) -> Verdict:
        transcript = subject.transcript
        if transcript is None:
            return skipped("there are no turns")
        unsaid: list[str] = []
        asked: list[_SecondRequest] = []
        for name, asks in asking.items():
            given = _given(name, transcript)
            if given is None:
                unsaid.append(name)
                continue
            asked += _asked(name, asks, given, transcript)
        if asked:
            return _failure(asked, subject)
        said_never = f"the user never says the value of {listed(unsaid)}" if unsaid else ""
        if len(unsaid) == len(asking):
            return skipped(said_never)
        return noted(said_never) if unsaid else PASS

    return judge


def _failure(asked: Sequence[_SecondRequest], subject: Subject) -> Verdict:
    first = asked[0]
    more = f" (and {len(asked) - 1} more)" if len(asked) > 1 else ""
    given = {one.name: one for one in asked}
    return failed(
        f"{subject.name} asks for '{first.name}' in turn {first.turn}, but the user said it in turn"
        f" {first.given}{more}",
        expected="\n".join(
            f"no question for '{one.name}' after {show(one.value)} in turn {one.given}"
            for one in given.values()
        ),
        actual=said("\n".join(f"turn {one.turn}: {one.sentence}" for one in asked)),
    )


def _given(name: str, transcript: Transcript) -> tuple[int, str] | None:
    """The first turn in which the user says the value of a variable, with the value.

    None if there is none. Raises `CheckCrashed` if no turn knows the variable.
    """
    known = [turn for turn in transcript.turns if name in turn.variables]
    if not known:
        names = {
            one
            for turn in transcript.turns
            for one, value in turn.variables.items()
            if not callable(value)
        }
        hint = did_you_mean(name, names)
        raise CheckCrashed("undefined-variable", f"there is no variable {quote(name)}", hint)
    for turn in known:
        value = turn.variables[name]
        is_scalar = isinstance(value, str | int | float) and not isinstance(value, bool)
        if is_scalar and _is_in(str(value), f"{turn.user.text}\n{turn.user.display_text}"):
            return turn.number, str(value)
    return None


def _asked(
    name: str, asks: Asks, given: tuple[int, str], transcript: Transcript
) -> Iterator[_SecondRequest]:
    number, value = given
    for turn in transcript.turns:
        if turn.number < number or turn.reply is None:
            continue
        for sentence in sentences_of(turn.reply.text):
            is_asking = is_question(sentence) or _REQUEST.search(sentence) is not None
            # With the value in it, the bot asks whether it is right.
            if is_asking and not _is_in(value, sentence) and asks(sentence):
                yield _SecondRequest(
                    name=name, turn=turn.number, sentence=sentence, given=number, value=value
                )


def _is_in(value: str, text: str) -> bool:
    """Whether a text has a value, ignoring case, and not as a part of a longer word."""
    wanted = folded(value).strip()
    return bool(wanted) and (
        re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", folded(text)) is not None
    )


def _asking(value: Json, options: Options) -> Iterator[tuple[str, Asks]]:
    """The variables of a list, or of a mapping to patterns, with what asks for each."""
    if isinstance(value, Mapping):
        for name, pattern in mapping_of(value, "a mapping of variables to patterns").items():
            with below(name):
                yield name, _by_pattern(pattern, options)
        return
    if isinstance(value, str):
        yield value, _by_words(value)
        return
    for index, one in enumerate(list_of(value, "a list of variables")):
        with below(index):
            if not isinstance(one, str) or not one:
                raise unlike(one, "the name of a variable")
            yield one, _by_words(one)


def _by_pattern(value: Json, options: Options) -> Asks:
    if not isinstance(value, str):
        raise unlike(value, "a regular expression")
    pattern = Pattern(value, ignore_case=options.ignore_case)
    pattern.require_substance()
    return lambda sentence: pattern.found(normal(sentence)) is not None


def _by_words(name: str) -> Asks:
    """Sentences with all words of a variable's name ask for it."""
    words = _WORDS.findall(name) or [name]
    return lambda sentence: all(_is_in(word, sentence) for word in words)


def named_variables(value: Json) -> Iterator[tuple[Path, str]]:
    """The variables that a value names, each with its place in the value."""
    if isinstance(value, Mapping):
        yield from (((name,), name) for name in value)
    elif isinstance(value, str):
        yield (), value
    elif isinstance(value, list | tuple):
        yield from (((index,), one) for index, one in enumerate(value) if isinstance(one, str))


ASKS_AGAIN = Kind(
    name="asks_again",
    schema={
        "description": (
            "Variables that the bot does not ask for after the user has said their value: their"
            " names, or a mapping of each to a pattern of the sentences that ask for it."
        ),
        "examples": [["order"], {"order": "(?i)order number|which order"}],
        "oneOf": [
            {"type": "string", "minLength": 1},
            {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}},
            {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": {"type": "string", "minLength": 1},
            },
        ],
    },
    compile=_compile,
    on="conversation",
    variables=named_variables,
)
