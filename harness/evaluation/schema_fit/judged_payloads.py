"""The recorded payloads of a provider, and the schemas that judge them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from harness.checks import BadExpectation
from harness.checks.schema_check import schema_of
from harness.conversation import Turn
from harness.core import Json, PlayError, value_class
from harness.formats.json_schema import Schema
from harness.formats.template import TemplateError
from harness.play.judged_subjects import judged_in
from harness.play.result import ScenarioResult
from harness.project.project import Project
from harness.providers.catalogue import definition_of, is_of_project
from harness.providers.definition import Definition
from harness.scenario import Scope


@value_class(frozen=True, slots=True, kw_only=True)
class RecordedPayload:
    """The payload of one recorded reply."""

    conversation: str
    """Its id, as in results."""
    turn: int
    value: Json

    def __str__(self) -> str:
        return f"{self.conversation} turn {self.turn}"


@dataclass(slots=True, kw_only=True)
class AuthoredSchema:
    """A schema that judges payloads, and those that it judges."""

    name: str
    """As messages name it."""
    schema: Schema
    payloads: list[RecordedPayload] = field(default_factory=list)


class JudgedPayloads:
    """Collects the payloads of conversations with a provider."""

    def __init__(self, project: Project, provider: str) -> None:
        self._project = project
        config = project.provider_config(provider)
        self._definition = definition_of(project.config, config)
        self._contracts = _contracts(self._definition) if is_of_project(config.definition) else {}
        self.payloads: list[RecordedPayload] = []
        self._authored: dict[str, AuthoredSchema] = {}

    @property
    def authored(self) -> Sequence[AuthoredSchema]:
        """The schemas that judge any of them: those of checks, and contracts of the project."""
        return tuple(self._authored.values())

    def add(self, conversation: str, result: ScenarioResult) -> None:
        """Add the payloads of a conversation, and the schemas that judge them."""
        payloads = {
            turn.number: RecordedPayload(
                conversation=conversation, turn=turn.number, value=turn.reply.payload
            )
            for turn in result.transcript.turns
            if turn.reply is not None and turn.reply.payload is not None
        }
        self.payloads += payloads.values()
        for turn in result.transcript.turns:
            contract = self._contract(turn)
            if contract is not None and turn.number in payloads:
                name = f"the contract {contract.name} of {self._definition.name}"
                self._note(name, contract, payloads[turn.number])
        for number, name, schema in self._checks(result):
            if number in payloads:
                self._note(name, schema, payloads[number])

    def _note(self, name: str, schema: Schema, payload: RecordedPayload) -> None:
        known = self._authored.setdefault(name, AuthoredSchema(name=name, schema=schema))
        if payload not in known.payloads[-1:]:
            known.payloads.append(payload)

    def _contract(self, turn: Turn) -> Schema | None:
        """The schema of the answer that a reply was read from; None if it is not the project's."""
        return self._contracts.get(turn.answer.request.origin.step) if turn.answer else None

    def _checks(self, result: ScenarioResult) -> Iterator[tuple[int, str, Schema]]:
        """Turn, name and schema of every `schema` check on a reply."""
        options = self._project.vocabulary.options_of(ignore_case=False)
        for judged in judged_in(result.scenario, result.transcript):
            expectation = judged.expectation
            if expectation.name != "schema" or expectation.scope not in _OF_REPLIES:
                continue
            try:
                value = expectation.value.render(judged.turn.variables)
                schema = schema_of(value, options)
            except (BadExpectation, PlayError, TemplateError):
                # The scenario is BROKEN, which a run says.
                continue
            place = expectation.place
            inline = f"the schema at {place.source.path}:{place.line}"
            yield judged.turn.number, value if isinstance(value, str) else inline, schema


_OF_REPLIES = (Scope.REPLY, Scope.ALWAYS)


def _contracts(definition: Definition) -> Mapping[str, Schema]:
    return {
        step.name: step.answer.schema
        for step in definition.steps
        if step.answer.schema is not None and step.reply is not None
    }
