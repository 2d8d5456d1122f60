"""`harness run`: plays scenarios with pytest, in a process of its own."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from harness.cli.run_paths import named_places, project_of, require_places
from harness.cli.terminal import agrees, echo, no_project
from harness.config import Config, read_config, unknown_tag
from harness.core import ConfigurationError, Problem, counted
from harness.project_file import COMMAND_VARIABLE, HELD_PREFIX, MODE_VARIABLE
from harness.reports.classes import RED, status_of
from harness.reports.results import RESULTS, NoResults, read_results
from harness.run_options import OF_PYTEST, RUN_OPTIONS, OptionValue, RunOption
from harness.transport.journal import remove_older

HANDED_ON = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)

USAGE_ERROR = 4
"""The exit status of pytest after a wrong command line."""
_TAG = re.compile(r"[\w:+.\-]+")
_NO_TAGS = frozenset(
    (
        *("and", "or", "not", "True", "False", "None"),
        *("skip", "skipif", "xfail", "parametrize", "usefixtures", "filterwarnings", "asyncio"),
    )
)
"""Words of an expression, and marks of pytest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """The options of the command; empty or None if not given."""

    paths: Sequence[str]
    """Scenario files, folders or node ids, and options of pytest among them."""
    given: Mapping[str, object]
    """The values of the options of runs, by their names in Python; false if not given."""
    tag: str | None
    is_agreed: bool
    """Whether recordings are replaced without asking."""
    further: Sequence[str]
    """Options of pytest."""

    def text(self, name: str) -> str:
        """The value of an option; empty if it is not given."""
        return str(self.given.get(name) or "")

    @property
    def reports(self) -> Path:
        """The folder of the reports."""
        return Path(self.text("reports"))


def play(options: RunOptions) -> int:
    """Run pytest. Returns the exit status of the command.

    Raises `ConfigurationError` if harness.yaml is missing or wrong, the paths belong to several
    projects, a tag is unknown, or `--yes` is given in a mode that does not ask; and `ScenarioError`
    if a path does not exist.
    """
    places = named_places(options.paths)
    file = Path(options.text("config")) if options.given.get("config") else project_of(places)
    if file is None:
        raise no_project()
    config = read_config(file)
    is_affected = options.text("affected") == OF_PYTEST["--harness-affected"].implied
    if places and options.given.get("plan"):
        raise _chosen_twice(places)
    require_places(options.paths, places, config, is_affected=is_affected)
    if options.tag:
        _require_tags(options.tag, config.tags, places)
    arguments = _arguments(options, config, file, places)
    mode, holding = _given_to_pytest(options)
    if options.is_agreed and mode != "refresh":
        raise ConfigurationError(
            Problem(
                code="no-effect",
                where="--yes",
                message=f"it has no effect in mode '{mode}'",
                hint="only refresh asks; add --mode refresh, or remove it",
            )
        )
    is_watched = sys.stdin.isatty() and sys.stdout.isatty()
    asks = mode == "refresh" and is_watched and not options.is_agreed and not holding
    status = _run_and_ask(arguments, config.cassettes) if asks else run_pytest(arguments)
    if status == USAGE_ERROR:
        _hint_at_options([*options.paths, *options.further])
    return _status(status, options.reports)


def _chosen_twice(named: Iterable[str]) -> ConfigurationError:
    message = f"it says what is played, so {next(iter(named))} cannot be chosen as well"
    hint = "remove the paths, or make a plan of them: harness plan PATHS --out plan.json"
    return ConfigurationError(Problem(code="no-effect", where="--plan", message=message, hint=hint))


def _hint_at_options(words: Iterable[str]) -> None:
    """Name the option that a misspelt one is most like; pytest has said which it does not know."""
    known = [*(one.of_harness for one in RUN_OPTIONS), "--tag", "--yes"]
    for word in words:
        name = word.partition("=")[0]
        # Strictly: most words are options that pytest knows.
        near = get_close_matches(name, known, n=1, cutoff=0.8) if name not in known else []
        if name.startswith("--") and near:
            echo(f"{name}: did you mean '{near[0]}'?", err=True)


