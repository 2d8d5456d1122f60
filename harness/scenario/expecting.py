"""Reads `expect:` and `error:` blocks."""

from __future__ import annotations

from collections.abc import Iterator

from harness.scenario.compiling import Compiler
from harness.scenario.scenario import Expectation, Scope
from harness.yaml_reader import Node

MODIFIERS = ("ignore_case",)

TEXT_CHECKS = (
    *("equals", "contains", "contains_any", "contains_all", "not_contains"),
    *("matches", "not_matches", "starts_with", "ends_with"),
)
"""Checks whose values are texts, read as they were written."""


def read_block(node: Node | None, scope: Scope, compiler: Compiler) -> Iterator[Expectation]:
    """The expectations of one block; none where there is no block, or it says `none`."""
    if node is None or not isinstance(node.value, dict):
        return
    ignore_case = node.get("ignore_case")
    found = False
    for name, value in node.items():
        if name in MODIFIERS:
            continue
        found = True
        if name == "history" and scope is Scope.REPLY:
            yield from read_block(value, Scope.HISTORY, compiler)
            continue
        yield Expectation(
            name=name,
            value=compiler.text(value) if name in TEXT_CHECKS else compiler.value(value),
            place=value.key_place,
            path=value.path,
            scope=scope,
            ignore_case=bool(ignore_case.value) if ignore_case else False,
        )
    if not found:
        compiler.note("asserts-nothing", "the block holds no check", node, key=True)


def read_whole(node: Node | None, compiler: Compiler) -> Iterator[Expectation]:
    """The expectations over the whole conversation."""
    if node is None:
        return
    for key, value in node.items():
        yield from read_block(value, Scope(key), compiler)
