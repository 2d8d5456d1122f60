"""A violation of a schema by a value."""

from __future__ import annotations

from harness.core import Path, pointer, value_class


@value_class(frozen=True, slots=True, kw_only=True)
class Violation:
    """A violation of a schema by a value."""

    path: Path
    """The path in the value; of a key that is not allowed, the path of the key."""
    keyword: str
    """JSON Schema's keyword, such as `type`; `falseSchema` where the schema is `false`."""
    message: str
    """A sentence without a full stop, such as `'price' is a text, expected a number`."""
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
