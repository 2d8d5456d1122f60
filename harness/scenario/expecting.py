"""Reads `expect:` and `error:` blocks."""

from __future__ import annotations

from collections.abc import Iterator

from harness.formats.yaml import Node
from harness.scenario.as_written import value_of
from harness.scenario.compiling import Compiler
from harness.scenario.scenario import Expectation, Scope
from harness.scenario.waiting import NOT_HERE, seconds_within, waits_in_vain, where_it_waits

MODIFIERS = ("ignore_case",)
CASELESS = frozenset(
    (
        *("max_words", "min_words", "max_characters", "language", "reading", "schema", "same_as"),
        *("status", "latency", "first_token", "usage", "turns", "transport"),
    )
)
"""Checks that are the same whatever `ignore_case` says."""

_WITHIN = {
    (Scope.REPLY, "history"): Scope.HISTORY,
    (Scope.CONVERSATION, "never"): Scope.NEVER,
    (Scope.CONVERSATION, "always"): Scope.ALWAYS,
}
"""Keys of a block behind which another block stands."""


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
        message, hint = "no check of this block looks at upper and lower case", "take it out"
        compiler.note("no-effect", message, said, hint, key=True)
    found = False
    for name, value in node.items():
        if name in MODIFIERS:
            continue
        found = True
        within = _WITHIN.get((scope, name))
        if within is not None:
            yield from read_block(value, within, compiler, ignore_case=ignore_case)
            continue
        for path in waits_in_vain(name, value.value, scope):
            hint = where_it_waits(scope)
            compiler.note("cannot-wait", NOT_HERE, value.at(*path), hint, key=True)
        yield Expectation(
            name=name,
            value=compiler.check(value, value_of(name, value)),
            place=value.key_place,
            path=value.path,
            scope=scope,
            ignore_case=ignore_case,
            within=seconds_within(name, value.value, scope),
        )
    if not found:
        compiler.note("asserts-nothing", "the block holds no check", node, key=True)


def read_whole(node: Node | None, compiler: Compiler) -> Iterator[Expectation]:
    """The expectations over the whole conversation."""
    yield from read_block(node, Scope.CONVERSATION, compiler)
