"""`answers:`: what the scenario's side returns when the bot calls a tool."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from types import MappingProxyType

from harness.checks import BadExpectation, Options
from harness.checks.tools import ARGUMENTS, argument_rules
from harness.core import DURATION_PATTERN, Json, Place, value_class
from harness.formats.template import Template
from harness.formats.yaml import Node
from harness.scenario.compiling import Compiler

_ANSWER: Json = {
    "type": "object",
    "oneOf": [{"required": ["returns"]}, {"required": ["fails"]}],
    "additionalProperties": False,
    "properties": {
        "arguments": {**ARGUMENTS, "description": "Answers only calls with these arguments."},
        "returns": {"description": "What the tool returns, any value."},
        "fails": {
            "type": ["string", "number", "boolean"],
            "description": "The tool fails, for this reason.",
        },
        "delay": {
            "type": "string",
            "pattern": DURATION_PATTERN,
            "description": "How long the tool takes.",
        },
    },
}
ANSWERS: Json = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {
        "if": {"type": "array"},
        "then": {"minItems": 1, "items": _ANSWER},
        "else": _ANSWER,
    },
    "description": "What the tools return that the bot calls: by name, one answer to every call, "
    "or a list of answers in the order of the calls.",
}


@value_class(frozen=True, slots=True, kw_only=True)
class PlannedAnswer:
    """One answer to a tool call. Either `returns` or `fails` is given."""

    place: Place
    arguments: Template | None = None
    """Values or matchers by name or JSONPath; None if it answers any call."""
    returns: Template | None = None
    fails: Template | None = None
    delay: float = 0.0
    """Seconds."""

    @property
    def templates(self) -> Iterator[Template]:
        """All templates in it."""
        parts = (self.arguments, self.returns, self.fails)
        yield from (part for part in parts if part is not None)


@value_class(frozen=True, slots=True, kw_only=True)
class PlannedAnswers:
    """The answers to the calls of one tool."""

    place: Place
    """Of the tool's name."""
    answers: Sequence[PlannedAnswer] = field(default_factory=tuple)
    is_sequence: bool = False
    """Each answer without `arguments` is given once, in order; otherwise to every call."""


ToolAnswers = Mapping[str, PlannedAnswers]
"""By the name of the tool."""
NO_ANSWERS: ToolAnswers = MappingProxyType({})


def read_answers(node: Node | None, compiler: Compiler) -> ToolAnswers:
    """What `answers:` says; its problems are noted."""
    return {
        tool: PlannedAnswers(
            place=value.key_place,
            answers=tuple(_answer(one, compiler) for one in _listed(value)),
            is_sequence=isinstance(value.value, list),
        )
        for tool, value in (node.items() if node is not None else ())
    }


def templates_of_answers(answers: ToolAnswers) -> Iterator[Template]:
    """All templates of the answers."""
    for planned in answers.values():
        for answer in planned.answers:
            yield from answer.templates


def _listed(node: Node) -> list[Node]:
    return list(node) if isinstance(node.value, list) else [node]


def _answer(node: Node, compiler: Compiler) -> PlannedAnswer:
    arguments, returns, fails = node.get("arguments"), node.get("returns"), node.get("fails")
    rules = compiler.value(arguments) if arguments else None
    if arguments is not None and rules is not None and rules.is_constant:
        try:
            argument_rules(rules.render({}), Options())
        except BadExpectation as error:
            where = arguments.at(*error.path) if error.path else arguments
            compiler.note(error.code, error.message, where, error.hint)
    return PlannedAnswer(
        place=node.place,
        arguments=rules,
        returns=compiler.value(returns) if returns is not None else None,
        fails=compiler.text(fails) if fails is not None else None,
        delay=compiler.pause(node.get("delay")),
    )
