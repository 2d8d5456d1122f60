"""ARCHITECTURE.md against the code's own imports."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "harness"
FILES = sorted(file for file in PACKAGE.rglob("*.py") if "emulators" not in file.parts)


@cache
def _blocks() -> list[str]:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    return re.findall(r"```\n(.*?)```", text, flags=re.DOTALL)


@cache
def _floors() -> dict[str, int]:
    rows = [line.split() for line in _blocks()[1].splitlines()]
    return {name.rstrip("/"): int(number) for number, *names in rows for name in names}


@cache
def _owners() -> dict[str, list[str]]:
    rows = [line.split() for line in _blocks()[2].splitlines()]
    return {package: [place.rstrip("/") for place in places] for package, *places in rows}


def _name(file: Path) -> str:
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    return "/".join(part for part in parts if part != "__init__")


def _floor(name: str) -> int | None:
    parts = name.split("/")
    prefixes = ("/".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((_floors()[prefix] for prefix in prefixes if prefix in _floors()), None)


@cache
def _imports(file: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def _ids(file: Path) -> str:
    return _name(file) or "harness"


@pytest.mark.parametrize("file", FILES, ids=_ids)
def test_imports_go_down(file: Path) -> None:
    """No module imports from its own floor or above, its own package apart."""
    name = _name(file)
    own = _floor(name)
    wrong = []
    for imported in _imports(file):
        if not imported.startswith("harness.") or imported == "harness.__version__":
            continue
        target = imported.removeprefix("harness.").replace(".", "/")
        same_package = target.split("/")[0] == name.split("/")[0]
        floor = _floor(target)
        if not same_package and floor is not None and own is not None and floor >= own:
            wrong.append(imported)

    assert not wrong


@pytest.mark.parametrize("file", FILES, ids=_ids)
def test_every_module_has_a_floor(file: Path) -> None:
    """The table names every module or the package that holds it."""
    name = _name(file)

    assert not name or name == "emulators" or _floor(name) is not None


@pytest.mark.parametrize("file", FILES, ids=_ids)
def test_packages_have_one_home(file: Path) -> None:
    """A package that has an owner is imported there only."""
    name = _name(file) or "__init__"
    wrong = [
        imported
        for imported in _imports(file)
        for owned in [imported.split(".")[0]]
        if owned in _owners()
        and not any(name == place or name.startswith(f"{place}/") for place in _owners()[owned])
    ]

    assert not wrong


def test_no_modules_import_each_other() -> None:
    """No module comes to itself over imports, late ones and those of types among them."""
    modules = {_module(file): file for file in FILES}
    imported = {name: _modules_of(file, modules) - {name} for name, file in modules.items()}

    assert [name for name in imported if name in _reached(name, imported)] == []


def _reached(name: str, imported: Mapping[str, set[str]]) -> set[str]:
    """What a module imports, and what that imports, and so on."""
    reached: set[str] = set()
    due = set(imported[name])
    while due:
        reached |= due
        due = set().union(*(imported[other] for other in due)) - reached
    return reached


def _module(file: Path) -> str:
    return ".".join(("harness", *filter(None, _name(file).split("/"))))


def _modules_of(file: Path, modules: Mapping[str, Path]) -> set[str]:
    """What a file imports of the package; of a module's name, the module alone."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {name if name in modules else node.module for name in names}
    return found & set(modules)


def test_a_public_class_has_one_meaning() -> None:
    """No name is that of two classes, emulators included."""
    places: dict[str, list[str]] = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(_name(file))

    assert {name: found for name, found in places.items() if len(found) > 1} == {}


PRIVATE_WORDS = frozenset(
    [
        "anew",
        "asked",
        "beside",
        "found",
        "heard",
        "kept",
        "one",
        "overheard",
        "speech",
        "spoken",
        "stands",
        "told",
        "veil",
        "wire",
    ]
)


def test_no_module_or_type_has_a_private_word() -> None:
    """Names are the field's words, which a newcomer can guess."""
    named = set()
    for file in sorted(PACKAGE.rglob("*.py")):
        words = {*file.stem.split("_")}
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                words |= {word.lower() for word in re.findall("[A-Z][a-z]*", node.name)}
        named |= {(_name(file), word) for word in words & PRIVATE_WORDS}

    assert named == set()


USED_TWICE = frozenset(("errors",))
"""File names in several packages: `harness/errors.py` exports the classes of `core/errors.py`."""


def test_no_further_file_name_is_used_twice() -> None:
    """Commands apart, which have the name that is typed."""
    files = [file.stem for file in FILES if file.parent.name != "commands"]
    names = {name for name in files if files.count(name) > 1} - {"__init__"}

    assert names == USED_TWICE


def test_the_page_is_short() -> None:
    """ARCHITECTURE.md has at most 80 lines."""
    lines = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines()

    assert len(lines) <= 80
