"""Reads a scenario file."""

from __future__ import annotations

import hashlib

from harness.durations import parse_duration
from harness.errors import Problem, ScenarioError, quote
from harness.scenario.compiling import Compiler
from harness.scenario.expecting import read_whole
from harness.scenario.names import matrix_rows, scenario_id_problem
from harness.scenario.scenario import Credentials, Row, Scenario
from harness.scenario.turns import read_turns
from harness.source import Place
from harness.template import compile_template
from harness.yaml_reader import Document, Node


def read_scenario(document: Document) -> Scenario:
    """Build a scenario from a document that was examined before. Raises `ScenarioError`."""
    reader = Reader(document)
    scenario = reader.scenario()
    if reader.problems:
        raise ScenarioError(reader.problems)
    return scenario


class Reader:
    """Builds one scenario and collects what is wrong with it in `problems`."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._compiler = Compiler(document)

    @property
    def problems(self) -> list[Problem]:
        """What was found wrong so far."""
        return self._compiler.problems

    @property
    def places(self) -> dict[int, Place]:
        """Where each template stands, by its identity."""
        return self._compiler.places

    def scenario(self) -> Scenario:
        """The scenario; it lacks what is wrong."""
        compiler = self._compiler
        top = self._document.at()
        node, turns = top.at("scenario"), top.at("turns")
        timeout, session = top.get("timeout"), top.get("session")
        text = self._document.source.text
        if not any(turn.get("user") for turn in turns):
            message = "the scenario has no turn of the user, so it asserts nothing"
            compiler.note("asserts-nothing", message, turns, "add 'user:' and 'expect:'", key=True)
        return Scenario(
            id=self._id(node),
            title=top.text_of("title"),
            description=top.text_of("description"),
            tags=tuple(str(tag.value) for tag in top.get("tags") or ()),
            providers=_names(top.get("provider")),
            credentials=Credentials(top.text_of("credentials") or "valid"),
            variables={name: compiler.value(value) for name, value in top.entries("vars")},
            session=compiler.value(session) if session else compile_template({}),
            rows=_rows(top.get("matrix")),
            turns=tuple(read_turns(turns, compiler)),
            expectations=tuple(read_whole(top.get("expect"), compiler)),
            timeout=parse_duration(str(timeout.value)) if timeout else None,
            place=node.place,
            fingerprint=hashlib.blake2s(text.encode(), digest_size=8).hexdigest(),
        )

    def _id(self, node: Node) -> str:
        identifier = str(node.as_written)
        reason = scenario_id_problem(identifier)
        if reason:
            message = f"{quote(identifier)} cannot name a scenario: {reason}"
            self._compiler.note("wrong-id", message, node)
        return identifier


def _rows(node: Node | None) -> tuple[Row, ...]:
    if node is None:
        return (Row(name=""),)
    return matrix_rows({key: values.value for key, values in node.items()})


def _names(node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    return tuple(node.value) if isinstance(node.value, list) else (str(node.value),)
