"""Turns from other files: fragments, and the beginning of another scenario."""

from __future__ import annotations

from collections.abc import Iterator

from harness.core import AuthoringError, did_you_mean, quote, value_class
from harness.formats.yaml import Document, Node
from harness.scenario.compiling import Compiler
from harness.scenario.files import BadFile, FileKind
from harness.scenario.scenario import Given

Chain = tuple[str, ...]
"""Paths of the files that led here, the scenario's first."""


@value_class(frozen=True, slots=True)
class Included:
    """A fragment that is included, and the values of its parameters."""

    turns: Node
    given: Given
    chain: Chain


def included_above(top: Node) -> Iterator[Node]:
    """What `include:` at the top of a scenario names: one fragment or a list of them."""
    named = top.get("include")
    if named is not None:
        yield from named if isinstance(named.value, list) else (named,)


def open_fragment(node: Node, chain: Chain, compiler: Compiler) -> Included | None:
    """The fragment that an `include` names; None if it has a problem, which is noted."""
    named = node.at("file") if isinstance(node.value, dict) else node
    document = open_file(named, chain, compiler, FileKind.FRAGMENT)
    if document is None:
        return None
    top = document.at()
    return Included(top.at("turns"), _given(node, top, compiler), (*chain, document.source.path))


def open_file(named: Node, chain: Chain, compiler: Compiler, kind: FileKind) -> Document | None:
    """Another file; None if it has a problem, which is noted.

    The names that such a file defines are not known.
    """
    document = _document(named, chain, compiler, kind)
    compiler.knows_names &= document is not None
    return document


def _document(named: Node, chain: Chain, compiler: Compiler, kind: FileKind) -> Document | None:
    where = f"named at {named.document.source.path}:{named.place.line}"
    try:
        document = compiler.files.document(str(named.value), named.document.source.path, kind)
    except BadFile as error:
        compiler.note(error.code, error.message, named, error.hint)
        return None
    except AuthoringError as error:
        compiler.take(error.problems, where)
        return None
    shown = document.source.path
    if shown in chain:
        cycle = " → ".join((*chain[chain.index(shown) :], shown))
        compiler.note("include-cycle", f"the file includes itself: {cycle}", named)
        return None
    compiler.origins[shown] = where
    return document


def _given(node: Node, top: Node, compiler: Compiler) -> Given:
    """The parameters of a fragment: the values of `with:`, and the defaults of the others."""
    declared = dict(top.entries("parameters"))
    with_ = dict(node.entries("with")) if isinstance(node.value, dict) else {}
    for name, value in with_.items():
        if name not in declared:
            compiler.note(
                "unknown-parameter",
                f"the fragment has no parameter {quote(name)}",
                value,
                did_you_mean(name, declared) or "declare it under 'parameters:' of the fragment",
                key=True,
            )
    for name, value in declared.items():
        if value.value is None and name not in with_:
            compiler.note(
                "missing-parameter",
                f"the fragment's parameter '{name}' is missing",
                node,
                f"write 'with: {{{name}: …}}'",
            )
    return {name: compiler.value(with_.get(name, value)) for name, value in declared.items()}
