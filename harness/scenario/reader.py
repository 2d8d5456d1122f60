"""Reads a scenario file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from harness.core import Problem, ScenarioError, counted, parse_duration, quote
from harness.formats.template import Template, compile_template
from harness.formats.yaml import Document, Node
from harness.scenario.branching import Ways
from harness.scenario.compiling import Compiler
from harness.scenario.expecting import read_whole
from harness.scenario.files import NO_FILES, FileKind, OtherFiles
from harness.scenario.names import scenario_id_problem
from harness.scenario.rows import read_rows
from harness.scenario.scenario import (
    Credentials,
    Expectation,
    Link,
    Repeat,
    Scenario,
    Scope,
    TurnPurpose,
)
from harness.scenario.turns import Turns
from harness.scenario.waivers import read_waivers


def read_scenario(
    document: Document, files: OtherFiles = NO_FILES, defaults: Sequence[Document] = ()
) -> Scenario:
    """Build a scenario from a document that was examined before. Raises `ScenarioError`.

    `defaults` are those of the scenario's folders, the nearest first.
    """
    reader = Reader(document, files, defaults)
    scenario = reader.scenario()
    if reader.problems:
        raise ScenarioError(reader.problems)
    return scenario


class Reader:
    """Builds one scenario and collects what is wrong with it in `problems`."""

    def __init__(
        self,
        document: Document,
        files: OtherFiles = NO_FILES,
        defaults: Sequence[Document] = (),
    ) -> None:
        """`defaults` are those of the scenario's folders, the nearest first."""
        self._document = document
        self._defaults = tuple(one.at() for one in defaults)
        self.compiler = Compiler(document, files)
        for one in defaults:
            self.compiler.origins[one.source.path] = f"for {document.source.path}"

    @property
    def problems(self) -> list[Problem]:
        """What was found wrong so far."""
        return self.compiler.problems

    def scenario(self) -> Scenario:
        """The scenario; it lacks what is wrong."""
        compiler = self.compiler
        top = self._document.at()
        reading = Turns(compiler)
        ways = Ways(compiler)
        for entry in reading.of(top):
            ways.take(entry)
        chain = (self._document.source.path,)
        teardown = tuple(reading.read(top.get("teardown"), TurnPurpose.TEARDOWN, chain))
        self._require_turns(top)
        layers = (top, *reading.continued, *self._defaults)
        timeout, session = _nearest("timeout", layers), _nearest("session", layers)
        rows = read_rows(top.get("matrix"), compiler)
        for name, variable in top.entries("vars"):
            if name in rows[0].values:
                message = f"the matrix sets '{name}' in every row, so this value is never used"
                compiler.note("no-effect", message, variable, "keep one of them", key=True)
        node = top.at("scenario")
        return Scenario(
            id=self._id(node),
            title=top.text_of("title"),
            description=top.text_of("description"),
            tags=_tags((top, *self._defaults)),
            links=tuple(map(_link, top.get("links") or ())),
            providers=_names(_nearest("provider", layers)),
            credentials=Credentials(_text(_nearest("credentials", layers)) or "valid"),
            variables=self._variables(layers),
            session=compiler.value(session) if session else compile_template({}),
            rows=ways.rows(rows, reading.spoken, str(node.as_written)),
            turns=tuple(ways.entries),
            teardown=teardown,
            expectations=tuple(self._expectations(top)),
            timeout=_limit(timeout, compiler),
            repeat=_repeat(top.get("repeat"), compiler),
            waivers=read_waivers(top),
            place=node.place,
            fingerprint=self._fingerprint(),
        )

    def _require_turns(self, top: Node) -> None:
        turns = top.at("turns")
        if not top.get("include") and not any(one.has("include", "user") for one in turns):
            message = "the scenario has no user turn, so it asserts nothing"
            hint = "add 'user:' and 'expect:'"
            self.compiler.note("asserts-nothing", message, turns, hint, key=True)

    def _variables(self, layers: Sequence[Node]) -> dict[str, Template]:
        """A nearer value stands where the farther one stood, which others may use."""
        nodes = {name: node for top in reversed(layers) for name, node in top.entries("vars")}
        return {name: self.compiler.value(node) for name, node in nodes.items()}

    def _expectations(self, top: Node) -> Iterator[Expectation]:
        """The scenario's own, and those defaults that it does not say otherwise."""
        taken: set[tuple[Scope, str]] = set()
        for layer in (top, *self._defaults):
            found = tuple(read_whole(layer.get("expect"), self.compiler))
            yield from (one for one in found if (one.scope, one.name) not in taken)
            taken.update((one.scope, one.name) for one in found)

    def _fingerprint(self) -> str:
        sources = (self._document.source, *(top.document.source for top in self._defaults))
        text = "".join(source.text for source in sources) + self.compiler.files.digest
        return hashlib.blake2s(text.encode(), digest_size=8).hexdigest()

    def _id(self, node: Node) -> str:
        identifier = str(node.as_written)
        reason = scenario_id_problem(identifier)
        if reason:
            message = f"{quote(identifier)} is not a valid scenario id: {reason}"
            self.compiler.note("wrong-id", message, node)
        return identifier