def run_pytest(
    arguments: Sequence[str],
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> int:
    """Run pytest and wait for it; returns its exit status.

    Without a folder or an environment, with those of this process.

    It runs in another process: in this one the package is already imported, about which pytest
    warns. Signals to this process are forwarded: pytest stops the conversations, and this process
    waits for it. A terminal sends Ctrl-C to both, which changes nothing for pytest. If a signal
    kills pytest, the status is the one that a shell would return.
    """
    command = [sys.executable, "-m", "pytest", *arguments]
    given = _with_command(os.environ if environment is None else environment)
    with subprocess.Popen(command, cwd=folder, env=given) as process:  # noqa: S603  # our own interpreter, the user's words
        # A signal that is ignored here, as under `nohup`, is ignored there as well.
        before = {
            number: signal.signal(number, lambda number, _: process.send_signal(number))
            for number in HANDED_ON
            if signal.getsignal(number) is not signal.SIG_IGN
        }
        try:
            status = process.wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        return status if status >= 0 else 128 - status


def _with_command(environment: Mapping[str, str]) -> Mapping[str, str]:
    """The environment with the command line of this process, if that is ours."""
    program, *words = sys.argv
    if not re.fullmatch(r"harness(\.exe)?|__main__\.py", Path(program).name):
        return environment
    return {**environment, COMMAND_VARIABLE: json.dumps(["harness", *words])}


def _require_tags(
    expression: str, declared: Mapping[str, str] | None, paths: Iterable[str]
) -> None:
    """Raise `ConfigurationError` `unknown-tag` if a tag of an expression is not declared.

    Nothing is checked if harness.yaml declares no tags, or if Python tests are among the paths:
    their marks are declared elsewhere.
    """
    if declared is None or any(path.partition("::")[0].endswith(".py") for path in paths):
        return
    named = _TAG.findall(re.sub(r"\([^()]*=[^()]*\)", "", expression))
    unknown = [tag for tag in named if tag not in _NO_TAGS | declared.keys()]
    if unknown:
        raise ConfigurationError(unknown_tag(unknown[0], declared, where="--tag"))


def _given_to_pytest(options: RunOptions) -> tuple[str, str]:
    """The mode of the run, and the folder for new recordings or an empty text.

    Pytest's own options can set both; if there are several, the last one counts, as for pytest.
    """
    parser = ArgumentParser(add_help=False, allow_abbrev=False)
    for option in ("--harness-mode", "--harness-holding"):
        parser.add_argument(option, nargs="?", default="")
    words = [*shlex.split(os.environ.get("PYTEST_ADDOPTS", "")), *options.paths, *options.further]
    given = parser.parse_known_args(words)[0]
    mode = options.text("mode") or given.harness_mode or os.environ.get(MODE_VARIABLE) or "replay"
    return str(mode), options.text("holding") or str(given.harness_holding or "")


def _status(exit_status: int, folder: Path) -> int:
    """The status of the command, which says more than the one of pytest."""
    if exit_status != RED:
        return exit_status
    try:
        head = read_results(folder / RESULTS).head
    except NoResults:
        # The run has reported why it wrote no results.
        return exit_status
    return status_of(exit_status, head.get("classes", {}))


def _arguments(
    options: RunOptions, config: Config, file: Path, named: Collection[str]
) -> list[str]:
    """The arguments of pytest."""
    return [
        # These may be only options of pytest, which do not say what to play.
        *options.paths,
        *(() if named else (os.path.relpath(config.scenarios),)),
        *("--harness-config", os.path.relpath(file)),
        # The family with files and lines; an option of the user after it takes precedence.
        *("-o", "junit_family=xunit1", *options.further),
        *("--alluredir", str(options.reports / "allure"), "--clean-alluredir"),
        *("--junitxml", str(options.reports / "junit.xml")),
        *(("-m", options.tag) if options.tag else ()),
        *(word for option in RUN_OPTIONS for word in _words(option, options.given)),
    ]


def _words(option: RunOption, given: Mapping[str, object]) -> Iterator[str]:
    """An option of pytest with its value; nothing if it is not given."""
    value = given.get(option.parameter)
    if not value or option.name == "config":
        return
    if option.takes is OptionValue.NOTHING:
        yield option.of_pytest
        return
    for one in value if isinstance(value, list | tuple) else (value,):
        yield f"{option.of_pytest}={one}"


def _run_and_ask(arguments: Sequence[str], cassettes: Path) -> int:
    """Run pytest, which shows the changes; then ask, and replace. Returns pytest's exit status.

    Until then new recordings are in a folder next to the old ones, on the same file system, so
    that each replaces the old one in one step. Without consent they are deleted.
    """
    with _holding_folder(cassettes) as holding:
        status = run_pytest([*arguments, "--harness-holding", str(holding)])
        recordings = sorted(holding.rglob("*.yaml"))
        if not recordings:
            return status
        if not agrees(f"Write {counted(len(recordings), 'new recording')}?"):
            echo("Nothing was written; the old recordings are unchanged.")
            return status
        for file in recordings:
            target = cassettes / file.relative_to(holding)
            target.parent.mkdir(parents=True, exist_ok=True)
            file.replace(target)
            remove_older(target)
        echo(f"{counted(len(recordings), 'recording')} written.")
        return status


@contextmanager
def _holding_folder(cassettes: Path) -> Iterator[Path]:
    is_new = not cassettes.exists()
    cassettes.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix=HELD_PREFIX, dir=cassettes) as name:
            yield Path(name)
    finally:
        if is_new:
            with suppress(OSError):
                # Only an empty folder is removed.
                cassettes.rmdir()
