"""Provider classes in Python files of the project."""

from __future__ import annotations

import sys
from functools import lru_cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from harness.errors import DefinitionError, Problem
from harness.parsed_cache import content_key
from harness.providers.definition import Definition
from harness.providers.python_class import definition_of_class


def read_class_file(file: Path, shown: str) -> Definition:
    """The definition that the one provider class of a file is. `shown` is the file's path.

    Raises `DefinitionError` where the file cannot be imported, or has not one class with `say`.
    """
    return _read(file, shown, file.read_bytes())


@lru_cache(maxsize=64)
def _read(file: Path, shown: str, content: bytes) -> Definition:
    module = _imported(content_key(f"harness_{file.stem}", str(file), content), file, shown)
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


def _imported(name: str, file: Path, shown: str) -> ModuleType:
    if name in sys.modules:
        return sys.modules[name]
    spec = spec_from_file_location(name, file)
    assert spec is not None  # noqa: S101  # a file that ends in .py has one
    assert spec.loader is not None  # noqa: S101  # the same
    module = sys.modules[name] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException as error:
        del sys.modules[name]
        if not isinstance(error, Exception):
            raise
        message = f"the file cannot be imported: {error!r}"
        raise DefinitionError(Problem(code="broken-class", message=message, where=shown)) from error
    return module
