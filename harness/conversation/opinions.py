"""What models were asked about a conversation, and what they answered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import field

from harness.conversation.rulings import Ruling
from harness.core import Json, value_class


@value_class(frozen=True, slots=True, kw_only=True)
class Question:
    """A question of a check to a model. It is a message to a provider."""

    provider: str
    """Its name in harness.yaml."""
    text: str
    schema: Mapping[str, Json] = field(default_factory=dict)
    """JSON Schema of the answer, which is JSON."""
    sample: int = 1
    """From 1. Several samples of one question differ only in it, and in the seed made of it."""
    judge: str = ""
    """The name of the judge that asks, which pays for it; it does not change the answer."""

    @property
    def metadata(self) -> Mapping[str, Json]:
        """What is said to the provider besides the text."""
        return {"schema": dict(self.schema), "seed": self.sample}

    @property
    def key(self) -> str:
        """A hash of all that is asked, and of the provider's name."""
        content = json.dumps([self.provider, self.text, self.metadata], sort_keys=True)
        return hashlib.blake2s(content.encode(), digest_size=16).hexdigest()


@value_class(frozen=True, slots=True, kw_only=True)
class ProviderAnswer:
    """What a model answered, or why there is no answer."""

    text: str = ""
    payload: Json = None
    """What its only message was read from, such as the vector of a text; None if there is none."""
    code: str = ""
    """Of the error that there is instead of an answer; empty if there is an answer."""
    reason: str = ""
    """One sentence of that error, without a full stop."""
    model: str = ""
    """The provider's setting `model`; empty if it has none."""
    settings: Mapping[str, Json] = field(default_factory=dict)
    """The settings of the provider that are not secret, as they were when it was asked."""
    usage: Mapping[str, float] | None = None
    """Numbers of the provider by name, such as those of tokens; None if none are known."""
    is_recorded: bool = False
    """Whether it was replayed from a recording."""


@value_class(frozen=True, slots=True, kw_only=True)
class Opinion:
    """A question that a check asked, with its answer."""

    question: Question
    answer: ProviderAnswer


@value_class(frozen=True, slots=True, kw_only=True)
class Vote:
    """What one answer says about one criterion."""

    verdict: str
    """`yes`, `no` or `unknown`; for a scale whether the level passes."""
    level: int | None = None
    reason: str
    quote: str


@value_class(frozen=True, slots=True, kw_only=True)
class Ballot:
    """One answer of a judge: a vote on every criterion, or why there is none."""

    model: str
    sample: int
    votes: Mapping[str, Vote]
    """By criterion; empty if the answer cannot be read."""
    code: str = ""
    """Why it does not count; empty if it does."""
    fault: str = ""
    opinions: tuple[Opinion, ...] = ()
    """The question with its answer; two if the first answer could not be read."""


@value_class(frozen=True, slots=True, kw_only=True)
class JudgedQuestion:
    """A question of a check to a judge, with all its answers."""

    judge: str
    """Its name in harness.yaml."""
    prompt: str
    """The name of the prompt, with its version if it is a built-in one."""
    calibration: str = ""
    """How well the judge agrees with people; empty if that is not known."""
    agree: int
    """How many answers must say the same."""
    seen: str
    """What the judge saw, in words."""
    criteria: Mapping[str, str]
    """What must be true, by name; for a scale, its levels."""
    scale: str = ""
    """The levels that pass: `at least 4 of 1 to 5`; empty if there is no scale."""
    reference: str = ""
    """A reply that would be right; empty if the check names none."""
    ballots: tuple[Ballot, ...]

    @property
    def text(self) -> str:
        """The question, as the judge read it."""
        opinions = self.ballots[0].opinions if self.ballots else ()
        return opinions[0].question.text if opinions else ""


class Opinions:
    """The answers of models to questions about one conversation, by the questions' content."""

    def __init__(
        self,
        answers: Mapping[str, ProviderAnswer] | None = None,
        *,
        unasked: str = "",
        used: bool = False,
    ) -> None:
        """`answers` are by the keys of questions.

        `unasked` is why a question without an answer is not asked, which skips its check; if it is
        empty, the check is BROKEN. With `used`, the questions that are looked up are noted.
        """
        self.answers: dict[str, ProviderAnswer] = dict(answers or {})
        self.unasked = unasked
        self.used: list[Opinion] | None = [] if used else None
        """The questions that were looked up and had an answer, in order; None if not noted."""
        self.judged: list[JudgedQuestion] = []
        """What judges were asked and answered, in order; empty if it is not noted."""
        self.rulings: list[Ruling] = []
        """What judges decided; empty if it is not noted."""

    def of(self, question: Question) -> ProviderAnswer | None:
        """The answer to a question; None if it was not asked."""
        answer = self.answers.get(question.key)
        if answer is not None and self.used is not None:
            self.used.append(Opinion(question=question, answer=answer))
        return answer

    def note(self, judged: JudgedQuestion) -> None:
        """Note what a judge was asked and answered, if questions are noted."""
        if self.used is not None:
            self.judged.append(judged)

    def rule(self, rulings: Iterable[Ruling]) -> None:
        """Note what a judge decided."""
        if self.used is not None:
            self.rulings += rulings

    def noting(self) -> Opinions:
        """The same answers, which note from now on what is looked up."""
        return Opinions(self.answers, unasked=self.unasked, used=True)
