"""How a request travels: live, while it is recorded, or from a recording."""

from harness.transport.wire import Answer, Chunk, Wire

__all__ = ["Answer", "Chunk", "Wire"]
