"""Turns that stand in another file: fragments, and the beginning of another scenario."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.core import AuthoringError, did_you_mean, quote, value_class
from harness.formats.yaml import Document, Node
from harness.scenario.compiling import Compiler
from harness.scenario.files import BadFile, FileKind
from harness.scenario.scenario import Given

Chain = tuple[str, ...]
"""Paths of the files that led here, the scenario's first."""


@value_class(frozen=True, slots=True)
class Included:
    """A fragment that is included, and what it is given."""

    turns: Node
    given: Given
    chain: Chain


def included_above(top: Node) -> Iterator[Node]:
    """What `include:` at the top of a scenario names: one fragment or a list of them."""
    named = top.get("include")
    if named is not None:
        yield from named if isinstance(named.value, list) else (named,)


def open_fragment(node: Node, chain: Chain, compiler: Compiler) -> Included | None:
    """The fragment that an `include` names; None where something is wrong, which is noted."""
    named = node.at("file") if isinstance(node.value, dict) else node
    document = open_file(named, chain, compiler, FileKind.FRAGMENT)
    if document is None:
        return None
    top = document.at()
    given = _given(node, top, compiler)
    return Included(top.at("turns"), given, (*chain, document.source.path))


def open_file(named: Node, chain: Chain, compiler: Compiler, kind: FileKind) -> Document | None:
    """Another file; None where something is wrong with it, which is noted.

    The names that it defines are not known then.
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
        way = " → ".join((*chain[chain.index(shown) :], shown))
        compiler.note("include-cycle", f"the file includes itself: {way}", named)
        return None
    compiler.origins[shown] = where
    return document


def _given(node: Node, top: Node, compiler: Compiler) -> Given:
    """The parameters of a fragment: what it is given, and its defaults."""
    declared = dict(top.entries("parameters"))
    with_ = dict(node.entries("with")) if isinstance(node.value, dict) else {}
    for name, value in with_.items():
        if name not in declared:
            message = f"the fragment has no parameter {quote(name)}"
            hint = did_you_mean(name, declared) or "declare it under 'parameters:' of the fragment"
            compiler.note("unknown-parameter", message, value, hint, key=True)
    missing = [name for name, value in declared.items() if value.value is None]
    for name in missing:
        if name not in with_:
            message = f"the fragment's parameter '{name}' is missing"
            hint = f"write 'with: {{{name}: …}}'"
            compiler.note("missing-parameter", message, node, hint)
    wanted: Mapping[str, Node] = {**declared, **{n: v for n, v in with_.items() if n in declared}}
    return {name: compiler.value(value) for name, value in wanted.items()}
