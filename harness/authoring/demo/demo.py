"""The demo: records a conversation, changes the bot, and ends with a project that replays green.

Every step is played over HTTP on loopback; what a step returns is what happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from urllib.parse import urlsplit

from harness.authoring.accepting.rewriting import rewrite
from harness.authoring.new_project import GITIGNORE, write_new_files
from harness.conversation import Outcome
from harness.core import ConfigurationError, Problem, cannot_listen
from harness.core.atomic_file import write_durably
from harness.emulators import WITH_DEMO, serving
from harness.play.recording_files import recording_path
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.loading import entry_of
from harness.project.plan import Mode, Play
from harness.project.planning import Planner
from harness.project.project import Project
from harness.project_file import FILE_NAME

BEFORE, AFTER = "demo-shop", "demo-shop-changed"
"""The emulators of the bot: that of the recording, and the next release."""
SCENARIO = "scenarios/return-a-jacket.yaml"

Serve = Callable[[str, int], AbstractContextManager[str]]
"""Serves an emulator by its name at a port, 0 for a free one, and gives its address."""

_FILES = Path(__file__).parent / "project"


@contextmanager
def serve_bot(name: str, port: int) -> Iterator[str]:
    """Serve a release of the bot. Raises `ConfigurationError` if it cannot listen."""
    with ExitStack() as stack:
        try:
            running = stack.enter_context(serving([name], ports={name: port}))
        except OSError as error:
            raise cannot_listen(port, error) from error
        yield running.urls[name]


@dataclass(slots=True, kw_only=True)
class Demo:
    """One demo, in a folder of its own."""

    folder: Path
    port: int = 0
    """Of the bot; 0 until a free one was chosen, which all releases then have."""
    serve: Serve = serve_bot
    url: str = ""
    """Where the bot answered last."""

    def write_project(self) -> tuple[str, ...]:
        """Write the files of the project, and return their paths in it.

        Raises `ConfigurationError` if the folder has files already or cannot be written, or if the
        bot cannot be served; then nothing is written.
        """
        if self.folder.exists() and not (self.folder.is_dir() and not any(self.folder.iterdir())):
            raise ConfigurationError(
                Problem(
                    code="folder-exists",
                    where=str(self.folder),
                    message="it already exists",
                    hint="name a new folder: harness demo FOLDER",
                )
            )
        with self.serve(BEFORE, self.port) as self.url:
            self.port = urlsplit(self.url).port or 0
        sources = sorted(file for file in _FILES.rglob("*") if file.is_file())
        files = {file.relative_to(_FILES).as_posix(): file.read_text("utf-8") for file in sources}
        write_new_files(self.folder, {**files, ".gitignore": GITIGNORE})
        return tuple(files)

    def play(self, mode: Mode, bot: str) -> ScenarioResult:
        """Serve a release of the bot, and play the scenario against it."""
        with self.serve(bot, self.port) as self.url:
            self.port = urlsplit(self.url).port or 0
            variables = {WITH_DEMO[bot].url_variable: self.url}
            project = Project.at(self.folder / FILE_NAME)
            project.environment = variables
            return Runner(project, mode).run(self._play_of(project))

    def accept(self, line: int) -> tuple[str, ...]:
        """Rewrite the expectation on a line to what is recorded, as `harness accept` does.

        Returns the changed lines, with `-` and `+`; none if it could not be accepted.
        """
        project = Project.at(self.folder / FILE_NAME)
        done = rewrite(project, project.config.root / SCENARIO, line, ())
        write_durably(done.file, done.after)
        before, after = (text.decode().splitlines() for text in (done.before, done.after))
        lines = unified_diff(before, after, n=0, lineterm="")
        return tuple(line for line in lines if not line.startswith(("---", "+++", "@@")))

    @property
    def recording(self) -> Path:
        """The file of the recording."""
        project = Project.at(self.folder / FILE_NAME)
        return recording_path(project, self._play_of(project))

    def _play_of(self, project: Project) -> Play:
        file = project.config.root / SCENARIO
        return next(Planner(project, ()).plays_of(file, entry_of(project, file)))


def counts_of(result: ScenarioResult) -> tuple[int, int]:
    """How many turns were played, and how many checks judged them."""
    judged = [check for check in result.checks if check.outcome is not Outcome.SKIPPED]
    return len(result.transcript.turns), len(judged)
