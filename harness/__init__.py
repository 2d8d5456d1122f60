"""Test conversations with any chat API: YAML scenarios, recorded traffic, native pytest.

What Python tests and programs need; all else is internal. The names stand in `__init__.pyi`, and
are imported when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, _named = lazy_loader.attach_stub(__name__, __file__)
__all__ = sorted((*_named, "__version__"))  # noqa: PLE0605  # they are told once, in the stub
