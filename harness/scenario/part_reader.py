"""Reads a fragment or a folder's defaults by itself, without a scenario that takes it in."""

from __future__ import annotations

from harness.core.errors import Problem
from harness.formats.template import compile_template
from harness.formats.yaml import Document
from harness.scenario.compiling import Compiler
from harness.scenario.expecting import read_whole
from harness.scenario.files import NO_FILES, FileKind, OtherFiles
from harness.scenario.scenario import Scenario, TurnPurpose
from harness.scenario.turns import Turns

_ANY_PROVIDER = ("any",)
"""Which one is the scenario's affair."""


def read_part(
    document: Document, kind: FileKind, files: OtherFiles = NO_FILES
) -> tuple[Scenario, list[Problem]]:
    """What the file brings to a scenario, as one, and what is wrong with it.

    The document fits its format. Whether its variables are defined is not told: a scenario may
    define them.
    """
    compiler = Compiler(document, files)
    top = document.at()
    is_fragment = kind is FileKind.FRAGMENT
    nodes = top.get("turns") if is_fragment else None
    turns = tuple(Turns(compiler).read(nodes, TurnPurpose.TURN, (document.source.path,)))
    for _, value in (*top.entries("vars"), *top.entries("parameters")):
        compiler.value(value)
    part = Scenario(
        id=kind.value,
        providers=_ANY_PROVIDER,
        session=compile_template({}),
        turns=turns,
        expectations=() if is_fragment else tuple(read_whole(top.get("expect"), compiler)),
        place=document.place(),
    )
    return part, compiler.problems
