"""Python files of a project, imported as modules of their own."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from harness.parsed_cache import content_key


def module_of(file: Path, content: bytes) -> ModuleType:
    """The module of a `.py` file, imported once for each content. Raises what the file raises."""
    name = content_key(f"harness_{file.stem}", str(file), content)
    if name in sys.modules:
        return sys.modules[name]
    spec = spec_from_file_location(name, file)
    assert spec is not None  # noqa: S101  # a file that ends in .py has one
    assert spec.loader is not None  # noqa: S101  # the same
    module = sys.modules[name] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
