"""Reads the turns of a scenario file."""

from __future__ import annotations

from collections.abc import Iterator

from harness.core import counted, did_you_mean, quote
from harness.formats.yaml import Node
from harness.scenario.branching import Entry, Ways, numbered
from harness.scenario.compiling import Compiler
from harness.scenario.expecting import read_block, read_faults
from harness.scenario.files import FileKind
from harness.scenario.including import Chain, included_above, open_file, open_fragment
from harness.scenario.rows import require_distinct
from harness.scenario.scenario import (
    AssistantLine,
    Capture,
    Expectation,
    Given,
    MessagePlan,
    Scope,
    TurnPurpose,
    UserTurn,
)
from harness.scenario.tool_answers import read_answers

MOST_TURNS = 2_000
"""Turns of one scenario, lines of the assistant and entries of its fragments included."""


class Turns:
    """Reads the turns of one conversation; their problems are noted."""

    def __init__(self, compiler: Compiler) -> None:
        self._compiler = compiler
        self._number = 0
        self._entries_read = 0
        self._taken: dict[str, Node] = {}
        self.continued: list[Node] = []
        """The scenarios that this one continues, the nearest first."""
        self.spoken: dict[int, Node] = {}
        """Messages that can be said in several ways, by the number of their turn."""

    def skip(self, turns: int) -> None:
        """Leave numbers to turns that are not in the file."""
        self._number += turns

    def of(
        self, top: Node, part: TurnPurpose = TurnPurpose.TURN, chain: Chain = ()
    ) -> Iterator[Entry | Node]:
        """All entries of a scenario but its teardown; a node is the mapping behind `branch`."""
        chain = (*chain, top.document.source.path)
        yield from self.read(top.get("setup"), TurnPurpose.SETUP, chain)
        if top.has("branch"):
            yield from self._prefix(top.at("branch"), chain)
        for named in included_above(top):
            yield from self._fragment(named, part, chain, ())
        for node in top.get("turns") or ():
            if node.has("branch"):
                self._require_alone(node, "branch", "put it into a turn below")
                yield node.at("branch")
            else:
                yield from self._entries(node, part, chain, ())

    def read(
        self, nodes: Node | None, part: TurnPurpose, chain: Chain, given: tuple[Given, ...] = ()
    ) -> Iterator[Entry]:
        """The entries of a list, in order; nothing if there is no list."""
        for node in nodes or ():
            yield from self._entries(node, part, chain, given)

    def _entries(
        self, node: Node, part: TurnPurpose, chain: Chain, given: tuple[Given, ...]
    ) -> Iterator[Entry]:
        self._entries_read += 1
        if self._entries_read > MOST_TURNS:
            if self._entries_read == MOST_TURNS + 1:
                self._compiler.note(
                    "too-many-turns",
                    f"the scenario has more than {MOST_TURNS:,} turns, which is the limit",
                    node,
                    "fragments count each time they are included",
                )
        elif node.has("include"):
            self._require_alone(node, "include", "put it into a turn of the fragment")
            yield from self._fragment(node.at("include"), part, chain, given)
        elif node.has("assistant"):
            yield _line(node, self._compiler, given)
        else:
            self._number += 1
            self._claim(node.get("id"))
            turn = _turn(self._number, node, self._compiler, part, given)
            if turn.message.utterances and part is TurnPurpose.TURN:
                self.spoken[self._number] = node.at("user")
            elif len(turn.message.utterances) > 1 and part is not TurnPurpose.PREFIX:
                self._compiler.note(
                    "no-effect",
                    f"only the first of these utterances is said in the {part.value}",
                    node.at("user", "utterances"),
                    "write it as 'text:'; use several utterances below 'turns:'",
                    key=True,
                )
            yield turn

    def _fragment(
        self, named: Node, part: TurnPurpose, chain: Chain, given: tuple[Given, ...]
    ) -> Iterator[Entry]:
        fragment = open_fragment(named, chain, self._compiler)
        if fragment is not None:
            scopes = (*given, fragment.given) if fragment.given else given
            yield from self.read(fragment.turns, part, fragment.chain, scopes)

    def _prefix(self, branch: Node, chain: Chain) -> Iterator[Entry]:
        """The entries of another scenario up to the turn that a branch names, which is included."""
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
        self._compiler.note(
            "unknown-turn",
            f"{document.source.path} has no turn {quote(str(last.value))}",
            last,
            did_you_mean(str(last.value), ways.to) or "give the turn an 'id:'",
        )

    def _claim(self, identifier: Node | None) -> None:
        """Note an id that an earlier turn has."""
        if identifier is None:
            return
        first = self._taken.setdefault(str(identifier.value), identifier)
        if first is not identifier:
            is_here = first.document is identifier.document
            where = f"on line {first.place.line}" if is_here else f"at {first.place}"
            self._compiler.note(
                "duplicate-id",
                f"the turn {where} has the same id",
                identifier,
                "give each turn its own id",
            )

    def _require_alone(self, node: Node, key: str, hint: str) -> None:
        """Note the other keys of an entry that is not a turn."""
        for name, value in node.items():
            if name != key:
                self._compiler.note(
                    "not-checked",
                    f"'{name}' has no meaning next to '{key}'",
                    value,
                    hint,
                    key=True,
                )


