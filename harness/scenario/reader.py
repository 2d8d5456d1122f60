"""Reads a scenario file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from harness.durations import parse_duration
from harness.errors import Problem, ScenarioError, quote
from harness.json_path import BadPath, require_path
from harness.scenario.names import matrix_rows, scenario_id_problem
from harness.scenario.scenario import (
    AssistantLine,
    Capture,
    Credentials,
    Expectation,
    MessagePlan,
    Row,
    Scenario,
    Scope,
    UserTurn,
)
from harness.scenario.subject import SubjectIn
from harness.source import Place
from harness.template import Template, TemplateError, compile_template
from harness.typing import Json
from harness.yaml_reader import Document, Node

MODIFIERS = ("ignore_case",)

TEXT_CHECKS = (
    *("equals", "contains", "contains_any", "contains_all", "not_contains"),
    *("matches", "not_matches", "starts_with", "ends_with"),
)
"""Checks whose values are texts, read as they were written."""


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
        self._subject = SubjectIn(document)
        self.problems: list[Problem] = []
        self.places: dict[int, Place] = {}
        """Where each template stands, by its identity."""

    def scenario(self) -> Scenario:
        """The scenario; it lacks what is wrong."""
        top = self._document.at()
        node = top.at("scenario")
        identifier = str(_as_written(node))
        reason = scenario_id_problem(identifier)
        if reason:
            self._note("wrong-id", f"{quote(identifier)} cannot name a scenario: {reason}", node)
        timeout = top.get("timeout")
        session = top.get("session")
        text = self._document.source.text
        if not any(turn.get("user") for turn in top.at("turns")):
            message = "the scenario has no turn of the user, so it asserts nothing"
            self._note(
                "asserts-nothing", message, top.at("turns"), "add 'user:' and 'expect:'", key=True
            )
        return Scenario(
            id=identifier,
            title=_text(top, "title"),
            description=_text(top, "description"),
            tags=tuple(str(tag.value) for tag in top.get("tags") or ()),
            providers=_names(top.get("provider")),
            credentials=Credentials(_text(top, "credentials") or "valid"),
            variables={name: self._template(value) for name, value in _entries(top, "vars")},
            session=self._template(session) if session else compile_template({}),
            rows=self._rows(top.get("matrix")),
            turns=tuple(self._turns(top.at("turns"))),
            expectations=tuple(self._whole(top.get("expect"))),
            timeout=parse_duration(str(timeout.value)) if timeout else None,
            place=node.place,
            fingerprint=hashlib.blake2s(text.encode(), digest_size=8).hexdigest(),
        )

    def _rows(self, node: Node | None) -> tuple[Row, ...]:
        if node is None:
            return (Row(name=""),)
        return matrix_rows({key: values.value for key, values in node.items()})

    def _turns(self, node: Node) -> Iterator[UserTurn | AssistantLine]:
        number = 0
        taken: dict[str, Node] = {}
        for turn in node:
            assistant = turn.get("assistant")
            if assistant is not None:
                for key in ("expect", "error", "capture", "on_fail"):
                    if turn.get(key):
                        message = f"'{key}' has no meaning beside 'assistant': it is not checked"
                        hint = "put it into the user's turn that follows"
                        self._note("not-checked", message, turn.at(key), hint, key=True)
                yield AssistantLine(text=self._text_template(assistant), place=turn.place)
                continue
            number += 1
            identifier = turn.get("id")
            if identifier is not None:
                first = taken.setdefault(str(identifier.value), identifier)
                if first is not identifier:
                    line = f"line {first.place.line}"
                    message = f"this id names the turn on {line} too"
                    self._note("duplicate-id", message, identifier, "give each turn its own")
            yield self._turn(number, turn)

    def _turn(self, number: int, node: Node) -> UserTurn:
        expect, error = node.get("expect"), node.get("error")
        if expect is None and error is None:
            self._note(
                "asserts-nothing",
                "the turn asserts nothing",
                node.at("user"),
                "add 'expect:', or say 'expect: none'",
            )
        if expect is not None and error is not None:
            message = "a refused turn has no reply to expect"
            hint = "keep 'error:' where the provider must refuse, else 'expect:'"
            self._note("expect-and-error", message, error, hint, key=True)
        block = error if error is not None else expect
        scope = Scope.REPLY if error is None else Scope.REFUSAL
        return UserTurn(
            number=number,
            id=_text(node, "id"),
            place=node.at("user").key_place,
            message=self._message(node.at("user")),
            expectations=tuple(self._block(block, scope)),
            expects_refusal=error is not None,
            captures={name: self._capture(value) for name, value in _entries(node, "capture")},
            stops_on_fail=_text(node, "on_fail") == "stop",
        )

    def _message(self, node: Node) -> MessagePlan:
        if not isinstance(node.value, dict):
            return MessagePlan(text=self._text_template(node))
        if node.get("text") and node.get("press"):
            message = "a turn types a text or presses a button"
            self._note("text-and-press", message, node.at("press"), "keep one of them", key=True)
        text, press = node.get("text"), node.get("press")
        attachments, metadata = node.get("attachments"), node.get("metadata")
        return MessagePlan(
            text=self._text_template(text) if text else None,
            press=self._template(press) if press else None,
            attachments=self._template(attachments) if attachments else None,
            metadata=self._template(metadata) if metadata else None,
        )

    def _block(self, node: Node | None, scope: Scope) -> Iterator[Expectation]:
        if node is None or not isinstance(node.value, dict):
            return
        ignore_case = node.get("ignore_case")
        found = False
        for name, value in node.items():
            if name in MODIFIERS:
                continue
            found = True
            if name == "history" and scope is Scope.REPLY:
                yield from self._block(value, Scope.HISTORY)
                continue
            yield Expectation(
                name=name,
                value=self._texts(value) if name in TEXT_CHECKS else self._template(value),
                place=value.key_place,
                path=value.path,
                scope=scope,
                ignore_case=bool(ignore_case.value) if ignore_case else False,
            )
        if not found:
            self._note("asserts-nothing", "the block holds no check", node, key=True)

    def _whole(self, node: Node | None) -> Iterator[Expectation]:
        if node is None:
            return
        for key, value in node.items():
            yield from self._block(value, Scope(key))

    def _capture(self, node: Node) -> Capture:
        if isinstance(node.value, str):
            return Capture(place=node.place, json=self._path(node))
        json, matches, header = (node.get(key) for key in ("json", "matches", "header"))
        return Capture(
            place=node.place,
            json=self._path(json) if json else "",
            matches=str(matches.value) if matches else "",
            header=str(header.value) if header else "",
        )

    def _path(self, node: Node) -> str:
        try:
            require_path(str(node.value))
        except BadPath as error:
            hint = "" if str(node.value).startswith("$") else "a path begins with '$', such as $.id"
            self._note("invalid-path", f"'{node.value}' is no JSONPath: {error}", node, hint)
        return str(node.value)

    def _text_template(self, node: Node) -> Template:
        return self._compiled(_as_written(node), node)

    def _texts(self, node: Node) -> Template:
        return self._compiled(_as_written(node), node)

    def _template(self, node: Node) -> Template:
        return self._compiled(node.value, node)

    def _compiled(self, value: object, node: Node) -> Template:
        try:
            template = compile_template(
                value,  # type: ignore[arg-type]  # read from YAML
                lambda path: self._document.place((*node.path, *path)),
            )
        except TemplateError as error:
            self.problems.append(replace(error.problem, subject=self._subject(node.path)))
            return compile_template(None)
        if template.names:
            self.places[id(template)] = node.place
        return template

    def _note(
        self, code: str, message: str, node: Node, hint: str = "", *, key: bool = False
    ) -> None:
        self.problems.append(
            Problem(
                code=code,
                message=message,
                place=node.key_place if key else node.place,
                subject=self._subject(node.path),
                hint=hint,
            )
        )


def _entries(node: Node, key: str) -> list[tuple[str, Node]]:
    found = node.get(key)
    return list(found.items()) if found else []


def _text(node: Node, key: str) -> str:
    found = node.get(key)
    return "" if found is None else str(_as_written(found))


def _as_written(node: Node) -> Json:
    """Texts, also where YAML made something else of one, such as a number of `012`."""
    if isinstance(node.value, list):
        return [_as_written(one) for one in node]
    return node.value if isinstance(node.value, (str, dict)) else node.text


def _names(node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    return tuple(node.value) if isinstance(node.value, list) else (str(node.value),)
