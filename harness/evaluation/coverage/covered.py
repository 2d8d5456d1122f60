"""What the conversations of one provider, or of one scenario, cover."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from harness.conversation import Exchange, Transcript, Turn
from harness.core import Json
from harness.evaluation.coverage.error_branches import ErrorBranch, branches_of, played_in
from harness.evaluation.payload_fields import FieldCounts
from harness.evaluation.strength import Fate, Mutant
from harness.providers.definition import Definition
from harness.scenario import Scenario

CONTRACT = "contract"


class Noticed(StrEnum):
    """How often a check notices that a field is dropped or changed."""

    NEVER = "never"
    SOMETIMES = "sometimes"
    ALWAYS = "always"
    UNKNOWN = ""
    """It was not tried: the field is volatile or ignored."""


@dataclass(slots=True)
class Tried:
    """Changes of a field, and how many of them were noticed."""

    tried: int = 0
    by: Counter[str] = field(default_factory=Counter)
    """What noticed them first, by the names of checks; `CONTRACT` for a definition."""

    @property
    def noticed(self) -> int:
        """How many were noticed."""
        return self.by.total()

    @property
    def how_often(self) -> Noticed:
        """In a word."""
        if not self.tried:
            return Noticed.UNKNOWN
        if not self.noticed:
            return Noticed.NEVER
        return Noticed.ALWAYS if self.noticed == self.tried else Noticed.SOMETIMES


@dataclass(slots=True)
class Covered:
    """What some conversations cover."""

    conversations: int = 0
    fields: FieldCounts = field(default_factory=FieldCounts)
    tried: dict[str, Tried] = field(default_factory=dict)
    """Changes of fields, by the name of the field."""
    offered: Counter[str] = field(default_factory=Counter)
    """Buttons by their labels, and how many replies offered them."""
    pressed: Counter[str] = field(default_factory=Counter)
    known_tools: dict[str, None] = field(default_factory=dict)
    """Those that a request declares, a scenario answers, or the bot called."""
    called: Counter[str] = field(default_factory=Counter)
    branches: dict[ErrorBranch, int] = field(default_factory=dict)
    """How often each error branch of the definition was played."""
    steps: dict[str, int] = field(default_factory=dict)
    """How many requests each step of the definition sent."""

    @property
    def unpressed(self) -> list[str]:
        """Buttons that were offered and never pressed."""
        return [label for label in self.offered if not self.pressed[label]]

    @property
    def uncalled(self) -> list[str]:
        """Known tools that the bot never called."""
        return [name for name in self.known_tools if not self.called[name]]

    @property
    def unplayed(self) -> list[ErrorBranch]:
        """Error branches that were never played, of the steps that sent something."""
        return [
            branch
            for branch, count in self.branches.items()
            if not count and self.steps.get(branch.step)
        ]

    @property
    def unsent(self) -> list[str]:
        """Steps that never sent anything."""
        return [step for step, count in self.steps.items() if not count]

    def know(self, definition: Definition) -> None:
        """Take note of what the definition of the provider has."""
        self.branches |= dict.fromkeys(branches_of(definition), 0)
        self.steps |= dict.fromkeys((step.name for step in definition.steps), 0)

    def add(self, scenario: Scenario, transcript: Transcript, definition: Definition) -> None:
        """Add a conversation."""
        self.conversations += 1
        self.known_tools |= dict.fromkeys(_answered(scenario))
        for turn in transcript.turns:
            self._add_turn(turn)
            for branch in played_in(definition, turn):
                self.branches[branch] = self.branches.get(branch, 0) + 1
        for exchange in _exchanges(transcript):
            step = exchange.request.origin.step
            self.steps[step] = self.steps.get(step, 0) + 1
            self.known_tools |= dict.fromkeys(_declared(exchange))

    def try_fields(self, mutants: Iterable[Mutant]) -> None:
        """Add what became of changed fields of a conversation."""
        for mutant in mutants:
            if mutant.is_harmless or mutant.fate is Fate.LEFT_OUT:
                continue
            for path in mutant.paths:
                tried = self.tried.setdefault(path, Tried())
                tried.tried += 1
                if mutant.fate is Fate.CONTRACT:
                    tried.by[CONTRACT] += 1
                elif mutant.fate is Fate.KILLED:
                    # After the file and the line.
                    tried.by[mutant.reason.partition(" ")[2] or mutant.reason] += 1

    def _add_turn(self, turn: Turn) -> None:
        if turn.user.display_text:
            self.pressed[turn.user.display_text] += 1
        if turn.reply is None:
            return
        self.offered.update(dict.fromkeys(turn.reply.actions, 1))
        for call in turn.reply.tools or ():
            self.called[call.name] += 1
            self.known_tools[call.name] = None
        if turn.reply.payload is not None:
            self.fields.add(turn.reply.payload)


def _exchanges(transcript: Transcript) -> Iterator[Exchange]:
    yield from transcript.around
    for turn in transcript.turns:
        yield from turn.exchanges
        yield from turn.looked_up


def _answered(scenario: Scenario) -> Iterator[str]:
    yield from scenario.answers
    for turn in scenario.user_turns:
        yield from turn.answers


def _declared(exchange: Exchange) -> Iterator[str]:
    """The tools that a request declares in its body, as chat APIs of models have them."""
    if b'"tools"' not in exchange.request.body:
        return
    try:
        body: Json = json.loads(exchange.request.body)
    except ValueError:
        return
    tools = body.get("tools") if isinstance(body, Mapping) else None
    for tool in tools if isinstance(tools, list) else ():
        described = tool.get("function", tool) if isinstance(tool, Mapping) else None
        name = described.get("name") if isinstance(described, Mapping) else None
        if isinstance(name, str):
            yield name
