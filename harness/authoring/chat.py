"""A conversation held by a Python test."""

from __future__ import annotations

import hashlib
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.conversation import (
    Attachment,
    Outcome,
    Reply,
    ReplyMessage,
    Stop,
    Transcript,
    Turn,
    UserMessage,
)
from harness.engine.hiding import hidden_error, hidden_transcript, hidden_turn, without_secrets
from harness.engine.judging import judge_turn
from harness.engine.line import Line
from harness.engine.lines import Lines
from harness.engine.plan import Mode, Play
from harness.engine.preparing import prepare_on
from harness.engine.project import Project
from harness.engine.result import ScenarioResult
from harness.engine.speech import prompt_of
from harness.errors import CassetteError, CheckCrashed, PlayError, Refused
from harness.providers.session import Prepared, Session
from harness.reports.failure import failure_screen
from harness.scenario import Expectation, MessagePlan, Scenario, UserTurn
from harness.source import Place, Source
from harness.template import compile_template
from harness.typing import Json


@dataclass(frozen=True, slots=True)
class ChatReply:
    """What the bot answered; `expect` judges it."""

    chat: Chat
    turn: Turn = field(repr=False)

    @property
    def text(self) -> str:
        """All messages' texts, one a line."""
        return self._reply.text

    @property
    def messages(self) -> tuple[ReplyMessage, ...]:
        """The messages, in order."""
        return self._reply.messages

    @property
    def payload(self) -> Json:
        """The raw payload."""
        return self._reply.payload

    @property
    def actions(self) -> Mapping[str, str]:
        """Buttons: label to prompt."""
        return self._reply.actions

    def expect(self, *, ignore_case: bool = False, **checks: Json) -> ChatReply:
        """Judge the reply with the checks of scenario files, by name.

        Raises `AssertionError` where the bot was wrong, and `CheckCrashed` where a check could
        not tell, with the text that a scenario's failure has. Returns the reply.
        """
        __tracebackhide__ = True
        place = _caller(self.chat._shown)  # noqa: SLF001  # of this module
        expectations = tuple(
            Expectation(
                name=name, value=compile_template(value), place=place, ignore_case=ignore_case
            )
            for name, value in checks.items()
        )
        planned = UserTurn(
            number=self.turn.number,
            place=place,
            message=MessagePlan(),
            expectations=expectations,
        )
        self.chat.judge(planned, self.turn)
        return self

    @property
    def _reply(self) -> Reply:
        return self.turn.reply or Reply()


