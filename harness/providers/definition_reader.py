"""Reads a provider definition: one folder with provider.yaml and schemas/."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path as FilePath
from typing import Any

from harness.conversation import Phase
from harness.core import DefinitionError, Json, Path, Place, Problem, did_you_mean
from harness.formats.file_format import hold_against
from harness.formats.json_path import BadPath, require_path
from harness.formats.json_schema import Schema, SchemaFolder, compile_format
from harness.formats.template import Template, TemplateError, compile_condition, compile_template
from harness.formats.template.trees import Written, plainly
from harness.formats.yaml import Document, Node, read
from harness.providers.conditions import Conditions, Exists
from harness.providers.definition import TOOL_ROUNDS, Definition, Setting, Step
from harness.providers.definition_rules import rule_problems
from harness.providers.definition_schema import (
    DEFINITION_SCHEMA,
    OPENING_AGAIN,
    advise,
)
from harness.providers.members import member_problems, taken_by
from harness.providers.path_templates import compile_path_template
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


class _Reader:
    """Builds one definition and collects what is wrong with it."""

    def __init__(self, document: Document, schemas: SchemaFolder) -> None:
        self._document = document
        self._schemas = schemas
        self._schema_names = schemas.names()
        self._problems: list[Problem] = []
        self._header_names: set[str] = set()
        self._path_templates: dict[str, Template] = {}
        self._value_templates: dict[str, Template] = {}

    def definition(self, fingerprint: str) -> Definition:
        top = self._document.at()
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
            taken=taken_by(self._document.value),
            tool_rounds=int(top.value_of("tool_rounds", TOOL_ROUNDS)),
        )
        self._problems += rule_problems(definition, self._document)
        self._problems += member_problems(self._document, settings)
        if self._problems:
            raise DefinitionError(self._problems)
        return definition

    def _step(self, phase: Phase, number: int, node: Node) -> Step:
        kind = next(kind for kind in KINDS if node.has(kind))
        # Each step has its own; the methods that read its parts add to them.
        self._path_templates, self._value_templates = {}, {}
        reply = node.get("reply")
        captures = dict(node.entries("capture"))
        return Step(
            phase=phase,
            number=number,
            kind=kind,
            place=node.place,
            request=KINDS[kind].request(self, node.at(kind)),
            answer=self._answer(node.get("answer")),
            when=self._condition(node.get("when")),
            fail_if=self.conditions(node, "fail_if"),
            opens_again=self._opens_again(phase, node),
            capture={
                name: self._paths(one.at("json") if one.has("json") else one)
                for name, one in captures.items()
            },
            secret_captures=_captures_with("secret", captures),
            new_captures=_captures_with("new", captures),
            optional_captures=_captures_with("optional", captures),
            reply=reply_plan(reply, self._path, self.conditions) if reply else None,
            plan=KINDS[kind].read(node, self),
            path_templates=self._path_templates,
            value_templates=self._value_templates,
        )

    def _opens_again(self, phase: Phase, node: Node) -> frozenset[int]:
        if phase not in OPENING_AGAIN:
            return frozenset()
        nodes = (self._document.at(), node)
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
            schema=self._schema(node.get("schema")),
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
            schema=self._schema(node.get("schema")),
        )

    def _headers(self, own: Node | None, more: Mapping[str, str] = NOTHING) -> Template:
        common = self._document.at().get("headers")
        parts = [part.items() for part in (common, own) if part]
        nodes = {key.lower(): (key, value) for part in parts for key, value in part}
        value = {**{key: node.value for key, node in nodes.values()}, **more}
        self._header_names.update(nodes)
        place = next((node for _, node in nodes.values()), self._document.at())
        return self._compile(value, place)

    def _answer(self, node: Node | None) -> AnswerPlan:
        if node is None:
            return AnswerPlan()
        return AnswerPlan(
            status=tuple(_listed(node.value_of("status"))) or (200,),
            content_types=tuple(_listed(node.value_of("content_type"))),
            encoding=Encoding(node.text_of("as") or "json"),
            schema=self._schema(node.get("schema")),
        )

    def conditions(self, node: Node, key: str) -> Conditions:
        """The conditions behind a key; empty if there is no such key."""
        return {
            self._path(found, path): tuple(map(self._wanted, _nodes(found)))
            for path, found in node.entries(key)
        }

    def _wanted(self, node: Node) -> Json | Exists:
        """A value of a condition."""
        value = node.value
        if isinstance(value, dict):
            return Exists(is_there=bool(value.get("exists")))
        if isinstance(value, str) and "${" in value:
            self._value_templates[value] = self.template(node)
        return value

    def _paths(self, node: Node) -> tuple[str, ...]:
        return tuple(map(self._path, _nodes(node)))

    def _path(self, node: Node, text: str | None = None) -> str:
        path = str(node.value) if text is None else text
        hint = "" if path.startswith("$") else "a path starts with '$', such as $.id"
        try:
            if "${" in path:
                hint = "write ${…} without quotes, where a text or a number can be"
                self._path_templates[path] = compile_path_template(path)
            else:
                require_path(path)
        except TemplateError as error:
            problem = error.problem
            self._note(problem.code, problem.message, node, problem.hint, key=text is not None)
        except BadPath as error:
            message = f"'{path}' is not a JSONPath: {error}"
            self._note("invalid-path", message, node, hint, key=text is not None)
        return path

    def _schema(self, node: Node | None) -> Schema | None:
        if node is None:
            return None
        name = str(node.value)
        if name not in self._schema_names:
            known = did_you_mean(name, self._schema_names)
            self._note("unknown-schema", f"there is no schema '{name}' in schemas/", node, known)
            return None
        return self._schemas.schema(name)

    def template(self, node: Node | None, as_text: Written = plainly) -> Template:
        """The template at a node; that of nothing where there is none."""
        return self._compile(node.value if node else None, node or self._document.at(), as_text)

    def _compile(self, value: Json, node: Node, as_text: Written = plainly) -> Template:
        try:
            return compile_template(
                value, self._place_below(node), definition=True, as_text=as_text
            )
        except TemplateError as error:
            self._problems.append(error.problem)
            return compile_template(None)

    def _condition(self, node: Node | None) -> Template | None:
        if node is None:
            return None
        try:
            return compile_condition(str(node.value), self._place_below(node))
        except TemplateError as error:
            self._problems.append(error.problem)
            return None

    def _place_below(self, node: Node) -> Callable[[Path], Place]:
        return lambda path: self._document.place((*node.path, *path))

    def _setting(self, name: str, node: Node) -> Setting:
        given: dict[str, Json] = {key: one.value for key, one in node.items()}
        self._problems += setting_problems(name, given, node.place)
        return setting_of(name, given)

    def _note(
        self, code: str, message: str, node: Node, hint: str = "", *, key: bool = False
    ) -> None:
        place = node.key_place if key else node.place
        self._problems.append(Problem(code=code, message=message, place=place, hint=hint))


def _captures_with(key: str, captures: Mapping[str, Node]) -> frozenset[str]:
    """Those that say a key, such as `secret: true`."""
    return frozenset(name for name, node in captures.items() if node.value_of(key))


def _nodes(node: Node) -> list[Node]:
    """The elements of a list, or the one value."""
    return list(node) if isinstance(node.value, list) else [node]


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
