"""The turns of a scenario that a chat continues."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from harness.core import Problem, ScenarioError, counted, did_you_mean, quote
from harness.project.loading import load_scenario
from harness.project.project import Project
from harness.scenario import AssistantLine, MatrixRow, Scenario, UserTurn, played_in, turn_subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """The turns of a scenario before the one at which a chat goes on."""

    scenario: Scenario
    """Only these turns, as the row says them; without teardown and checks of the whole."""
    row: MatrixRow
    file: Path
    last_id: str
    """Of the last of these turns, if another file can continue from it; else empty."""
    next_turn: UserTurn | None
    """The turn that follows in the file; None at its end."""
    lines: tuple[str, ...]
    """That turn, as it is in the file."""
    notes: tuple[str, ...] = ()


def beginning_of(project: Project, file: Path, turn: int, row: str = "") -> Beginning:
    """The turns of a file before `turn`, which counts from 1.

    Without `row`, the first one. Raises `ScenarioError` for a turn or row that the file does not
    have, and as `load_scenario` does.
    """
    whole = load_scenario(project, file)
    names = [one.name for one in whole.rows]
    if row and row not in names:
        hint = did_you_mean(row, filter(None, names)) or "the scenario has no rows"
        raise _wrong("unknown-row", f"there is no row {quote(row)}", "--row", hint)
    name = row or names[0]
    scenario = played_in(whole, name)
    turns = [entry for entry in scenario.turns if isinstance(entry, UserTurn)]
    if not 1 <= turn <= len(turns) + 1:
        shown = project.config.shown(file)
        raise _wrong(
            "unknown-turn",
            f"{shown} has {counted(len(turns), 'turn')}",
            f"--turn {turn}",
            f"write a number from 1 to {len(turns) + 1}; the last one goes on after the end",
        )
    row_said = next(one for one in scenario.rows if one.name == name)
    next_turn = turns[turn - 1] if turn <= len(turns) else None
    notes: tuple[str, ...] = ()
    if len(names) > 1 and not row:
        notes = (f"row {quote(name)} of {len(names)}; --row chooses another one",)
    return Beginning(
        scenario=replace(
            scenario,
            turns=tuple(_before(scenario, turn)),
            teardown=(),
            expectations=(),
            timeout=None,
        ),
        row=row_said,
        file=file,
        last_id="" if row_said.values or row_said.said or turn == 1 else turns[turn - 2].id,
        next_turn=next_turn,
        lines=tuple(_written(scenario, next_turn)) if next_turn is not None else (),
        notes=notes,
    )


def _before(scenario: Scenario, turn: int) -> Iterator[UserTurn | AssistantLine]:
    for entry in scenario.turns:
        if isinstance(entry, UserTurn) and entry.number >= turn:
            return
        yield entry


def _written(scenario: Scenario, turn: UserTurn) -> Iterator[str]:
    """A turn's place, and its lines in the file, without their common indentation."""
    source, first = turn.place.source, turn.place.line
    entries = (*scenario.turns, *scenario.teardown)
    later = [
        entry.place.line
        for entry in entries
        if entry.place.source.path == source.path and entry.place.line > first
    ]
    lines = source.text.splitlines()
    text = lines[first - 1 : min(later, default=len(lines) + 1) - 1]
    yield f"{turn.place}: {turn_subject(turn.number, turn.id)}"
    margin = len(text[0]) - len(text[0].lstrip()) if text else 0
    for place, line in enumerate(text):
        is_below = len(line) - len(line.lstrip()) > margin
        if place and line.strip() and not is_below:
            return
        if line.strip():
            yield line[margin:]


def _wrong(code: str, message: str, where: str, hint: str) -> ScenarioError:
    return ScenarioError(Problem(code=code, message=message, where=where, hint=hint))
