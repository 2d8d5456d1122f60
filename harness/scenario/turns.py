"""Reads the turns of a scenario file."""

from __future__ import annotations

from collections.abc import Iterator

from harness.core import counted, did_you_mean, parse_duration, quote
from harness.formats.yaml import Node
from harness.scenario.branching import BranchPoint, Entry, Ways, numbered
from harness.scenario.compiling import Compiler
from harness.scenario.expecting import read_block, read_faults
from harness.scenario.files import FileKind
from harness.scenario.including import Chain, included_above, open_file, open_fragment
from harness.scenario.rows import require_distinct
from harness.scenario.scenario import (
    AssistantLine,
    Capture,
    Given,
    MessagePlan,
    Scope,
    TurnPurpose,
    UserTurn,
)

MOST_TURNS = 2_000
"""Turns of one scenario, lines of the assistant and entries of its fragments included."""


class Turns:
    """Reads the turns of one conversation; what is wrong with them is noted."""

    def __init__(self, compiler: Compiler) -> None:
        self._compiler = compiler
        self._number = 0
        self._entries_said = 0
        self._taken: dict[str, Node] = {}
        self.continued: list[Node] = []
        """The scenarios that this one continues, the nearest first."""
        self.spoken: dict[int, Node] = {}
        """Messages that may be said in several ways, by the number of their turn."""

    def of(
        self, top: Node, part: TurnPurpose = TurnPurpose.TURN, chain: Chain = ()
    ) -> Iterator[Entry | BranchPoint]:
        """All that is said in a scenario, its teardown left out."""
        chain = (*chain, top.document.source.path)
        yield from self.read(top.get("setup"), TurnPurpose.SETUP, chain)
        branch = top.get("branch")
        if branch is not None:
            yield from self._prefix(branch, chain)
        for named in included_above(top):
            yield from self._fragment(named, part, chain, ())
        for node in top.get("turns") or ():
            branch = node.get("branch")
            if branch is not None:
                _require_alone(node, "branch", self._compiler)
                yield BranchPoint(branch)
            else:
                yield from self._entries(node, part, chain, ())

    def read(
        self, nodes: Node | None, part: TurnPurpose, chain: Chain, given: tuple[Given, ...] = ()
    ) -> Iterator[Entry]:
        """The entries of a list, in order; nothing where there is none."""
        for node in nodes or ():
            yield from self._entries(node, part, chain, given)

    def _entries(
        self, node: Node, part: TurnPurpose, chain: Chain, given: tuple[Given, ...]
    ) -> Iterator[Entry]:
        if not self._has_room(node):
            return
        included, assistant = node.get("include"), node.get("assistant")
        if included is not None:
            _require_alone(node, "include", self._compiler)
            yield from self._fragment(included, part, chain, given)
        elif assistant is not None:
            yield _line(node, assistant, self._compiler, given)
        else:
            self._number += 1
            self._claim(node.get("id"))
            turn = _turn(self._number, node, self._compiler, part, given)
            if turn.message.utterances and part is TurnPurpose.TURN:
                self.spoken[self._number] = node.at("user")
            elif len(turn.message.utterances) > 1 and part is not TurnPurpose.PREFIX:
                message = f"only the first of these utterances is said in the {part.value}"
                hint = "write it as 'text:'; use several utterances below 'turns:'"
                place = node.at("user").at("utterances")
                self._compiler.note("no-effect", message, place, hint, key=True)
            yield turn

    def _fragment(
        self, named: Node, part: TurnPurpose, chain: Chain, given: tuple[Given, ...]
    ) -> Iterator[Entry]:
        found = open_fragment(named, chain, self._compiler)
        if found is not None:
            scopes = (*given, found.given) if found.given else given
            yield from self.read(found.turns, part, found.chain, scopes)

    def _prefix(self, branch: Node, chain: Chain) -> Iterator[Entry]:
        """What another scenario says, up to a turn and with it."""
        document = open_file(branch.at("file"), chain, self._compiler, FileKind.SCENARIO)
        if document is None:
            return
        top, last = document.at(), branch.at("from")
        self.continued.append(top)
        before, ways = self._number, Ways(self._compiler)
        for entry in self.of(top, TurnPurpose.PREFIX, chain):
            ways.take(entry)
            if str(last.value) in ways.to:
                said = [ways.entries[place] for place in ways.said]
                self._number = before + sum(isinstance(one, UserTurn) for one in said)
                yield from numbered(said, before)
                return
        yield from ways.entries
        message = f"{document.source.path} has no turn {quote(str(last.value))}"
        hint = did_you_mean(str(last.value), ways.to) or "give the turn an 'id:'"
        self._compiler.note("unknown-turn", message, last, hint)

    def _has_room(self, node: Node) -> bool:
        """Whether one more entry can be said; the first for which there is no room is noted."""
        self._entries_said += 1
        if self._entries_said == MOST_TURNS + 1:
            message = f"the scenario has more than {MOST_TURNS:,} turns, which is the limit"
            hint = "fragments count each time they are included"
            self._compiler.note("too-many-turns", message, node, hint)
        return self._entries_said <= MOST_TURNS

    def _claim(self, identifier: Node | None) -> None:
        if identifier is None:
            return
        first = self._taken.setdefault(str(identifier.value), identifier)
        if first is identifier:
            return
        is_here = first.document is identifier.document
        where = f"on line {first.place.line}" if is_here else f"at {first.place}"
        message = f"the turn {where} has the same id"
        self._compiler.note("duplicate-id", message, identifier, "give each turn its own id")


