"""Collects what is wrong in a run and writes it in each format."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.core import Json
from harness.reports.annotations.github import workflow_commands
from harness.reports.annotations.gitlab import code_quality
from harness.reports.annotations.sarif import sarif_log
from harness.reports.report_findings import ReportFinding, findings_of, findings_of_file
from harness.reports.results import Results

CODE_QUALITY = "code-quality.json"
SARIF = "results.sarif"
COMMANDS = "github-annotations.txt"
"""Written if GITHUB_ACTIONS is true; GitHub makes annotations when it is printed."""
MOST_FINDINGS = 5000
"""Findings that are written; GitHub shows no more of a SARIF file."""
ROOTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")
"""Variables in which CI names the repository's folder."""


class AnnotationsReport:
    """Makes code-quality.json and results.sarif, and on GitHub the workflow commands."""

    def __init__(
        self,
        folder: Path,
        results: Results,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._folder = folder
        self._head = results.head
        self._is_github = environment.get("GITHUB_ACTIONS") == "true"
        self._repository = Repository(environment)
        self._found: list[ReportFinding] = []
        self._left_out = 0
        for error in results.head.get("errors", ()):
            self._take(findings_of_file(error))

    def add(self, conversation: Mapping[str, Any], _line: str) -> None:
        """Add what is wrong in a conversation."""
        self._take(findings_of(conversation))

    def finish(self) -> Sequence[Path]:
        """Write the files."""
        quality, sarif = self._folder / CODE_QUALITY, self._folder / SARIF
        _write(quality, code_quality(self._found))
        _write(sarif, sarif_log(self._found, self._head, left_out=self._left_out))
        commands = self._folder / COMMANDS
        if not self._is_github:
            return [quality, sarif]
        lines = workflow_commands(self._found, left_out=self._left_out)
        commands.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return [quality, sarif, commands]

    def _take(self, findings: Iterator[ReportFinding]) -> None:
        for finding in findings:
            if len(self._found) < MOST_FINDINGS:
                self._found.append(replace(finding, file=self._repository.path(finding.file)))
            else:
                self._left_out += 1


class Repository:
    """Turns paths of results into paths from the top of the repository.

    Results name files from pytest's root folder, which may be below that of the repository.
    """

    def __init__(
        self, environment: Mapping[str, str] = os.environ, here: Path | None = None
    ) -> None:
        here = (here or Path.cwd()).resolve()
        self._folders = (here, *here.parents)
        named = [Path(environment[name]).resolve() for name in ROOTS if environment.get(name)]
        above = [folder for folder in named if here.is_relative_to(folder)]
        repositories = [folder for folder in self._folders if (folder / ".git").exists()]
        self._top, *_ = [*above, *repositories, here]
        self._base: Path | None = None

    def path(self, file: str) -> str:
        """The path with slashes; as given, if the file is outside the repository."""
        if self._base is None:
            # The nearest folder above in which the file is.
            found = (folder for folder in self._folders if (folder / file).exists())
            self._base = next(found, None)
        whole = Path(os.path.normpath((self._base or self._folders[0]) / file))
        if whole.is_relative_to(self._top):
            return whole.relative_to(self._top).as_posix()
        return Path(file).as_posix()


def _write(path: Path, value: Json) -> None:
    path.write_text(f"{json.dumps(value, indent=1)}\n", encoding="utf-8")
