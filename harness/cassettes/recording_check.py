"""What is wrong with a project's recordings, told without sending anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from harness.cassettes.fitting import Fit, Fitting
from harness.cassettes.inventory import Inventory, Slot, cassette_of, is_of_python
from harness.cassettes.recovering import fix_of
from harness.core import CassetteError, Problem, counted
from harness.play.recording_files import PREPARE, recording_path
from harness.transport.cassette import Cassette, CassetteHead
from harness.transport.cassette.plain_interaction import FIRST_FORMAT

SECONDS_OF_A_DAY = 86_400


@dataclass(slots=True, kw_only=True)
class CheckTally:
    """What was looked at. Filled while the findings are read."""

    cassettes: int = 0
    edited: int = 0
    """Recorded before their scenario or definition was edited, and still fitting."""
    of_python: int = 0
    """Recordings of Python tests, which say what they say as they go."""
    of_former_name: list[str] = field(default_factory=list)
    """Recordings under the name that their row had before names held every letter."""
    of_first_format: list[str] = field(default_factory=list)
    """Recordings of format 1: their head is under no checksum."""
    by_code: Counter[str] = field(default_factory=Counter)
    """Findings by code."""


class Checking:
    """Checks the recordings of one inventory."""

    def __init__(self, inventory: Inventory, *, now: datetime, max_age: float | None) -> None:
        """`max_age` is in seconds; None where any age will do. `now` has a time zone."""
        self._inventory = inventory
        self._fitting = Fitting(inventory)
        self._now = now
        self._max_age = max_age
        self.tally = CheckTally()

    def findings(self) -> Iterator[Problem]:
        """Everything that is wrong: scenario files first, then by path."""
        for error in self._inventory.unreadable:
            for problem in error.problems:
                self.tally.by_code[problem.code] += 1
                yield problem
        findings = [*self._files(), *self._missing(), *self._remains()]
        for where, problem in sorted(findings, key=lambda finding: str(finding[0])):
            del where
            self.tally.by_code[problem.code] += 1
            yield problem

    def _files(self) -> Iterator[tuple[Path, Problem]]:
        for path in self._inventory.files:
            if not self._inventory.is_asked(path):
                continue
            self.tally.cassettes += 1
            try:
                cassette = self._inventory.read(path)
            except CassetteError as error:
                hint = error.hint
                if path not in self._inventory.slots:
                    hint = "no scenario plays it under this name: restore it, or delete the file"
                yield path, Problem(code=error.code, message=error.message, hint=hint)
                continue
            for problem in self._cassette(path, cassette):
                yield path, problem

    def _cassette(self, path: Path, cassette: Cassette) -> Iterator[Problem]:
        slot = self._inventory.slots.get(path)
        head = cassette.head
        shown = self._inventory.shown(path)
        if head is None:
            yield self._foreign(shown, slot)
            return
        if cassette.format == FIRST_FORMAT:
            self.tally.of_first_format.append(shown)
        if slot is not None:
            planned = recording_path(self._inventory.project, slot.play)
            if path != planned and not slot.is_preparation:
                self.tally.of_former_name.append(shown)
            yield from self._fit(shown, slot, cassette)
        elif is_of_python(head):
            self.tally.of_python += 1
        elif is_orphan(self._inventory, path, head):
            yield Problem(
                code="cassette-orphaned",
                where=shown,
                message="no scenario plays this recording",
                hint=f"harness cassettes prune {shown}",
            )
            return
        yield from self._age(shown, slot, head)

    def _foreign(self, shown: str, slot: Slot | None) -> Problem:
        message = "another tool recorded this: it has no turns and no times"
        fix = "keep it in another folder"
        if slot is not None:
            fix = self._inventory.command(slot, "refresh")
        return Problem(code="cassette-foreign", where=shown, message=message, hint=fix)

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
                hint=self._inventory.command(slot, fitted.mode),
            )
        elif fitted.fit is Fit.UNUSED:
            yield Problem(
                code="cassette-unused",
                where=shown,
                message=fitted.reason,
                hint=self._inventory.command(slot, "refresh"),
            )

    def _age(self, shown: str, slot: Slot | None, head: CassetteHead) -> Iterator[Problem]:
        seconds = age_of(head, self._now)
        if self._max_age is None or seconds is None or seconds <= self._max_age:
            return
        days = int(seconds // SECONDS_OF_A_DAY)
        yield Problem(
            code="cassette-old",
            where=shown,
            message=f"it was recorded {head.recorded_at[:10]}, {counted(days, 'day')} ago",
            hint=self._inventory.command(slot, "refresh") if slot else "record it again",
        )

    def _missing(self) -> Iterator[tuple[Path, Problem]]:
        inventory = self._inventory
        there = set(inventory.files)
        for path, slot in inventory.slots.items():
            if path in there or not slot.is_wanted or not inventory.is_asked(path, slot):
                continue
            if slot.is_preparation and not self._is_needed(slot, there):
                continue
            yield (
                path,
                Problem(
                    code="cassette-missing",
                    where=inventory.shown(path),
                    message="there is no recording",
                    hint=inventory.command(slot, "record"),
                ),
            )

    def _is_needed(self, slot: Slot, there: set[Path]) -> bool:
        """Whether a recorded conversation asks for this preparation."""
        for path, other in self._inventory.slots.items():
            is_one = (
                path in there
                and not other.is_preparation
                and other.play.provider == slot.play.provider
                and other.scenario.credentials is slot.scenario.credentials
            )
            if not is_one:
                continue
            try:
                head = self._inventory.read(path).head
            except CassetteError:
                continue
            if head is not None:
                return self._fitting.needs_preparation(slot, head)
        return False

    def _remains(self) -> Iterator[tuple[Path, Problem]]:
        for path in self._inventory.remains:
            if not self._inventory.is_asked(cassette_of(path)):
                continue
            shown = self._inventory.shown(path)
            message, hint = "a killed run left this", f"harness cassettes prune {shown}"
            if path.suffix != ".tmp":
                message, hint = "an interrupted run left this", fix_of(self._inventory, path)
            yield path, Problem(code="cassette-leftover", where=shown, message=message, hint=hint)


def is_orphan(inventory: Inventory, path: Path, head: CassetteHead | None) -> bool:
    """Whether nothing plays a cassette of ours.

    Never where that cannot be told: a scenario file cannot be read, or a Python test made it or
    may need it.
    """
    if head is None or path in inventory.slots or inventory.unreadable or is_of_python(head):
        return False
    is_plain_preparation = head.scenario == PREPARE and not head.row
    return not (is_plain_preparation and path.parent.name in inventory.project.config.providers)


def age_of(head: CassetteHead, now: datetime) -> float | None:
    """Seconds since a cassette was recorded; None where it does not say when."""
    try:
        recorded = datetime.fromisoformat(head.recorded_at)
    except ValueError:
        return None
    if recorded.tzinfo is None:
        return None
    return (now - recorded) / timedelta(seconds=1)
