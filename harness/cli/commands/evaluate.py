"""`harness eval`: how reliably bots pass scenarios, and which of them is better."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness.cli.terminal import echo, show, writing
from harness.core import ConfigurationError, Json, Problem
from harness.core.sections import Section
from harness.evaluation.eval_table import EvalTable
from harness.history.comparison import shared_id
from harness.plans import Plan, plan
from harness.play.recording_files import takes_to_replay
from harness.project.plan import Mode
from harness.project.project import Project
from harness.reports.progress import Progress, is_allowed
from harness.reports.results import Record, run_head
from harness.reports.run_origin import origin_in, shown_command
from harness.reports.typed_secrets import secrets_in
from harness.running import records_of
from harness.scenario.repeats import all_of

if TYPE_CHECKING:
    from harness.evaluation.calibrating.judged_shares import JudgedShare


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalOptions:
    """The options of the command."""

    paths: Sequence[str]
    providers: Sequence[str]
    tags: Sequence[str]
    takes: int
    mode: str
    concurrency: int | None
    processes: int
    html: Path | None
    """The page to write."""
    reports: Path | None
    """The folder for results.json and the reports made of it."""
    as_json: bool
    is_gate: bool
    """It fails if the second provider is worse."""


class NothingJudged(ConfigurationError):
    """No take was judged, so that there is nothing to evaluate."""


def evaluate(options: EvalOptions) -> bool:
    """Play all takes of scenarios and print a table. Returns whether the second bot is worse.

    Raises `NothingJudged`, and what `harness.plan` raises.
    """
    planned = plan(*options.paths, providers=options.providers, tags=options.tags)
    wanted = _with_takes(planned, options.takes)
    providers = options.providers or dict.fromkeys(one.play.provider for one in wanted.scenarios)
    table = EvalTable(tuple(providers), options.takes)
    _require_pair(options, table)
    project = Project.at(wanted.config)
    project.command = f"harness eval --takes {options.takes}"
    for record in _reported(_played(wanted, project, options), project, options):
        name = shared_id(str(record["id"]), str(record["scenario"]), str(record.get("row", "")))
        table.add(name, record)
    compared = table.compared()
    shares = _shares(wanted, project, options)
    section = table.section(compared, _commands(options))
    section = replace(section, lines=[*section.lines, *(one.line for one in shares)])
    if options.html is not None:
        _write(options.html, table, section, project.config.root.name)
    if options.as_json:
        judged = {"judged": [one.json() for one in shares]} if shares else {}
        echo(json.dumps({**table.json(compared), **judged}, indent=2))
    else:
        show([section])
    if not table.judged:
        message = "no take was judged" if table.cells else "there is no scenario to play"
        raise NothingJudged(Problem(code="nothing-judged", message=message))
    if options.is_gate and compared is not None and compared.undecided is not None:
        raise NothingJudged(compared.undecided)
    return options.is_gate and compared is not None and compared.is_worse


def _played(wanted: Plan, project: Project, options: EvalOptions) -> Iterator[Record]:
    """The records, while a terminal shows how many conversations with bots are over."""
    progress = Progress(options.mode, is_shown=sys.stderr.isatty() and is_allowed())
    mode = Mode(options.mode)
    return records_of(
        wanted, project, mode, options.concurrency, options.processes, listen=progress.listen
    )


def _shares(wanted: Plan, project: Project, options: EvalOptions) -> Sequence[JudgedShare]:
    """What judges with a calibration say; nothing in a mode that records nothing."""
    if options.mode not in (Mode.REPLAY, Mode.RECORD, Mode.REFRESH) or not project.config.judges:
        return ()
    # Late: most projects have no judge.
    from harness.evaluation.calibrating.judged_shares import judged_shares  # noqa: PLC0415

    plays = (
        play
        for one in wanted.scenarios
        for play in takes_to_replay(project, one.play, one.entry.repeat)
    )
    return tuple(judged_shares(project, plays))


def _reported(
    records: Iterator[Record], project: Project, options: EvalOptions
) -> Iterator[Record]:
    """The records, each of which is on disk before the next one if there is a folder for them."""
    if options.reports is None:
        yield from records
        return
    # Late: only reports need Jinja's loaders.
    from harness.reports.record_reports import RecordReports  # noqa: PLC0415

    with writing(options.reports):
        reports = RecordReports(options.reports, _head(project, options))
    is_whole = False
    try:
        for record in records:
            with writing(options.reports):
                reports.add(record)
            yield record
        is_whole = True
    finally:
        if not is_whole:
            reports.abandon()
    with writing(options.reports):
        made = reports.finish()
    for path in made:
        echo(f"wrote {path}", err=True)


def _head(project: Project, options: EvalOptions) -> Mapping[str, Json]:
    """The head of the results."""
    root = project.config.root
    words = [*_words(options), "--mode", options.mode]
    command = shown_command(words, secrets_in("\n".join(words), project), Path.cwd())
    return run_head(options.mode, root.name, replace(origin_in(root), command=command))


def _with_takes(planned: Plan, takes: int) -> Plan:
    """The plan, in which every scenario has so many takes, all of which are played."""
    repeat = all_of(takes)
    scenarios = (replace(one, entry=replace(one.entry, repeat=repeat)) for one in planned.scenarios)
    return replace(planned, scenarios=tuple(scenarios))


def _require_pair(options: EvalOptions, table: EvalTable) -> None:
    if options.is_gate and not table.is_pair:
        count = len(table.providers)
        raise ConfigurationError(
            Problem(
                code="no-pair",
                where="--fail-if worse",
                message=f"it compares two providers, found {count}",
                hint="name both with --provider, the one to compare with first",
            )
        )


def _commands(options: EvalOptions) -> list[str]:
    """What records the takes that are missing."""
    return [shlex.join((*_words(options), "--mode", "record"))]


def _words(options: EvalOptions) -> list[str]:
    """The command, up to its mode."""
    chosen = (word for name in options.providers for word in ("--provider", name))
    tags = (word for tag in options.tags for word in ("--tag", tag))
    return ["harness", "eval", *options.paths, *chosen, *tags, "--takes", str(options.takes)]


def _write(path: Path, table: EvalTable, section: Section, project: str) -> None:
    # Late: only a page needs Jinja's loaders.
    from harness.reports.html.section_page import write_sections  # noqa: PLC0415

    with writing(path):
        write_sections(path, f"Evaluation of {project}", [section], table.classes)
    echo(f"wrote {path}", err=True)
