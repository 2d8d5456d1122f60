"""Imports what shows help without the parts of Rich that no help of ours uses."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType

_UNUSED = {"rich.markdown": "Markdown", "rich.traceback": "Traceback"}
"""Classes that typer's module for help imports. Help is not written in Markdown, and typer shows no
traceback; with their libraries, they are half of the time that `harness --help` would take."""


def import_help() -> None:
    """Import typer's module for help. Whoever else imports the unused modules gets them whole."""
    stand_ins = {name: _stand_in(name, of) for name, of in _UNUSED.items()}
    before = {name: sys.modules.get(name) for name in stand_ins}
    sys.modules.update(stand_ins)
    try:
        import_module("typer.rich_utils")
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


def _stand_in(name: str, of: str) -> ModuleType:
    module = ModuleType(name)

    def made(_: type, *arguments: object, **options: object) -> object:
        return getattr(import_module(name), of)(*arguments, **options)

    setattr(module, of, type(of, (), {"__new__": made}))
    return module
