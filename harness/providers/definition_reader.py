"""Reads a provider definition: one folder with provider.yaml and schemas/."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path as FilePath
from typing import Any

from harness.conversation import Phase
from harness.core import DefinitionError, Json, Problem
from harness.formats.file_format import hold_against
from harness.formats.json_schema import Schema, SchemaFolder, compile_format
from harness.formats.template import Template, compile_template
from harness.formats.yaml import Document, Node, read
from harness.providers.definition import TOOL_ROUNDS, Definition, Setting, Step
from harness.providers.definition_rules import rule_problems
from harness.providers.definition_schema import (
    DEFINITION_SCHEMA,
    OPENING_AGAIN,
    advise,
)
from harness.providers.members import member_problems, taken_by
from harness.providers.part_reader import PartReader
from harness.providers.reply_format import reply_plan
from harness.providers.request import in_path
from harness.providers.request_format import BODIES, METHODS
from harness.providers.setting import setting_of, setting_problems
from harness.providers.sign import SignPlan
from harness.providers.step_kinds import KINDS
from harness.providers.step_plans import AnswerPlan, Encoding, RequestPlan
from harness.providers.web_socket import SUBPROTOCOLS
from harness.providers.web_socket_format import CONTENTS

NOTHING: Mapping[str, str] = {}


def read_definition(
    folder: FilePath, shown: str, schemas: SchemaFolder | None = None
) -> Definition:
    """Read and check the definition in a folder; `shown` is its path as people see it.

    `schemas` are those of the folder, for callers that ask which of them were read.
    Raises `DefinitionError`, `YamlError` or `SchemaError` with every problem found.
    """
    file = folder / "provider.yaml"
    if not file.is_file():
        raise DefinitionError(
            Problem(code="no-definition", message="there is no provider.yaml", where=shown)
        )
    content = file.read_bytes()
    document = read(content, f"{shown}/provider.yaml", expect_mapping=True)
    hold_against(document, _format(), error=DefinitionError, advise=advise)
    schemas = schemas or SchemaFolder(folder / "schemas", f"{shown}/schemas")
    return _Reader(document, schemas).definition(_fingerprint(content, folder / "schemas"))


class _Reader(PartReader):
    """Builds one definition and collects what is wrong with it."""

    def __init__(self, document: Document, schemas: SchemaFolder) -> None:
        super().__init__(document, schemas)
        self._header_names: set[str] = set()

    def definition(self, fingerprint: str) -> Definition:
        top = self.document.at()
        settings = {name: self._setting(name, node) for name, node in top.entries("settings")}
        phases = {
            phase: tuple(
                self._step(phase, number, node)
                for number, node in enumerate(top.get(phase) or (), 1)
            )
            for phase in Phase
        }
        definition = Definition(
            name=top.text_of("definition"),
            title=top.text_of("title") or top.text_of("definition"),
            fingerprint=fingerprint,
            settings=settings,
            phases=phases,
            forks=bool(top.value_of("forks")),
            header_names=frozenset(self._header_names),
            headers_kept=frozenset(name.lower() for name in top.value_of("keep_headers", ())),
            taken=taken_by(self.document.value),
            tool_rounds=int(top.value_of("tool_rounds", TOOL_ROUNDS)),
        )
        self.problems += rule_problems(definition, self.document)
        self.problems += member_problems(self.document, settings)
        if self.problems:
            raise DefinitionError(self.problems)
        return definition

    def _step(self, phase: Phase, number: int, node: Node) -> Step:
        kind = next(kind for kind in KINDS if node.has(kind))
        # Each step has its own; the methods that read its parts add to them.
        self.path_templates, self.value_templates = {}, {}
        reply = node.get("reply")
        captures = dict(node.entries("capture"))
        return Step(
            phase=phase,
            number=number,
            kind=kind,
            place=node.place,
            request=KINDS[kind].request(self, node.at(kind)),
            answer=self._answer(node.get("answer")),
            when=self.condition(node.get("when")),
            fail_if=self.conditions(node, "fail_if"),
            opens_again=self._opens_again(phase, node),
            capture={
                name: self.paths(one.at("json") if one.has("json") else one)
                for name, one in captures.items()
            },
            secret_captures=_captures_with("secret", captures),
            new_captures=_captures_with("new", captures),
            optional_captures=_captures_with("optional", captures),
            reply=reply_plan(reply, self.path, self.conditions) if reply else None,
            plan=KINDS[kind].read(node, self),
            path_templates=self.path_templates,
            value_templates=self.value_templates,
        )

    def _opens_again(self, phase: Phase, node: Node) -> frozenset[int]:
        if phase not in OPENING_AGAIN:
            return frozenset()
        nodes = (self.document.at(), node)
        return frozenset(int(status) for one in nodes for status, _ in one.entries("on"))

    def http_request(self, node: Node, *, is_poll: bool) -> RequestPlan:
        """The request of a step, with the headers of every request."""
        method = next(method for method in METHODS if node.has(method))
        encoding = Encoding(next((body for body in BODIES if node.has(body)), "none"))
        return RequestPlan(
            method=method.upper(),
            path=self.template(node.get(method), in_path),
            written_path=node.text_of(method),
            headers=self._headers(node.get("headers")),
            query=self.template(node.get("query")),
            body=self.template(node.get(encoding.value)),
            encoding=encoding,
            schema=self.schema(node.get("schema")),
            is_repeatable=bool(node.value_of("repeatable", is_poll or method == "get")),
            sign=self._sign(node.get("sign")),
        )

    def _sign(self, node: Node | None) -> SignPlan | None:
        if node is None:
            return None
        self._header_names.add(node.text_of("header").lower())
        return SignPlan(
            hash=node.text_of("hmac"),
            key=self.template(node.get("key")),
            key_encoding=node.text_of("key_encoding") or "text",
            over=self.template(node.get("over")) if node.has("over") else None,
            header=node.text_of("header"),
            encoding=node.text_of("encoding") or "hex",
            prefix=self.template(node.get("prefix")),
        )

    def handshake(self, node: Node) -> RequestPlan:
        """The request that opens a WebSocket."""
        protocols = node.value_of("subprotocols", ())
        path = node.get("path") or node
        return RequestPlan(
            method="GET",
            path=self.template(path, in_path),
            written_path=path.text,
            headers=self._headers(
                node.get("headers"), {SUBPROTOCOLS: ", ".join(protocols)} if protocols else {}
            ),
            query=self.template(node.get("query")),
            body=compile_template(None),
            is_repeatable=True,
        )

    def message(self, node: Node) -> RequestPlan:
        """A message on a WebSocket, as the body of a request without an address."""
        encoding = Encoding(next((key for key in CONTENTS if node.has(key)), "none"))
        nothing = compile_template(None)
        return RequestPlan(
            method="",
            path=nothing,
            headers=nothing,
            query=nothing,
            body=self.template(node.get(encoding.value)),
            encoding=encoding,
            schema=self.schema(node.get("schema")),
        )

    def _headers(self, own: Node | None, more: Mapping[str, str] = NOTHING) -> Template:
        common = self.document.at().get("headers")
        parts = [part.items() for part in (common, own) if part]
        nodes = {key.lower(): (key, value) for part in parts for key, value in part}
        value = {**{key: node.value for key, node in nodes.values()}, **more}
        self._header_names.update(nodes)
        place = next((node for _, node in nodes.values()), self.document.at())
        return self.compiled(value, place)

    def _answer(self, node: Node | None) -> AnswerPlan:
        if node is None:
            return AnswerPlan()
        return AnswerPlan(
            status=tuple(_listed(node.value_of("status"))) or (200,),
            content_types=tuple(_listed(node.value_of("content_type"))),
            encoding=Encoding(node.text_of("as") or "json"),
            schema=self.schema(node.get("schema")),
        )

    def _setting(self, name: str, node: Node) -> Setting:
        given: dict[str, Json] = {key: one.value for key, one in node.items()}
        self.problems += setting_problems(name, given, node.place)
        return setting_of(name, given)


def _captures_with(key: str, captures: Mapping[str, Node]) -> frozenset[str]:
    """Those that say a key, such as `secret: true`."""
    return frozenset(name for name, node in captures.items() if node.value_of(key))


def _listed(value: Any) -> list[Any]:  # noqa: ANN401  # the same
    """A value or a list of values as a list; of nothing, where there is none."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _fingerprint(content: bytes, schemas: FilePath) -> str:
    digest = hashlib.blake2s(content, digest_size=8)
    if schemas.is_dir():
        for file in sorted(schemas.iterdir(), key=lambda file: file.name):
            digest.update(file.read_bytes())
    return digest.hexdigest()


@cache
def _format() -> Schema:
    return compile_format(DEFINITION_SCHEMA, name="definition")
