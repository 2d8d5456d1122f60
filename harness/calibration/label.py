"""A label: what a person, or a model, says of one criterion. One line of a calibration file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.calibration.judge_identity import JudgeIdentity
from harness.conversation.rulings import JudgedCriterion
from harness.core import Json, value_class

PERSON, MODEL, AUTHOR = "person", "model", "author"
"""The kinds of labellers. An author wrote the conversation so that the label is right."""


@value_class(frozen=True, slots=True, kw_only=True)
class LabelledAt:
    """The conversation that a label is about."""

    scenario: str
    provider: str
    row: str = ""
    take: int = 1
    turn: int
    """0 for the whole conversation."""


@value_class(frozen=True, slots=True, kw_only=True)
class LabelledVerdict:
    """What a judge said of what was labelled."""

    verdict: str
    """`yes` or `no`; empty if it did not decide."""
    answers: tuple[str, ...]
    """What each answer says; empty for one that does not count."""
    judge: JudgeIdentity


@value_class(frozen=True, slots=True, kw_only=True)
class Label:
    """What a person, a model, or the author of a conversation says of one criterion."""

    asked: JudgedCriterion
    label: str
    """`yes`, `no` or `unknown`."""
    labeller: str
    kind: str = PERSON
    time: str = ""
    """When it was given, as ISO 8601 in UTC; empty if that is not known."""
    at: LabelledAt | None = None
    """None if it is not about a conversation of the project."""
    said: LabelledVerdict | None = None
    """None if no verdict of the judge is known."""

    @property
    def is_by_person(self) -> bool:
        """Whether a person gave it. Others do not count towards what harness.yaml requires."""
        return self.kind == PERSON

    def json(self) -> dict[str, Json]:
        """The label as its file has it."""
        asked, at, said = self.asked, self.at, self.said
        told: dict[str, Json] = {
            "criterion": asked.criterion,
            "criteria": dict(asked.criteria),
            **({"scale": dict(asked.scale)} if asked.scale is not None else {}),
            "seen": asked.seen,
            "data": asked.data,
            **({"reference": asked.reference} if asked.reference else {}),
            "label": self.label,
            "labeller": self.labeller,
            "kind": self.kind,
            **({"time": self.time} if self.time else {}),
        }
        if at is not None:
            told["at"] = {
                "scenario": at.scenario,
                "provider": at.provider,
                **({"row": at.row} if at.row else {}),
                **({"take": at.take} if at.take > 1 else {}),
                "turn": at.turn,
            }
        if said is not None:
            told["said"] = {
                "verdict": said.verdict,
                "answers": [*said.answers],
                "judge": dict(said.judge),
            }
        return told

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Label:
        """A label of a line that follows the format."""
        said, at = value.get("said"), value.get("at")
        return cls(
            asked=JudgedCriterion(
                criterion=value["criterion"],
                criteria=value["criteria"],
                scale=value.get("scale"),
                seen=value["seen"],
                data=value["data"],
                reference=value.get("reference", ""),
            ),
            label=value["label"],
            labeller=value["labeller"],
            kind=value["kind"],
            time=value.get("time", ""),
            at=LabelledAt(**at) if at is not None else None,
            said=None
            if said is None
            else LabelledVerdict(
                verdict=said["verdict"], answers=tuple(said["answers"]), judge=said["judge"]
            ),
        )
