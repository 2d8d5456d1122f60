"""Reads `expect:` and `error:` blocks."""

from __future__ import annotations

from collections.abc import Iterator

from harness.checks import KIND_NAMED, Content, names_of
from harness.core import Json
from harness.formats.yaml import Node
from harness.scenario.compiling import Compiler
from harness.scenario.scenario import INNER_SCOPES, Expectation, Scope
from harness.scenario.waiting import NOT_HERE, seconds_within, waits_in_vain, where_it_waits

MODIFIERS = ("ignore_case",)
CASELESS = names_of(lambda kind: kind.is_caseless) | {"transport"}
"""Keys that are the same whatever `ignore_case` says."""


def read_block(
    node: Node | None, scope: Scope, compiler: Compiler, *, ignore_case: bool = False
) -> Iterator[Expectation]:
    """The expectations of one block; none where there is no block, or it says `none`.

    `ignore_case` is what the block around it says, which it may say otherwise.
    """
    if node is None or not isinstance(node.value, dict):
        return
    said = node.get("ignore_case")
    ignore_case = ignore_case if said is None else bool(said.value)
    checks = node.value.keys() - {*MODIFIERS}
    if said is not None and checks and checks <= CASELESS:
        message, hint = "no check of this block depends on upper and lower case", "remove it"
        compiler.note("no-effect", message, said, hint, key=True)
    found, inner = False, INNER_SCOPES.get(scope, ())
    for name, value in node.items():
        if name in MODIFIERS:
            continue
        found = True
        if name in inner:
            yield from read_block(value, Scope(name), compiler, ignore_case=ignore_case)
            continue
        for path in waits_in_vain(name, value.value, scope):
            hint = where_it_waits(scope)
            compiler.note("cannot-wait", NOT_HERE, value.at(*path), hint, key=True)
        yield Expectation(
            name=name,
            value=compiler.check(value, _value_of(name, value)),
            place=value.key_place,
            path=value.path,
            scope=scope,
            ignore_case=ignore_case,
            within=seconds_within(name, value.value, scope),
        )
    if not found:
        compiler.note("asserts-nothing", "the block contains no check", node, key=True)


def read_whole(node: Node | None, compiler: Compiler) -> Iterator[Expectation]:
    """The expectations over the whole conversation."""
    yield from read_block(node, Scope.CONVERSATION, compiler)


def _value_of(name: str, node: Node) -> Json:
    """The value of a check, its texts as they were written, however deep they stand."""
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
        return {name: _value_of(name, one) for name, one in node.items()}
    if content is Content.CHECKS and isinstance(node.value, list):
        return [_content(content, one) for one in node]
    return node.value


TIMEOUTS = ("connect-timeout", "write-timeout", "read-timeout", "total-timeout")
FAULTS = (
    *("connection-refused", "unknown-host", "connection-failed", "tls-failure"),
    *("connection-broken", *TIMEOUTS, "protocol-violation", "too-large", "bad-encoding"),
)
"""Their codes, as a scenario that does not expect them is told."""
ANY_TIMEOUT = "timeout"
_CODE: Json = {"enum": [*FAULTS, ANY_TIMEOUT]}
TRANSPORT: dict[str, Json] = {
    "transport": {
        "description": "The network is expected to fail in this way, instead of "
        "an answer; the only key.",
        "oneOf": [_CODE, {"type": "array", "items": _CODE, "minItems": 1}],
    }
}
"""What an `error:` block may hold beside checks."""


def read_faults(error: Node | None, compiler: Compiler) -> tuple[str, ...]:
    """The codes that a turn's `error:` expects of the network; none where it expects an answer."""
    node = error.get("transport") if error is not None else None
    if error is None or node is None:
        return ()
    if len(list(error.items())) > 1:
        message = "there is no answer to check if the network fails"
        hint = "keep only 'transport:'"
        compiler.note("expect-and-error", message, node, hint, key=True)
    named = node.value if isinstance(node.value, list) else [node.value]
    codes = (TIMEOUTS if one == ANY_TIMEOUT else (str(one),) for one in named)
    return tuple(code for some in codes for code in some)
