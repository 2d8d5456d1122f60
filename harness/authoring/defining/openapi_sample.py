"""Makes a sample request, with sample answers, from an operation of an OpenAPI document.

Source: OpenAPI 3.0 and 3.1, https://spec.openapis.org/oas/.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote as percent_encode
from urllib.parse import urlencode, urlsplit

from harness.authoring.defining.har_sample import TALKS
from harness.authoring.defining.request_secrets import usual_variable
from harness.authoring.defining.sample import SampleRequest
from harness.authoring.defining.shell_words import as_variable
from harness.conversation import Headers, Origin, Request, Response
from harness.core import ConfigurationError, Json, Problem, did_you_mean
from harness.formats.yaml import Limits, read
from harness.providers.request_format import METHODS

WHERE = "--from-openapi"
DEEPEST = 8
"""Levels of an example: schemas may refer to themselves."""
MOST_VALUES = 20_000
"""In the examples of one document."""
LIMITS = Limits(size=20 * 1024 * 1024, depth=200, nodes=2_000_000)
_JSON = re.compile(r"application/(?:[\w.+-]*\+)?json\b")
_EXAMPLES: Mapping[str, Json] = {"string": "text", "integer": 1, "number": 1.5, "boolean": True}
_PARAMETER = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A request that the document describes."""

    method: str
    path: str
    id: str
    node: Mapping[str, Json]
    parameters: tuple[Mapping[str, Json], ...]

    @property
    def shown(self) -> str:
        """Such as `POST /chat`."""
        return f"{self.method.upper()} {self.path}"


def sample_from_openapi(content: bytes, shown: str, operation: str, provider: str) -> SampleRequest:
    """The sample of an operation: of the named one, or of the one that most likely talks.

    Its secrets are shell variables. Raises `YamlError`, and `ConfigurationError` if the document
    has no such operation.
    """
    return _Document(read(content, shown, limits=LIMITS).value, shown, provider).sample(operation)


