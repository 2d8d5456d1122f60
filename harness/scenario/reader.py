"""Reads a scenario file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from harness.config.strength_format import IgnoredField, ignore_problems, ignored_fields
from harness.core import Problem, ScenarioError, parse_duration, quote
from harness.formats.template import Template, compile_template
from harness.formats.yaml import Document, Node
from harness.scenario.branching import Ways
from harness.scenario.compiling import Compiler
from harness.scenario.expecting import read_block
from harness.scenario.files import NO_FILES, FileKind, OtherFiles
from harness.scenario.names import scenario_id_problem
from harness.scenario.repeats import read_repeat
from harness.scenario.rows import read_rows
from harness.scenario.scenario import (
    Credentials,
    Expectation,
    Link,
    Scenario,
    Scope,
    TurnPurpose,
    UserTurn,
)
from harness.scenario.simulation import read_simulation, require_start, simulated_turns
from harness.scenario.tool_answers import PlannedAnswers, ToolAnswers, read_answers
from harness.scenario.turns import Turns
from harness.scenario.waivers import read_waivers


def read_scenario(
    document: Document, files: OtherFiles = NO_FILES, defaults: Sequence[Document] = ()
) -> Scenario:
    """Build a scenario from a document that was examined before. Raises `ScenarioError`.

    `defaults` are those of the scenario's folders, the nearest first.
    """
    scenario, compiler = build_scenario(document, files, defaults)
    if compiler.problems:
        raise ScenarioError(compiler.problems)
    return scenario


def build_scenario(
    document: Document, files: OtherFiles, defaults: Sequence[Document]
) -> tuple[Scenario, Compiler]:
    """A scenario, and what compiled it, which has the problems; their parts are left out.

    `defaults` are those of the scenario's folders, the nearest first.
    """
    compiler = Compiler(document, files)
    for shared in defaults:
        compiler.origins[shared.source.path] = f"for {document.source.path}"
    top, folders = document.at(), tuple(shared.at() for shared in defaults)
    reading, ways = Turns(compiler), Ways(compiler)
    for entry in reading.of(top):
        ways.take(entry)
    simulation = read_simulation(top.get("simulate"), compiler)
    if simulation is not None:
        said = sum(isinstance(entry, UserTurn) for entry in ways.entries)
        require_start(top, simulation, compiler, is_begun=said > 0)
        for turn in simulated_turns(simulation, said):
            ways.take(turn)
        reading.skip(simulation.max_turns)
    teardown = tuple(
        reading.read(top.get("teardown"), TurnPurpose.TEARDOWN, (document.source.path,))
    )
    _require_turns(top, compiler)
    layers = (top, *reading.continued, *folders)
    rows = read_rows(top.get("matrix"), compiler)
    _require_unset(top, {name for row in rows[:1] for name in row.values}, compiler)
    node, session = top.at("scenario"), _nearest("session", layers)
    scenario = Scenario(
        id=_id(node, compiler),
        title=top.text_of("title"),
        description=top.text_of("description"),
        tags=_tags((top, *folders)),
        links=tuple(map(_link, top.get("links") or ())),
        providers=_names(_nearest("provider", layers)),
        credentials=_credentials(layers),
        variables=_variables(layers, compiler),
        session=compiler.value(session) if session else compile_template({}),
        simulation=simulation,
        answers=_answers((top, *reading.continued), compiler),
        rows=ways.rows(rows, reading.spoken, str(node.as_written)),
        turns=tuple(ways.entries),
        teardown=teardown,
        expectations=tuple(_expectations((top, *folders), compiler)),
        timeout=_limit(_nearest("timeout", layers), compiler),
        repeat=read_repeat(_nearest("repeat", (top, *folders)), compiler),
        waivers=read_waivers(top),
        ignored=_ignored((top, *folders), compiler),
        place=node.place,
        fingerprint=_fingerprint((document, *defaults), files),
    )
    return scenario, compiler


def _credentials(layers: Sequence[Node]) -> Credentials:
    node = _nearest("credentials", layers)
    return Credentials.VALID if node is None else Credentials(str(node.value))


def _require_turns(top: Node, compiler: Compiler) -> None:
    turns = top.get("turns")
    if turns is None or top.has("simulate"):
        return
    if not top.get("include") and not any(turn.has("include", "user") for turn in turns):
        compiler.note(
            "asserts-nothing",
            "the scenario has no user turn, so it asserts nothing",
            turns,
            "add 'user:' and 'expect:'",
            key=True,
        )


def _require_unset(top: Node, columns: set[str], compiler: Compiler) -> None:
    """Note variables that the matrix replaces in every row."""
    for name, variable in top.entries("vars"):
        if name in columns:
            compiler.note(
                "no-effect",
                f"the matrix sets '{name}' in every row, so this value is never used",
                variable,
                "keep one of them",
                key=True,
            )


def _tags(layers: Sequence[Node]) -> tuple[str, ...]:
    """The tags of all layers, each once."""
    return tuple(dict.fromkeys(str(tag) for top in layers for tag in top.value_of("tags", ())))


def _variables(layers: Sequence[Node], compiler: Compiler) -> dict[str, Template]:
    """The variables of all layers, the farthest first; a nearer value keeps the farther's place."""
    nodes = {name: node for top in reversed(layers) for name, node in top.entries("vars")}
    return {name: compiler.value(node) for name, node in nodes.items()}