def _nearest(key: str, layers: Sequence[Node]) -> Node | None:
    """What the nearest layer says that says anything."""
    for top in layers:
        found = top.get(key)
        if found is not None:
            return found
    return None


def _limit(node: Node | None, compiler: Compiler) -> float | None:
    if node is None:
        return None
    seconds = parse_duration(str(node.value))
    if not seconds:
        message = "a timeout must be longer than zero"
        compiler.note("wrong-value", message, node, "remove 'timeout:' for no limit")
    return seconds


def _text(node: Node | None) -> str:
    return "" if node is None else str(node.as_written)


def _tags(layers: Sequence[Node]) -> tuple[str, ...]:
    """Those of all layers, each once."""
    return tuple(dict.fromkeys(str(tag.value) for top in layers for tag in top.get("tags") or ()))


def _link(node: Node) -> Link:
    if isinstance(node.value, dict):
        return Link(url=node.text_of("url"), name=node.text_of("name"))
    return Link(url=str(node.value))


def _repeat(node: Node | None, compiler: Compiler) -> Repeat | None:
    if node is None:
        return None
    takes = node.at("takes") if isinstance(node.value, dict) else node
    wanted = node.get("pass") if isinstance(node.value, dict) else None
    count = _whole(takes)
    least = count if wanted is None else _whole(wanted)
    if wanted is not None and least > count:
        message = f"{least} passing takes cannot be required of {counted(count, 'take')}"
        compiler.note("wrong-value", message, wanted, f"at most {count}, or increase 'takes'")
    return Repeat(takes=count, wanted=least, place=node.key_place)


def _whole(node: Node) -> int:
    # JSON Schema takes 5.0 for a whole number too.
    return int(float(str(node.value)))


def _names(node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    return tuple(node.value) if isinstance(node.value, list) else (str(node.value),)


_ANY_PROVIDER = ("any",)
"""Which one is the scenario's affair."""


def read_part(
    document: Document, kind: FileKind, files: OtherFiles = NO_FILES
) -> tuple[Scenario, list[Problem]]:
    """What the file brings to a scenario, as one, and what is wrong with it.

    The document fits its format. Whether its variables are defined is not told: a scenario may
    define them.
    """
    compiler = Compiler(document, files)
    top = document.at()
    is_fragment = kind is FileKind.FRAGMENT
    nodes = top.get("turns") if is_fragment else None
    turns = tuple(Turns(compiler).read(nodes, TurnPurpose.TURN, (document.source.path,)))
    for _, value in (*top.entries("vars"), *top.entries("parameters")):
        compiler.value(value)
    part = Scenario(
        id=kind.value,
        providers=_ANY_PROVIDER,
        session=compile_template({}),
        turns=turns,
        expectations=() if is_fragment else tuple(read_whole(top.get("expect"), compiler)),
        place=document.place(),
    )
    return part, compiler.problems
