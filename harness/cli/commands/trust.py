"""`harness trust`: how much a green run of each scenario proves."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import harness
from harness.cassettes.inventory import take_inventory
from harness.cassettes.recording_check import Checking
from harness.cli.here import history_here, project_here
from harness.cli.terminal import FOUND_PROBLEMS, TOO_WEAK, echo, show, writing
from harness.core.atomic_file import write_durably
from harness.core.sections import Section, markdown
from harness.evaluation.check_counts import CheckCounts
from harness.evaluation.strength import StrengthMeter
from harness.evaluation.trust import PlayTrust, ScenarioTrust, TrustMeter, trust_of
from harness.evaluation.trust.trust_json import trust_json
from harness.evaluation.trust.trust_page import trust_page
from harness.history.address import HistoryError
from harness.history.ever_failed import ever_failed
from harness.parallel.shared_work import shared_work
from harness.project.plan import Play
from harness.project.project import Project
from harness.project_file import FILE_NAME
from harness.scenario.check_place import CheckPlace

MOST_LISTED = 20
"""Scenarios, and findings, that the terminal lists if no path is named."""
MOST_IN_MARKDOWN = 50
"""That a comment on a pull request lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustOptions:
    """The options of the command."""

    paths: Sequence[str]
    providers: Sequence[str]
    tags: Sequence[str]
    fail_under: float | None
    max_age: float | None
    """In seconds; None for that of harness.yaml."""
    history: str
    """A file or a URL; empty for the project's own."""
    processes: int | None
    as_json: bool
    reports: Path


def show_trust(options: TrustOptions) -> int:
    """Measure scenarios, print the page, and write the reports. The exit status.

    Raises `AuthoringError`.
    """
    project = project_here(options.paths)
    now = datetime.now(UTC)
    measured = _measured(project, options, now)
    page = partial(trust_page, measured, now=now, shown=project.config.shown)
    as_json = trust_json(measured, project.config.shown)
    if options.as_json:
        echo(json.dumps(as_json, indent=2, ensure_ascii=False))
    else:
        show(page(most=None if options.paths else MOST_LISTED))
    files = _write(options.reports, as_json, page)
    echo(f"\nreports: {', '.join(map(str, files))}", err=options.as_json)
    if not any(one.figure is not None for one in measured):
        why = "no scenario has a figure" if measured else "there is no scenario to measure"
        echo(f"{why} [nothing-measured]", err=True)
        return FOUND_PROBLEMS
    return _status(project, measured, options.fail_under)


def _measured(project: Project, options: TrustOptions, now: datetime) -> list[ScenarioTrust]:
    file = project.config.root / FILE_NAME
    every = [one.play for one in harness.plan(config=file).scenarios]
    plan = harness.plan(*options.paths, config=file, providers=options.providers, tags=options.tags)
    chosen: list[Play] = [one.play for one in plan.scenarios]
    oldest = project.config.max_age if options.max_age is None else options.max_age
    recordings = Checking(take_inventory(project), now=now, max_age=oldest)
    meter = TrustMeter(project, StrengthMeter(project, every), recordings)
    plays: dict[Path, list[PlayTrust]] = {}
    for play in shared_work(meter.measured, chosen, options.processes):
        plays.setdefault(play.play.file, []).append(play)
    known = _known_checks(project, options, {play.scenario for play in chosen})
    return [trust_of(project, file, of_file, known) for file, of_file in plays.items()]


def _known_checks(
    project: Project, options: TrustOptions, scenarios: Collection[str]
) -> Mapping[CheckPlace, CheckCounts] | None:
    """What earlier runs say about checks; None if that is not known."""
    try:
        address = history_here(options.reports, options.history)
        return ever_failed(address, scenarios, project=project.config.root.name)
    except HistoryError as error:
        if options.history:
            raise
        # The measurement is worth something without it.
        echo(f"note: it is not known which checks ever failed: {error}", err=True)
        return None


def _write(folder: Path, as_json: object, page: Callable[..., list[Section]]) -> tuple[Path, ...]:
    # Late: Jinja takes 50 ms to import.
    from harness.reports.html.section_page import write_sections  # noqa: PLC0415

    files = folder / "trust.html", folder / "trust.md", folder / "trust.json"
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        write_sections(files[0], "How much a green run proves", page())
        write_durably(files[1], markdown(page(most=MOST_IN_MARKDOWN)).encode())
        write_durably(files[2], (json.dumps(as_json, ensure_ascii=False) + "\n").encode())
    return files


def _status(project: Project, measured: Sequence[ScenarioTrust], least: float | None) -> int:
    below = [
        one
        for one in measured
        if least is not None and one.figure is not None and one.figure < least
    ]
    for one in below:
        where = f"{project.config.shown(one.file)}: {one.scenario}"
        echo(f"{where}: trust is {one.figure}, below {least:g} [too-weak]", err=True)
    return TOO_WEAK if below else 0
