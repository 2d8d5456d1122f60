"""How a request travels: live, while it is recorded, or from a recording."""

from harness.wire.wire import Answer, Chunk, Wire

__all__ = ["Answer", "Chunk", "Wire"]
