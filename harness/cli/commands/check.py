"""`harness check`: judges stored conversations, without playing them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.cli.here import project_here
from harness.cli.terminal import FOUND_PROBLEMS, WRONG_USE, echo
from harness.conversation import Opinions, Outcome, Transcript
from harness.conversation.stored import (
    NoTranscript,
    transcript_from,
    transcript_of_lines,
    transcript_of_messages,
)
from harness.evaluation.whatif.stored_conversation import stored_in
from harness.formats.json_path import find_first
from harness.play.rechecking import recheck
from harness.play.result import ScenarioResult
from harness.project.loading import load_scenario
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.reports.failure import failure_screen
from harness.reports.results import NoResults, read_results
from harness.scenario import Scenario, played_in

NO_PROVIDER = (
    "no judge is asked about a conversation with a provider that the project does not have"
)


class NotStored(ValueError):
    """A file contains no conversation that can be judged; the text is one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One stored conversation."""

    name: str
    """The name that is shown."""
    scenario: Path | None
    """The file of its scenario, if known."""
    transcript: Transcript
    row: str = ""
    """The row of the scenario; empty if not known."""
    take: int = 1


def check_stored(files: list[Path], scenario: Path | None, messages: str) -> int:
    """Judge every conversation of the files, and print the results. Returns the exit status.

    `scenario` is used for files that do not name one; from results, the conversations of other
    scenarios are left out. `messages` is the JSONPath of the messages in a provider's own record.
    The status is 1 if a conversation failed or broke. Raises `AuthoringError`.
    """
    project = project_here()
    scenario = None if scenario is None else scenario.resolve()
    counts = Counter[Outcome]()
    try:
        for file in files:
            for stored in _stored(project, file, messages):
                if scenario is None or stored.scenario in (None, scenario):
                    result = _judged(project, stored, scenario or stored.scenario, file)
                    counts[result.outcome] += 1
                    _print_result(stored.name, result)
    except NotStored as error:
        echo(f"{error} [no-transcript]", err=True)
        return WRONG_USE
    summary = [f"{counts[outcome]} {outcome.value}" for outcome in Outcome if counts[outcome]]
    echo(", ".join(summary) or "no conversation was judged")
    return FOUND_PROBLEMS if not counts or any(outcome.is_bad for outcome in counts) else 0


def _judged(project: Project, stored: Stored, file: Path | None, source: Path) -> ScenarioResult:
    """A conversation judged by the scenario in a file. Raises `NotStored` without a file."""
    if file is None:
        raise NotStored(f"{source}: the scenario is unknown; name it with --scenario")
    scenario = load_scenario(project, file)
    row = played_in(scenario, stored.row or scenario.rows[0].name)
    play = Play(
        file=file,
        scenario=scenario.id,
        provider=stored.transcript.provider,
        row=stored.row or scenario.rows[0].name,
        take=stored.take,
    )
    return recheck(
        row,
        stored.transcript,
        project.vocabulary,
        lambda judged, transcript: _consulted(project, judged, play, transcript),
    )


def _consulted(
    project: Project, scenario: Scenario, play: Play, transcript: Transcript
) -> Transcript:
    """A conversation with the answers of judges: those stored with it, or else the recorded."""
    if play.provider not in project.config.providers:
        return replace(transcript, opinions=Opinions(unasked=NO_PROVIDER))
    # Late: most stored conversations ask no judge.
    from harness.play.runner import Runner  # noqa: PLC0415

    known = transcript.opinions.answers if transcript.opinions is not None else {}
    consulting = Runner(project, Mode.REPLAY).consulting
    with consulting.begun(scenario, play, known) as consultation:
        return consultation.of_whole(transcript)


def _print_result(name: str, result: ScenarioResult) -> None:
    skipped = sum(check.outcome is Outcome.SKIPPED for check in result.checks)
    judged = len(result.checks) - skipped
    behind = f", {skipped} skipped" if skipped else ""
    echo(f"{result.outcome.value:<8}{name}: {judged} checks{behind}")
    for note in result.notes:
        echo(f"note: {note}")
    if result.outcome.is_bad:
        echo(failure_screen(result))
        echo("")


def _stored(project: Project, file: Path, messages: str) -> Iterator[Stored]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotStored(f"{file}: the file cannot be read: {error}") from error
    try:
        if file.suffix == ".jsonl":
            yield Stored(name=str(file), scenario=None, transcript=transcript_of_lines(text))
            return
        value = json.loads(text)
        if isinstance(value, dict) and "conversations" in value:
            yield from _of_results(project, file)
            return
        yield Stored(name=str(file), scenario=None, transcript=_transcript(value, messages))
    except (NoTranscript, NoResults, ValueError) as error:
        raise NotStored(f"{file}: {error}") from error


def _transcript(value: Any, messages: str) -> Transcript:  # noqa: ANN401  # whatever the file holds
    if messages:
        is_there, value = find_first(messages, value)
        if not is_there:
            raise NoTranscript(f"the path {messages} matches nothing")
    if isinstance(value, list):
        return transcript_of_messages(value)
    return transcript_from(value)


def _of_results(project: Project, file: Path) -> Iterator[Stored]:
    for record in read_results(file):
        for one in stored_in(record, project.config.root):
            yield Stored(
                name=one.id,
                scenario=one.file,
                transcript=one.transcript,
                row=one.row,
                take=one.take,
            )
