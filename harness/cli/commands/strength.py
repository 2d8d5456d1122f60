"""`harness strength`: which changes of recorded replies no expectation notices."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import harness
from harness.authoring.strengthening.proposed_checks import Strengthener
from harness.authoring.strengthening.written_checks import strengthened_files
from harness.cli.file_changes import FileChange, difference, write_changes
from harness.cli.here import project_here
from harness.cli.terminal import FOUND_PROBLEMS, TOO_WEAK, echo, echo_coloured, writing
from harness.core import ConfigurationError, Problem, counted, did_you_mean
from harness.evaluation.strength import (
    CannotMeasure,
    ChangedReply,
    MeasuredPlay,
    StrengthMeter,
    StrengthScore,
)
from harness.parallel.shared_work import shared_work
from harness.project.file_graph import FileGraph, needs_of
from harness.project.git_changes import changes_since
from harness.project.loading import load_scenario
from harness.project.plan import Play
from harness.project.project import Project
from harness.project.touching import touched_by, watched_folders
from harness.project_file import FILE_NAME
from harness.reports.results import RESULTS
from harness.reports.strength.later_replies import later_replies
from harness.reports.strength.strength_reports import StrengthReports
from harness.reports.strength.strength_screen import mutant_screen
from harness.reports.strength.strength_text import percent, summary_lines
from harness.reports.strength.weakest_plays import WeakestPlays

MOST_LISTED = 20
"""Conversations that are listed, the weakest first, if no path is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrengthOptions:
    """The options of the command."""

    paths: Sequence[str]
    providers: Sequence[str]
    tags: Sequence[str]
    affected: str
    """A git revision; empty for all scenarios."""
    fail_under: float | None
    """In percent, as the next one."""
    fail_brittle_over: float | None
    writes: bool
    """Whether to write the proposed checks into the files."""
    is_agreed: bool
    processes: int | None
    reports: Path


def measure_strength(options: StrengthOptions) -> int:
    """Measure conversations, print what survived, and write the reports. The exit status.

    Raises `AuthoringError`.
    """
    project, plays, chosen = _chosen(options)
    strengthener = Strengthener(_meter(project, plays, options), project.vocabulary)
    started = time.monotonic()
    with writing(options.reports):
        reports = StrengthReports(options.reports, project.config.shown)
    weakest = WeakestPlays(project.config.shown, most=None if options.paths else MOST_LISTED)
    with reports as summing:
        measured = shared_work(strengthener.measured, chosen, options.processes)
        listed = list(_added(measured, summing, weakest, options.reports))
        with writing(options.reports):
            files = summing.finish()
    seconds = time.monotonic() - started
    for line in summary_lines(summing.score, summing.conversations, summing.unmeasured, seconds):
        echo(line)
    for line in weakest.lines():
        echo(line)
    echo(f"\nreports: {', '.join(map(str, files))}")
    if not summing.conversations:
        why = "no conversation was measured" if chosen else "there is no scenario to measure"
        echo(f"{why} [nothing-measured]", err=True)
        return 0 if options.affected and not chosen else FOUND_PROBLEMS
    problems = list(_ignored_in_vain(project, listed, is_whole=len(chosen) == len(plays)))
    for problem in problems:
        echo(str(problem), err=True)
    if options.writes and not _write_checks(project, listed, is_agreed=options.is_agreed):
        return FOUND_PROBLEMS
    missing = sum(play.is_missing for play in listed) if _has_limit(options) else 0
    if missing:
        names = f"{counted(missing, 'conversation')} could not be measured"
        echo(f"{names}, so the limit says nothing of them [not-measured]", err=True)
    return _status(summing.score, options) or (FOUND_PROBLEMS if problems or missing else 0)


def _added(
    measured: Iterable[MeasuredPlay], summing: StrengthReports, weakest: WeakestPlays, folder: Path
) -> Iterator[MeasuredPlay]:
    """The plays, which are added to the reports, without what is only needed there."""
    for play in measured:
        with writing(folder):
            summing.add(play)
        weakest.add(play)
        yield replace(play, mutants=(), replies=())


def _ignored_in_vain(
    project: Project, listed: Sequence[MeasuredPlay], *, is_whole: bool
) -> Iterator[Problem]:
    """Paths of `strength: {ignore: …}` that lead nowhere in any reply they are for."""
    matched: dict[Path, set[str]] = {}
    for measured in listed:
        if not measured.unmeasured:
            matched.setdefault(measured.play.file, set()).update(measured.ignored)
    fields = {
        (str(field.place), field): matched[file]
        for file in matched
        for field in load_scenario(project, file).ignored
    }
    if is_whole:
        everywhere = set().union(*matched.values())
        fields |= {(str(field.place), field): everywhere for field in project.config.ignored}
    shared: dict[str, bool] = {}
    for (place, field), found in fields.items():
        shared[place] = shared.get(place, False) or field.path in found
    for place, field in fields:
        if not shared[place]:
            yield Problem(
                code="ignored-nothing",
                message=f"'{field.path}' leads nowhere in the recorded replies",
                place=field.place,
                hint="correct the path, or remove it",
            )


