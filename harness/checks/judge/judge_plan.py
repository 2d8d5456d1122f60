"""A `judge` check as it was read: who is asked what, about what it sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from harness.checks.arguments import OptionalKeys, unlike
from harness.checks.check import BadExpectation
from harness.checks.judge.ballots import ballots_of
from harness.checks.judge.criteria import BUILT_IN, SCALE, Scale, criteria_of, scale_of
from harness.checks.judge.judge_question import Evidence, Sees, answer_schema, question_text
from harness.checks.judge.judge_settings import Judges, JudgeSettings, Prompt, built_in_prompt
from harness.conversation import Ballot, JudgedQuestion, Opinions
from harness.core import Json, did_you_mean, quote, show, value_class

_KEYS = ("by", "sees", "criteria", "scale", "at_least", "at_most", "reference")
_SCALE_PROMPT = "scale@1"


@value_class(frozen=True, slots=True, kw_only=True)
class JudgePlan:
    """A `judge` check, as it was read."""

    judge: JudgeSettings
    sees: Sees = Sees.TURN
    criteria: Mapping[str, str]
    """By name; for a scale, one whose words are its levels."""
    scale: Scale | None = None
    reference: str = ""

    @property
    def prompt(self) -> Prompt:
        """The text of the question; a scale has one of its own."""
        return self.judge.prompt if self.scale is None else built_in_prompt(_SCALE_PROMPT)

    def judged(self, seen: str, ballots: Iterable[Ballot]) -> JudgedQuestion:
        """The question and its answers, for reports; `seen` is what the judge saw, in words."""
        return JudgedQuestion(
            judge=self.judge.name,
            prompt=self.prompt.name,
            calibration=self.judge.calibration,
            agree=self.judge.agree,
            seen=seen,
            criteria=self.criteria,
            scale=self.scale.text if self.scale is not None else "",
            reference=self.reference,
            ballots=tuple(ballots),
        )

    def ballots(self, seen: Evidence, opinions: Opinions, first: int = 1) -> list[Ballot]:
        """All answers about what is seen; samples begin with number `first`. Raises `Unasked`."""
        names = list(self.criteria)
        criteria = self.scale or self.criteria
        text = question_text(self.prompt.text, seen, criteria, names, self.reference)
        schema = answer_schema(names, self.scale)
        return ballots_of(text, schema, self.judge, opinions, seen, self.scale, first)


def plan_of(value: Json, judges: Judges) -> JudgePlan:
    """Read the value of a `judge` check. Raises `BadExpectation`."""
    if isinstance(value, str):
        value = {"criteria": value}
    if not isinstance(value, Mapping):
        raise unlike(value, "a sentence, or a mapping with 'criteria' or 'scale'")
    parts = OptionalKeys(value, _KEYS)
    criteria = parts.make("criteria", criteria_of)
    if (criteria is None) == ("scale" not in value):
        message = "'judge' takes either 'criteria' or 'scale'"
        hint = "write what must be true, as 'criteria: {name: sentence}'"
        raise BadExpectation("wrong-value" if criteria else "missing-key", message, hint)
    scale = None
    if criteria is None:
        scale = scale_of(value["scale"], value.get("at_least"), value.get("at_most"))
        words = ", ".join(f"{level} {scale.levels[level]}" for level in sorted(scale.levels))
        criteria = {SCALE: words}
    else:
        for key in ("at_least", "at_most"):
            if key in value:
                message = f"'{key}' is about levels, but there is no 'scale'"
                raise BadExpectation("no-effect", message, "remove it", (key,), is_of_key=True)
    sees = parts.make("sees", _sees) or Sees.TURN
    if sees is not Sees.CONVERSATION and BUILT_IN["remembers@1"] in criteria.values():
        message = "'remembers@1' compares with what was said before"
        raise BadExpectation("wrong-value", message, "add 'sees: conversation'")
    return JudgePlan(
        judge=parts.make("by", lambda name: _named(name, judges)) or _default(judges),
        sees=sees,
        criteria=criteria,
        scale=scale,
        reference=parts.make("reference", _reference) or "",
    )


def _sees(value: Json) -> Sees:
    try:
        return Sees(str(value))
    except ValueError as error:
        hint = did_you_mean(str(value), list(Sees))
        raise BadExpectation("wrong-value", f"a judge cannot see {show(value)}", hint) from error


def _reference(value: Json) -> str:
    if isinstance(value, str) and value.strip():
        return value
    raise unlike(value, "a text that would be right")


def _named(name: Json, judges: Judges) -> JudgeSettings:
    found = judges.named.get(str(name))
    if found is not None:
        return found
    hint = did_you_mean(str(name), judges.named) or "add it under 'judges:' in harness.yaml"
    raise BadExpectation("no-judge", f"there is no judge {quote(str(name))}", hint)


def _default(judges: Judges) -> JudgeSettings:
    if judges.default:
        return judges.named[judges.default]
    if judges.named:
        hint = f"write 'by: {next(iter(judges.named))}', or 'judge: NAME' in harness.yaml"
        raise BadExpectation("no-judge", "the check does not name one of several judges", hint)
    raise BadExpectation(
        "no-judge",
        "the project has no judge that could be asked",
        "add 'judges: {careful: {provider: NAME}}' to harness.yaml",
    )