class Chat:
    """A conversation with one provider. Closed by whoever opened it."""

    def __init__(self, project: Project, play: Play, scenario: Scenario, line: Line) -> None:
        """Made by `open_chat`."""
        self._project = project
        self._play = play
        self._scenario = scenario
        self._line = line
        self._turns: list[Turn] = []
        self._error: PlayError | None = None
        self._session = Session(
            line.provider, line.wire, seed=line.seed, prepare=self._prepare, know=line.know
        )

    @property
    def transcript(self) -> Transcript:
        """What was said so far."""
        return Transcript(
            scenario=self._scenario.id,
            provider=self._play.provider,
            turns=tuple(self._turns),
            stop=Stop(turn=len(self._turns), error=self._error) if self._error else None,
            is_recorded=self._line.is_recorded,
        )

    def hear(self, text: str) -> None:
        """The bot spoke by itself; told to the provider with the next message."""
        self._session.hear(text)

    def say(
        self, text: str = "", *, press: str = "", attachments: tuple[Attachment, ...] = ()
    ) -> ChatReply:
        """Say something, or press a button of the last reply.

        Raises `PlayError` where no reply came, `Refused` among them.
        """
        __tracebackhide__ = True
        last = next((turn.reply for turn in reversed(self._turns) if turn.reply), None)
        said = prompt_of(press, last) if press else text
        message = UserMessage(text=said, display_text=press, attachments=attachments)
        turn = Turn(number=len(self._turns) + 1, user=message)
        refusal: Refused | None = None
        failed: PlayError | None = None
        reply: Reply | None = None
        try:
            reply = self._session.say(message, turn.number)
        except PlayError as error:
            failed = self._error = error
            refusal = error if isinstance(error, Refused) else None
        finally:
            exchanges = self._line.redact(self._session.take_exchanges())
            turn = Turn(
                number=turn.number,
                user=message,
                reply=reply,
                refusal=refusal,
                exchanges=exchanges,
            )
            self._turns.append(turn)
        if failed is not None:
            # Not as it was raised: the frames of a traceback show what is secret.
            raise hidden_error(failed, self._line.redactor)
        self._line.settle(turn.number)
        return ChatReply(self, turn)

    def history(self) -> Json:
        """The provider's own record of the conversation."""
        __tracebackhide__ = True
        failed: PlayError | None = None
        history: Json = None
        try:
            history = self._session.history()
        except PlayError as error:
            failed = error
        if failed is not None:
            raise hidden_error(failed, self._line.redactor)
        return history

    def _shown(self, path: Path) -> str:
        return self._project.config.shown(path)

    def judge(self, planned: UserTurn, turn: Turn) -> None:
        """Judge a turn; see `ChatReply.expect`."""
        __tracebackhide__ = True
        transcript, line = self.transcript, self._line
        if line.held_secrets:
            # First, so that a check sees what it will see in a replay.
            turn = hidden_turn(turn, (), line.redactor)
            transcript = hidden_transcript(transcript, (), line.redactor)
        checks = judge_turn(planned, turn, transcript, self._project.vocabulary)
        result = ScenarioResult(
            scenario=self._scenario, transcript=transcript, checks=tuple(checks)
        )
        if not line.is_recorded:
            result = without_secrets(result, line.redactor, in_bodies=line.held_secrets)
        if result.outcome is Outcome.FAILED:
            raise AssertionError(failure_screen(result))
        if result.outcome is Outcome.BROKEN:
            raise CheckCrashed("check-crashed", failure_screen(result))

    def close(self) -> None:
        """Close the conversation, and write its recording where it was whole."""
        try:
            self._session.close()
        finally:
            self._line.finish(None if isinstance(self._error, Refused) else self._error)
            self._line.close()

    def _prepare(self) -> Prepared:
        lines = Lines(self._project)
        if self._line.is_recorded:
            wire = lines.replayed_preparing(self._scenario, self._play)
            return Session(self._line.provider, wire, seed=self._line.seed).prepare()
        line = lines.live_preparing(self._scenario, self._play, is_recorded=False)
        try:
            prepared = prepare_on(line)
        finally:
            line.close()
        self._line.know_all(prepared.secrets)
        return prepared


def open_chat(project: Project, mode: Mode, provider: str, file: Path, test: str) -> Chat:
    """Open a conversation for a Python test.

    Its recording is named after the test; `record` plays it from there where there is one.
    Raises `CassetteError` and `AuthoringError`.
    """
    name = provider or project.config.provider
    project.provider_config(name)
    source = Source(path=project.config.shown(file), text="")
    identifier = _identifier(project.config.shown(file), test)
    scenario = Scenario(id=identifier, session=compile_template({}), turns=(), place=source.place())
    play = Play(file=file, scenario=identifier, provider=name)
    return Chat(project, play, scenario, _line(Lines(project), scenario, play, mode))


def _line(lines: Lines, scenario: Scenario, play: Play, mode: Mode) -> Line:
    if mode not in (Mode.REPLAY, Mode.RECORD):
        return lines.live(scenario, play, is_recorded=mode.is_recorded)
    try:
        return lines.replay(scenario, play)
    except CassetteError as error:
        if mode is Mode.REPLAY or error.code != "cassette-missing":
            raise
    return lines.live(scenario, play, is_recorded=True)


def _identifier(shown: str, test: str) -> str:
    slug = re.sub(r"[^A-Za-z0-9._]+", "-", f"{shown.removesuffix('.py')}-{test}").strip("-.")
    if len(slug) <= 90:  # noqa: PLR2004  # a cassette's name has at most 100 characters
        return slug
    return f"{slug[:80]}-{hashlib.blake2s(slug.encode(), digest_size=4).hexdigest()}"


def _caller(shown: Callable[[Path], str]) -> Place:
    """The line of the test that called `expect`."""
    frame = inspect.currentframe()
    caller = frame.f_back.f_back if frame is not None and frame.f_back is not None else None
    if caller is None:
        return Source(path="", text="").place()
    path = Path(caller.f_code.co_filename)
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    source = Source(path=shown(path), text=text)
    line = source.line(caller.f_lineno)
    stripped = line.strip()
    return source.place(caller.f_lineno, line.find(stripped) + 1, max(1, len(stripped)))
