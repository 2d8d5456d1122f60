"""The bodies that contract schemas must take and refuse, of every built-in definition.

A module in `bodies/` has those of the definition of its name, by the name of the schema: `PAGES`,
samples of the vendor's page, and of each first one `FITTING` and `BROKEN` variants, as in
`body_variants`.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.conformance import body_variants, pages
from tests.conformance.body_variants import Variants

_MODULES: dict[str, ModuleType] = {
    file.stem.replace("_", "-"): import_module(f"tests.conformance.bodies.{file.stem}")
    for file in sorted(Path(__file__).with_name("bodies").glob("*.py"))
}


def _joined(first: dict[str, Any], kind: str) -> dict[str, Any]:
    return first | {
        f"{name}/{schema}": bodies
        for name, module in _MODULES.items()
        for schema, bodies in getattr(module, kind).items()
    }


PAGES: dict[str, tuple[Any, ...]] = _joined(pages.PAGES, "PAGES")
FITTING: Variants = _joined(body_variants.FITTING, "FITTING")
BROKEN: Variants = _joined(body_variants.BROKEN, "BROKEN")
