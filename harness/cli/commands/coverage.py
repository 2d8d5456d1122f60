"""`harness coverage`: what recorded conversations cover."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.cli.commands.recorded_plays import recorded_plays
from harness.cli.here import project_here
from harness.cli.terminal import echo, show, writing
from harness.core import ConfigurationError, Problem
from harness.evaluation.coverage.coverage import Coverage, CoverageMeter
from harness.evaluation.coverage.coverage_page import coverage_page
from harness.evaluation.strength import StrengthMeter


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageOptions:
    """The options of the command; empty if not given."""

    paths: Sequence[str]
    providers: Sequence[str]
    tags: Sequence[str]
    is_quick: bool
    """Whether fields are only counted."""
    as_json: bool
    html: Path | None


def show_coverage(options: CoverageOptions) -> None:
    """Print what is covered. Raises `AuthoringError` if a file is wrong or nothing is recorded."""
    project = project_here()
    plays, skipped = recorded_plays(project, options.paths, options.providers, options.tags)
    strength = None if options.is_quick else StrengthMeter(project, [one.play for one in plays])
    meter = CoverageMeter(project, strength)
    for one in plays:
        meter.add(one.id, one.play)
    coverage = meter.coverage
    coverage.skipped = skipped
    if not coverage.conversations:
        raise _nothing(coverage)
    if options.html is not None:
        _write_page(options.html, coverage)
    if options.as_json:
        echo(json.dumps(coverage.as_json(), indent=2, ensure_ascii=False))
    else:
        show(coverage_page(coverage))


def _write_page(path: Path, coverage: Coverage) -> None:
    # Late: Jinja takes 50 ms to import.
    from harness.reports.html.section_page import write_sections  # noqa: PLC0415

    with writing(path):
        write_sections(path, "What the recordings cover", coverage_page(coverage, all_fields=True))
    echo(f"wrote {path}", err=True)


def _nothing(coverage: Coverage) -> ConfigurationError:
    name, reason = next(iter(coverage.not_read.items()), ("harness coverage", ""))
    return ConfigurationError(
        Problem(
            code="nothing-judged",
            message="no conversation could be read",
            where=name,
            hint=reason or "record a scenario first",
        )
    )
