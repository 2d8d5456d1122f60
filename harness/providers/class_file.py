"""Provider classes in Python files of the project."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from types import ModuleType

from harness.errors import DefinitionError, Problem
from harness.providers.definition import Definition
from harness.providers.python_class import definition_of_class
from harness.python_file import module_of, raised_at


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
    raise DefinitionError(Problem(code="wrong-class", message=message, where=shown, hint=hint))


def _imported(file: Path, content: bytes, shown: str) -> ModuleType:
    try:
        return module_of(file, content)
    except Exception as error:
        message = f"the file cannot be imported: {error!r}{raised_at(error)}"
        raise DefinitionError(Problem(code="broken-class", message=message, where=shown)) from error
