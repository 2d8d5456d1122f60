"""The wire of one conversation, with all that belongs to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness.conversation import Exchange
from harness.core.errors import (
    CassetteError,
    Interrupted,
    PlayError,
    ProtocolError,
    TransportError,
    quote,
)
from harness.core.network_guard import Watch, watching
from harness.core.source import shorten
from harness.core.typing import Json, is_same
from harness.providers.provider import Provider
from harness.secrets.exchange_redaction import redact_exchange
from harness.secrets.redaction import Redactor
from harness.secrets.secret_forms import LONGEST, SHORTEST
from harness.secrets.secret_spans import MARK
from harness.transport import Wire
from harness.transport.cassette import CassetteHead
from harness.transport.recording import RecordingWire
from harness.transport.replay import ReplayWire

if TYPE_CHECKING:
    from harness.transport.live import LeftWire


@dataclass(slots=True, kw_only=True, eq=False)
class Line:
    """The wire of one conversation, and what belongs to it."""

    provider: Provider
    wire: Wire
    redactor: Redactor
    seed: str
    now: str
    """When the conversation began or was recorded, ISO 8601 UTC."""
    is_recorded: bool
    notes: tuple[str, ...] = ()
    replay: ReplayWire | None = None
    recording: RecordingWire | None = None
    closing: Callable[[], Wire] | None = None
    unrecorded: str = ""
    """Why the conversation was not recorded, where it should have been."""
    left_note: str = ""
    """Of the notes, the one that tells what an earlier run left."""
    left: Callable[[], LeftWire] | None = None
    """Gives what another line needs to go on with the conversation; of a line to a server."""
    head: CassetteHead | None = None
    mend: str = ""
    """The command that records anew."""
    holding: Path | None = None
    """Where the new recording is written instead, while the old one stays."""
    held_secrets: bool = False
    """An answer held a secret, so what was read from it may hold one too."""
    unhidden: str = ""
    """The name of a secret that was not captured: any answer may hold it, so none is recorded."""
    is_withheld: bool = False
    """It could not be looked for, so no answer may be shown either."""
    unasked: tuple[int, ...] = ()
    """Turns that were answered without a request, so that a recording holds nothing of them."""
    settled_from: int = 0
    """Turn from which on nothing that was said before can become a secret any more."""
    is_never_settled: bool = False
    """Steps of the definition capture secrets, so each turn may bring one."""
    _shown: list[Exchange] = field(default_factory=list)
    """What was shown so far."""

    def tell(self, session: Mapping[str, Json]) -> None:
        """Note what the provider is told when the conversation opens.

        Raises `CassetteError` where the recording was made with something else.
        """
        if self.head is None:
            return
        if not self.is_recorded:
            self.head = replace(self.head, session=self.redactor.json(session))  # type: ignore[arg-type]  # still a mapping
            if self.recording is not None and session:
                self.recording.tell(self.head)
            return
        recorded, hidden = self.head.session, _hidden_as(self.head.session, session)
        covered = sorted(name for name in session if not is_same(session[name], hidden[name]))
        if covered:
            names = ", ".join(covered)
            self.notes += (f"session: {names} not compared, as the recording hides it",)
        changed = sorted(
            name
            for name in {*recorded, *hidden}
            if name not in recorded
            or name not in hidden
            or not is_same(recorded[name], hidden[name])
        )
        if not changed:
            return
        raise CassetteError(
            "session-changed",
            f"the recording was made with another 'session:', in {', '.join(changed)}",
            self.mend,
            details=tuple(
                f"{name}: recorded {quote(recorded.get(name))}, now {quote(hidden.get(name))}"
                for name in changed
            ),
        )

    def watched(self) -> AbstractContextManager[object]:
        """While it is entered, this thread connects nowhere past a recording or a replay."""
        if self.is_recorded:
            return watching(Watch(_not_in_replay))
        return nullcontext() if self.recording is None else watching(Watch(_not_recorded))

    def redact(self, exchanges: tuple[Exchange, ...]) -> tuple[Exchange, ...]:
        """The exchanges as they may be shown and stored; recorded ones were redacted before.

        What is to be told of how they were read is among `notes` from then on.
        """
        if self.is_recorded:
            for one in exchanges:
                self.notes += one.notes
            return exchanges
        before = self.redactor
        for exchange in exchanges:
            self.redactor = self.redactor.learning(exchange)
        if self.redactor is not before:
            # What is a secret now may have been said before it was given.
            again = [redact_exchange(exchange, self.redactor) for exchange in self._shown]
            self.held_secrets |= any(map(_held_secret, self._shown, again))
        shown = tuple(redact_exchange(exchange, self.redactor) for exchange in exchanges)
        self.held_secrets |= any(map(_held_secret, exchanges, shown))
        self._shown += shown
        self.notes += tuple(self.redactor.text(note) for one in exchanges for note in one.notes)
        return shown

    def know(self, name: str, value: Json) -> None:
        """What was captured is a secret, wherever it is said or was said before.

        What already is a mark of a recording is none. Raises `ProtocolError` where it is too
        short or too long to be looked for, and `CassetteError` where the journal cannot be
        written.
        """
        found = [text for text in texts_in(value) if not MARK.search(text)]
        longest = max(map(len, found), default=0)
        if longest > LONGEST:
            raise ProtocolError(
                "secret-too-long",
                f"the secret '{name}' has {longest:,} characters: too many to be looked for",
                f"a secret has at most {LONGEST:,}; capture the part that is secret",
            )
        if found and not isinstance(value, (dict, list)) and len(found[0]) < SHORTEST:
            raise ProtocolError(
                "secret-too-short",
                f"the secret '{name}' has {len(found[0])} characters: too few to be found again",
                f"a secret needs {SHORTEST}; leave out 'secret: true' where it is none",
            )
        if found:
            self.know_all(dict.fromkeys(found, name))
            self.held_secrets = True

    def know_all(self, values: Mapping[str, str]) -> None:
        """The same for values that are long enough; names by value."""
        self.redactor = self.redactor.adding(values)
        if self.recording is not None:
            self.recording.know(values)

    def settle(self, turn: int) -> None:
        """A turn came to its end: what was heard may be journalled, unless a later one hides it."""
        recording = self.recording
        if recording is None:
            return
        if not recording.asked and self.provider.definition.client is not None:
            self.unasked = (*self.unasked, turn)
        recording.asked = 0
        if recording.is_held and turn >= self.settled_from:
            recording.release(is_held=self.is_never_settled)

    def accept_break(self) -> None:
        """The scenario expects that the network broke the last answer: it is recorded so."""
        if self.recording is not None:
            self.recording.accept_break()

    @contextmanager
    def closing_wire(self) -> Iterator[Wire]:
        """A wire of its own for closing steps, where the conversation's may be broken."""
        wire = self.closing() if self.closing is not None else self.wire
        try:
            yield wire
        finally:
            wire.close()

    def leftovers(self) -> tuple[str, ...]:
        """Where recording and conversation part although all was answered, and what mends that.

        What was recorded and not asked for, requests that say something else since the definition
        or a setting changed, and what was said beyond a hash of format 1.
        """
        if self.replay is None:
            return ()
        # Recording anew would find that everything asked for is there.
        mend = self.mend.replace("--mode record", "--mode refresh")
        notes = []
        unused = self.replay.unused()
        if unused:
            of_turns = _listed({one.request.origin.turn for one in unused})
            plural = "s" if len(unused) > 1 else ""
            notes.append(f"{len(unused)} recorded interaction{plural} not used, of {of_turns}")
        if self.replay.changed:
            notes.append(self.replay.changed)
        if self.replay.unheld:
            given = "attachments, metadata and the assistant's lines"
            of_turns = _listed(self.replay.unheld)
            notes.append(f"{given} of {of_turns} not compared, as the recording is of format 1")
        return tuple(f"{note}; {mend}" for note in notes)

    def finish(self, error: PlayError | None) -> None:
        """Write the recording where the conversation was whole; else the old one stays.

        What was heard before the network broke, or the run was stopped, stays in the journal.
        Raises `CassetteError` where the recording cannot be written.
        """
        if self.recording is None or self.head is None:
            return
        if error is None and self.unasked:
            self._tell_unasked()
        if error is None and self.unhidden:
            self.recording.discard()
            self._tell_unrecorded(f"'{self.unhidden}', a secret, was not captured and may be in it")
        elif error is None:
            try:
                self.recording.finish(self.head, into=self.holding)
                if self.holding is None:
                    # What an earlier run left went with it.
                    self.notes = tuple(one for one in self.notes if one != self.left_note)
            except CassetteError as refused:
                if refused.code == "secret-in-cassette":
                    # The journal holds it as well.
                    self.recording.discard()
                raise
        elif not isinstance(error, Interrupted):
            if not isinstance(error, TransportError):
                self.recording.discard()
            first = str(error).partition("\n")[0]
            self._tell_unrecorded(shorten(self.redactor.text(first)))

    def _tell_unrecorded(self, reason: str) -> None:
        self.unrecorded = reason
        self.notes = (*self.notes, f"not recorded, because {reason}")

    def _tell_unasked(self) -> None:
        assert self.recording is not None  # noqa: S101  # whoever calls looked
        if not self.recording.heard:
            self.recording.discard()
            raise CassetteError(
                "nothing-recorded",
                "no request went through 'connection', so there is nothing to replay",
                "what a class asks in another way is not recorded; play it in the mode live",
            )
        turns = ", ".join(map(str, self.unasked))
        told = f"nothing was recorded of turn {turns}: no request went through 'connection'"
        self.notes = (*self.notes, told)

    def drop(self) -> None:
        """Write nothing, and leave no journal."""
        if self.recording is not None:
            self.recording.discard()

    def close(self) -> None:
        """Give back what the line holds."""
        self.wire.close()


