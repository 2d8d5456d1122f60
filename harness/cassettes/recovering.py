"""Recovers the journals of killed runs as cassettes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from harness.cassettes.fitting import Fitting, missing_turns, without_path
from harness.cassettes.inventory import Inventory, Slot, cassette_of, is_of_python
from harness.conversation import Transcript
from harness.core import (
    AuthoringError,
    CassetteError,
    NotRecorded,
    Problem,
    Refused,
    SentTooOften,
    TransportError,
)
from harness.secrets.secret_scan import SecretScan
from harness.transport.cassette import Cassette, Interactions, write_cassette
from harness.transport.journal import Leftover, read_leftover
from harness.transport.lock import WriterLock

ENDED_TOO_EARLY = (NotRecorded, SentTooOften)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """A journal, and the cassette that can be made of it."""

    journal: Path
    path: Path
    """The path of the cassette."""
    cassette: Cassette
    """The interactions that were received; its path is that of the journal."""
    slot: Slot | None
    transcript: Transcript | None = None
    """The conversation as far as it was received."""
    problem: Problem | None = None
    """Why it cannot become a cassette; None where it is complete."""


def journals_of(inventory: Inventory) -> tuple[Path, ...]:
    """The journals that were asked for, by their own path or that of their cassette."""
    return tuple(
        path
        for path in inventory.remains
        if path.suffix != ".tmp"
        and (inventory.is_asked(path) or inventory.is_asked(cassette_of(path)))
    )


def examine(inventory: Inventory, journal: Path, *, takes_broken: bool = False) -> Recovery:
    """Replay the conversation of a journal, to find out whether it is complete.

    With `takes_broken`, it is also complete where its last answer was interrupted.
    """
    leftover = read_leftover(journal)
    path = cassette_of(journal)
    slot = inventory.slots.get(path)
    shown = inventory.shown(journal)
    interactions = leftover.up_to_the_break if takes_broken else leftover.interactions
    cassette = Cassette(path=shown, head=leftover.head, interactions=interactions)
    transcript: Transcript | None = None
    if leftover.damaged:
        problem: Problem | None = _damaged(inventory, slot, shown, leftover)
    elif (judged := inventory.judged_slot(path)) is not None and leftover.head is not None:
        # Each answer of a judge is complete by itself.
        slot, problem = judged, None
        if not interactions.plain:
            problem = _problem("journal-incomplete", shown, "nothing was answered")
        cassette = replace(cassette, interactions=_with_older(inventory, path, cassette))
    elif slot is None or leftover.head is None:
        problem = _problem("journal-unplayed", shown, _unplayed(leftover))
    else:
        transcript, problem = _replayed(inventory, slot, cassette, leftover)
        problem = _outdated(inventory, path, shown, leftover) or problem
    return Recovery(
        journal=journal,
        path=path,
        cassette=cassette,
        slot=slot,
        transcript=transcript,
        problem=problem,
    )


def fix_of(inventory: Inventory, journal: Path) -> str:
    """The command that removes a journal."""
    problem = examine(inventory, journal).problem
    return problem.hint if problem else f"harness cassettes recover {inventory.shown(journal)}"


def take_up(recovery: Recovery, scan: SecretScan, shown: str) -> None:
    """Write a complete journal as its cassette, and remove the journal.

    Raises `CassetteError` where it cannot be written, is being recorded, or contains a secret; the
    journal then remains.
    """
    lock = WriterLock(recovery.path, shown)
    try:
        write_cassette(recovery.path, recovery.cassette, scan, shown)
        recovery.journal.unlink()
    finally:
        lock.release()


def _unplayed(leftover: Leftover) -> str:
    if leftover.head is None:
        return "the journal does not say what was recorded"
    if is_of_python(leftover.head):
        return "it records a Python test, whose turns are only known by running it"
    return "no scenario plays this recording"


def _with_older(inventory: Inventory, path: Path, cassette: Cassette) -> Interactions:
    """The answers of a journal, after those that were recorded before it with the same settings."""
    received = cassette.interactions
    try:
        older = inventory.read(path)
    except CassetteError:
        return received
    before, now = older.head, cassette.head
    if before is None or now is None or before.definition_hash != now.definition_hash:
        return received
    turns = {plain["turn"] for plain in received.plain}
    is_again = not turns.isdisjoint(plain["turn"] for plain in older.interactions.plain)
    if is_again or before.settings != now.settings:
        # Everything was asked again.
        return received
    return Interactions([*older.interactions.plain, *received.plain])


def _damaged(inventory: Inventory, slot: Slot | None, shown: str, leftover: Leftover) -> Problem:
    message = f"line {leftover.damaged} was changed, so the journal is not used"
    return _problem("journal-damaged", shown, message, _again(inventory, slot) if slot else "")


def _again(inventory: Inventory, slot: Slot) -> str:
    """The command that records a slot; `record` would keep an old recording that matches."""
    return inventory.command(slot, "refresh" if slot.path in inventory.files else "record")


def _replayed(
    inventory: Inventory, slot: Slot, cassette: Cassette, leftover: Leftover
) -> tuple[Transcript | None, Problem | None]:
    """The conversation, and why it is not complete."""
    fitting = Fitting(inventory)
    again = _again(inventory, slot)
    shown = cassette.path
    if slot.is_preparation:
        error = fitting.prepare(slot, cassette).error
        if error is None or isinstance(error, (Refused, TransportError)):
            return None, None
        reason = without_path(error, cassette)
        if leftover.broken:
            reason = f"{reason}; an answer was interrupted: {leftover.broken[-1]}"
        if leftover.last is not None:
            again = f"{again}, harness cassettes recover --broken {shown}"
        return None, _problem("journal-incomplete", shown, reason, again)
    try:
        result = fitting.replay(slot, cassette)
    except AuthoringError as wrong:
        return None, _problem("journal-stale", shown, wrong.problems[0].message, again)
    transcript, stop = result.transcript, result.transcript.stop
    if stop is not None and isinstance(stop.error, TransportError):
        stop, leftover = None, replace(leftover, broken=())
    missing = missing_turns(slot.scenario, stop) if stop else ""
    if stop is not None and not (isinstance(stop.error, ENDED_TOO_EARLY) and missing):
        reason = f"it does not match: {without_path(stop.error, cassette)}"
        return transcript, _problem("journal-stale", shown, reason, again)
    sentences = _lacking(inventory, slot, missing, leftover)
    if not sentences:
        return transcript, None
    if leftover.last is not None and stop is not None:
        again = f"{again}, harness cassettes recover --broken {shown}"
    return transcript, _problem("journal-incomplete", shown, "; ".join(sentences), again)


def _lacking(inventory: Inventory, slot: Slot, missing: str, leftover: Leftover) -> list[str]:
    """Sentences about what is missing in a journal; `missing` names turns."""
    sentences = [f"{missing} {'are' if ' and ' in missing else 'is'} missing"] if missing else []
    if (
        missing
        and leftover.is_empty
        and (
            any(turn.has_secrets for turn in slot.scenario.user_turns)
            or inventory.definition(slot).has_secret_captures
        )
    ):
        sentences.append("turns that may hold a secret are written after the last one is captured")
    return sentences + [f"an answer was interrupted: {reason}" for reason in leftover.broken[-1:]]


def _outdated(inventory: Inventory, path: Path, shown: str, leftover: Leftover) -> Problem | None:
    try:
        head = inventory.read(path).head
    except CassetteError:
        # It is missing or damaged, so the journal is better.
        return None
    recorded = head.recorded_at if head else ""
    if recorded <= leftover.recorded_at:
        return None
    message = f"{inventory.shown(path)} was recorded later, {recorded[:10]} {recorded[11:19]} UTC"
    return _problem("journal-outdated", shown, message)


def _problem(code: str, shown: str, message: str, again: str = "") -> Problem:
    discard = f"harness cassettes recover --discard {shown}"
    hint = f"{again}, or {discard}" if again else discard
    return Problem(code=code, where=shown, message=message, hint=hint)