def _line(node: Node, compiler: Compiler, given: tuple[Given, ...]) -> AssistantLine:
    for key in ("expect", "error", "capture", "answers", "on_fail", "wait"):
        if node.has(key):
            compiler.note(
                "not-checked",
                f"'{key}' has no meaning next to 'assistant', which is not checked",
                node.at(key),
                "put it into the user's turn that follows",
                key=True,
            )
    return AssistantLine(text=compiler.text(node.at("assistant")), place=node.place, given=given)


def _turn(
    number: int, node: Node, compiler: Compiler, part: TurnPurpose, given: tuple[Given, ...]
) -> UserTurn:
    expect, error = node.get("expect"), node.get("error")
    if expect is None and error is None and part is TurnPurpose.TURN:
        hint = "add 'expect:', or write 'expect: none'"
        if compiler.document.at().has("expect"):
            hint += "; the scenario's own 'expect:' judges all replies together"
        compiler.note("asserts-nothing", "the turn asserts nothing", node.at("user"), hint)
    if expect is not None and error is not None:
        compiler.note(
            "expect-and-error",
            "a refused turn has no reply to check",
            error,
            "keep 'error:' if the provider must refuse, otherwise 'expect:'",
            key=True,
        )
    faults = read_faults(error, compiler)
    user = node.at("user")
    expectations: tuple[Expectation, ...] = ()
    if part is not TurnPurpose.PREFIX and not faults:
        block = (expect, Scope.REPLY) if error is None else (error, Scope.REFUSAL)
        expectations = tuple(read_block(*block, compiler))
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
        wait=compiler.pause(node.get("wait")),
        is_patient=any(one.within for one in expectations),
        part=part,
        answers=read_answers(node.get("answers"), compiler),
        given=given,
    )


def _capture(node: Node, compiler: Compiler) -> Capture:
    if isinstance(node.value, str):
        return Capture(place=node.place, json=compiler.path(node))
    json, history, is_secret = node.get("json"), node.get("history"), bool(node.value_of("secret"))
    if history is not None and is_secret:
        compiler.note(
            "wrong-value",
            "a capture from the history cannot be secret",
            node.at("secret"),
            "capture it from the answer that contained it first",
        )
    return Capture(
        place=node.place,
        json=compiler.path(json) if json else "",
        matches=node.text_of("matches"),
        header=node.text_of("header"),
        history=compiler.path(history) if history else "",
        is_secret=is_secret,
    )


def read_message(node: Node, compiler: Compiler) -> MessagePlan:
    """The message behind `user:`; its problems are noted."""
    if not isinstance(node.value, dict):
        return MessagePlan(text=compiler.text(node))
    text, press, several = node.get("text"), node.get("press"), node.get("utterances")
    if several is not None:
        for key in ("text", "press"):
            if node.has(key):
                compiler.note(
                    "text-and-press",
                    f"a turn cannot have both '{key}' and 'utterances'",
                    node.at(key),
                    "keep one of them",
                    key=True,
                )
    if text and press:
        compiler.note(
            "text-and-press",
            "a turn cannot both type a text and press a button",
            press,
            "keep one of them",
            key=True,
        )
    _require_choice(node.get("pick"), several, compiler)
    attachments, metadata = node.get("attachments"), node.get("metadata")
    utterances = tuple(compiler.text(one) for one in several or ())
    typed = compiler.text(text) if text else None
    return MessagePlan(
        text=utterances[0] if utterances else typed,
        press=compiler.value(press) if press else None,
        attachments=compiler.value(attachments) if attachments else None,
        metadata=compiler.value(metadata) if metadata else None,
        utterances=utterances,
    )


def _require_choice(pick: Node | None, several: Node | None, compiler: Compiler) -> None:
    """Note utterances that are the same, and a `pick` that is not possible."""
    if several is not None:
        require_distinct(several, "utterance", compiler)
        count = len(list(several))
        sample = pick.get("sample") if pick is not None else None
        if sample is not None and int(float(str(sample.value))) > count:
            compiler.note(
                "wrong-value",
                f"{sample.text} of {counted(count, 'utterance')} cannot be drawn",
                sample,
                f"at most {count}, or more 'utterances'",
            )
    elif pick is not None:
        compiler.note(
            "wrong-value",
            "'pick' chooses among 'utterances', but there are none",
            pick,
            "add 'utterances:', or remove 'pick:'",
            key=True,
        )
