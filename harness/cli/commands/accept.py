"""`harness accept`: rewrites failed expectations to what the bot says now."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.authoring.accepting.rewriting import rewrite
from harness.authoring.accepting.rewritten import (
    NoExpectation,
    Rewriting,
    RewrittenLine,
    UnchangedLine,
)
from harness.cli.file_changes import FileChange, difference, write_changes
from harness.cli.here import project_here
from harness.cli.terminal import echo, echo_coloured
from harness.core import (
    ConfigurationError,
    HarnessError,
    Problem,
    ScenarioError,
    counted,
    no_such_file,
    value_class,
)
from harness.project.project import Project
from harness.project_file import YAML_ENDINGS, Mode
from harness.reports.results import RESULTS, NoResults, failed_files, read_results

_NAMED = re.compile(r"(?P<file>.+?)(?::(?P<line>[1-9]\d*)(?::\d+)?)?")
_LIVE = (Mode.LIVE, Mode.DRIFT)
MOST_LISTED = 8
"""Expectations that a message lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptOptions:
    """The options of the command."""

    paths: Sequence[str]
    """`FILE` or `FILE:LINE`; a column behind the line is allowed, as a failure shows it."""
    every: bool
    """Whether to accept all failures of the last run."""
    providers: Sequence[str]
    is_agreed: bool
    reports: Path


@value_class(frozen=True, slots=True)
class _Target:
    file: Path
    line: int | None


def accept_failures(options: AcceptOptions) -> bool:
    """Rewrite expectations, file by file; whether all that failed was accepted and written.

    Raises `AuthoringError`.
    """
    project = project_here(is_cached=True)
    try:
        return _accept_each(project, options)
    finally:
        project.cache.close()


def _accept_each(project: Project, options: AcceptOptions) -> bool:
    unknown = [name for name in options.providers if name not in project.config.providers]
    if unknown:
        raise ConfigurationError(map(project.unknown_provider, unknown))
    _require_choice(options)
    if options.every:
        return _accept_last_run(project, options)
    targets = [_target(project, path) for path in options.paths]
    mode, failed = _failed_live(project, options)
    done = [
        _accept(project, target, options, mode if target.file in failed else "")
        for target in targets
    ]
    return all(done)


def _require_choice(options: AcceptOptions) -> None:
    if bool(options.paths) == options.every:
        message = "choose one of FILE and --all" if options.every else "name a file to accept"
        hint = "such as harness accept scenarios/hello.yaml:12, or --all"
        raise ConfigurationError(Problem(code="missing-choice", message=message, hint=hint))


def _accept_last_run(project: Project, options: AcceptOptions) -> bool:
    """Accept every file that has a failure in the results of the last run."""
    try:
        results = read_results(options.reports / RESULTS)
        files = failed_files(results, project.config.root)
    except NoResults as error:
        raise ConfigurationError(
            Problem(code="no-results", message=str(error), hint="harness run writes them")
        ) from error
    mode = str(results.head.get("mode", ""))
    if not files:
        echo("no expectation failed in the last run; there is nothing to accept")
    done = []
    for file in files:
        if file.suffix == ".py":
            echo(f"{project.config.shown(file)}: change the expectations of a Python test by hand")
            done.append(False)
            continue
        target = _target(project, str(file))
        done.append(_accept(project, target, options, mode))
    return all(done)


def _failed_live(project: Project, options: AcceptOptions) -> tuple[str, Collection[Path]]:
    """The mode of the last run and the files that failed in it, if the replies were live."""
    try:
        results = read_results(options.reports / RESULTS)
        mode = str(results.head.get("mode", ""))
        files = failed_files(results, project.config.root) if mode in _LIVE else []
    except NoResults:
        return "", ()
    return mode, {file.resolve() for file in files}


def _target(project: Project, path: str) -> _Target:
    match = _NAMED.fullmatch(path)
    named = Path(match["file"] if match and not Path(path).is_file() else path)
    line = match["line"] if match and str(named) != path else None
    if not named.is_file():
        raise no_such_file(str(named))
    file = named.resolve()
    if not file.name.lower().endswith(YAML_ENDINGS):
        raise _wrong(named, "this is not a YAML file", "name a scenario, fragment or defaults.yaml")
    if not file.is_relative_to(project.config.root.resolve()):
        raise _wrong(named, f"this file is outside the project of {project.config.root.name}", "")
    return _Target(file, int(line) if line else None)


