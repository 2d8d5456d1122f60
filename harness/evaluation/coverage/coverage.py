"""What all recorded conversations cover, by provider and by scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.core import CassetteError, Json
from harness.evaluation.coverage.covered import Covered, Noticed
from harness.evaluation.strength import StrengthMeter
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.providers.catalogue import definition_of
from harness.providers.definition import Definition


@dataclass(slots=True)
class Coverage:
    """What conversations cover."""

    providers: dict[str, Covered] = field(default_factory=dict)
    scenarios: dict[str, Covered] = field(default_factory=dict)
    """By id."""
    skipped: int = 0
    """Scenarios that are skipped by their file."""
    not_read: dict[str, str] = field(default_factory=dict)
    """Why a conversation could not be replayed, by its name."""
    untried: dict[str, str] = field(default_factory=dict)
    """Why the fields of a conversation could not be changed, by its name."""

    @property
    def conversations(self) -> int:
        """How many were read."""
        return sum(covered.conversations for covered in self.providers.values())

    def as_json(self) -> dict[str, Json]:
        """For programs."""
        return {
            "version": 1,
            "conversations": self.conversations,
            "skipped": self.skipped,
            "providers": {name: _json(one) for name, one in self.providers.items()},
            "scenarios": {name: _json(one) for name, one in self.scenarios.items()},
            "not_read": dict(self.not_read),
            "untried": dict(self.untried),
        }


class CoverageMeter:
    """Replays conversations, and adds up what they cover."""

    def __init__(self, project: Project, strength: StrengthMeter | None = None) -> None:
        """`strength` changes the fields of replies; without it, nobody knows what notices them."""
        self._project = project
        self._strength = strength
        self._runner = Runner(project, Mode.REPLAY)
        self._definitions: dict[str, Definition] = {}
        self.coverage = Coverage()

    def add(self, name: str, play: Play) -> None:
        """Add a recorded conversation. Raises `AuthoringError` if its file is wrong."""
        definition = self._definition(play.provider)
        result = self._runner.run(play)
        if isinstance(result.error, CassetteError):
            self.coverage.not_read[name] = str(result.error)
            return
        by_scenario = self.coverage.scenarios.setdefault(play.scenario, Covered())
        found = (self.coverage.providers[play.provider], by_scenario)
        for covered in found:
            covered.add(result.scenario, result.transcript, definition)
        if self._strength is not None:
            measured = self._strength.measured(play)
            for covered in found:
                covered.try_fields(measured.mutants)
            if measured.unmeasured:
                self.coverage.untried[name] = measured.unmeasured

    def _definition(self, provider: str) -> Definition:
        known = self._definitions.get(provider)
        if known is None:
            config = self._project.provider_config(provider)
            known = self._definitions[provider] = definition_of(self._project.config, config)
            covered = self.coverage.providers[provider] = Covered()
            covered.know(known)
        return known


def _json(covered: Covered) -> Json:
    return {
        "conversations": covered.conversations,
        "fields": [
            {
                "field": name,
                "payloads": one.payloads,
                **_noticed_json(covered, name),
            }
            for name, one in covered.fields.fields().items()
        ],
        "buttons": _counts(covered.offered, covered.pressed, ("offered", "pressed")),
        "tools": _counts(dict.fromkeys(covered.known_tools, None), covered.called, ("", "called")),
        "error_branches": [
            {"step": one.step, "condition": one.condition, "played": count}
            for one, count in covered.branches.items()
        ],
        "steps": [{"step": name, "requests": count} for name, count in covered.steps.items()],
    }


def _noticed_json(covered: Covered, name: str) -> dict[str, Json]:
    tried = covered.tried.get(name)
    if tried is None:
        return {}
    return {"noticed": tried.how_often.value, "changes": tried.tried, "by": dict(tried.by)}


def _counts(
    first: Mapping[str, int | None], second: Mapping[str, int], names: tuple[str, str]
) -> Json:
    return [
        {
            "name": name,
            **({names[0]: count} if count is not None else {}),
            names[1]: second.get(name, 0),
        }
        for name, count in first.items()
    ]


def noticed_of(covered: Covered, name: str) -> Noticed:
    """How often a change of a field is noticed."""
    tried = covered.tried.get(name)
    return Noticed.UNKNOWN if tried is None else tried.how_often
