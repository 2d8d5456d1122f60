"""Reads `expect:` and `error:` blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.checks import KIND_NAMED, Content, names_of
from harness.core import Json, Path, parse_duration
from harness.formats.yaml import Node
from harness.scenario.compiling import Compiler
from harness.scenario.scenario import INNER_SCOPES, Expectation, Scope

IGNORE_CASE = "ignore_case"
CASELESS = names_of(lambda kind: kind.is_caseless) | {"transport"}
"""Keys that mean the same whatever `ignore_case` says."""
WITHIN = "within"
NOT_HERE = "'within' cannot wait here"


def read_block(
    node: Node | None, scope: Scope, compiler: Compiler, *, ignore_case: bool = False
) -> Iterator[Expectation]:
    """The expectations of one block; nothing if there is no block, or if it is `none`.

    `ignore_case` is that of the surrounding block, which the block may override.
    """
    if node is None or not isinstance(node.value, dict):
        return
    own = node.get(IGNORE_CASE)
    ignore_case = ignore_case if own is None else bool(own.value)
    checks = node.value.keys() - {IGNORE_CASE}
    if not checks:
        compiler.note("asserts-nothing", "the block contains no check", node, key=True)
    elif own is not None and checks <= CASELESS:
        compiler.note(
            "no-effect",
            "no check of this block depends on upper and lower case",
            own,
            "remove it",
            key=True,
        )
    for name, value in node.items():
        if name == IGNORE_CASE:
            continue
        if name in INNER_SCOPES.get(scope, ()):
            yield from read_block(value, Scope(name), compiler, ignore_case=ignore_case)
            continue
        for path in waits_in_vain(name, value.value, scope):
            compiler.note("cannot-wait", NOT_HERE, value.at(*path), where_it_waits(scope), key=True)
        yield Expectation(
            name=name,
            value=compiler.template(value_as_read(name, value), value),
            place=value.key_place,
            path=value.path,
            scope=scope,
            ignore_case=ignore_case,
            within=seconds_within(name, value.value, scope),
        )


def where_it_waits(scope: Scope) -> str:
    """A hint for a check with `within` that is in the wrong place: where it belongs."""
    if scope is Scope.REPLY:
        return "put the check directly into the turn's 'expect:'"
    return "put the check into the 'expect:' of the turn that must wait"


def seconds_within(name: str, value: Json, scope: Scope) -> float:
    """How long a check waits; 0.0 if it does not wait, or if its duration is not valid."""
    kind = KIND_NAMED.get(name)
    if kind is None or not kind.waits or scope is not Scope.REPLY or not isinstance(value, Mapping):
        return 0.0
    try:
        return parse_duration(str(value.get(WITHIN)))
    except ValueError:
        return 0.0


def waits_in_vain(name: str, value: Json, scope: Scope | None) -> Iterator[Path]:
    """Paths to each `within` of a check's value that has no effect.

    A check waits only if it is directly in an `expect:` for a reply. The scope is None for a check
    inside another check, such as `not`.
    """
    kind = KIND_NAMED.get(name)
    if kind is None:
        return
    if kind.waits:
        if scope is not Scope.REPLY and isinstance(value, Mapping) and WITHIN in value:
            yield (WITHIN,)
        return
    for path, inner, one in kind.inner_checks(value):
        yield from ((*path, *rest) for rest in waits_in_vain(inner, one, None))


def value_as_read(name: str, node: Node) -> Json:
    """The value of a check, with its texts as they were written, at any depth."""
    kind = KIND_NAMED.get(name)
    if kind is None or (kind.content is None and not kind.parts):
        return node.value
    if kind.parts and isinstance(node.value, dict):
        return {key: _content(kind.parts.get(key), one) for key, one in node.items()}
    return _content(kind.content, node)


def _content(content: Content | None, node: Node) -> Json:
    if content is Content.TEXT:
        return node.as_written
    if content is Content.CHECKS and isinstance(node.value, dict):
        return {name: value_as_read(name, one) for name, one in node.items()}
    if content is Content.CHECKS and isinstance(node.value, list):
        return [_content(content, one) for one in node]
    return node.value


TIMEOUTS = (
    *("connect-timeout", "write-timeout", "read-timeout", "total-timeout"),
    "receive-timeout",
)
FAULTS = (
    *("connection-refused", "unknown-host", "connection-failed", "tls-failure"),
    *("certificate-untrusted", "certificate-expired", "certificate-mismatch"),
    *("client-certificate-required", "client-certificate-refused"),
    *("proxy-unreachable", "proxy-authentication", "proxy-refused"),
    *("connection-broken", *TIMEOUTS, "protocol-violation", "too-large", "bad-encoding"),
    "socket-closed",
)
"""Codes of network failures, as they are reported for a scenario that does not expect them."""
ANY_TIMEOUT = "timeout"
_CODE: Json = {"enum": [*FAULTS, ANY_TIMEOUT]}
TRANSPORT: dict[str, Json] = {
    "transport": {
        "description": "The network is expected to fail in this way, instead of "
        "an answer; the only key.",
        "oneOf": [_CODE, {"type": "array", "items": _CODE, "minItems": 1}],
    }
}
"""What an `error:` block may hold besides checks."""


def read_faults(error: Node | None, compiler: Compiler) -> tuple[str, ...]:
    """The network failures that a turn's `error:` expects; empty if it expects an answer."""
    node = error.get("transport") if error is not None else None
    if error is None or node is None:
        return ()
    if len(list(error.items())) > 1:
        compiler.note(
            "expect-and-error",
            "there is no answer to check if the network fails",
            node,
            "keep only 'transport:'",
            key=True,
        )
    return tuple(
        code
        for name in (node.value if isinstance(node.value, list) else [node.value])
        for code in (TIMEOUTS if name == ANY_TIMEOUT else (str(name),))
    )
