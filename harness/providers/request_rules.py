"""What the request of a step says in vain, and what of it cannot be sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from harness.core import Place, Problem, quote, shorten
from harness.formats.template import expressions
from harness.formats.template.expressions import expression_with
from harness.formats.yaml import Node
from harness.providers.definition import Definition, Step
from harness.providers.flow import NAMES
from harness.providers.request_body import file_content
from harness.providers.sign import SIGNED, SignPlan

_MAPPINGS = re.compile(
    rf"\s*((?:{'|'.join(NAMES)})|message\.(?:attachments|metadata)|turns\[[^\]]*\])\s*"
)
"""Expressions that never give a text or a number."""
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""Source: RFC 9110, 5.6.2."""
_SETTING = re.compile(r"\bsettings(?:\.|\[['\"])(\w+)")
_MAKE_SECRET = "add 'secret: true' to the setting or capture"  # noqa: S105  # an advice
_FRAMING_HEADERS = ("content-length", "transfer-encoding")
"""Say how long a body is: a wrong one would cut it."""


def request_problems(
    request: Node, step: Step, common: Node | None, definition: Definition
) -> Iterator[Problem]:
    """All of a step's request; `common` are the headers of every request."""
    own = request.get("headers")
    if own is not None:
        yield from header_problems(own)
    for key in ("query", "form", "multipart"):
        if (found := request.get(key)) is not None:
            yield from _forms(key, found)
    if (parts := request.get("multipart")) is not None:
        yield from _content_type(own, common)
        yield from _files(parts)
    if (sign := request.get("sign")) is not None and step.request.sign is not None:
        yield from _signature_header(sign.at("header"), (own, common))
        yield from _signing_key(step.request.sign, sign.at("key"), definition)
        yield from _signed(step.request.sign, sign.get("over"), definition)
    if step.kind == "socket":
        yield from _address(request.get("path") or request)
    elif step.request.method:
        yield from _address(request.at(step.request.method.lower()))


def header_problems(node: Node) -> Iterator[Problem]:
    """Names that cannot be sent, that are not the definition's to send, or that stand twice."""
    yield from _forms("headers", node)
    written: dict[str, str] = {}
    for name, value in node.items():
        first = written.setdefault(name.lower(), name)
        if found := _wrong_header(name, value.key_place):
            yield found
        elif first != name:
            yield _problem(
                "duplicate-key",
                f"{quote(name)} and {quote(first)} are the same header",
                value.key_place,
                "keep one of them",
            )


def _wrong_header(name: str, place: Place) -> Problem | None:
    if not _HEADER.fullmatch(name):
        return _problem(
            "wrong-header",
            f"{quote(name)} is not the name of a header",
            place,
            "use letters, digits and '-', without spaces and colons",
        )
    if name.lower() in _FRAMING_HEADERS:
        return _problem(
            "wrong-header",
            f"the header {quote(name)} cannot be set",
            place,
            "it describes the body and is set automatically; remove it",
        )
    return None


def _forms(key: str, node: Node) -> Iterator[Problem]:
    """A list where names and values are wanted, of which nothing would be sent."""
    forms = ("for_each", "first_of") if key == "headers" else ("for_each",)
    for form in forms:
        if (found := node.get(form)) is not None:
            yield _problem(
                "no-effect",
                f"'{key}' takes names and values, not '{form}'",
                found.key_place,
                "write it as the value of a name",
            )


def _address(path: Node) -> Iterator[Problem]:
    for expression in expressions(str(path.value)):
        if found := _MAPPINGS.fullmatch(expression):
            message = f"{quote(found[1])} is a mapping or a list, but is used in a path"
            place = expression_with(found[1], path.place)
            yield _problem("wrong-address-part", message, place, "name one value of it")


def _content_type(*headers: Node | None) -> Iterator[Problem]:
    """A content type of a form in parts, which would lack its boundary."""
    for name, node in (pair for one in headers if one is not None for pair in one.items()):
        if name.lower() == "content-type":
            yield _problem(
                "wrong-header",
                f"the header {quote(name)} cannot be set for 'multipart'",
                node.key_place,
                "it names the boundary of the parts and is set automatically; remove it",
            )


def _files(node: Node) -> Iterator[Problem]:
    """Files whose content is written in the definition, but not in base64."""
    if isinstance(node.value, dict):
        content = node.get("file")
        text = content.value if content is not None else None
        if content is not None and isinstance(text, str) and "${" not in text:
            try:
                file_content(text)
            except ValueError:
                yield _problem(
                    "wrong-value",
                    "the content of this file is not base64",
                    content.place,
                    f"to send a text, write ${{{quote(shorten(text, 20))} | base64}}",
                )
    for inner in node if isinstance(node.value, list) else [one for _, one in node.items()]:
        if isinstance(inner.value, dict | list):
            yield from _files(inner)


def _signature_header(node: Node, headers: Iterable[Node | None]) -> Iterator[Problem]:
    """A header that cannot be sent, or that the definition sets elsewhere too."""
    name = str(node.value)
    if found := _wrong_header(name, node.place):
        yield found
    others = (key for one in headers if one is not None for key, _ in one.items())
    if name.lower() in map(str.lower, others):
        yield _problem(
            "duplicate-key",
            f"the header {quote(name)} of the signature is also in 'headers'",
            node.place,
            "keep one of them",
        )


def _signing_key(plan: SignPlan, node: Node, definition: Definition) -> Iterator[Problem]:
    """A key that recordings and reports would show."""
    text, hint = str(node.value), "use a setting with 'secret: true', such as ${settings.key}"
    if plan.key.is_constant:
        yield _problem(
            "open-key", "the key of a signature is written in the definition", node.place, hint
        )
        return
    names = _SETTING.findall(text)
    captured = plan.key.names & definition.captures
    secret = frozenset(name for one in definition.steps for name in one.secret_captures)
    is_secret = any(
        name in definition.settings and definition.settings[name].is_secret for name in names
    )
    if not is_secret and not captured & secret:
        shown = [*(f"settings.{name}" for name in names), *sorted(captured)]
        what = f", {quote(shown[0])}," if shown else ""
        yield _problem(
            "open-key", f"the key of a signature{what} is not a secret", node.place, _MAKE_SECRET
        )


def _signed(plan: SignPlan, node: Node | None, definition: Definition) -> Iterator[Problem]:
    """Names of what is signed that mean two things."""
    names = plan.over.names & definition.captures & {*SIGNED} if plan.over else ()
    for name in sorted(names):
        yield _problem(
            "reserved-name",
            f"{quote(name)} in 'over' is a part of the request, and also a capture",
            node.place if node is not None else definition.steps[0].place,
            "choose another name for the capture",
        )


def _problem(code: str, message: str, place: Place, hint: str) -> Problem:
    return Problem(code=code, message=message, place=place, hint=hint)
