"""What changes during a conversation: the known secrets, and notes for the user."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.conversation import Exchange
from harness.core import Json, PlayError, ProtocolError, scalars, value_class
from harness.play.context import ConversationContext
from harness.providers.definition import Step
from harness.secrets.conversation_redaction import redact_exchange
from harness.secrets.redaction import Redactor
from harness.secrets.secret_forms import LONGEST, SHORTEST
from harness.secrets.secret_marks import MARK


@value_class(frozen=True, slots=True)
class StepAnswer:
    """What a step of a definition read while a turn was said."""

    turn: int
    """From 1."""
    step: Step
    """As it was filled in."""
    payload: Json


class ConversationState:
    """What is known of one conversation so far. Its context does not change."""

    def __init__(
        self, context: ConversationContext, answers: list[StepAnswer] | None = None
    ) -> None:
        """`answers` collects what steps read; None if nobody wants to know."""
        self.context = context
        self.answers = answers
        self.redactor: Redactor = context.redactor
        """Learns every secret that is captured, and credentials from answers."""
        self.notes: tuple[str, ...] = context.notes
        """Notes for the user, although nothing failed."""
        self.held_secrets = False
        """An answer had a secret in it, so values that were read from it may have one, too."""
        self.uncaptured = ""
        """The name of a secret that was not captured: any answer may have it, so none is stored."""
        self.is_withheld = False
        """The uncaptured secret could not be searched for, so no answer must be shown, either."""
        self._shown: list[Exchange] = []

    def begin(self, session: Mapping[str, Json]) -> None:
        """Note the session values that are sent when the conversation opens.

        Raises `CassetteError` if the recording was made with others.
        """
        if self.context.replayer is not None:
            self.notes += self.context.replayer.uncompared(session)
            self.context.replayer.require_same(session)
        elif self.context.recorder is not None:
            self.context.recorder.begin(session, self.redactor)

    def redact(self, exchanges: tuple[Exchange, ...]) -> tuple[Exchange, ...]:
        """The exchanges as they can be shown and stored; recorded ones are redacted already.

        Notes about how they were read are added to `notes`.
        """
        if self.context.replayer is not None:
            for exchange in exchanges:
                self.notes += exchange.notes
            return exchanges
        before = self.redactor
        for exchange in exchanges:
            self.redactor = self.redactor.learning(exchange)
        if self.redactor is not before:
            # Earlier exchanges may have the value that is a secret now.
            again = [redact_exchange(exchange, self.redactor) for exchange in self._shown]
            self.held_secrets |= any(map(_held_secret, self._shown, again))
        shown = tuple(redact_exchange(exchange, self.redactor) for exchange in exchanges)
        self.held_secrets |= any(map(_held_secret, exchanges, shown))
        self._shown += shown
        self.notes += tuple(self.redactor.text(note) for one in exchanges for note in one.notes)
        return shown

    def know(self, name: str, value: Json) -> None:
        """Redact a captured value from now on, and in earlier turns.

        Raises `ProtocolError` if it is too short or too long to be searched for, and
        `CassetteError` if the journal cannot be written. The mark of a recording is not a secret.
        """
        found = [text for text in texts_in(value) if not MARK.search(text)]
        longest = max(map(len, found), default=0)
        if longest > LONGEST:
            raise ProtocolError(
                "secret-too-long",
                f"the secret '{name}' has {longest:,} characters: too many to search for",
                f"a secret has at most {LONGEST:,}; capture only the secret part",
            )
        if found and not isinstance(value, (dict, list)) and longest < SHORTEST:
            raise ProtocolError(
                "secret-too-short",
                f"the secret '{name}' has {longest} characters: too few to be found reliably",
                f"a secret needs {SHORTEST}; remove 'secret: true' if it is not a secret",
            )
        if found:
            self.know_all(dict.fromkeys(found, name))
            self.held_secrets = True

    def hides(self, text: str) -> bool:
        """Whether a text contains a secret, or the mark of one."""
        return MARK.search(text) is not None or self.redactor.text(text) != text

    def know_all(self, names: Mapping[str, str]) -> None:
        """Redact values that are long enough from now on. `names` are their names by value."""
        self.redactor = self.redactor.adding(names)
        if self.context.recorder is not None:
            self.context.recorder.transport.know(names)

    def finish(self, error: PlayError | None) -> None:
        """Write the recording, if there is one and the conversation is complete.

        `error` is why it ended early. Raises `CassetteError` if the recording cannot be written.
        """
        recorder = self.context.recorder
        if recorder is None:
            return
        notes = recorder.finish(error, self.uncaptured, self.redactor)
        if error is None and not self.uncaptured and recorder.into is None:
            self.notes = tuple(one for one in self.notes if one != recorder.leftover)
        self.notes += notes

    def leftovers(self) -> tuple[str, ...]:
        """Differences between recording and conversation although every request was answered."""
        replayer = self.context.replayer
        return replayer.leftovers() if replayer is not None else ()


def texts_in(value: Json) -> Iterator[str]:
    """The texts and numbers in a value, as texts, without empty ones."""
    for _, scalar in scalars(value):
        if scalar is not None and not isinstance(scalar, bool) and scalar != "":
            yield str(scalar)


def _held_secret(exchange: Exchange, shown: Exchange) -> bool:
    if exchange.response is None or shown.response is None:
        return False
    # The redactor gives the same object where it found nothing.
    return exchange.response.body is not shown.response.body
