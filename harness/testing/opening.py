"""Opens conversations for Python tests: on the recording named after the test, or live."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.core import CassetteError, Json, MissingCassette, Place, ScenarioError, Source
from harness.formats.template import compile_template
from harness.play.context import ConversationContext
from harness.play.conversation import Conversation
from harness.play.conversation_state import ConversationState
from harness.play.runner import Runner
from harness.project.fitting_providers import unknown_session_keys
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.providers.catalogue import definition_of
from harness.scenario import Credentials, Scenario
from harness.testing.chat import Chat
from harness.testing.keyword_checks import calling_place


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonTest:
    """The test that opens a conversation."""

    file: Path
    name: str
    """With its parameters and, from the second conversation on, with the conversation's number."""
    line: int = 1
    """From 1."""
    tags: tuple[str, ...] = ()


def open_chat(
    project: Project,
    runner: Runner,
    mode: Mode,
    test: PythonTest,
    *,
    provider: str = "",
    session: Mapping[str, Json] | None = None,
    credentials: str = "valid",
) -> Chat:
    """Open a conversation for a Python test.

    Its recording is named after the test; the mode `record` replays one that exists. `session` is
    sent to the provider when the conversation opens. `credentials` are `valid`, `none` or `wrong`.
    Raises `CassetteError`, `AuthoringError` and ValueError.
    """
    __tracebackhide__ = True
    name = provider or project.config.provider
    shown = project.config.shown(test.file)
    session = dict(session or {})
    _require_known(session, project, name, calling_place(project.config.shown, above=2))
    scenario = Scenario(
        id=_identifier(shown, test.name),
        title=test.name,
        tags=test.tags,
        session=compile_template({}),
        credentials=Credentials(credentials),
        turns=(),
        place=Source(path=shown, text="").place(test.line),
    )
    play = Play(file=test.file, scenario=scenario.id, provider=name)
    state = ConversationState(_context(runner, scenario, play, mode))
    prepare = runner.preparing.of(scenario, play, state)
    try:
        conversation = Conversation(state, scenario.id, session=session, prepare=prepare)
    except CassetteError:
        state.context.transport.close()
        raise
    return Chat(project, scenario, conversation, runner.consulting.begun(scenario, play))


def _require_known(keys: Iterable[str], project: Project, provider: str, place: Place) -> None:
    """Raise `ScenarioError` for keys of the session that the definition never sends."""
    __tracebackhide__ = True
    definitions = {provider: definition_of(project.config, project.provider_config(provider))}
    problems = list(unknown_session_keys(definitions, ((key, place) for key in keys)))
    if problems:
        raise ScenarioError(problems)


def _context(runner: Runner, scenario: Scenario, play: Play, mode: Mode) -> ConversationContext:
    if mode not in (Mode.REPLAY, Mode.RECORD):
        return runner.contexts.live(scenario, play, is_recorded=mode.is_recorded)
    try:
        return runner.contexts.replay(scenario, play)
    except MissingCassette:
        if mode is Mode.REPLAY:
            raise
    return runner.contexts.live(scenario, play, is_recorded=True)


def _identifier(shown: str, test: str) -> str:
    """A unique name of the test; with a hash unless it contains the whole name."""
    slug = re.sub(r"[^A-Za-z0-9._]+", "-", f"{shown.removesuffix('.py')}-{test}").strip("-.")
    is_whole = slug.endswith(test.replace("[", "-").removesuffix("]"))
    if is_whole and len(slug) <= 90:  # noqa: PLR2004  # a cassette's name has at most 100 characters
        return slug
    hashed = slug if is_whole else test
    return f"{slug[:80]}-{hashlib.blake2s(hashed.encode(), digest_size=4).hexdigest()}"
