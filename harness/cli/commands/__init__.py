"""What the commands do, one module for each.

The names stand in `__init__.pyi`, and are imported when they are first used: `harness --help`
needs none of them.
"""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
