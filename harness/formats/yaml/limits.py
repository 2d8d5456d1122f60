"""How much a YAML file may hold."""

from __future__ import annotations

from harness.core.values import value_class


@value_class(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is refused before it can take time or memory."""

    size: int = 2 * 1024 * 1024
    """Bytes of the file."""
    depth: int = 100
    """Mappings and lists inside one another, aliases followed."""
    nodes: int = 200_000
    """Values, those of an alias counted each time it stands for them."""