def _answers(layers: Sequence[Node], compiler: Compiler) -> ToolAnswers:
    """The answers of all layers; a nearer one replaces a farther one to the same tool."""
    answers: dict[str, PlannedAnswers] = {}
    for layer in reversed(layers):
        answers |= read_answers(layer.get("answers"), compiler)
    return answers


def _expectations(layers: Sequence[Node], compiler: Compiler) -> Iterator[Expectation]:
    """The scenario's own, and those of its defaults that it does not replace."""
    taken: set[tuple[Scope, str]] = set()
    for layer in layers:
        found = tuple(read_block(layer.get("expect"), Scope.CONVERSATION, compiler))
        yield from (
            expectation
            for expectation in found
            if (expectation.scope, expectation.name) not in taken
        )
        taken.update((expectation.scope, expectation.name) for expectation in found)


def _fingerprint(documents: Sequence[Document], files: OtherFiles) -> str:
    text = "".join(document.source.text for document in documents) + files.digest
    return hashlib.blake2s(text.encode(), digest_size=8).hexdigest()


def _id(node: Node, compiler: Compiler) -> str:
    identifier = str(node.as_written)
    reason = scenario_id_problem(identifier)
    if reason:
        message = f"{quote(identifier)} is not a valid scenario id: {reason}"
        compiler.note("wrong-id", message, node)
    return identifier


def _nearest(key: str, layers: Sequence[Node]) -> Node | None:
    """The value of a key in the nearest layer that has it; None if no layer has it."""
    return next((top.at(key) for top in layers if top.has(key)), None)


def _ignored(layers: Sequence[Node], compiler: Compiler) -> tuple[IgnoredField, ...]:
    """Those of the scenario, and those of its folders."""
    nodes = [layer.get("strength") for layer in layers]
    compiler.problems += [problem for node in nodes for problem in ignore_problems(node)]
    return tuple(field for node in nodes for field in ignored_fields(node))


def _limit(node: Node | None, compiler: Compiler) -> float | None:
    if node is None:
        return None
    seconds = parse_duration(str(node.value))
    if not seconds:
        compiler.note(
            "wrong-value",
            "a timeout must be longer than zero",
            node,
            "remove 'timeout:' for no limit",
        )
    return seconds


def _link(node: Node) -> Link:
    if isinstance(node.value, dict):
        return Link(url=node.text_of("url"), name=node.text_of("name"))
    return Link(url=str(node.value))


def _names(node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    return tuple(node.value) if isinstance(node.value, list) else (str(node.value),)


def read_part(
    document: Document, kind: FileKind, files: OtherFiles = NO_FILES
) -> tuple[Scenario, list[Problem]]:
    """What a fragment or defaults bring to a scenario, as a scenario, and their problems.

    The document fits its format. Variables without a definition are not a problem: a scenario may
    define them.
    """
    compiler = Compiler(document, files)
    top = document.at()
    turns = tuple(Turns(compiler).read(top.get("turns"), TurnPurpose.TURN, (document.source.path,)))
    for _, value in (*top.entries("vars"), *top.entries("parameters")):
        compiler.value(value)
    part = Scenario(
        id=kind.value,
        # The scenarios that use the file choose the provider.
        providers=("any",),
        session=compile_template({}),
        turns=turns,
        expectations=tuple(read_block(top.get("expect"), Scope.CONVERSATION, compiler)),
        place=document.place(),
    )
    return part, compiler.problems