def _write_checks(project: Project, listed: Sequence[MeasuredPlay], *, is_agreed: bool) -> bool:
    """Show and write the proposed checks; whether all was written that was wanted."""
    changes = []
    for done in strengthened_files(project, listed):
        for line in done.written:
            echo(f"{done.shown}:{line}")
        for line in done.left_out:
            echo(f"{done.shown}:{line}: it does not hold in all plays, so it is not written")
        if done.after != done.before:
            changes.append(FileChange(done.file, done.shown, done.before, done.after))
    for line, colour in (pair for change in changes for pair in difference(change)):
        echo_coloured(line, colour)
    if not changes:
        echo("there is no check to write")
        return True
    return write_changes(changes, is_agreed=is_agreed)


def show_mutant(options: StrengthOptions, name: str) -> bool:
    """Print one changed reply as a failure is shown. Whether the scenario does not notice it.

    Raises `AuthoringError`, also if no conversation, or more than one, has this mutant.
    """
    project, plays, chosen = _chosen(options)
    meter = _meter(project, plays, options)
    scenario, _, identifier = name.rpartition(" / turn ") if " / turn " in name else ("", "", name)
    identifier = f"turn {identifier}" if scenario else identifier
    found: list[tuple[ChangedReply, str]] = []
    known: list[str] = []
    for play in chosen:
        if scenario not in ("", play.name, play.scenario):
            continue
        try:
            conversation = meter.conversation(play)
        except CannotMeasure:
            continue
        for changed in meter.changes(conversation):
            known.append(changed.mutant.id)
            if changed.mutant.id == identifier:
                screen = mutant_screen(conversation, changed)
                found.append((changed, screen))
    if len(found) != 1:
        raise _not_unique(name, found, known)
    changed, screen = found[0]
    echo(screen)
    return not changed.mutant.is_harmless and not changed.mutant.reason


def _not_unique(
    name: str, found: Sequence[tuple[ChangedReply, str]], known: Sequence[str]
) -> ConfigurationError:
    if found:
        plays = dict.fromkeys(changed.mutant.play.name for changed, _ in found)
        message = f"{len(found)} conversations have this mutant"
        hint = f"name the conversation too: '{next(iter(plays))} / {found[0][0].mutant.id}'"
    else:
        message = "no conversation has this mutant"
        hint = did_you_mean(name, known) or "reports/strength.json lists all of them"
    return ConfigurationError(
        Problem(code="unknown-mutant", where=f"--show {name}", message=message, hint=hint)
    )


def _chosen(options: StrengthOptions) -> tuple[Project, list[Play], list[Play]]:
    """The project, all its plays, and those that are to be measured."""
    project = project_here(options.paths)
    file = project.config.root / FILE_NAME
    every = [one.play for one in harness.plan(config=file).scenarios]
    plan = harness.plan(*options.paths, config=file, providers=options.providers, tags=options.tags)
    chosen = [one.play for one in plan.scenarios]
    if options.affected:
        chosen = list(_affected(project, chosen, options))
    return project, every, chosen


def _meter(project: Project, plays: Sequence[Play], options: StrengthOptions) -> StrengthMeter:
    later = later_replies(options.reports / RESULTS, project.config.root)
    return StrengthMeter(project, plays, later)


def _affected(project: Project, plays: Sequence[Play], options: StrengthOptions) -> Iterator[Play]:
    """The plays that a change since a revision can touch."""
    changes = changes_since(options.affected, project.config.root, watched_folders(project))
    graph = FileGraph(needs_of(project, file) for file in {play.file: None for play in plays})
    outputs = (options.reports.resolve(),)
    touched = touched_by(changes.files, project, graph, changes.before, outputs, is_of_pytest=False)
    return (play for play in plays if changes.files and touched.includes(play))


def _has_limit(options: StrengthOptions) -> bool:
    return options.fail_under is not None or options.fail_brittle_over is not None


def _status(score: StrengthScore, options: StrengthOptions) -> int:
    least, most = options.fail_under, options.fail_brittle_over
    is_weak = least is not None and score.said is not None and score.said * 100 < least
    is_brittle = most is not None and score.brittle is not None and score.brittle * 100 > most
    if least is not None and score.said is None:
        echo("note: nothing that is said was measured, so --fail-under decides nothing", err=True)
    if is_weak:
        echo(f"said is {percent(score.said)}, below {least:g} % [too-weak]", err=True)
    if is_brittle:
        # The exact share, as what is just above the limit would be shown as the limit.
        share = f"{(score.brittle or 0) * 100:.4g} %"
        echo(f"brittle is {share}, over {most:g} % [too-brittle]", err=True)
    return TOO_WEAK if is_weak or is_brittle else 0
