"""Judges the blocks of one document in order, in a project that they make as they go.

Until a block is a harness.yaml, the project has the providers and schemas of the example suite;
every harness.yaml starts an empty project. What is done with a block:

| language | what it is | what is done |
|---|---|---|
| yaml | a mapping with `providers` | starts a project; every provider must fill in |
| yaml | with `scenario`, or marked `part of a scenario` | played live; passes, or marked `fails` |
| yaml | marked `passes, but not with NAME` | passes; a failure with the other provider follows |
| yaml | a mapping with `definition`, or marked `part of a definition` | read |
| yaml | marked `passes against NAME` or `fails against NAME` | judged as an `expect:` block |
| yaml | marked `cassette` | read, also by vcrpy, and written |
| json | marked `reply of NAME` | the reply of a provider that such blocks are judged against |
| yaml | marked `workflow` | written; its jobs are played in copies of the project |
| yaml | the settings of pre-commit | written |
| yaml | a fragment, or the defaults of a folder | written |
| csv | with a file | written |
| json | with a file | written; a schema in `schemas/` is compiled |
| python | with a file | written; run by pytest, and must pass, or, marked `fails`, not pass |
| sh | commands | run; each must end with 0, or as a mark `exits with N` says |
| sh | marked `in an empty folder` | run in a new folder, which becomes the project |
| text | what a failure or the commands before it say | compared; a line `...` is any lines |

Any other block is a problem.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.conversation import Outcome
from harness.core.errors import AuthoringError, HarnessError
from harness.evaluation import Takes
from harness.formats.json_schema import SchemaFolder
from harness.formats.yaml import read
from harness.play.runner import Runner
from harness.project.loading import load_scenario
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.providers.definition_reader import read_definition
from harness.reports.failure import failure_screen
from harness.scenario import Repeat, is_scenario_file
from harness.transport.cassette.cassette_reading import parse_cassette
from tests.docs.blocks import ROOT, Block, blocks_of
from tests.docs.certificates import company_certificates
from tests.docs.commands import Shell, commands_in
from tests.docs.judged import judged
from tests.docs.workflows import Workflow

UPDATE = "HARNESS_UPDATE_GOLDENS"
"""Set to 1, texts that the harness says otherwise are written into the document."""
PORT = "127.0.0.1:8702"
"""How every port of a server stands in a document."""
IN_EMPTY = "in an empty folder"
NOT_WITH = "passes, but not with "
PRE_COMMIT = ".pre-commit-config.yaml"
ANY_LINES = "..."
"""Stands for any lines in a text block."""

GIVEN = {
    "accept.md": {
        "scenarios/connectly/human.yaml": (
            "scenario: human\nturns:\n  - user: Can I talk to a human?\n    expect:\n"
            "      contains: an agent  # never a form\n"
        ),
    },
    "network.md": company_certificates(),
}
"""Files that a document speaks of without showing them."""

SCENARIO_REST = {
    "scenario": "scenario: example\n",
    "turns": "turns:\n  - user: Hello\n    expect: none\n",
}
DEFINITION_REST = {
    "definition": "definition: example\n",
    "settings": "settings:\n  base_url: {type: string}\n",
    "send": "send:\n  - request: {post: /say}\n    reply: {text: $.text}\n",
}
"""What completes a part of a file, by the key that it stands for."""


TUTORIAL = "tutorial.md"
"""The page whose sessions at a terminal are played and compared by `tests/stories`."""


class Story:
    """The blocks of one document."""

    def __init__(self, document: Path, folder: Path, shell: Shell) -> None:
        self._document = document
        self._base = folder
        self._shell = shell
        self._blocks = blocks_of(document)
        self._replies: dict[str, str] = {}
        self._said: str | None = None
        """What the last block made the harness say, where a text block may follow."""
        self._is_due = False
        """A text block must follow."""
        self._mended: dict[int, str] = {}
        self.problems: list[str] = []
        self.folder = folder / "examples"
        self.folder.mkdir()
        shutil.copy(ROOT / "harness.yaml", self.folder)
        shutil.copytree(ROOT / "schemas", self.folder / "schemas")
        self._write_given()

    def tell(self) -> list[str]:
        """Judge every block; gives what is wrong, with the lines of the document."""
        for block in self._blocks:
            if block.language != "text":
                self._require_text()
            self._is_due = False
            try:
                self.judge(block)
            except (AssertionError, HarnessError, ValueError, OSError) as error:
                self.problems.append(f"{block}: {error}")
        self._require_text()
        self._end_project()
        if self._mended and os.environ.get(UPDATE) == "1":
            self._mend()
        return self.problems

    def judge(self, block: Block) -> None:
        """Judge one block. Raises where it does not hold, or is of no known kind."""
        if block.language == "console":
            assert block.document == TUTORIAL, "tests/stories play only the tutorial"
            return
        if block.language == "text":
            self._compare(block)
            return
        self._said = None
        if block.language == "sh":
            self._run(block)
        elif block.language == "json":
            self._json(block)
        elif block.language == "python":
            self._python(block)
        elif block.language in ("csv", "ini"):
            self._write(block)
        elif block.language == "yaml":
            self._yaml(block)
        else:
            raise ValueError(f"a block of '{block.language or 'no language'}' is of no known kind")

    def run(self, command: str) -> str:
        """Run a command in the project; gives what it printed. Raises AssertionError."""
        return self._shell.run(command, self.folder)

    def _require_text(self) -> None:
        if self._is_due:
            self.problems.append(f"{self._document.name}: the text of a failure is missing")

    def _yaml(self, block: Block) -> None:
        verb, _, rest = block.how.partition(" ")
        if verb in ("passes", "fails") and rest:
            self._expectations(block, rest.removeprefix("against "))
            return
        if block.how == "workflow":
            self._workflow(block)
            return
        keys = _keys(block)
        if block.how == "part of a definition":
            self._definition_part(block, keys)
        elif block.how == "cassette":
            self._cassette(block)
        elif "providers" in keys:
            self._start_project(block)
        elif "definition" in keys or block.file == PRE_COMMIT or _is_part(block):
            self._write(block)
        elif "scenario" in keys or block.how == "part of a scenario":
            rest = "" if "scenario" in keys else _rest(SCENARIO_REST, keys)
            self._scenario(block, block.text + rest)
        else:
            raise ValueError(f"a mapping with {', '.join(keys)} is of no known kind")

    def _scenario(self, block: Block, text: str) -> None:
        file = self.folder / (block.file or "scenarios/example.yaml")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        said = _played(self.folder, file)
        if block.how == "fails":
            assert said, "it passes"
            self._said, self._is_due = said, True
        assert block.how == "fails" or not said, f"the scenario does not pass:\n{said}"
        if block.how.startswith(NOT_WITH):
            said = _played(self.folder, file, block.how.removeprefix(NOT_WITH))
            assert said, "it passes with both"
            self._said, self._is_due = said, True
        if block.how == "fails" or not block.file:
            file.unlink()

    def _expectations(self, block: Block, provider: str) -> None:
        if provider not in self._replies:
            raise ValueError(f"there is no reply of {provider} above")
        said = judged(self.folder, block.text, provider, self._replies[provider])
        if block.how.startswith("fails"):
            assert said, "the checks hold"
            self._said, self._is_due = said, True
            return
        assert not said, f"the checks do not hold:\n{said}"

    def _definition_part(self, block: Block, keys: Mapping[str, object]) -> None:
        folder = self._base / f"part-{block.line}"
        folder.mkdir()
        text = block.text + _rest(DEFINITION_REST, keys)
        (folder / "provider.yaml").write_text(text, encoding="utf-8")
        read_definition(folder, "example")

    def _workflow(self, block: Block) -> None:
        work = self._base / f"workflow-{block.line}"
        work.mkdir()
        Workflow(self.folder, work, self._shell).play(block.file, block.text)
        self._write(block)

    def _cassette(self, block: Block) -> None:
        # Late: importing vcr takes 0.3 s, and one document needs it.
        from vcr.serializers import yamlserializer  # noqa: PLC0415

        ours = parse_cassette(block.text, block.file)
        assert len(yamlserializer.deserialize(block.text)["interactions"]) == len(ours.interactions)
        self._write(block)

    def _json(self, block: Block) -> None:
        if block.how.startswith("reply of "):
            self._replies[block.how.removeprefix("reply of ")] = block.text
            return
        assert block.file, "the block names neither its file nor whose reply it is"
        self._write(block)

    def _python(self, block: Block) -> None:
        assert block.file, "the first line of a test is a comment with its file's name"
        self._write(block)
        if block.how == "fails":
            said = self._shell.run(_pytest(block.file), self.folder, pytest.ExitCode.TESTS_FAILED)
            self._said, self._is_due = said, True
            (self.folder / block.file).unlink()

    def _run(self, block: Block) -> None:
        if block.how == IN_EMPTY:
            self.folder = self._base / f"empty-{block.line}"
            self.folder.mkdir()
        exits = block.how.removeprefix(IN_EMPTY)
        status = int(exits.removeprefix("exits with ") or 0)
        said = [self._shell.run(one, self.folder, status) for one in commands_in(block.text)]
        self._said = "".join(said)

    def _compare(self, block: Block) -> None:
        said, self._said = self._said, None
        assert said is not None, "nothing before it says a text"
        wanted, found = _varied(block.text), _varied(said)
        if _is_like(wanted, found):
            return
        if ANY_LINES not in block.text.splitlines():
            self._mended[block.line] = re.sub(r"127\.0\.0\.1:\d+", PORT, said.rstrip("\n"))
        raise AssertionError(f"the harness says:\n{said}")

    def _start_project(self, block: Block) -> None:
        self._end_project()
        self.folder = self._base / f"project-{block.line}"
        self.folder.mkdir()
        (self.folder / "harness.yaml").write_text(block.text, encoding="utf-8")
        self._write_given()

    def _write_given(self) -> None:
        for name, text in GIVEN.get(self._document.name, {}).items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text, encoding="utf-8")

    def _end_project(self) -> None:
        """Judge what needed the whole project: providers, schemas and Python tests."""
        try:
            project = Project.at(self.folder / "harness.yaml")
            for name in project.config.providers:
                project.provider(name)
            folder = SchemaFolder(self.folder / "schemas", "schemas")
            for name in folder.names():
                folder.schema(name)
            tests = [f.relative_to(self.folder) for f in self.folder.rglob("test_*.py")]
            if tests:
                self._shell.run(_pytest(*tests), self.folder)
        except (AssertionError, HarnessError) as error:
            self.problems.append(f"the project of {self._document.name}: {error}")

    def _write(self, block: Block) -> None:
        file = self.folder / block.file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.text, encoding="utf-8")

    def _mend(self) -> None:
        lines = self._document.read_text(encoding="utf-8").splitlines()
        for block in reversed(self._blocks):
            if block.line in self._mended:
                end = block.line + len(block.text.splitlines())
                lines[block.line : end] = self._mended[block.line].splitlines()
        self._document.write_text("\n".join([*lines, ""]), encoding="utf-8")


def _played(folder: Path, file: Path, *providers: str) -> str:
    """What is wrong with a scenario, or in the conversations it makes live; empty where nothing.

    Without providers, it is played with its own.
    """
    project = Project.at(folder / "harness.yaml")
    try:
        scenario = load_scenario(project, file)
    except AuthoringError as error:
        return str(error)
    runner = Runner(project, Mode.LIVE)
    plays = [
        Play(file=file, scenario=scenario.id, provider=provider, row=row.name)
        for provider in project.providers_of(scenario.providers, providers)
        for row in scenario.rows
    ]
    assert plays, "the scenario is played against no provider"
    if scenario.repeat is not None:
        return "\n".join(filter(None, (_repeated(runner, play, scenario.repeat) for play in plays)))
    return "\n".join(filter(None, (failure_screen(runner.run(play)) for play in plays)))


def _repeated(runner: Runner, play: Play, repeat: Repeat) -> str:
    takes = Takes.played(repeat, lambda number: runner.run_take(play.as_take(number)))
    return "" if takes.outcome is Outcome.PASSED else failure_screen(takes)


def _is_part(block: Block) -> bool:
    """Whether it is a file that scenarios share."""
    return bool(block.file) and not is_scenario_file(Path(block.file), Path())


def _keys(block: Block) -> Mapping[str, object]:
    value = read(block.text.encode(), str(block), expect_mapping=True).value
    assert isinstance(value, dict), "the block is no mapping"
    return value


def _rest(completion: Mapping[str, str], keys: Mapping[str, object]) -> str:
    return "".join(text for key, text in completion.items() if key not in keys)


def _pytest(*files: object) -> str:
    return f"pytest {' '.join(map(str, files))} -q --harness-mode=live"


def _varied(text: str) -> str:
    """The text without what differs from run to run."""
    text = re.sub(r"127\.0\.0\.1:\d+", PORT, text)
    return re.sub(r"\bin [\d.]+s\b", "in 0.1s", text).rstrip() + "\n"


def _is_like(wanted: str, found: str) -> bool:
    parts = [re.escape(part) for part in re.split(r"(?m)^\.\.\.\n", wanted)]
    return re.fullmatch(r"(?:.*\n)*".join(parts), found) is not None
