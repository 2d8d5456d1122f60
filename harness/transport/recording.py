"""A wire that writes down what passes over another wire."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from harness.conversation import Exchange, Request, Response
from harness.core.errors import CassetteError, CheckCrashed, PlayError, TransportError
from harness.secrets.exchange_redaction import withheld_response
from harness.secrets.redaction import Redactor
from harness.secrets.secret_scan import SecretScan
from harness.transport.cassette import (
    Cassette,
    CassetteHead,
    Interactions,
    check_target,
    remove_unfinished,
    write_cassette,
)
from harness.transport.journal import Journal, Leftover, read_journal, remove_older
from harness.transport.kept import RECEIVED, Heard, Kept, kept, kept_again
from harness.transport.lock import WriterLock
from harness.transport.overheard import Overheard, heard_response
from harness.transport.veil import Veil
from harness.transport.wire import Answer, Chunk, Wire

NO_ANSWER = Response(status=0, reason="", headers=(), body=b"", started=0.0)
"""Stands for the answer of a server that gave none."""
Locate = Callable[[Request, Response], Mapping[str, str]]
"""What of an answer will be captured as a secret: names by value. Raises `CheckCrashed`."""


def nothing_located(_request: Request, _response: Response) -> Mapping[str, str]:
    """No answer holds what will be captured."""
    return {}


class RecordingWire(Wire):
    """Hands everything on at once, and keeps it for a cassette.

    Nothing is stored before it went through the redactor. Target and lock are checked when the
    wire is made, so before the first request. Ends with `finish` or `discard`; `close` leaves
    the journal, as a killed run does.
    """

    def __init__(
        self,
        wire: Wire,
        path: Path,
        redactor: Redactor,
        *,
        keep_headers: Iterable[str] = (),
        display: str = "",
    ) -> None:
        """`keep_headers` names further response headers: those that are checked.

        Raises `CassetteError` where the cassette cannot be written or is being recorded.
        """
        self._wire = wire
        self._path = path
        self._display = display or str(path)
        self._names = RECEIVED | {name.lower() for name in keep_headers}
        self._kept: list[Kept] = []
        self._open: Overheard | None = None
        self._unanswered: tuple[Request, TransportError] | None = None
        self._held: list[Heard] = []
        self._veil = Veil()
        self._located: dict[str, str] = {}
        self.asked = 0
        """Requests since somebody set it to 0."""
        self.is_held = False
        """What is heard may hold a secret that is known only when it was captured. Until
        `release` it stands in the journal with every word hidden that could be one."""
        self.locate: Locate = nothing_located
        """Finds those of them that stand where they will be captured."""
        self.redactor = redactor
        """`know` and credentials that were heard make it grow; `finish` uses the last for all."""
        check_target(path, self._display)
        self._lock = WriterLock(path, self._display)
        try:
            self.leftover: Leftover | None = read_journal(path)
            """What an earlier run left when it was killed."""
            if self.leftover is not None:
                remove_unfinished(path)
            now = datetime.now(UTC).isoformat(timespec="seconds")
            self._journal = Journal(path, now)
        except BaseException:
            self._lock.release()
            raise

    def send(self, request: Request) -> Answer:
        """Send over the other wire; the interaction is written down when its body ended."""
        if self._open is not None:
            self._open.close()
        self._unanswered = None
        self.asked += 1
        try:
            answer = self._wire.send(request)
        except TransportError as error:
            self._unanswered = (request, error)
            raise

        def ended(chunks: Sequence[Chunk], error: PlayError | None) -> None:
            stream = chunks if request.is_stream else ()
            self.note(request, heard_response(answer, chunks, stream), error)

        self._open = Overheard(answer, ended)
        return replace(answer, chunks=self._open)

    def tell(self, head: CassetteHead) -> None:
        """Keep what the head will say, so that a run that is killed can be taken up.

        Raises `CassetteError`, and gives the cassette free, where it cannot be written.
        """
        try:
            self._journal.tell(head)
        except CassetteError:
            self.close()
            raise

    @property
    def heard(self) -> tuple[Kept, ...]:
        """What was heard so far, but for what is held back."""
        if self._open is not None:
            self._open.close()
        return tuple(self._kept)

    def go_on(self, heard: Iterable[Kept]) -> None:
        """Begin with what another wire heard of the same conversation.

        Raises `CassetteError` where the journal cannot be written.
        """
        for one in heard:
            self._kept.append(one)
            self._journal.add(one)

    def sleep(self, seconds: float) -> None:
        """Wait on the other wire."""
        self._wire.sleep(seconds)

    def close(self) -> None:
        """Close the other wire, and give the cassette free. The journal stays."""
        self._wire.close()
        self._journal.close()
        self._lock.release()

    def know(self, values: Mapping[str, str]) -> None:
        """Values are secrets from now on, in what was heard before as well; names by value.

        Raises `CassetteError` where the journal cannot be written anew.
        """
        redactor = self.redactor.adding(values)
        if redactor is self.redactor:
            return
        self.redactor = redactor
        again = [kept_again(one, redactor, self._names) for one in self._kept]
        if again != self._kept or self._held:
            self._kept = again
            self._journal.rewrite(again, self._veiled())

    def release(self, *, is_held: bool = False) -> None:
        """Write down what was held back; `is_held` says whether what comes is held back too."""
        held, self._held = self._held, []
        self.is_held = is_held
        self._veil, self._located = Veil(), {}
        settled = [kept(one, self.redactor, self._names) for one in held]
        self._kept += settled
        if settled:
            self._journal.settle(settled)

    def accept_break(self) -> None:
        """The scenario expects that the network broke the last answer: a replay repeats it."""
        if self._unanswered is not None:
            request, error = self._unanswered
            self._unanswered = None
            self.note(request, NO_ANSWER, error)
        if self.is_held and self._held:
            self._held[-1] = replace(self._held[-1], is_accepted=True)
        elif self._kept:
            self._kept[-1] = Kept(self._kept[-1].row)
        self._journal.rewrite(self._kept, self._veiled())

    def finish(self, head: CassetteHead, *, into: Path | None = None) -> Cassette:
        """Write the cassette in one step, and remove the journal, and that of an earlier run.

        Where `into` is given, that file is written instead, and the old cassette stays.
        Raises `CassetteError`; the old cassette and the journal are then as they were.
        """
        if self._open is not None:
            self._open.close()
        self.release()
        again = [kept_again(one, self.redactor, self._names) for one in self._kept]
        rows = [one.row for one in again if not one.broken]
        cassette = Cassette(path=self._display, head=head, interactions=Interactions(rows))
        scan = SecretScan(self.redactor.secrets)
        write_cassette(into or self._path, cassette, scan, self._display)
        self._journal.remove()
        if into is None:
            remove_older(self._path)
        self._lock.release()
        return cassette

    def discard(self) -> None:
        """Write nothing, and remove the journal. May be called after `finish`."""
        self._journal.remove()
        self._lock.release()

    def note(self, request: Request, response: Response, error: PlayError | None) -> None:
        """Keep an interaction that ended; one that broke off stands only in the journal."""
        self.redactor = self.redactor.learning(Exchange(request=request, response=response))
        heard = Heard(request, response, error)
        if self.is_held:
            self._hold(heard)
            return
        self._kept.append(kept(heard, self.redactor, self._names))
        self._journal.add(self._kept[-1])

    def _hold(self, heard: Heard) -> None:
        try:
            located = self.locate(heard.request, heard.response)
        except CheckCrashed:
            # The secret may stand anywhere in it.
            heard, located = replace(heard, is_searched=False), {}
        self._held.append(heard)
        if located.keys() <= self._located.keys():
            self._journal.add(self._veiled(len(self._held) - 1)[0], is_unsettled=True)
            return
        self._located.update(located)
        self._journal.rewrite(self._kept, self._veiled())

    def _veiled(self, first: int = 0) -> list[Kept]:
        """What is held back, from that one on, as it may be stored before it is released."""
        redactor = self.redactor.adding(self._located)
        held = map(_without_unsearched, self._held[first:])
        shown = [kept(one, redactor, self._names) for one in held]
        return [kept_again(one, self._veil, self._names) for one in shown]


def _without_unsearched(heard: Heard) -> Heard:
    """What is heard, without a body that may hold a secret anywhere."""
    if heard.is_searched:
        return heard
    return replace(heard, response=withheld_response(heard.response))
