"""The expectations of one file, with all that they judged in all plays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from harness.authoring.accepting.rewritten import UnchangedLine
from harness.authoring.accepting.users import Held
from harness.checks import Verdict
from harness.conversation import Outcome
from harness.core import Path, Place
from harness.play.judged_subjects import JudgedSubject, judged_in
from harness.play.judging import verdict_of
from harness.project.vocabulary import Vocabulary
from harness.scenario import Expectation, Scenario

Key = Path
"""The path of an expectation in its file."""


@dataclass(slots=True, eq=False)
class Line:
    """One expectation of a file."""

    expectation: Expectation
    judged: list[tuple[Held, JudgedSubject, Verdict]] = field(default_factory=list)
    unjudged: list[Held] = field(default_factory=list)
    """Plays that ended before it."""

    @property
    def place(self) -> Place:
        """The place of the check's name."""
        return self.expectation.place

    @property
    def failed(self) -> Sequence[tuple[Held, JudgedSubject, Verdict]]:
        """Where it failed."""
        return [one for one in self.judged if one[2].outcome is Outcome.FAILED]

    @property
    def crashed(self) -> Sequence[tuple[Held, str]]:
        """Plays in which the check is BROKEN, with the reason."""
        return [
            (held, verdict.reason or (verdict.finding.message if verdict.finding else ""))
            for held, _, verdict in self.judged
            if verdict.outcome is Outcome.BROKEN
        ]

    @property
    def broken(self) -> Sequence[tuple[Held, str]]:
        """Plays in which it is not known whether it holds, with the reason."""
        ended = [
            (held, str(held.result.error).partition("\n")[0])
            for held in self.unjudged
            if held.result.error is not None
        ]
        return [*self.crashed, *ended]

    @property
    def plays(self) -> int:
        """The number of plays that say it."""
        return len({id(held) for held in (*(one[0] for one in self.judged), *self.unjudged)})


def lines_in(shown: str, plays: Iterable[Held], vocabulary: Vocabulary) -> dict[Key, Line]:
    """The expectations of a file, by their paths in it, in the order of their places."""
    lines: dict[Key, Line] = {}
    for held in plays:
        scenario, transcript = held.scenario, held.result.transcript
        judged_here = set()
        for judged in judged_in(scenario, transcript):
            expectation = judged.expectation
            if expectation.place.source.path == shown:
                line = lines.setdefault(expectation.path, Line(expectation))
                line.judged.append((held, judged, verdict_of(judged, vocabulary)))
                judged_here.add(expectation.path)
        for expectation in _all_of(scenario):
            path = expectation.path
            if expectation.place.source.path == shown and path not in judged_here:
                line = lines.setdefault(path, Line(expectation))
                line.unjudged.append(held)
    return dict(sorted(lines.items(), key=lambda pair: (pair[1].place.line, pair[1].place.column)))


def _all_of(scenario: Scenario) -> Iterable[Expectation]:
    for turn in scenario.user_turns:
        yield from turn.expectations
    yield from scenario.expectations


NOT_EXPECTATIONS: Mapping[str, str] = {
    "capture": "change the capture by hand",
    "contract": "change the definition's schema if the new form is right",
    "error": "replace 'error:' by 'expect:' by hand if the provider may answer",
}
"""Checks that are not lines of an `expect:`: what to do about them."""


def other_failures(shown: str, plays: Iterable[Held]) -> Iterator[UnchangedLine]:
    """What failed in the plays of a file and is not an expectation, each once."""
    found: dict[UnchangedLine, None] = {}
    for held in plays:
        for check in held.result.checks:
            place = check.place
            if not check.outcome.is_bad or check.name not in NOT_EXPECTATIONS:
                continue
            if place is None or place.source.path == shown:
                line, hint = place.line if place else 0, NOT_EXPECTATIONS[check.name]
                found[
                    UnchangedLine(line=line, name=check.name, message=check.message, hint=hint)
                ] = None
        if held.result.error is not None:
            first = str(held.result.error).partition("\n")[0]
            found[UnchangedLine(line=0, name=held.name, message=first)] = None
    yield from found
