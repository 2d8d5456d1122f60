"""Reads the turns of a scenario file."""

from __future__ import annotations

from collections.abc import Iterator

from harness.scenario.compiling import Compiler
from harness.scenario.expecting import read_block
from harness.scenario.scenario import AssistantLine, Capture, MessagePlan, Scope, UserTurn
from harness.yaml_reader import Node


def read_turns(turns: Node, compiler: Compiler) -> Iterator[UserTurn | AssistantLine]:
    """The turns in order; what is wrong with them is noted."""
    number = 0
    taken: dict[str, Node] = {}
    for node in turns:
        assistant = node.get("assistant")
        if assistant is not None:
            yield _line(node, assistant, compiler)
            continue
        number += 1
        identifier = node.get("id")
        if identifier is not None:
            first = taken.setdefault(str(identifier.value), identifier)
            if first is not identifier:
                message = f"this id names the turn on line {first.place.line} too"
                compiler.note("duplicate-id", message, identifier, "give each turn its own")
        yield _turn(number, node, compiler)


def _line(node: Node, assistant: Node, compiler: Compiler) -> AssistantLine:
    for key in ("expect", "error", "capture", "on_fail"):
        if node.get(key):
            message = f"'{key}' has no meaning beside 'assistant': it is not checked"
            hint = "put it into the user's turn that follows"
            compiler.note("not-checked", message, node.at(key), hint, key=True)
    return AssistantLine(text=compiler.text(assistant), place=node.place)


def _turn(number: int, node: Node, compiler: Compiler) -> UserTurn:
    expect, error = node.get("expect"), node.get("error")
    if expect is None and error is None:
        hint = "add 'expect:', or say 'expect: none'"
        compiler.note("asserts-nothing", "the turn asserts nothing", node.at("user"), hint)
    if expect is not None and error is not None:
        message = "a refused turn has no reply to expect"
        hint = "keep 'error:' where the provider must refuse, else 'expect:'"
        compiler.note("expect-and-error", message, error, hint, key=True)
    block = error if error is not None else expect
    scope = Scope.REPLY if error is None else Scope.REFUSAL
    user = node.at("user")
    return UserTurn(
        number=number,
        id=node.text_of("id"),
        place=user.key_place,
        message=_message(user, compiler),
        expectations=tuple(read_block(block, scope, compiler)),
        expects_refusal=error is not None,
        captures={name: _capture(value, compiler) for name, value in node.entries("capture")},
        stops_on_fail=node.text_of("on_fail") == "stop",
    )


def _message(node: Node, compiler: Compiler) -> MessagePlan:
    if not isinstance(node.value, dict):
        return MessagePlan(text=compiler.text(node))
    text, press = node.get("text"), node.get("press")
    if text and press:
        message = "a turn types a text or presses a button"
        compiler.note("text-and-press", message, press, "keep one of them", key=True)
    attachments, metadata = node.get("attachments"), node.get("metadata")
    return MessagePlan(
        text=compiler.text(text) if text else None,
        press=compiler.value(press) if press else None,
        attachments=compiler.value(attachments) if attachments else None,
        metadata=compiler.value(metadata) if metadata else None,
    )


def _capture(node: Node, compiler: Compiler) -> Capture:
    if isinstance(node.value, str):
        return Capture(place=node.place, json=compiler.path(node))
    json = node.get("json")
    return Capture(
        place=node.place,
        json=compiler.path(json) if json else "",
        matches=node.text_of("matches"),
        header=node.text_of("header"),
    )