def _require_alone(node: Node, key: str, compiler: Compiler) -> None:
    """Note what stands beside a key that makes no turn."""
    for name, value in node.items():
        if name != key:
            message = f"'{name}' has no meaning next to '{key}'"
            hint = _BELONGS[key]
            compiler.note("not-checked", message, value, hint, key=True)


_BELONGS = {
    "include": "put it into a turn of the fragment",
    "branch": "put it into a turn below",
}
"""Where belongs what stands beside a key that makes no turn."""


def _line(
    node: Node, assistant: Node, compiler: Compiler, given: tuple[Given, ...]
) -> AssistantLine:
    for key in ("expect", "error", "capture", "on_fail", "wait"):
        if node.get(key):
            message = f"'{key}' has no meaning next to 'assistant', which is not checked"
            hint = "put it into the user's turn that follows"
            compiler.note("not-checked", message, node.at(key), hint, key=True)
    return AssistantLine(text=compiler.text(assistant), place=node.place, given=given)


def _turn(
    number: int, node: Node, compiler: Compiler, part: TurnPurpose, given: tuple[Given, ...]
) -> UserTurn:
    expect, error = node.get("expect"), node.get("error")
    if expect is None and error is None and part is TurnPurpose.TURN:
        hint = "add 'expect:', or write 'expect: none'"
        if compiler.document.at().get("expect") is not None:
            hint += "; the scenario's own 'expect:' judges all replies together"
        compiler.note("asserts-nothing", "the turn asserts nothing", node.at("user"), hint)
    if expect is not None and error is not None:
        message = "a refused turn has no reply to check"
        hint = "keep 'error:' if the provider must refuse, otherwise 'expect:'"
        compiler.note("expect-and-error", message, error, hint, key=True)
    block = error if error is not None else expect
    scope = Scope.REPLY if error is None else Scope.REFUSAL
    faults = read_faults(error, compiler)
    is_checked = part is not TurnPurpose.PREFIX and not faults
    user, wait = node.at("user"), node.get("wait")
    expectations = tuple(read_block(block, scope, compiler)) if is_checked else ()
    return UserTurn(
        number=number,
        id=node.text_of("id"),
        place=user.key_place,
        message=read_message(user, compiler),
        expectations=expectations,
        expects_refusal=error is not None,
        faults=faults,
        captures={name: _capture(value, compiler) for name, value in node.entries("capture")},
        stops_on_fail=node.text_of("on_fail") == "stop"
        or part in (TurnPurpose.SETUP, TurnPurpose.PREFIX),
        wait=parse_duration(str(wait.value)) if wait else 0.0,
        is_patient=any(one.within for one in expectations),
        part=part,
        given=given,
    )


def _capture(node: Node, compiler: Compiler) -> Capture:
    if isinstance(node.value, str):
        return Capture(place=node.place, json=compiler.path(node))
    json, secret, history = node.get("json"), node.get("secret"), node.get("history")
    if history is not None and secret is not None and secret.value:
        message = "a capture from the history cannot be secret"
        hint = "capture it from the answer that contained it first"
        compiler.note("wrong-value", message, secret, hint)
    return Capture(
        place=node.place,
        json=compiler.path(json) if json else "",
        matches=node.text_of("matches"),
        header=node.text_of("header"),
        history=compiler.path(history) if history else "",
        is_secret=secret is not None and bool(secret.value),
    )


def read_message(node: Node, compiler: Compiler) -> MessagePlan:
    """The message behind `user:`; what is wrong with it is noted."""
    if not isinstance(node.value, dict):
        return MessagePlan(text=compiler.text(node))
    text, press, several = node.get("text"), node.get("press"), node.get("utterances")
    if several is not None:
        for other, key in ((text, "text"), (press, "press")):
            if other is not None:
                message = f"a turn cannot have both '{key}' and 'utterances'"
                compiler.note("text-and-press", message, other, "keep one of them", key=True)
    if text and press:
        message = "a turn cannot both type a text and press a button"
        compiler.note("text-and-press", message, press, "keep one of them", key=True)
    _require_choice(node.get("pick"), several, compiler)
    attachments, metadata = node.get("attachments"), node.get("metadata")
    utterances = tuple(compiler.text(one) for one in several or ())
    said = compiler.text(text) if text else None
    return MessagePlan(
        text=utterances[0] if utterances else said,
        press=compiler.value(press) if press else None,
        attachments=compiler.value(attachments) if attachments else None,
        metadata=compiler.value(metadata) if metadata else None,
        utterances=utterances,
    )


def _require_choice(pick: Node | None, several: Node | None, compiler: Compiler) -> None:
    """Note utterances that are the same, and a `pick` that cannot be made."""
    if several is None:
        if pick is not None:
            message = "'pick' chooses among 'utterances', but there are none"
            hint = "add 'utterances:', or remove 'pick:'"
            compiler.note("wrong-value", message, pick, hint, key=True)
        return
    require_distinct(several, "utterance", compiler)
    sample = pick.get("sample") if pick is not None else None
    count = len(list(several))
    if sample is not None and int(float(str(sample.value))) > count:
        message = f"{sample.text} of {counted(count, 'utterance')} cannot be drawn"
        hint = f"at most {count}, or more 'utterances'"
        compiler.note("wrong-value", message, sample, hint)
