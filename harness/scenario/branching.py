"""Several conversations of one file, which part at `branch:` entries of its turns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from harness.core import did_you_mean, quote
from harness.formats.yaml import Node
from harness.scenario.compiling import Compiler
from harness.scenario.names import (
    FEWER_ROWS,
    MOST_ROWS,
    distinct_names,
    joined_names,
    row_name,
    slug,
)
from harness.scenario.rows import TooManyRows, spoken_rows
from harness.scenario.scenario import AssistantLine, MatrixRow, Scenario, TurnPurpose, UserTurn, Way

Entry = UserTurn | AssistantLine


class Ways:
    """Sorts the entries of a file into the conversations that they make."""

    def __init__(self, compiler: Compiler) -> None:
        """Problems are noted with the compiler."""
        self._compiler = compiler
        self.entries: list[Entry] = []
        """All entries, in the order of the file."""
        self.said: list[int] = []
        """The places of the entries that the current conversation says."""
        self.to: dict[str, tuple[int, ...]] = {}
        """By the id of a turn: the places of the entries up to that turn, which is included."""
        self._name = ""
        self._repeated = 0
        self._branch: Node | None = None
        self._ended: list[tuple[str, Way]] = []

    def take(self, entry: Entry | Node) -> None:
        """Sort in the next entry of the file; a node is the mapping behind `branch`."""
        if isinstance(entry, Node):
            self._begin_branch(entry)
            return
        self.said.append(len(self.entries))
        self.entries.append(entry)
        if isinstance(entry, UserTurn) and entry.id:
            self.to[entry.id] = tuple(self.said)

    def rows(
        self, rows: Sequence[MatrixRow], spoken: Mapping[int, Node], identifier: str
    ) -> tuple[MatrixRow, ...]:
        """Every row in each of the conversations, with every utterance that is picked there."""
        try:
            return distinct_names(self._rows(rows, spoken, identifier))
        except TooManyRows as error:
            self._compiler.note(
                "too-many-rows",
                f"the scenario has {error.args[0]:,} rows, the limit is {MOST_ROWS:,}",
                next(iter(spoken.values()), self._compiler.document.at("turns")),
                FEWER_ROWS,
                key=True,
            )
            return tuple(rows[:1])

    def _rows(
        self, rows: Sequence[MatrixRow], spoken: Mapping[int, Node], identifier: str
    ) -> tuple[MatrixRow, ...]:
        if not self._ended:
            return spoken_rows(rows, spoken, identifier, set())
        self._require_turns()
        taken: set[str] = set()
        return tuple(
            row
            for name, way in (*self._ended, self._way())
            for row in spoken_rows(
                [_in_way(row, name, way) for row in rows],
                {
                    entry.number: spoken[entry.number]
                    for entry in (self.entries[place] for place in way.said[way.repeated :])
                    if isinstance(entry, UserTurn) and entry.number in spoken
                },
                identifier,
                taken,
            )
        )

    def _way(self) -> tuple[str, Way]:
        return self._name, Way(said=tuple(self.said), repeated=self._repeated)

    def _begin_branch(self, node: Node) -> None:
        last = node.at("from")
        identifier = str(last.value)
        if identifier not in self.to:
            self._compiler.note(
                "unknown-turn",
                f"there is no turn {quote(identifier)} before this entry",
                last,
                did_you_mean(identifier, self.to) or "give the turn an 'id:'",
            )
        self._require_turns()
        self._branch = node
        self._ended.append(self._way())
        self._name = node.text_of("name") or f"from-{identifier}"
        self.said = list(self.to.get(identifier, ()))
        self._repeated = len(self.said)

    def _require_turns(self) -> None:
        if self._branch is not None and len(self.said) == self._repeated:
            self._compiler.note(
                "asserts-nothing",
                "no turn follows this branch",
                self._branch,
                "add the turns of the branch",
                key=True,
            )


def _in_way(row: MatrixRow, name: str, way: Way) -> MatrixRow:
    """A row in the conversation of this name; the name is empty for the first conversation."""
    former = [part for part in (row.former, name) if part]
    return replace(
        row,
        name=joined_names(row.name, row_name([name]) if name else ""),
        former=slug(former) if former else "",
        way=way,
    )


def played_in(scenario: Scenario, name: str) -> Scenario:
    """The scenario as the row of this name says it: without the turns of other branches."""
    row = next((row for row in scenario.rows if row.name == name), None)
    return scenario if row is None or row.way is None else _along(scenario, row, row.way)


def conversations_of(scenario: Scenario) -> tuple[Scenario, ...]:
    """The scenario once for each of its branches, with the rows of that branch."""
    rows: dict[Way, list[MatrixRow]] = {}
    for row in scenario.rows:
        if row.way is not None:
            rows.setdefault(row.way, []).append(row)
    return tuple(
        replace(_along(scenario, of_way[0], way), rows=tuple(of_way))
        for way, of_way in rows.items()
    ) or (scenario,)


def _along(scenario: Scenario, row: MatrixRow, way: Way) -> Scenario:
    entries = [scenario.turns[place] for place in way.said]
    said = [*map(said_again, entries[: way.repeated]), *entries[way.repeated :]]
    before = [entry.number for entry in said if isinstance(entry, UserTurn)]
    numbers = {number: place for place, number in enumerate(before, 1)}
    utterances = {numbers[turn]: index for turn, index in row.said.items() if turn in numbers}
    return replace(
        scenario,
        turns=tuple(numbered(said)),
        teardown=tuple(numbered(scenario.teardown, len(before))),
        rows=(replace(row, said=utterances, way=None),),
    )


def numbered(entries: Iterable[Entry], after: int = 0) -> Iterator[Entry]:
    """The entries, their turns numbered from the one `after` on."""
    number = after
    for entry in entries:
        if isinstance(entry, AssistantLine):
            yield entry
            continue
        number += 1
        yield entry if entry.number == number else replace(entry, number=number)


def said_again(entry: Entry) -> Entry:
    """An entry before the branch as a later conversation says it: its reply is not checked."""
    if isinstance(entry, AssistantLine) or entry.part is not TurnPurpose.TURN:
        return entry
    return replace(entry, part=TurnPurpose.PREFIX, expectations=(), stops_on_fail=True)
