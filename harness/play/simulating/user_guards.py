"""Guards between the model of a simulated user and the bot: what is never sent.

They look at texts alone, so that a replay decides the same. A message that they refuse says
nothing about the bot.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from harness.checks.figures import figures_in
from harness.checks.text_forms import folded
from harness.core import counted, quote, shorten, value_class
from harness.play.simulating.situation import Situation
from harness.play.simulating.user_question import LONGEST

_SHORT = 3
"""Words of a message, such as a yes, that a person may say again to another question."""
_ECHO = 4
"""Words of a reply that nobody says by chance."""
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")  # noqa: RUF001  # an apostrophe
_ROLE = re.compile(
    r"(?im)^\s*[*\[(\"]*(?:user|bot|chat ?bot|assistant|agent|system|customer|human|ai|you)"
    r"[*\])\"]*\s*:"
)
_AS_THE_BOT = re.compile(
    r"(?i)how (?:can|may) (?:i|we) (?:help|assist)"
    r"|(?:can|may) (?:i|we) (?:help|assist) you"
    r"|is there anything else (?:i|we) can"
    r"|(?:i am|i'm|i’m) (?:an? )?(?:ai\b|virtual|automated|language model|chat ?bot|assistant)"  # noqa: RUF001
    r"|as an? (?:ai\b|language model|virtual|assistant)"
    r"|(?:happy|glad|here) to (?:help|assist) you"
    r"|thank(?:s| you) for (?:contacting|reaching out|your patience)"
    r"|(?:wie|womit) kann ich (?:ihnen|dir|euch) (?:weiter)?helfen"
    r"|kann ich (?:ihnen|dir) (?:sonst )?noch"
    r"|puis-je vous (?:aider|renseigner)"
    r"|puedo ayudar(?:le|te)"
    r"|posso aiutar(?:la|ti)"
    r"|posso ajud[aá]"
    r"|kan ik (?:u|je) (?:verder )?helpen"
    r"|kan jeg hjelpe (?:deg|dere)"
)
"""What only a bot says, in some languages."""
_NAMING = re.compile(
    r"(?i:\b(?:my name is|i am called|call me|this is|i am|i'm|sincerely,?|regards,?"
    r"|ich hei[sß]{1,2}e?|mein name ist|ich bin|je m'appelle|mon nom est|me llamo"
    r"|mi chiamo|ik heet|mijn naam is|jeg heter|mitt navn er))\s+"
    r"(?P<name>[^\W\d_a-zà-öø-ÿ][\w'’-]+(?:\s+[^\W\d_a-zà-öø-ÿ][\w'’-]+)*)"  # noqa: RUF001
)
"""A name after the words that introduce one."""
_GERMAN = re.compile(
    r"(?i)\b(?:ich|mein|meine|meinen|der|die|das|und|nicht|ist|bitte|danke|ein|eine|für|mit)\b"
)
"""In German all nouns begin with a capital letter, so that a name cannot be told from them."""
_SENTENCE = re.compile(r"(?<=[.!?…:])\s+|\n+")
_LONGEST_ABBREVIATION = 5


@value_class(frozen=True, slots=True)
class UserFault:
    """Why a message of the model is not sent."""

    code: str
    message: str
    """A clause."""


def fault_of(say: str, situation: Situation) -> UserFault | None:
    """Why a message is not sent; None if it is."""
    if not any(unicodedata.category(one)[0] in "LNS" for one in say):
        return UserFault("user-empty", "the message says nothing")
    if len(say) > LONGEST:
        length = counted(len(say), "character")
        return UserFault("user-too-long", f"the message has {length}, the limit is {LONGEST}")
    return _turned_round(say, situation) or _repeated(say, situation) or _invented(say, situation)


def _turned_round(say: str, situation: Situation) -> UserFault | None:
    """The model speaks as the bot."""
    found = _ROLE.search(say) or _AS_THE_BOT.search(say)
    if found is not None:
        return UserFault("user-turned-round", f"only the bot says {quote(found[0].strip())}")
    words = _words(say)
    if len(words) >= _ECHO and any(_words(reply) == words for reply in situation.replies):
        return UserFault("user-turned-round", "the message is a reply of the bot")
    return None


def _repeated(say: str, situation: Situation) -> UserFault | None:
    """A message again, although the bot does not ask the same thing again."""
    words = _words(say)
    if len(words) <= _SHORT or say in situation.buttons:
        return None
    asked: list[str] = []
    for turn in situation.turns:
        is_same = _words(turn.user.display_text or turn.user.text) == words
        if is_same and asked != _words(situation.replies[-1] if situation.replies else ""):
            return UserFault("user-repeats", f"the message repeats that of turn {turn.number}")
        asked = _words(turn.reply.text) if turn.reply is not None else []
    return None


def _invented(say: str, situation: Situation) -> UserFault | None:
    sources = [
        *(situation.goal, situation.persona),
        *situation.facts.values(),
        *situation.said,
        *situation.replies,
        *situation.buttons,
    ]
    known = tuple(figure for text in sources for figure in figures_in(text))
    for figure in figures_in(say):
        if not figure.is_said_by(known):
            return _from_nowhere(figure.text)
    names = {word for text in sources for word in _words(text)}
    for name in _names_in(say):
        if not set(_words(name)) <= names:
            return _from_nowhere(name)
    return None


def _from_nowhere(text: str) -> UserFault:
    return UserFault(
        "user-invented",
        f"{quote(shorten(text))} is neither in 'goal' and 'knows' nor in the conversation",
    )


def _names_in(say: str) -> Iterator[str]:
    """Names, as far as they can be told: introduced ones, and words with a capital letter."""
    for match in _NAMING.finditer(say):
        yield match["name"]
    if _GERMAN.search(say):
        return
    for sentence in _SENTENCE.split(say):
        yield from _capitalised(_WORD.findall(sentence)[1:])


def _capitalised(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        is_abbreviation = word.isupper() and len(word) <= _LONGEST_ABBREVIATION
        is_i = re.split("['’]", word)[0] == "I"  # noqa: RUF001  # an apostrophe
        if word[0].isupper() and not is_abbreviation and not is_i:
            yield word


def _words(text: str) -> list[str]:
    """The words and figures of a text, without punctuation and the difference of case."""
    return re.findall(r"\w+", folded(text))
