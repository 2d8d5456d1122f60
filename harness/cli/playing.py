"""What `harness run` does: plays scenarios with pytest."""

from __future__ import annotations

import os
import shlex
from argparse import ArgumentParser
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.cli.echoing import echo
from harness.cli.processes import run_pytest
from harness.cli.refreshing import asks, run_and_ask
from harness.cli.statuses import WRONG_USE
from harness.cli.tags import require_tags
from harness.config import Config, find_config, read_config
from harness.core.errors import ConfigurationError, Problem
from harness.core.project_file import MODE_VARIABLE
from harness.reports.classes import RED, status_of
from harness.reports.results import NoResults, read_results
from harness.reports.results.writing import RESULTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The command's words; what was left out is empty or none."""

    paths: Sequence[str]
    """Scenario files, folders or node ids; among them options of pytest, as they were given."""
    mode: str | None
    providers: Sequence[str]
    tag: str | None
    concurrency: int | None
    fail_on: str | None
    updates: bool
    is_agreed: bool
    """Recordings are replaced without asking."""
    reports: Path
    further: Sequence[str]
    """Options of pytest."""


def play(wanted: Wanted) -> int:
    """Run pytest. Returns the exit status of the command.

    Raises `ConfigurationError` where harness.yaml is wrong, or of another project than the rest,
    a tag is unknown, or `--yes` is given where nothing is asked.
    """
    places = _named(wanted.paths)
    file = _project_of(places)
    if file is None:
        echo("there is no harness.yaml here or in a folder above [no-project]", err=True)
        return WRONG_USE
    config = read_config(file)
    if wanted.tag:
        require_tags(wanted.tag, config.tags, places)
    arguments = _arguments(wanted, config, file, places)
    mode, holding = _given_to_pytest(wanted)
    if wanted.is_agreed and mode != "refresh":
        message = f"it has no effect in mode '{mode}'"
        hint = "only refresh asks; add --mode refresh, or leave it out"
        raise ConfigurationError(
            Problem(code="no-effect", where="--yes", message=message, hint=hint)
        )
    if mode == "refresh" and not wanted.is_agreed and not holding and asks():
        return _status(run_and_ask(arguments, config.cassettes), wanted.reports)
    return _status(run_pytest(arguments), wanted.reports)


def _given_to_pytest(wanted: Wanted) -> tuple[str, str]:
    """The mode of the run, and the folder that new recordings are to be held in; or empty.

    Pytest's own options may say both; of several, the last one counts, as for pytest.
    """
    parser = ArgumentParser(add_help=False, allow_abbrev=False)
    for option in ("--harness-mode", "--harness-holding"):
        parser.add_argument(option, nargs="?", default="")
    words = [*shlex.split(os.environ.get("PYTEST_ADDOPTS", "")), *wanted.paths, *wanted.further]
    given = parser.parse_known_args(words)[0]
    mode = wanted.mode or given.harness_mode or os.environ.get(MODE_VARIABLE) or "replay"
    return str(mode), str(given.harness_holding or "")


def _status(exit_status: int, folder: Path) -> int:
    """The command's own status: pytest says only that something is red."""
    if exit_status != RED:
        return exit_status
    try:
        head = read_results(folder / RESULTS).head
    except NoResults:
        # What could not be written is told by the run.
        return exit_status
    return status_of(exit_status, head.get("classes", {}))


def _named(words: Sequence[str]) -> dict[str, Path]:
    """The words that are files, folders or node ids; pytest's options and their values are none."""
    places = {word: Path.cwd() / word.partition("::")[0] for word in words}
    return {word: Path(os.path.normpath(place)) for word, place in places.items() if place.exists()}


def _project_of(places: Mapping[str, Path]) -> Path | None:
    """The harness.yaml above what is to be played; above the current folder where it has none.

    Raises `ConfigurationError` where that is several projects.
    """
    here = find_config(Path.cwd())
    found: dict[Path | None, str] = {}
    for word, place in places.items():
        found.setdefault(find_config(place) or here, word)
    if len(found) <= 1:
        return next(iter(found), here)
    told = ", ".join(
        f"{word} of {os.path.relpath(file.parent)}" for file, word in found.items() if file
    )
    message = f"`harness run` plays one project, found {told}"
    hint = "run each by itself, or all of them with pytest"
    raise ConfigurationError(Problem(code="several-projects", message=message, hint=hint))


def _arguments(wanted: Wanted, config: Config, file: Path, named: Collection[str]) -> list[str]:
    # Options of pytest stand among the words, so these alone do not say what to play.
    arguments = [*wanted.paths, *(() if named else (os.path.relpath(config.scenarios),))]
    arguments += ["--harness-config", os.path.relpath(file)]
    # The family that knows files and lines; what the user gives behind it counts more.
    arguments += ["-o", "junit_family=xunit1", *wanted.further]
    arguments += ["--alluredir", str(wanted.reports / "allure"), "--clean-alluredir"]
    arguments += ["--junitxml", str(wanted.reports / "junit.xml")]
    arguments += ["--harness-reports", str(wanted.reports)]
    arguments += ["--harness-mode", wanted.mode] if wanted.mode else []
    arguments += ["--harness-update"] if wanted.updates else []
    arguments += [part for name in wanted.providers for part in ("--harness-provider", name)]
    arguments += ["-m", wanted.tag] if wanted.tag else []
    arguments += ["--harness-concurrency", str(wanted.concurrency)] if wanted.concurrency else []
    arguments += ["--harness-fail-on", wanted.fail_on] if wanted.fail_on else []
    return arguments
