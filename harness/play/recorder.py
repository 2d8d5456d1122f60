"""The recording of one conversation: one that is made, and one that is replayed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.conversation import Phase
from harness.core import (
    CassetteError,
    Interrupted,
    Json,
    Miss,
    PlayError,
    SecretInCassette,
    TransportError,
    counted,
    is_same,
    quote,
    shorten,
    value_class,
)
from harness.play.result import RecordingUse
from harness.providers.definition import Definition
from harness.scenario import Scenario
from harness.secrets.redaction import Redactor
from harness.secrets.secret_marks import MARK
from harness.transport.cassette import Cassette, CassetteHead
from harness.transport.recording import RecordingTransport
from harness.transport.replay import ReplayTransport

BEFORE_TURNS = (Phase.PREPARE, Phase.OPEN)
"""Phases whose captures no turn can have said before."""


@dataclass(slots=True, kw_only=True, eq=False)
class Recorder:
    """Records one live conversation."""

    transport: RecordingTransport
    head: CassetteHead
    into: Path | None = None
    """The file that is written instead, so that the old recording remains."""
    leftover: str = ""
    """The note about the journal of an earlier run; it is void once this recording is written."""
    is_class: bool = False
    """The provider is a Python class, which can answer without a request."""
    unrecorded: str = ""
    """Why the conversation was not recorded; empty if it was."""
    made: RecordingUse | None = None
    """What was written, once it is; None if nothing was."""
    _silent: list[int] = field(default_factory=list)
    """Turns that were answered without a request, so that they are not in the recording."""

    def begin(self, session: Mapping[str, Json], redactor: Redactor) -> None:
        """Record the session values of the opening. Raises `CassetteError`."""
        self.head = replace(self.head, session=redactor.json(session))  # type: ignore[arg-type]  # still a mapping
        if session:
            self.transport.write_head(self.head)

    def end_turn(self, turn: int, uncaptured: str) -> None:
        """Let the answers of a turn be written to the journal, unless they may have a secret.

        `uncaptured` is the name of a secret that any answer may have.
        """
        if not self.transport.requests and self.is_class:
            self._silent.append(turn)
        self.transport.requests = 0
        if not uncaptured:
            self.transport.end_turn(turn)

    def finish(
        self, error: PlayError | None, uncaptured: str, redactor: Redactor
    ) -> tuple[str, ...]:
        """Write the recording if the conversation is complete; otherwise the old one remains.

        `error` is why it ended early, `uncaptured` the name of a secret that any answer may have.
        Answers from before a network failure, or the end of the run, remain in the journal.
        Returns notes for the user. Raises `CassetteError` if the recording cannot be written.
        """
        notes = self._silent_turns() if error is None else ()
        if error is None and not uncaptured:
            try:
                self.transport.finish(self.head, into=self.into)
            except SecretInCassette:
                # The journal has the secret, too.
                self.transport.discard()
                raise
            self.made = RecordingUse.NEW if self.transport.is_new else RecordingUse.REPLACED
        elif error is None:
            self.transport.discard()
            self.unrecorded = f"the secret '{uncaptured}' was not captured and may be in it"
        elif not isinstance(error, Interrupted):
            if not isinstance(error, TransportError):
                self.transport.discard()
            self.unrecorded = shorten(redactor.text(str(error).partition("\n")[0]))
        return (*notes, f"not recorded, because {self.unrecorded}") if self.unrecorded else notes

    def _silent_turns(self) -> tuple[str, ...]:
        if not self._silent:
            return ()
        if not self.transport.interactions:
            self.transport.discard()
            raise CassetteError(
                "nothing-recorded",
                "no request went through 'connection', so there is nothing to replay",
                "requests that a class sends in another way are not recorded; use the mode live",
            )
        turns = ", ".join(map(str, self._silent))
        return (f"nothing was recorded for turn {turns}: no request went through 'connection'",)


@value_class(frozen=True, slots=True, kw_only=True)
class Replayer:
    """The recording that one conversation is replayed from."""

    transport: ReplayTransport
    session: Mapping[str, Json] | None
    """The session values of the opening; None if they are not known."""
    fix: str
    """The command that records the conversation again."""
    asked: Cassette | None = None
    """What the model of a simulated user was asked; None if none was."""

    def uncompared(self, session: Mapping[str, Json]) -> tuple[str, ...]:
        """A note about values that `require_same` cannot compare: the recording redacts them."""
        if self.session is None:
            return ()
        now = _redacted_as(self.session, session)
        names = ", ".join(sorted(name for name in session if not is_same(session[name], now[name])))
        note = f"session: {names} not compared, because it is redacted in the recording"
        return (note,) if names else ()

    def require_same(self, session: Mapping[str, Json]) -> None:
        """Raise `CassetteError` if the recording was made with other session values."""
        if self.session is None:
            return
        recorded, now = self.session, _redacted_as(self.session, session)
        changed = sorted(
            name
            for name in {*recorded, *now}
            if name not in recorded or name not in now or not is_same(recorded[name], now[name])
        )
        if changed:
            raise Miss(
                "session-changed",
                f"the recording was made with another 'session:', in {', '.join(changed)}",
                self.fix,
                details=tuple(
                    f"{name}: recorded {quote(recorded.get(name))}, now {quote(now.get(name))}"
                    for name in changed
                ),
            )

    @property
    def refresh(self) -> str:
        """The command that records the conversation again, although there is a recording."""
        return self.fix.replace("--mode record", "--mode refresh")

    def leftovers(self) -> tuple[str, ...]:
        """Differences although every request was answered, each with the fix command.

        Interactions that were not used, requests that differ since the definition or a setting
        changed, and parts of messages that the hashes of format 1 do not cover.
        """
        notes = []
        unused = self.transport.unused()
        if unused:
            of_turns = _listed({one.request.origin.turn for one in unused})
            notes.append(f"{counted(len(unused), 'recorded interaction')} not used, of {of_turns}")
        if frames := self.transport.unused_frames():
            count = counted(sum(frames.values()), "recorded message")
            notes.append(f"{count} of a WebSocket not used, of {_listed(frames)}")
        if self.transport.changed:
            notes.append(self.transport.changed)
        if self.transport.uncompared:
            notes.append(
                f"attachments, metadata and the assistant's lines of"
                f" {_listed(self.transport.uncompared)} not compared, because the recording has"
                " format 1"
            )
        return tuple(f"{note}; {self.refresh}" for note in notes)


def last_secret_turn(definition: Definition, scenario: Scenario | None) -> float:
    """The turn after which no earlier answer can turn out to have a secret in it.

    0 if no answer can; infinite if steps of every turn may capture one. Without a scenario, it is
    that of a preparation.
    """
    if scenario is None:
        is_captured = definition.client is not None or _captures_secrets(definition, Phase.PREPARE)
        return math.inf if is_captured else 0
    if _captures_secrets(definition, *set(definition.phases).difference(BEFORE_TURNS)):
        return math.inf
    capturing = [turn.number for turn in scenario.user_turns if turn.has_secrets]
    if _captures_secrets(definition, Phase.OPEN):
        capturing.append(1)
    return max(capturing, default=0)


def _captures_secrets(definition: Definition, *phases: Phase) -> bool:
    return any(step.secret_captures for phase in phases for step in definition.phases[phase])


def _listed(turns: Iterable[int]) -> str:
    return f"turn {', '.join(map(str, sorted(turns)))}"


def _redacted_as(recorded: Mapping[str, Json], session: Mapping[str, Json]) -> dict[str, Json]:
    """The session, redacted where the recording is: those values cannot be compared."""

    def redacted(old: Json, new: Json) -> Json:
        if isinstance(old, str) and MARK.search(old):
            return old
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            return _redacted_as(old, new)
        if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
            return [redacted(*pair) for pair in zip(old, new, strict=True)]
        return new

    return {name: redacted(recorded.get(name), value) for name, value in session.items()}
