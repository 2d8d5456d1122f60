"""Several conversations of one file, which part at `branch:` entries of its turns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from harness.core import did_you_mean, quote, value_class
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


@value_class(frozen=True, slots=True)
class BranchPoint:
    """Where another conversation goes on from an earlier turn."""

    node: Node
    """The mapping behind `branch`."""


class Ways:
    """Sorts the entries of a file into the conversations that they make."""

    def __init__(self, compiler: Compiler) -> None:
        """What is wrong is noted with the compiler."""
        self._compiler = compiler
        self.entries: list[Entry] = []
        """All, in the order of the file."""
        self.said: list[int] = []
        """The places of those that the present conversation says."""
        self.to: dict[str, tuple[int, ...]] = {}
        """The way to each turn that has an id, with it."""
        self._name = ""
        self._repeated = 0
        self._branch: Node | None = None
        self._ended: list[tuple[str, Way]] = []

    def take(self, entry: Entry | BranchPoint) -> None:
        """The next entry of the file."""
        if isinstance(entry, BranchPoint):
            self._part(entry.node)
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
            top = self._compiler.document.at()
            message = f"the scenario has {error.args[0]:,} rows, the limit is {MOST_ROWS:,}"
            node = next(iter(spoken.values()), top.at("turns"))
            self._compiler.note("too-many-rows", message, node, FEWER_ROWS, key=True)
            return tuple(rows[:1])

    def _rows(
        self, rows: Sequence[MatrixRow], spoken: Mapping[int, Node], identifier: str
    ) -> tuple[MatrixRow, ...]:
        if not self._ended:
            return spoken_rows(rows, spoken, identifier, set())
        self._require_turns()
        taken: set[str] = set()
        return tuple(
            one
            for name, way in (*self._ended, self._way())
            for one in spoken_rows(
                [_in_way(row, name, way) for row in rows],
                {number: spoken[number] for number in self._own_turns(way) if number in spoken},
                identifier,
                taken,
            )
        )

    def _own_turns(self, way: Way) -> Iterator[int]:
        for place in way.said[way.repeated :]:
            entry = self.entries[place]
            if isinstance(entry, UserTurn):
                yield entry.number

    def _way(self) -> tuple[str, Way]:
        return self._name, Way(said=tuple(self.said), repeated=self._repeated)

    def _part(self, node: Node) -> None:
        last = node.at("from")
        found = self.to.get(str(last.value))
        if found is None:
            message = f"there is no turn {quote(str(last.value))} before this entry"
            hint = did_you_mean(str(last.value), self.to) or "give the turn an 'id:'"
            self._compiler.note("unknown-turn", message, last, hint)
        self._require_turns()
        self._branch = node
        self._ended.append(self._way())
        self._name = node.text_of("name") or f"from-{last.value}"
        self.said = list(found or ())
        self._repeated = len(self.said)

    def _require_turns(self) -> None:
        if self._branch is not None and len(self.said) == self._repeated:
            message, hint = "no turn follows this branch", "add the turns of the branch"
            self._compiler.note("asserts-nothing", message, self._branch, hint, key=True)


def _in_way(row: MatrixRow, name: str, way: Way) -> MatrixRow:
    """A row in the conversation of this name; empty for the first."""
    former = [one for one in (row.former, name) if one]
    return replace(
        row,
        name=joined_names(row.name, row_name([name]) if name else ""),
        former=slug(former) if former else "",
        way=way,
    )


def played_in(scenario: Scenario, name: str) -> Scenario:
    """The scenario as the row of this name says it: without the turns of other branches."""
    row = next((row for row in scenario.rows if row.way is not None and row.name == name), None)
    return scenario if row is None else _along(scenario, row)


def conversations_of(scenario: Scenario) -> tuple[Scenario, ...]:
    """The scenario once for each of its branches, with the rows of that branch."""
    ways = dict.fromkeys(row.way for row in scenario.rows if row.way is not None)
    if not ways:
        return (scenario,)
    rows = {way: [row for row in scenario.rows if row.way == way] for way in ways}
    return tuple(replace(_along(scenario, rows[way][0]), rows=tuple(rows[way])) for way in ways)


def _along(scenario: Scenario, row: MatrixRow) -> Scenario:
    way = row.way
    assert way is not None  # noqa: S101  # only such rows are asked for
    entries = [scenario.turns[place] for place in way.said]
    said = [*map(said_again, entries[: way.repeated]), *entries[way.repeated :]]
    before = [entry.number for entry in said if isinstance(entry, UserTurn)]
    numbers = {number: place for place, number in enumerate(before, 1)}
    utterances = {numbers[turn]: one for turn, one in row.said.items() if turn in numbers}
    turns = tuple(numbered(said))
    return replace(
        scenario,
        turns=turns,
        teardown=tuple(numbered(scenario.teardown, len(before))),
        rows=(replace(row, said=utterances, way=None),),
    )


def numbered(entries: Iterable[Entry], after: int = 0) -> Iterator[Entry]:
    """The entries with numbers that follow one another."""
    number = after
    for entry in entries:
        if isinstance(entry, AssistantLine):
            yield entry
            continue
        number += 1
        yield entry if entry.number == number else replace(entry, number=number)


def said_again(entry: Entry) -> Entry:
    """As what was said before the branch is said: not checked again."""
    if isinstance(entry, AssistantLine) or entry.part is not TurnPurpose.TURN:
        return entry
    return replace(entry, part=TurnPurpose.PREFIX, expectations=(), stops_on_fail=True)
