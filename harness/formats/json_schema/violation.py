"""One way in which a value departs from a schema."""

from __future__ import annotations

from harness.core import Path, pointer, value_class


@value_class(frozen=True, slots=True, kw_only=True)
class Violation:
    """One way in which a value departs from a schema."""

    path: Path
    """Where in the value. For a key that may not be there, the path of the key."""
    keyword: str
    """JSON Schema's keyword, such as `type`; `falseSchema` where the schema is `false`."""
    message: str
    """One sentence without a full stop, such as `'price' is a text, expected a number`."""
    schema_pointer: str
    """The document and place of the keyword, such as `connectly/reply.schema.json#/type`."""
    known: tuple[str, ...] = ()
    """For an unknown key, the keys that are known; for an unknown word, the known words."""

    @property
    def pointer(self) -> str:
        """The path as a JSON Pointer; empty for the whole value."""
        return pointer(self.path)

    def __str__(self) -> str:
        return f"{self.pointer}: {self.message}" if self.path else self.message
