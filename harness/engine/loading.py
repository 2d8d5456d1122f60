"""Scenario files read, verified and summed up."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from harness.checks import BadExpectation
from harness.checks.pattern import Pattern
from harness.engine.plan import Entry
from harness.engine.project import Project
from harness.errors import Problem, ScenarioError, did_you_mean, quote
from harness.parsed_cache import content_key
from harness.scenario import (
    Expectation,
    Scenario,
    examine_scenario,
    read_scenario,
    turn_subject,
)
from harness.source import Place, Source
from harness.typing import Json
from harness.yaml_reader import Document, read


def load_scenario(project: Project, file: Path) -> Scenario:
    """Read a scenario whole.

    Raises `YamlError` or `ScenarioError` with every problem that can be told without playing,
    and `ScenarioError` `unreadable-file` where the file cannot be read.
    """
    content = _content(project, file)
    return _load(project, file, content, content_key("scenario", project.fingerprint, content))


def entry_of(project: Project, file: Path) -> Entry:
    """What collection must know of a scenario file. Raises as `load_scenario` does."""
    content = _content(project, file)
    key = content_key("entry", project.fingerprint, content)
    kept = project.cache.get(key)
    if isinstance(kept, list):
        scenario, line, tags, providers, rows, title = kept
        return Entry(scenario, line, _shared(tags), _shared(providers), _shared(rows), title)
    found = _load(project, file, content, content_key("scenario", project.fingerprint, content))
    entry = Entry(
        found.id,
        found.place.line,
        _shared(found.tags),
        _shared(found.providers),
        _shared(row.name for row in found.rows),
        found.title,
    )
    kept_now: Json = [
        entry.scenario,
        entry.line,
        list(entry.tags),
        list(entry.providers),
        list(entry.rows),
        entry.title,
    ]
    project.cache.put(key, kept_now)
    return entry


def _shared(words: Iterable[str]) -> tuple[str, ...]:
    """The words, one text for all scenarios that use them: there may be 10,000."""
    return _tuple(tuple(map(sys.intern, words)))


@lru_cache(maxsize=1000)
def _tuple(words: tuple[str, ...]) -> tuple[str, ...]:
    return words


def _load(project: Project, file: Path, content: bytes, key: str) -> Scenario:
    shown = project.config.shown(file)
    known = project.scenario(shown, key)
    if known is not None:
        return known
    scenario = _built(project, shown, content, key)
    project.keep(shown, key, scenario)
    return scenario


def _built(project: Project, shown: str, content: bytes, key: str) -> Scenario:
    kept = project.cache.get(key)
    if isinstance(kept, list):
        source = Source(path=shown, text=content.decode("utf-8-sig"))
        document = Document(source=source, value=kept[0], marks=kept[1])
        return read_scenario(document)
    document = read(content, shown, expect_mapping=True)
    scenario, problems = examine_scenario(document, project.scenario_format)
    if scenario is not None:
        problems += _project_problems(project, scenario, document)
        problems += _check_problems(project, scenario, document)
    if problems or scenario is None:
        raise ScenarioError(problems)
    project.cache.put(key, [document.value, document.marks])
    return scenario


def _content(project: Project, file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ScenarioError(
            Problem(
                code="unreadable-file",
                message=f"the file cannot be read: {error.strerror}",
                where=project.config.shown(file),
            )
        ) from error


def _project_problems(
    project: Project, scenario: Scenario, document: Document
) -> Iterator[Problem]:
    provider_node = document.at("provider") if scenario.providers else None
    for index, name in enumerate(scenario.providers):
        if name not in project.config.providers and provider_node is not None:
            path = ("provider", index) if isinstance(provider_node.value, list) else ("provider",)
            yield project.unknown_provider(name, document.place(path))
    if not scenario.providers and not project.config.provider:
        yield Problem(
            code="no-provider",
            message="the scenario names no provider and harness.yaml no default",
            place=scenario.place,
            hint=f"add 'provider:', one of {', '.join(project.config.providers)}",
        )
    known = project.config.tags
    for index, tag in enumerate(scenario.tags):
        if known is not None and tag not in known:
            yield Problem(
                code="unknown-tag",
                message=f"unknown tag {quote(tag)}",
                place=document.place(("tags", index)),
                hint=did_you_mean(tag, known) or "declare it under 'tags:' in harness.yaml",
            )


def _check_problems(project: Project, scenario: Scenario, document: Document) -> Iterator[Problem]:
    """What can be told of expectations without a reply: patterns, paths, names of schemas."""
    blocks = [
        (turn_subject(turn.number, turn.id), turn.expectations) for turn in scenario.user_turns
    ]
    yield from _capture_problems(scenario)
    for subject, expectations in [*blocks, ("", scenario.expectations)]:
        for expectation in expectations:
            if not expectation.value.is_constant:
                continue
            try:
                project.vocabulary.judge_for(expectation, expectation.value.render({}))
            except BadExpectation as error:
                yield Problem(
                    code=error.code,
                    message=error.message,
                    place=_place_of(error, expectation, document),
                    subject=subject,
                    hint=error.hint,
                )


def _capture_problems(scenario: Scenario) -> Iterator[Problem]:
    for turn in scenario.user_turns:
        for capture in turn.captures.values():
            try:
                Pattern(capture.matches)
            except BadExpectation as error:
                yield Problem(
                    code=error.code,
                    message=error.message,
                    place=capture.place,
                    subject=turn_subject(turn.number, turn.id),
                    hint=error.hint,
                )


def _place_of(error: BadExpectation, expectation: Expectation, document: Document) -> Place:
    """Where a check's value makes no sense: at a name that is unknown, else at the value."""
    path = (*expectation.path, *error.path)
    is_name = bool(error.path) and error.code in _NAMES
    return document.key_place(path) if is_name else document.place(path)


_NAMES = ("unknown-check", "unknown-key", "unknown-matcher", "invalid-path")
"""Codes of what is wrong with a key, not with the value behind it."""
