"""Scenario files read, verified and summed up."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from harness.core import AuthoringError, Json, Problem, ScenarioError, Source
from harness.core.hashing import content_key
from harness.formats.yaml import Document, read
from harness.project.named_files import named_by
from harness.project.parts import Defaults, Parts, are_as_before, documents_of
from harness.project.plan import Entry
from harness.project.project import Project
from harness.project.verifying import problems_of
from harness.scenario import ONCE, Repeat, Scenario, Waiver, examine_scenario, read_scenario

ENTRY = "entry-6"
"""The name of entries in the cache; gets another number when their form changes."""


def load_scenario(project: Project, file: Path) -> Scenario:
    """Read a scenario whole.

    Raises `YamlError` or `ScenarioError` with every problem that can be found without playing,
    and `ScenarioError` `unreadable-file` if the file cannot be read.
    """
    return _load(project, file, _content(project, file))


def entry_of(project: Project, file: Path) -> Entry:
    """What collection needs of a scenario file. Raises as `load_scenario` does."""
    return entry_from(entry_json(project, file))


def kept_entry(project: Project, file: Path) -> list[Json] | None:
    """The cached entry of a file, in the form of `entry_json`; None if it is not in the cache."""
    return _kept_entry(project, _key(ENTRY, project, file, _content(project, file)))


def _kept_entry(project: Project, key: str) -> list[Json] | None:
    kept = project.cache.get(key)
    return kept if isinstance(kept, list) and _is_current(project, kept[-1]) else None


def entry_json(project: Project, file: Path) -> list[Json]:
    """The entry of a file in the form of the cache. Raises as `load_scenario` does."""
    content = _content(project, file)
    key = _key(ENTRY, project, file, content)
    kept = _kept_entry(project, key)
    if kept is not None:
        return kept
    scenario = _load(project, file, content)
    made: list[Json] = [
        scenario.id,
        scenario.place.line,
        list(scenario.tags),
        list(scenario.providers),
        [row.name for row in scenario.rows],
        scenario.title,
        (scenario.repeat or ONCE).as_json(),
        [waiver.as_json() for waiver in scenario.waivers],
        named_by(project, scenario).as_json(),
        scenario.files,
    ]
    if not project.lacks_definitions:
        project.cache.put(key, made)
    return made


def entry_from(kept: list[Any]) -> Entry:
    """The entry from the form of `entry_json`."""
    scenario, line, tags, providers, rows, title, repeat, waivers, _, _ = kept
    return Entry(
        scenario,
        line,
        _shared(tuple(tags)),
        _shared(tuple(providers)),
        _shared(tuple(rows)),
        title,
        _repeat(tuple(repeat)),
        tuple(map(Waiver.from_json, waivers)),
    )


@lru_cache(maxsize=1000)
def _shared(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words, one object for all scenarios that use them: there may be 10,000."""
    return tuple(map(sys.intern, words))


@lru_cache(maxsize=100)
def _repeat(kept: tuple[float, ...]) -> Repeat:
    return Repeat.from_json(kept)


def _key(kind: str, project: Project, file: Path, content: bytes) -> str:
    return content_key(kind, project.fingerprint + project.folders.defaults(file).digest, content)


def _is_current(project: Project, files: Json) -> bool:
    """Whether the other files of a scenario are as they were when it was read."""
    return not files or are_as_before(project.config, project.files, files)  # type: ignore[arg-type]  # as it was kept


def _load(project: Project, file: Path, content: bytes) -> Scenario:
    shown = project.config.shown(file)
    key = _key("scenario", project, file, content)
    known = project.scenario(shown, key)
    if known is not None and _is_current(project, known.files):
        return known
    scenario = _built(project, file, content, key)
    project.keep(shown, key, scenario)
    return scenario


def _built(project: Project, file: Path, content: bytes, key: str) -> Scenario:
    shown = project.config.shown(file)
    folders = project.folders.defaults(file)
    kept = project.cache.get(key)
    if isinstance(kept, list) and _is_current(project, kept[2]):
        source = Source(path=shown, text=content.decode("utf-8-sig"))
        document = Document(source=source, value=kept[0], marks=kept[1])
        parts = Parts(project.config, project.files, project.cache)
        defaults = (
            documents_of(folders, parts, project.config, project.files) if folders.files else ()
        )
        scenario = read_scenario(document, parts, defaults)
    else:
        document = read(content, shown, expect_mapping=True)
        parts = Parts(project.config, project.files, project.cache, project.require_format)
        scenario = _examined(project, document, parts, folders)
        kept = [document.value, document.marks, parts.digests]
        if not project.lacks_definitions:
            project.cache.put(key, kept, f"scenario {shown}")
    return replace(scenario, files=parts.digests) if parts.digests else scenario


def _examined(project: Project, document: Document, parts: Parts, folders: Defaults) -> Scenario:
    try:
        defaults = documents_of(folders, parts, project.config, project.files)
    except AuthoringError as error:
        origin = f"for {document.source.path}"
        raise ScenarioError([replace(one, subject=origin) for one in error.problems]) from error
    scenario, problems = examine_scenario(document, project.scenario_format, parts, defaults)
    if scenario is not None:
        problems += problems_of(project, scenario, [document, *parts.documents])
    if problems or scenario is None:
        raise ScenarioError(problems)
    return scenario


def _content(project: Project, file: Path) -> bytes:
    try:
        return project.files.read(file)
    except OSError as error:
        raise ScenarioError(
            Problem(
                code="unreadable-file",
                message=f"the file cannot be read: {error.strerror}",
                where=project.config.shown(file),
            )
        ) from error
