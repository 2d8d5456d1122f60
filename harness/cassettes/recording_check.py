"""Checks a project's recordings. Sends nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from harness.cassettes.fitting import Fit, Fitting
from harness.cassettes.inventory import Inventory, JudgedSlot, Slot, cassette_of, is_of_python
from harness.cassettes.judged_answers import JudgedAnswers
from harness.cassettes.recovering import fix_of
from harness.core import CassetteError, Problem, counted
from harness.play.recording_files import PREPARE, recording_path
from harness.transport.cassette import FIRST_FORMAT, Cassette, CassetteHead

SECONDS_OF_A_DAY = 86_400


@dataclass(slots=True, kw_only=True)
class CheckTally:
    """Counts of what was checked. They are complete once the findings are read."""

    cassettes: int = 0
    edited: int = 0
    """Recordings that still match, although their scenario or definition was edited."""
    of_python: int = 0
    """Recordings of Python tests, whose messages are only known by running them."""
    of_former_name: list[str] = field(default_factory=list)
    """Recordings under the name of their row before names could have every letter."""
    of_first_format: list[str] = field(default_factory=list)
    """Recordings of format 1, whose checksum leaves out the head."""
    by_code: Counter[str] = field(default_factory=Counter)
    """Findings by code."""


class Checking:
    """Checks the recordings of one inventory."""

    def __init__(self, inventory: Inventory, *, now: datetime, max_age: float | None) -> None:
        """`max_age` is in seconds; None for no limit. `now` has a time zone."""
        self.inventory = inventory
        self._fitting = Fitting(inventory)
        self._answers = JudgedAnswers(inventory, self._fitting)
        self._now = now
        self._max_age = max_age
        self.tally = CheckTally()

    def findings(self) -> Iterator[Problem]:
        """All problems: those of scenario files first, then by path."""
        for problem in self._problems():
            self.tally.by_code[problem.code] += 1
            yield problem

    def _problems(self) -> Iterator[Problem]:
        for error in self.inventory.unreadable:
            yield from error.problems
        located = [
            *self._files(),
            *self._missing(),
            *self._answers.missing(),
            *self._remains(),
        ]
        yield from (problem for _, problem in sorted(located, key=lambda pair: str(pair[0])))

    def _files(self) -> Iterator[tuple[Path, Problem]]:
        for path in self.inventory.files:
            if not self.inventory.is_asked(path):
                continue
            self.tally.cassettes += 1
            try:
                cassette = self.inventory.read(path)
            except CassetteError as error:
                hint = error.hint
                if path not in self.inventory.slots:
                    hint = "no scenario plays it under this name: restore it, or delete the file"
                yield path, Problem(code=error.code, message=error.message, hint=hint)
                continue
            yield from ((path, problem) for problem in self.problems_of(path, cassette))

    def problems_of(self, path: Path, cassette: Cassette) -> Iterator[Problem]:
        """What is wrong with one recording: whose it is, whether it fits, and its age."""
        slot = self.inventory.slots.get(path)
        head = cassette.head
        shown = self.inventory.shown(path)
        if head is None:
            yield self._foreign(shown, slot)
            return
        if path in self.inventory.judged:
            yield from self._judged(self.inventory.judged[path], cassette, head)
            return
        if cassette.format == FIRST_FORMAT:
            self.tally.of_first_format.append(shown)
        if slot is not None:
            planned = recording_path(self.inventory.project, slot.play)
            if path != planned and not slot.is_preparation:
                self.tally.of_former_name.append(shown)
            yield from self._fit(shown, slot, cassette)
        elif is_of_python(head):
            self.tally.of_python += 1
        elif is_orphan(self.inventory, path, head):
            yield Problem(
                code="cassette-orphaned",
                where=shown,
                message="no scenario plays this recording",
                hint=f"harness cassettes prune {shown}",
            )
            return
        again = self.inventory.command(slot, "refresh") if slot else "record it again"
        yield from self._age(shown, head, again)

    def _judged(
        self, judged: JudgedSlot, cassette: Cassette, head: CassetteHead
    ) -> Iterator[Problem]:
        shown = self.inventory.shown(judged.path)
        yield from self._answers.problems(judged, cassette)
        yield from self._age(shown, head, self._answers.command(judged.slot, "refresh"))

    def _foreign(self, shown: str, slot: Slot | None) -> Problem:
        return Problem(
            code="cassette-foreign",
            where=shown,
            message="another tool recorded this: it has no turns and no times",
            hint=self.inventory.command(slot, "refresh") if slot else "keep it in another folder",
        )

    def _fit(self, shown: str, slot: Slot, cassette: Cassette) -> Iterator[Problem]:
        fitted = self._fitting.fit(slot, cassette)
        if fitted.fit is Fit.EDITED:
            self.tally.edited += 1
        elif fitted.fit is Fit.STALE:
            yield Problem(
                code="cassette-stale",
                where=shown,
                message=f"{fitted.reason} since it was recorded"
                if fitted.reason.endswith("changed")
                else f"it no longer matches: {fitted.reason}",
                hint=self.inventory.command(slot, fitted.mode),
            )
        elif fitted.fit is Fit.UNUSED:
            yield Problem(
                code="cassette-unused",
                where=shown,
                message=fitted.reason,
                hint=self.inventory.command(slot, "refresh"),
            )

    def _age(self, shown: str, head: CassetteHead, again: str) -> Iterator[Problem]:
        seconds = age_of(head, self._now)
        if self._max_age is None or seconds is None or seconds <= self._max_age:
            return
        days = int(seconds // SECONDS_OF_A_DAY)
        yield Problem(
            code="cassette-old",
            where=shown,
            message=f"it was recorded {head.recorded_at[:10]}, {counted(days, 'day')} ago",
            hint=again,
        )

    def _missing(self) -> Iterator[tuple[Path, Problem]]:
        inventory = self.inventory
        there = set(inventory.files)
        for path, slot in inventory.slots.items():
            is_played = slot.is_wanted and slot.is_certain
            is_due = path not in there and is_played and inventory.is_asked(path, slot)
            if is_due and (not slot.is_preparation or self._is_needed(slot, there)):
                problem = Problem(
                    code="cassette-missing",
                    where=inventory.shown(path),
                    message="there is no recording",
                    hint=inventory.command(slot, "record"),
                )
                yield path, problem

    def _is_needed(self, slot: Slot, there: set[Path]) -> bool:
        """Whether a recorded conversation uses this preparation."""
        for path, other in self.inventory.slots.items():
            is_one = (
                path in there
                and not other.is_preparation
                and other.play.provider == slot.play.provider
                and other.scenario.credentials is slot.scenario.credentials
            )
            if not is_one:
                continue
            try:
                head = self.inventory.read(path).head
            except CassetteError:
                continue
            if head is not None:
                return self._fitting.needs_preparation(slot, head)
        return False

    def _remains(self) -> Iterator[tuple[Path, Problem]]:
        for path in self.inventory.remains:
            if not self.inventory.is_asked(cassette_of(path)):
                continue
            shown = self.inventory.shown(path)
            message, hint = "a killed run left this", f"harness cassettes prune {shown}"
            if path.suffix != ".tmp":
                message, hint = "an interrupted run left this", fix_of(self.inventory, path)
            yield path, Problem(code="cassette-leftover", where=shown, message=message, hint=hint)


def is_orphan(inventory: Inventory, path: Path, head: CassetteHead | None) -> bool:
    """Whether no scenario plays a cassette of ours.

    False where that is not known: a scenario file cannot be read, or a Python test recorded the
    cassette or may need it.
    """
    if head is None or inventory.unreadable or is_of_python(head):
        return False
    if path in inventory.slots or path in inventory.judged:
        return False
    is_plain_preparation = head.scenario == PREPARE and not head.row
    return not (is_plain_preparation and path.parent.name in inventory.project.config.providers)


def age_of(head: CassetteHead, now: datetime) -> float | None:
    """Seconds since a cassette was recorded; None where it has no time with a time zone."""
    try:
        return (now - datetime.fromisoformat(head.recorded_at)) / timedelta(seconds=1)
    except (ValueError, TypeError):
        # Python raises TypeError for a time without a zone.
        return None
