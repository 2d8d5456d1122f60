"""The golden files of a project: what `same_as` compares payloads with and writes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from harness.checks.check_files import CheckFiles, UnreadableFile
from harness.core import CheckCrashed, Json, quote, value_class
from harness.core.file_lock import FileLock
from harness.core.held_files import Files
from harness.formats.yaml import write
from harness.project_file import YAML_ENDINGS

UPDATE = "harness run --update"
SUFFIXES = (".json", *YAML_ENDINGS)


@value_class(frozen=True, slots=True, kw_only=True)
class GoldenEntry:
    """What happened to one golden file."""

    golden: str
    """Its absolute path: projects of one run may use the same names."""
    who: str
    """The play and turn that first compared with it."""
    done: str = ""
    """`created` or `rewritten`; empty if it did not change."""
    lines: tuple[str, ...] = ()
    """The lines that differed."""


class GoldenLedger:
    """A folder with a file for each golden of a run. Safe for threads and processes."""

    def __init__(self, folder: Path) -> None:
        """The folder exists, and belongs to one run."""
        self.folder = folder

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other threads and processes of the run from the ledger."""
        lock = FileLock(self.folder / "lock")
        lock.take(wait=True)
        try:
            yield
        finally:
            lock.release()

    def entry(self, golden: str) -> GoldenEntry | None:
        """What happened to a golden; None if no play has compared with it."""
        file = self._file(golden)
        return _read(file) if file.is_file() else None

    def note(self, entry: GoldenEntry) -> None:
        """Write down what happened to a golden. Called while the ledger is locked."""
        self._file(entry.golden).write_text(json.dumps(asdict(entry)), encoding="utf-8")

    def written(self) -> list[GoldenEntry]:
        """The goldens that were created or rewritten, by path."""
        entries = [_read(file) for file in self.folder.glob("*.json")]
        return sorted((one for one in entries if one.done), key=lambda one: one.golden)

    def _file(self, golden: str) -> Path:
        return self.folder / f"{hashlib.blake2s(golden.encode(), digest_size=16).hexdigest()}.json"


def _read(file: Path) -> GoldenEntry:
    entry = json.loads(file.read_text(encoding="utf-8"))
    return GoldenEntry(**{**entry, "lines": tuple(entry["lines"])})


class Goldens:
    """The golden files of one project; each is read once. Safe for threads."""

    def __init__(self, root: Path, schemas: Path, files: Files | None = None) -> None:
        """`root` is the project; no golden is read or written outside it."""
        self.files = CheckFiles(root, schemas, files)
        """The files that they are among."""
        self.ledger: GoldenLedger | None = None
        """What this run has written, if it rewrites goldens; None if it does not."""

    def file(self, name: str, scenario: str) -> Path:
        """The path of a golden: next to the file of a scenario, or in the folder of schemas.

        If it does not exist, its place is next to the scenario. Raises `CheckCrashed`
        `golden-outside` if it would be outside the project.
        """
        try:
            found = self.files.located(name, scenario)
        except ValueError as error:
            message = f"{quote(name)} is not a valid name of a golden file"
            raise CheckCrashed("golden-outside", message) from error
        if found is None:
            message = f"the golden file {quote(name)} would be outside the project"
            raise CheckCrashed("golden-outside", message, "keep it next to the scenario")
        return found

    def value(self, file: Path) -> Json:
        """The value in a golden.

        Raises `CheckCrashed` `golden-missing` or `unreadable-golden`.
        """
        if not self.files.exists(file):
            message = f"there is no golden file {quote(self.shown(file))}"
            hint = f"'{UPDATE}' writes it from the recording"
            raise CheckCrashed("golden-missing", message, hint)
        try:
            return self.files.value(file)
        except UnreadableFile as error:
            message = f"the golden file {quote(self.shown(file))} cannot be read: {error}"
            raise CheckCrashed("unreadable-golden", message, error.hint) from error

    def forget(self) -> None:
        """Read all files again when they are needed."""
        self.files.forget()

    def settle(
        self, file: Path, value: Json, who: str, differs: Callable[[Json], tuple[str, ...]]
    ) -> None:
        """Write a value to a golden if it differs, and note it in the ledger.

        `differs` gives the lines that differ from the golden's value; empty if it is alike.
        Raises `CheckCrashed` `golden-conflict` if another play of this run has compared it
        with a different answer, and `golden-not-written`.
        """
        if self.ledger is None:
            return
        shown = self.shown(file)
        with self.ledger.locked():
            # Another process may have written it since it was read.
            self.files.forget(file)
            is_there = self.files.exists(file)
            lines = differs(self.value(file)) if is_there else ()
            before = self.ledger.entry(str(file))
            if is_there and not lines:
                if before is None:
                    self.ledger.note(GoldenEntry(golden=str(file), who=who))
                return
            if before is not None:
                raise CheckCrashed(
                    "golden-conflict",
                    f"two different answers are compared with the golden file {shown}:"
                    f" {before.who} and {who}",
                    "give each its own golden file, such as greeting-${colour}.json for a "
                    "row of the matrix",
                    details=lines,
                )
            self._write(file, value)
            self.files.keep(file, value)
            done = "rewritten" if is_there else "created"
            self.ledger.note(GoldenEntry(golden=str(file), who=who, done=done, lines=lines))

    def shown(self, file: Path) -> str:
        """The path of a golden, relative to the project."""
        return self.files.shown(file)

    def _write(self, file: Path, value: Json) -> None:
        is_json = file.suffix == ".json"
        text = f"{json.dumps(value, indent=2, ensure_ascii=False)}\n" if is_json else write(value)
        try:
            self.files.files.write(file, text.encode())
        except OSError as error:
            message = f"the golden file {self.shown(file)} cannot be written: {error.strerror}"
            raise CheckCrashed("golden-not-written", message) from error
