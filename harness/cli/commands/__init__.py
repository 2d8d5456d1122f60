"""The code of the commands, one module for each.

The names are in `__init__.pyi`, and are imported on first use: `harness --help` needs none of
them.
"""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
