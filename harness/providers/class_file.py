"""Provider classes in Python files of the project."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from types import ModuleType

from harness.core.errors import DefinitionError, Problem
from harness.core.python_file import module_of, raised_at
from harness.core.source import Source
from harness.providers.definition import Definition
from harness.providers.python_class import MEMBERS, definition_of_class, meant

NEAR = 0.7
"""How alike a name must be to one that is read, from 0 to 1, to be taken for a slip."""


def read_class_file(file: Path, shown: str) -> Definition:
    """The definition that the one provider class of a file is. `shown` is the file's path.

    Raises `DefinitionError` where the file cannot be imported, or has not one class with `say`.
    """
    return _read(file, shown, file.read_bytes())


@lru_cache(maxsize=64)
def _read(file: Path, shown: str, content: bytes) -> Definition:
    module = _imported(file, content, shown)
    found = [
        one
        for one in vars(module).values()
        if isinstance(one, type) and one.__module__ == module.__name__ and hasattr(one, "say")
    ]
    if len(found) == 1:
        return definition_of_class(found[0], shown)
    names = ", ".join(one.__name__ for one in found)
    message = f"several classes have a method say: {names}" if found else "no class has a say"
    hint = "a provider is one class in a file of its own"
    if not found:
        own = [one for one in vars(module).values() if isinstance(one, type)]
        members = [name for one in own if one.__module__ == module.__name__ for name in vars(one)]
        hint = meant("say", members) or hint
    raise DefinitionError(Problem(code="wrong-class", message=message, where=shown, hint=hint))


def _imported(file: Path, content: bytes, shown: str) -> ModuleType:
    try:
        return module_of(file, content)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        message = f"the file cannot be imported: {error!r}{raised_at(error)}"
        raise DefinitionError(Problem(code="broken-class", message=message, where=shown)) from error


def class_doubts(file: Path, shown: str) -> Iterator[Problem]:
    """A warning for each member of a class that is nearly named as one that is read.

    A name that the file reads itself is the class's own, whatever it is like. Raises
    `DefinitionError` as `read_class_file` does.
    """
    made = read_class_file(file, shown).client
    assert made is not None  # noqa: S101  # it is a class that was read
    source = Source(path=shown, text=file.read_text(encoding="utf-8"))
    tree = ast.parse(source.text)
    classes = {one.__name__ for one in made.__mro__ if one.__module__ == made.__module__}
    absent = [name for name in MEMBERS if not hasattr(made, name)]
    own = frozenset(MEMBERS).union(_names_read(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name in classes:
            for name, line in _members_of(node):
                near = get_close_matches(name.lower(), absent, n=1, cutoff=NEAR)
                if near and not name.startswith("_") and name not in own:
                    yield Problem(
                        code="no-effect",
                        message=f"nothing calls or reads {name!r} of the class {node.name}",
                        place=source.place(line, source.line(line).find(name) + 1, len(name)),
                        hint=f"did you mean '{near[0]}'?",
                    )


def _members_of(made: ast.ClassDef) -> Iterator[tuple[str, int]]:
    """The methods and attributes that a class statement names, with their lines."""
    for one in made.body:
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
            # The line of a decorated one is that of its `def`.
            yield one.name, one.lineno
        elif isinstance(one, ast.Assign | ast.AnnAssign):
            for target in one.targets if isinstance(one, ast.Assign) else (one.target,):
                if isinstance(target, ast.Name):
                    yield target.id, target.lineno


def _names_read(tree: ast.AST) -> Iterator[str]:
    """Every name that a file reads, as one or in a text that `getattr` may be given."""
    for one in ast.walk(tree):
        if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Load):
            yield one.attr
        elif isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load):
            yield one.id
        elif isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value