def _wrong(file: Path, message: str, hint: str) -> ScenarioError:
    return ScenarioError(Problem(code="cannot-accept", message=message, where=str(file), hint=hint))


def _accept(project: Project, target: _Target, options: AcceptOptions, mode: str = "") -> bool:
    shown = project.config.shown(target.file)
    try:
        done = rewrite(project, target.file, target.line, options.providers)
    except NoExpectation as error:
        raise _no_expectation(shown, error) from error
    is_live = mode in _LIVE and not (done.accepted or done.refused)
    for line in _told(done, is_live=is_live):
        echo(line)
    if not done.accepted:
        if is_live:
            echo(
                f"{shown}: it passes in the recordings, and failed with live replies ({mode});"
                f" record those: {_recording_command(shown)}"
            )
        return not done.refused and not is_live
    changes = _changes(done)
    for line, colour in (pair for change in changes for pair in difference(change)):
        echo_coloured(line, colour)
    return write_changes(changes, is_agreed=options.is_agreed) and not done.refused


def _recording_command(shown: str) -> str:
    return f"harness run --mode refresh {shown}"


def _told(done: Rewriting, *, is_live: bool) -> Iterator[str]:
    """A line for each expectation, and what else must be known before it is written."""
    yield from (f"note: {sentence}" for sentence in done.left_out)
    others = [one for one in done.users if one != done.shown]
    if others and (done.accepted or done.refused):
        yield f"note: {done.shown} is used by {', '.join(others)}; they are judged too"
    if is_live:
        return
    for known in done.passed:
        yield (
            f"{done.shown}:{known.line}: {known.name} passes in"
            f" {counted(known.plays, 'play')}; there is nothing to accept"
        )
    if not (done.passed or done.accepted or done.refused):
        yield f"{done.shown}: no expectation failed; there is nothing to accept"
    if not (done.accepted or done.refused):
        yield f"if it failed with live replies, record those: {_recording_command(done.shown)}"
    for accepted in done.accepted:
        yield _of_accepted(done.shown, accepted)
    for refused in done.refused:
        yield _of_refused(done.shown, refused)


def _of_accepted(shown: str, accepted: RewrittenLine) -> str:
    change = f"{accepted.name}, now {accepted.renamed}," if accepted.renamed else accepted.name
    text = f"{shown}:{accepted.line}: {change} holds in {counted(accepted.plays, 'play')}"
    if accepted.aliases:
        lines = ", ".join(map(str, accepted.aliases))
        text += f"; line {lines} has it too, through *{accepted.anchor}"
    if accepted.loosened:
        text += f"; looser than before: {'; '.join(accepted.loosened)}"
    return text


def _of_refused(shown: str, refused: UnchangedLine) -> str:
    place = f"{shown}:{refused.line}" if refused.line else shown
    hint = f"; {refused.hint}" if refused.hint else ""
    return f"{place}: {refused.name} is not accepted: {refused.message}{hint}"


def _changes(done: Rewriting) -> list[FileChange]:
    """The file, unless only golden files change, and the golden files."""
    goldens = [FileChange(one.file, one.shown, one.before, one.after) for one in done.goldens]
    if done.after == done.before:
        return goldens
    return [FileChange(done.file, done.shown, done.before, done.after), *goldens]


def _no_expectation(shown: str, error: NoExpectation) -> HarnessError:
    known = [f"{one.line} ({one.name})" for one in error.known]
    more = f" and {len(known) - MOST_LISTED} more" if len(known) > MOST_LISTED else ""
    listed = f"{', '.join(known[:MOST_LISTED])}{more}"
    return ScenarioError(
        Problem(
            code="no-expectation",
            message="no expectation is on this line",
            where=f"{shown}:{error.line}",
            hint=f"expectations: {listed}" if known else "the file has none",
        )
    )
