"""Random edits of the example project, and the records of its scenarios."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

from harness.core import AuthoringError
from harness.formats.parsed_cache import ParsedCache
from harness.play.broken import ESCAPED, unread
from harness.play.runner import Runner
from harness.project.file_graph import FileGraph, needs_of
from harness.project.loading import entry_of
from harness.project.plan import Mode, Play
from harness.project.planning import Planner
from harness.project.project import Project
from harness.providers.builtin import FOLDERS
from harness.providers.catalogue import forget_definitions
from harness.reports.results import record_of
from harness.reports.run_events import Identity
from harness.scenario import is_scenario_file

ROOT = Path(__file__).resolve().parents[2]
OWN_DEFINITIONS = ("connectly", "superoffice", "openai-chat")
WORDS = ("0", "7", "true", "null", "blue", "'", "{", "  ", "# ", "${colour}", "-", "reply", "$ref")
OWN_CHECK = '''\
from pathlib import Path

import harness

WORDS = Path(__file__).parent.parent / "data" / "words.txt"


@harness.check(schema={"type": "boolean"}, on="text")
def in_list(subject, value):
    """One of the words of the list is in the text."""
    is_there = any(word in subject.text for word in WORDS.read_text().split())
    return None if is_there == value else "no word of the list"
'''


def example_project(folder: Path) -> Path:
    """A copy of the example project with definitions, goldens and a check of its own."""
    for name in ("scenarios", "schemas", "cassettes"):
        shutil.copytree(ROOT / name, folder / name)
    config = (ROOT / "harness.yaml").read_text(encoding="utf-8")
    for name in OWN_DEFINITIONS:
        shutil.copytree(FOLDERS[name], folder / "definitions" / name)
        config = config.replace(f"definition: {name}\n", f"definition: definitions/{name}\n")
    (folder / "checks").mkdir()
    (folder / "data").mkdir()
    (folder / "checks" / "own.py").write_text(OWN_CHECK)
    (folder / "data" / "words.txt").write_text("handing over\n")
    (folder / "README.md").write_text("An example.\n")
    (folder / "harness.yaml").write_text(f"{config}checks: [checks/own.py]\n")
    shop = folder / "scenarios" / "connectly"
    (shop / "goldens").mkdir()
    (shop / "goldens" / "first.json").write_text('{"count": 1}\n')
    (folder / "schemas" / "second-1.json").write_text('{"count": 1}\n')
    _append(shop / "greeting.yaml", "      same_as: {file: goldens/first.json}\n")
    _append(shop / "no-greeting.yaml", "      same_as: 'second-${1}.json'\n")
    _append(shop / "hand-over.yaml", "      in_list: true\n")
    return folder


def _append(file: Path, text: str) -> None:
    file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")


class Records:
    """The records of a project's scenarios, read and played again each time they are asked for."""

    def __init__(self, root: Path, cache: Path) -> None:
        self._root = root
        self._cache = ParsedCache(cache)
        self.project = self._opened()

    def _opened(self) -> Project:
        forget_definitions()
        return Project.at(self._root / "harness.yaml", cache=self._cache)

    def reopen(self) -> None:
        """Read the project again. Raises `AuthoringError` if harness.yaml is wrong."""
        self.project = self._opened()

    @property
    def files(self) -> list[Path]:
        """The scenario files that there are now."""
        folder = self.project.config.scenarios
        return sorted(one for one in folder.rglob("*") if is_scenario_file(one, folder))

    @property
    def graph(self) -> FileGraph:
        """What each scenario depends on now."""
        return FileGraph(needs_of(self.project, file) for file in self.files)

    def plays(self) -> Iterator[Play | Path]:
        """All plays, and the files that cannot be read or planned."""
        planner = Planner(self.project, ())
        for file in self.files:
            try:
                yield from list(planner.plays_of(file, entry_of(self.project, file)))
            except AuthoringError:
                yield file

    def of(self, is_wanted: Callable[[Play], bool] = lambda _: True) -> Mapping[str, Any]:
        """The records of the wanted plays, by the id of their conversation."""
        runner = Runner(self.project, Mode.REPLAY)
        return {
            f"{play.file}::{play.name}": _record(self.project, runner, play)
            for play in self.plays()
            if isinstance(play, Play) and is_wanted(play)
        }


def _record(project: Project, runner: Runner, play: Play) -> Any:
    try:
        result = runner.run(play)
    except ESCAPED as error:
        result = unread(play, project.config.shown(play.file), 1, error)
    return record_of(Identity(id=play.name, row=play.row), result)


def edited(root: Path, random: Random) -> dict[Path, bytes | None]:
    """Edit, remove, rename or copy one file. Gives what the changed files contained before."""
    files = sorted(file for file in root.rglob("*") if file.is_file() and _is_source(file))
    # Most files are recordings: choose the kind first.
    kinds = sorted({file.relative_to(root).parts[0] for file in files})
    kind = random.choice(kinds)
    file = random.choice([one for one in files if one.relative_to(root).parts[0] == kind])
    change = random.choice(
        (_change_line, _change_line, _change_line, _remove, _rename, _copy, _add)
    )
    return change(file, random)


def _is_source(file: Path) -> bool:
    return "__pycache__" not in file.parts and not file.name.startswith(".")


def _change_line(file: Path, random: Random) -> dict[Path, bytes | None]:
    before = file.read_bytes()
    lines = before.decode().splitlines(keepends=True) or [""]
    at = random.randrange(len(lines))
    words = lines[at].split(" ")
    place = random.randrange(len(words))
    match random.randrange(4):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[at])
        case 2:
            words[place] = random.choice(WORDS)
            lines[at] = " ".join(words)
        case _:
            lines[at] = lines[at].translate(str.maketrans("aeiou015", "eioua150"))
    file.write_bytes("".join(lines).encode())
    return {file: before}


def _remove(file: Path, _: Random) -> dict[Path, bytes | None]:
    before = file.read_bytes()
    file.unlink()
    return {file: before}


def _rename(file: Path, random: Random) -> dict[Path, bytes | None]:
    target = file.with_name(f"{random.choice(('a', 'z'))}-{file.name}")
    before = {file: file.read_bytes(), target: None}
    file.rename(target)
    return before


def _copy(file: Path, random: Random) -> dict[Path, bytes | None]:
    target = file.with_name(f"{random.choice(('a', 'z'))}-{file.name}")
    shutil.copy(file, target)
    return {target: None}


def _add(file: Path, random: Random) -> dict[Path, bytes | None]:
    name, text = random.choice(
        (
            ("defaults.yaml", "tags: [oddity]\nexpect: {always: {not_contains: pink}}\n"),
            ("reply.json", "{}\n"),
            ("notes.md", "A note.\n"),
        )
    )
    target = file.parent / name
    before = target.read_bytes() if target.exists() else None
    target.write_text(text)
    return {target: before}


def undo(before: Mapping[Path, bytes | None]) -> None:
    """Give the files back what they contained."""
    for file, content in before.items():
        if content is None:
            with suppress(FileNotFoundError):
                file.unlink()
        else:
            file.write_bytes(content)
