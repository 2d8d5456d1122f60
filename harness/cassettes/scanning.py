"""Searches any file for secrets: those of the project, and values that look like credentials."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from harness.core import AuthoringError, Problem, ScenarioError, no_such_file
from harness.formats.template import TemplateError, compile_template
from harness.project.project import Project
from harness.providers.catalogue import definition_of
from harness.secrets.secret_scan import SHORTEST, SecretScan
from harness.secrets.secret_shapes import shapes_in
from harness.transport.decoding import LARGEST, MEBIBYTE, BadEncoding, TooLarge, uncompressed

SHOWN = 2
"""Characters of a secret that are shown, if it has at least `LONG_ENOUGH`."""
LONG_ENOUGH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A secret in a file."""

    path: str
    """As it was named on the command line."""
    line: int
    """From 1. The last line of a secret that is encoded over several."""
    kind: str
    start: str
    """The first characters; empty for a short secret."""
    length: int
    """In characters."""

    def __str__(self) -> str:
        start = f"'{self.start}…', " if self.start else ""
        return f"{self.path}:{self.line}: {self.kind}, {start}{self.length} characters"


def project_secrets(project: Project) -> dict[str, str]:
    """The secret settings of every provider, by name, with their values in the environment.

    Those whose variables are not set are left out, and all of a provider whose definition cannot
    be read.
    """
    secrets: dict[str, str] = {}
    for name, config in project.config.providers.items():
        node = config.node.get("settings")
        with suppress(AuthoringError):
            definition = definition_of(project.config, config)
            for setting in definition.settings.values():
                given = node.get(setting.name) if node and setting.is_secret else None
                value = _filled(project, given.value) if given is not None else ""
                if len(value) >= SHORTEST:
                    secrets[f"{name}.{setting.name}"] = value
    return secrets


def files_below(paths: Sequence[str]) -> Iterator[Path]:
    """The named files, and those in the named folders. Raises `ScenarioError` `no-such-file`."""
    for name in paths:
        path = Path(name)
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.is_file())
        elif path.is_file():
            yield path
        else:
            raise no_such_file(name)


def scan_file(path: Path, secrets: Mapping[str, str]) -> list[Hit]:
    """The secrets in a file, in order of place. Raises `ScenarioError` if it cannot be read.

    `secrets` are known values by name.
    """
    content = _content(path)
    text = content.decode("utf-8", "replace")
    breaks = [match.start() for match in re.finditer("\n", text)]
    known = {name: secrets[name] for name in SecretScan(secrets)(content)}
    hits = [
        _hit(path, _line_of(content, SecretScan({name: value})), name, value)
        for name, value in known.items()
    ]
    hits += [
        _hit(path, bisect_right(breaks, shape.start - 1) + 1, shape.kind, shape.value)
        for shape in shapes_in(text)
        if shape.value not in known.values()
    ]
    return sorted(hits, key=lambda hit: (hit.line, hit.kind))


def _hit(path: Path, line: int, kind: str, value: str) -> Hit:
    start = value[:SHOWN] if len(value) >= LONG_ENOUGH else ""
    return Hit(path=str(path), line=line, kind=kind, start=start, length=len(value))


def _line_of(content: bytes, scan: SecretScan) -> int:
    """The line in which a secret ends: the shortest beginning of the file that contains it."""
    lines = content.split(b"\n")
    counts = range(1, len(lines))
    return 1 + bisect_left(counts, True, key=lambda count: bool(scan(b"\n".join(lines[:count]))))  # noqa: FBT003  # False sorts before True


def _content(path: Path) -> bytes:
    too_much = f"more than {LARGEST // MEBIBYTE} MiB"
    try:
        if path.stat().st_size > LARGEST:
            raise _unreadable(path, f"it has {too_much}")
        return uncompressed(path.read_bytes(), LARGEST)
    except TooLarge as error:
        raise _unreadable(path, f"uncompressed, it has {too_much}") from error
    except BadEncoding as error:
        raise _unreadable(path, str(error)) from error
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error


def _unreadable(path: Path, reason: str) -> ScenarioError:
    message = f"the file cannot be read: {reason}"
    return ScenarioError(Problem(code="unreadable-file", message=message, where=str(path)))


def _filled(project: Project, value: object) -> str:
    """A setting's value; empty where it is not a reference, or its variable is not set."""
    if not isinstance(value, str) or "${" not in value:
        return ""
    with suppress(TemplateError):
        filled = compile_template(value).render({"env": project.environment})
        return "" if filled is None else str(filled)
    return ""
