from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from harness.checks import KINDS

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "errors.md"
FILES = sorted(file for file in (ROOT / "harness").rglob("*.py") if "emulators" not in file.parts)
CODE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
IN_BRACKETS = re.compile(r"\[([a-z][a-z0-9]*(?:-[a-z0-9]+)+)\]$")
PUT_TOGETHER = {
    "harness/formats/file_format.py": ("unknown-key", "unknown-check"),
    "harness/formats/template/sandbox.py": ("unknown-filter", "unknown-test"),
}
"""Codes of an f-string, which cannot be read from the source."""


@cache
def trees() -> dict[Path, ast.Module]:
    """The source; not at import, because every process of a run imports every test."""
    return {file: ast.parse(file.read_text(encoding="utf-8")) for file in FILES}


@cache
def makers() -> set[str]:
    """Functions and classes whose first parameter is a code, and classes made of such ones."""
    found: set[str] = set()
    bases: dict[str, set[str]] = {}
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                names = [one.arg for one in node.args.args if one.arg not in ("self", "cls")]
                if names[:1] == ["code"] and node.name != "__init__":
                    found.add(node.name)
            elif isinstance(node, ast.ClassDef):
                bases[node.name] = {ast.unparse(base) for base in node.bases}
                if first_field(node) == "code":
                    found.add(node.name)
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return found


def first_field(node: ast.ClassDef) -> str:
    for part in node.body:
        if isinstance(part, ast.AnnAssign):
            return ast.unparse(part.target)
        if isinstance(part, ast.FunctionDef) and part.name == "__init__":
            return next((one.arg for one in part.args.args if one.arg != "self"), "")
    return ""


def given_codes(tree: ast.Module, names: set[str]) -> Iterator[ast.expr]:
    """What stands where a code is wanted: `code=…`, a first argument, what `_code` returns."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from (one.value for one in node.keywords if one.arg == "code")
            if ast.unparse(node.func).rpartition(".")[2] in names:
                yield from node.args[:1]
        elif isinstance(node, ast.FunctionDef) and node.name.endswith("_code"):
            yield from (one.value for one in ast.walk(node) if isinstance(one, ast.Return))


def branches(value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(value, ast.IfExp):
        yield from (*branches(value.body), *branches(value.orelse))
    else:
        yield value


def found_in(file: Path) -> Iterator[tuple[str, str]]:
    """Every code of a file; and, with an empty code, what could not be read as one."""
    tree = trees()[file]
    for given in given_codes(tree, makers()):
        for value in branches(given):
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                if CODE.fullmatch(value.value):
                    yield value.value, ""
            elif isinstance(value, ast.JoinedStr) and not has_blank(value):
                shown = file.relative_to(ROOT).as_posix()
                yield from ((code, "") for code in PUT_TOGETHER.get(shown, ()))
                if shown not in PUT_TOGETHER:
                    yield "", f"{shown}: {ast.unparse(value)}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from ((code, "") for code in IN_BRACKETS.findall(node.value))


def has_blank(text: ast.JoinedStr) -> bool:
    """Whether it is a sentence and no code."""
    return any(isinstance(one, ast.Constant) and " " in str(one.value) for one in text.values)


@cache
def found() -> tuple[tuple[str, str], ...]:
    return tuple(one for file in FILES for one in found_in(file))


def in_source() -> set[str]:
    return {code for code, _ in found() if code}


def on_the_page() -> list[str]:
    codes = PAGE.read_text(encoding="utf-8").partition("## Failed checks")[0]
    return re.findall(r"^\| `([a-z0-9-]+)` \|", codes, re.MULTILINE)


def test_every_code_is_explained():
    """Each code of the source stands on docs/errors.md."""
    assert in_source() - set(on_the_page()) == set()


def test_every_explained_code_exists():
    """Each code of docs/errors.md stands in the source."""
    written = {
        node.value
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(on_the_page()) - in_source() - written == set()


def test_no_code_is_explained_twice():
    """Each code has one line."""
    assert sorted(on_the_page()) == sorted(set(on_the_page()))


def test_codes_can_be_read_from_the_source():
    """No code is put together where this test cannot see it."""
    assert [shown for _, shown in found() if shown] == []


@pytest.mark.parametrize("code", ["duplicate-key", "connection-refused", "not-json", "no-project"])
def test_codes_are_found(code):
    """Codes given by name, as a first argument, through a helper and in a text are found."""
    assert code in in_source()


def test_every_check_is_named():
    """A failed check ends in its own name; the page has all of them."""
    names = {*KINDS, "contract", "capture", "error"}
    text = PAGE.read_text(encoding="utf-8").partition("## Failed checks")[2]

    assert names - set(re.findall(r"`([a-z_]+)`", text)) == set()