class _Document:
    def __init__(self, document: Json, shown: str, provider: str) -> None:
        version = document.get("swagger") if isinstance(document, Mapping) else None
        if version is not None:
            hint = "convert it to OpenAPI 3, for example with the npm package swagger2openapi"
            raise _fault(f"the file is a document of Swagger {version}", hint, shown)
        if not isinstance(document, Mapping) or not isinstance(document.get("paths"), Mapping):
            raise _fault("the file has no 'paths'", "give an OpenAPI document", shown)
        self._top = document
        self._shown = shown
        self._left = MOST_VALUES
        self._provider = provider

    def sample(self, named: str) -> SampleRequest:
        chosen = self._chosen(named)
        notes: list[str] = []
        query = self._query(chosen)
        url = self._server() + self._path(chosen, notes) + (f"?{urlencode(query)}" if query else "")
        media = self._json_of(self._at(chosen.node.get("requestBody")))
        headers, user = self._security(chosen)
        body = b""
        if media is not None:
            body = json.dumps(self._example_in(media), ensure_ascii=False).encode()
            headers = (*headers, ("Content-Type", "application/json"))
        request = Request(
            method=chosen.method.upper(),
            url=url,
            headers=headers,
            body=body,
            origin=Origin(turn=0, step=""),
        )
        answers = tuple(self._answers(chosen))
        notes.append(f"the operation is {chosen.shown}; its values are examples of the document")
        return SampleRequest(
            where=WHERE, request=request, user=user, answers=answers, notes=tuple(notes)
        )

    def _chosen(self, named: str) -> Operation:
        known = [one for one in self._operations() if any(self._answers(one))]
        if named:
            for one in known:
                if named in (one.id, one.shown):
                    return one
            words = [word for one in known for word in (one.id, one.shown) if word]
            message = f"there is no operation '{named}' that answers with JSON"
            raise _fault(message, did_you_mean(named, words), "--operation")
        if not known:
            raise _fault("no operation answers with JSON", "use --from-curl", self._shown)

        def rank(one: Operation) -> tuple[bool, bool, bool]:
            has_body = self._json_of(self._at(one.node.get("requestBody"))) is not None
            return has_body, bool(TALKS.search(f"{one.path} {one.id}")), one.method == "post"

        return max(known, key=rank)

    def _operations(self) -> Iterator[Operation]:
        paths = self._top["paths"]
        for path, item in paths.items() if isinstance(paths, Mapping) else ():
            shared = self._at(item)
            for method in METHODS:
                node = shared.get(method)
                if isinstance(node, Mapping):
                    listed = (*_listed(shared.get("parameters")), *_listed(node.get("parameters")))
                    yield Operation(
                        method=method,
                        path=path,
                        id=str(node.get("operationId") or ""),
                        node=node,
                        parameters=tuple(map(self._at, listed)),
                    )

    def _server(self) -> str:
        server = next(iter(_listed(self._top.get("servers"))), None)
        node = self._at(server)
        url = str(node.get("url") or "")
        variables = node.get("variables")
        for name, value in variables.items() if isinstance(variables, Mapping) else ():
            url = url.replace(f"{{{name}}}", str(self._at(value).get("default") or ""))
        if urlsplit(url).scheme not in ("http", "https"):
            hint = "write the address of the server below 'servers:'"
            message = "the document does not contain an absolute URL of its server"
            raise _fault(message, hint, self._shown)
        return url.rstrip("/")

    def _path(self, chosen: Operation, notes: list[str]) -> str:
        inside = [p for p in chosen.parameters if p.get("in") == "path"]
        values = {str(p.get("name")): self._example_in(p) for p in inside}
        if names := _PARAMETER.findall(chosen.path):
            notes.append(
                f"the path contains {', '.join(names)}, with the value of an example: make it a"
                " setting or a capture"
            )
        return _PARAMETER.sub(
            lambda match: percent_encode(str(values.get(match[1], match[1])), safe=""), chosen.path
        )

    def _query(self, chosen: Operation) -> list[tuple[str, str]]:
        inside = [p for p in chosen.parameters if p.get("in") == "query"]
        required = [p for p in inside if p.get("required") is True]
        return [(str(p.get("name")), str(self._example_in(p))) for p in required]

    def _security(self, chosen: Operation) -> tuple[Headers, str]:
        """The headers and the user that the first way to authenticate needs."""
        ways = chosen.node.get("security", self._top.get("security"))
        way = next(iter(_listed(ways)), None)
        components = self._at(self._top.get("components"))
        schemes = self._at(components.get("securitySchemes"))
        headers: list[tuple[str, str]] = []
        user = ""
        for name in way if isinstance(way, Mapping) else ():
            scheme = self._at(schemes.get(name))
            kind = str(scheme.get("scheme") or scheme.get("type")).lower()
            if kind == "basic":
                user = f"user:{self._variable('password')}"
            elif scheme.get("type") == "apiKey" and scheme.get("in") == "header":
                headers.append((str(scheme.get("name")), self._variable("key")))
            elif kind in ("bearer", "oauth2", "openidconnect"):
                token = self._variable("token")
                headers.append(("Authorization", f"Bearer {token}"))
        return tuple(headers), user

    def _variable(self, setting: str) -> str:
        return as_variable(usual_variable(self._provider, setting))

    def _answers(self, chosen: Operation) -> Iterator[Response]:
        """The whole answer, and one with the required parts only."""
        responses = chosen.node.get("responses")
        for status, node in responses.items() if isinstance(responses, Mapping) else ():
            media = self._json_of(self._at(node)) if str(status).startswith("2") else None
            if media is None:
                continue
            code = int(status) if str(status).isdecimal() else 200
            for is_whole in (True, False):
                body = json.dumps(self._example_in(media, is_whole=is_whole), ensure_ascii=False)
                yield Response(
                    status=code,
                    headers=(("Content-Type", "application/json"),),
                    body=body.encode(),
                )
            return

    def _json_of(self, node: Mapping[str, Json]) -> Mapping[str, Json] | None:
        content = node.get("content")
        for kind, media in content.items() if isinstance(content, Mapping) else ():
            if _JSON.match(str(kind)) and isinstance(media, Mapping):
                return media
        return None

    def _example_in(self, media: Mapping[str, Json], *, is_whole: bool = True) -> Json:
        """The example of a body or parameter; of `is_whole` alone, one that was written."""
        if is_whole and "example" in media:
            return media["example"]
        examples = media.get("examples")
        if is_whole and isinstance(examples, Mapping) and examples:
            return self._at(next(iter(examples.values()))).get("value")
        return self._example(media.get("schema"), 0, is_whole=is_whole)

    def _example(self, node: Json, level: int, *, is_whole: bool) -> Json:
        schema = self._at(node)
        self._left -= 1
        if level > DEEPEST or self._left < 0 or (not is_whole and _is_nullable(schema)):
            return None
        written = [schema[key] for key in ("const", "example", "default") if key in schema]
        written += [one for key in ("enum", "examples") for one in _listed(schema.get(key))[:1]]
        # The example of an object does not say which of its keys are required.
        if written and (is_whole or not isinstance(written[0], Mapping)):
            return written[0]
        choices = [*_listed(schema.get("oneOf")), *_listed(schema.get("anyOf"))]
        if chosen := [one for one in choices if self._at(one).get("type") != "null"]:
            return self._example(chosen[0], level + 1, is_whole=is_whole)
        parts = [
            self._example(part, level + 1, is_whole=is_whole)
            for part in _listed(schema.get("allOf"))
        ]
        if parts:
            return {k: v for part in parts if isinstance(part, dict) for k, v in part.items()}
        return self._of_type(schema, level, is_whole=is_whole)

    def _of_type(self, schema: Mapping[str, Json], level: int, *, is_whole: bool) -> Json:
        kinds = [kind for kind in _listed(schema.get("type")) if kind != "null"]
        kind = str(kinds[0]) if kinds else ""
        properties = schema.get("properties")
        if kind == "object" or isinstance(properties, Mapping):
            required = _listed(schema.get("required"))
            return {
                name: self._example(inner, level + 1, is_whole=is_whole)
                for name, inner in (properties.items() if isinstance(properties, Mapping) else ())
                if is_whole or name in required
            }
        if kind == "array":
            return [self._example(schema.get("items"), level + 1, is_whole=is_whole)]
        return _EXAMPLES.get(kind)

    def _at(self, node: Json) -> Mapping[str, Json]:
        """The mapping at a node, behind its references; an empty one where there is none.

        Raises `ConfigurationError` for a reference that leads to nothing, or to itself.
        """
        target: Json = None
        for _ in range(DEEPEST):
            if not isinstance(node, Mapping):
                if target is None:
                    return {}
                raise _fault(f"'{target}' leads to nothing", "correct the '$ref'", self._shown)
            target = node.get("$ref")
            if not isinstance(target, str):
                return node
            if not target.startswith("#/"):
                hint = "join the files into one document"
                raise _fault(f"'{target}' refers to another document", hint, self._shown)
            node = self._top
            for step in target[2:].split("/"):
                name = step.replace("~1", "/").replace("~0", "~")
                node = node.get(name) if isinstance(node, Mapping) else None
        raise _fault(f"'{target}' leads to itself", "correct the '$ref'", self._shown)


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _is_nullable(schema: Mapping[str, Json]) -> bool:
    return schema.get("nullable") is True or "null" in _listed(schema.get("type"))


def _fault(message: str, hint: str, where: str) -> ConfigurationError:
    return ConfigurationError(Problem(code="no-sample", message=message, where=where, hint=hint))
