"""`harness whatif`: judges recorded conversations by other thresholds and schemas."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.cli.commands.recorded_plays import recorded_plays
from harness.cli.here import project_here
from harness.cli.terminal import FOUND_PROBLEMS, echo, show
from harness.config import Config
from harness.conversation.stored import NoTranscript
from harness.core import ConfigurationError, Problem
from harness.core.sections import markdown
from harness.evaluation.whatif.judging_again import NamedVariation
from harness.evaluation.whatif.schemas_at import SchemasAt
from harness.evaluation.whatif.stored_conversation import StoredConversation, stored_in
from harness.evaluation.whatif.thresholds import read_thresholds
from harness.evaluation.whatif.verdicts import Comparison
from harness.evaluation.whatif.what_if import WhatIf
from harness.evaluation.whatif.what_if_page import what_if_page
from harness.project.project import Project
from harness.reports.results import NoResults, read_results

RESULTS = Path("reports/results.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfOptions:
    """The options of the command; empty or None if not given."""

    paths: Sequence[str]
    thresholds: Sequence[str]
    schema_at: str
    results: Path | None
    providers: Sequence[str]
    tags: Sequence[str]
    only_flips: bool
    as_json: bool
    as_markdown: bool
    fails_on_flips: bool

    @property
    def uses_results(self) -> bool:
        """Whether conversations come from results: so they do if nothing else is compared."""
        return self.results is not None or not (self.thresholds or self.schema_at)

    @property
    def fault(self) -> str:
        """Why the options contradict each other; empty if they do not."""
        if self.as_json and self.as_markdown:
            return "give --json or --markdown"
        if self.uses_results and (self.paths or self.providers or self.tags):
            return (
                "paths, --provider and --tag choose recordings, but results are judged as a whole;"
                " add --threshold or --schema-at, or remove them"
            )
        return ""


def judge_otherwise(options: WhatIfOptions) -> int:
    """Print the comparison. Returns the exit status.

    Raises `AuthoringError` if an option or a file is wrong, or nothing could be judged.
    """
    project = project_here()
    comparison = _comparison(project, options)
    if not comparison.judged:
        raise _nothing_judged(comparison)
    if options.as_json:
        echo(json.dumps(comparison.as_json(), indent=2, ensure_ascii=False))
    else:
        page = what_if_page(comparison, only_flips=options.only_flips)
        if options.as_markdown:
            echo(markdown(page))
        else:
            show(page)
    is_red = comparison.flips or comparison.not_judged
    return FOUND_PROBLEMS if options.fails_on_flips and is_red else 0


def _comparison(project: Project, options: WhatIfOptions) -> Comparison:
    thresholds = [
        one for given in options.thresholds for one in read_thresholds(given, project.vocabulary)
    ]
    with tempfile.TemporaryDirectory(prefix="harness-schemas-") as folder:
        schemas = SchemasAt(project, options.schema_at, Path(folder)) if options.schema_at else None
        changes: list[NamedVariation] = [] if schemas is None else [schemas.change()]
        what_if = WhatIf(project, thresholds, changes)
        if options.uses_results:
            comparison = what_if.of_results(_stored(project.config, options.results or RESULTS))
        else:
            plays, skipped = recorded_plays(project, options.paths, options.providers, options.tags)
            comparison = what_if.of_recordings(plays, skipped=skipped)
        return comparison if schemas is None else comparison.noting(schemas.notes())


def _stored(config: Config, file: Path) -> Iterator[StoredConversation]:
    try:
        for record in read_results(file):
            yield from stored_in(record, config.root)
    except (NoResults, NoTranscript, KeyError) as error:
        said = str(error).removeprefix(f"{file}: ")
        hint = "run the scenarios first, or name a change with --threshold or --schema-at"
        raise ConfigurationError(
            Problem(code="no-results", where=str(file), message=said, hint=hint)
        ) from error


def _nothing_judged(comparison: Comparison) -> ConfigurationError:
    first = comparison.not_judged[0] if comparison.not_judged else None
    return ConfigurationError(
        Problem(
            code="nothing-judged",
            message="no conversation could be judged",
            where="harness whatif" if first is None else first.id,
            hint="no scenario has been recorded or played" if first is None else first.reason,
        )
    )