def _listed(turns: Iterable[int]) -> str:
    return f"turn {', '.join(map(str, sorted(turns)))}"


def texts_in(value: Json) -> Iterator[str]:
    """The texts and numbers in a value, as texts; empty ones left out."""
    if isinstance(value, Mapping):
        for one in value.values():
            yield from texts_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts_in(one)
    elif value is not None and not isinstance(value, bool) and value != "":
        yield str(value)


def _not_in_replay(what: str) -> CassetteError:
    return CassetteError(
        "network-in-replay",
        f"{what}, and a replay opens none",
        "a check judges what was recorded, a provider class asks through its 'connection';"
        " else play it in the mode live",
    )


def _not_recorded(what: str) -> CassetteError:
    return CassetteError(
        "network-not-recorded",
        f"{what}, which a recording cannot hold",
        "a check judges what was answered, a provider class asks through its 'connection';"
        " else play it in the mode live",
    )


def _held_secret(exchange: Exchange, shown: Exchange) -> bool:
    if exchange.response is None or shown.response is None:
        return False
    # The redactor gives the same object where it found nothing.
    return exchange.response.body is not shown.response.body


def _hidden_as(recorded: Mapping[str, Json], session: Mapping[str, Json]) -> dict[str, Json]:
    """The session with what a recording hides: what stands there cannot be compared."""

    def hidden(old: Json, new: Json) -> Json:
        if isinstance(old, str) and MARK.search(old):
            return old
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            return _hidden_as(old, new)
        if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
            return [hidden(*pair) for pair in zip(old, new, strict=True)]
        return new

    return {name: hidden(recorded.get(name), value) for name, value in session.items()}
