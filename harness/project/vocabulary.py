"""The checks that a project's scenarios may use, compiled once for each value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from harness.checks import (
    BadExpectation,
    Content,
    Doubt,
    Judge,
    Kind,
    Options,
    block_definitions,
    kinds_in,
)
from harness.checks.goldens import Goldens
from harness.checks.judge import NO_JUDGES, Judges
from harness.core import Json, Problem, did_you_mean, quote
from harness.formats.json_schema import Schema, SchemaFolder, compile_format
from harness.scenario import Expectation, Scenario, Scope

MAX_COMPILED = 20_000
"""The most compiled checks; when there are more, all are dropped and compiled when needed."""


class Vocabulary:
    """The checks that a project's scenarios may use. Safe for threads."""

    def __init__(
        self,
        kinds: Mapping[str, Kind],
        schemas: SchemaFolder | None,
        goldens: Goldens | None = None,
        judges: Judges = NO_JUDGES,
    ) -> None:
        """`kinds` are the checks on a reply, the project's own among them."""
        self._kinds = kinds
        self._conversation = kinds_in("conversation_checks", kinds.values())
        self._options = {
            ignore_case: Options(
                ignore_case=ignore_case, schemas=schemas, goldens=goldens, judges=judges
            )
            for ignore_case in (False, True)
        }
        self._compiled: dict[tuple[str, str, bool, bool], Judge] = {}
        self._formats: dict[str, Schema] = {}

    @property
    def judges(self) -> Judges:
        """The judges that checks may ask."""
        return self._options[False].judges or NO_JUDGES

    @property
    def names(self) -> frozenset[str]:
        """The names of the checks on a reply."""
        return frozenset(self._kinds)

    @property
    def of_texts(self) -> frozenset[str]:
        """The names of the checks that read only the texts of a reply."""
        return frozenset(n for n, kind in self._kinds.items() if kind.on in ("text", "messages"))

    @property
    def blocks(self) -> Mapping[str, Json]:
        """JSON Schemas of the blocks of checks; see `block_definitions`."""
        return block_definitions(self._kinds)

    def with_schemas(self, schemas: SchemaFolder) -> Vocabulary:
        """The same checks, with the named schemas of another folder."""
        options = self._options[False]
        return Vocabulary(self._kinds, schemas, options.goldens, options.judges or NO_JUDGES)

    def kinds_of(self, scope: Scope) -> Mapping[str, Kind]:
        """The checks that an expectation may be of, by their names."""
        return self._conversation if scope is Scope.CONVERSATION else self._kinds

    def options_of(self, *, ignore_case: bool) -> Options:
        """What a check is compiled with, the checks on a text inside it among them."""
        texts = kinds_in("text_checks", self._kinds.values())
        return replace(self._options[ignore_case], texts=texts)

    def format_of(self, block: str) -> Schema:
        """The format of a block of checks, such as `reply_checks`; see `block_definitions`."""
        if block not in self._formats:
            document: Json = {"$defs": self.blocks, "$ref": f"#/$defs/{block}"}
            self._formats[block] = compile_format(document, name=block)
        return self._formats[block]

    def asks(self, expectation: Expectation) -> bool:
        """Whether a check asks a model, itself or in a check inside it."""
        kinds = self.kinds_of(expectation.scope)
        kind = kinds.get(expectation.name)
        if kind is None or kind.asks or kind.content is not Content.CHECKS:
            return kind is not None and kind.asks
        # One whose value is not known yet may ask.
        return not expectation.value.is_constant or _asks(kinds, kind, expectation.constant)

    def asks_in(self, scenario: Scenario) -> bool:
        """Whether any check of a scenario asks a model."""
        of_turns = (one for turn in scenario.user_turns for one in turn.expectations)
        return any(map(self.asks, (*scenario.expectations, *of_turns)))

    def judge_for(self, expectation: Expectation, value: object) -> Judge:
        """The compiled check of an expectation whose variables are filled in.

        Raises `BadExpectation` if the value makes no sense.
        """
        key = (
            expectation.name,
            # Tells 1, 1.0 and True apart, in a third of the time that JSON takes.
            value if isinstance(value, str) else f"\0{value!r}",
            expectation.ignore_case,
            expectation.scope is Scope.CONVERSATION,
        )
        judge = self._compiled.get(key)
        if judge is None:
            judge = self._compile(expectation, value)
            if len(self._compiled) >= MAX_COMPILED:
                self._compiled.clear()
            self._compiled[key] = judge
        return judge

    def doubts_of(self, expectation: Expectation, value: object) -> Sequence[Doubt | Problem]:
        """Reasons to doubt that an expectation can fail; see `judge_for`."""
        if expectation.scope is Scope.NEVER:
            return ()
        doubts: list[Doubt | Problem] = []
        options = replace(self._options[expectation.ignore_case], doubts=doubts)
        self._compile(expectation, value, options)
        return doubts

    def _compile(
        self, expectation: Expectation, value: object, options: Options | None = None
    ) -> Judge:
        kinds = self.kinds_of(expectation.scope)
        kind = kinds.get(expectation.name)
        if kind is None:
            raise BadExpectation(
                "unknown-check",
                f"unknown check {quote(expectation.name)}",
                did_you_mean(expectation.name, kinds),
            )
        options = options or self._options[expectation.ignore_case]
        return kind.compile(value, options)  # type: ignore[arg-type]  # rendered from JSON


def _asks(kinds: Mapping[str, Kind], kind: Kind, value: Json) -> bool:
    """Whether a check inside a check asks a model."""
    for _, name, inner in kind.inner_checks(value):
        found = kinds.get(name)
        if found is not None and (found.asks or _asks(kinds, found, inner)):
            return True
    return False
