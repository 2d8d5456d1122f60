"""How a request travels: live, while it is recorded, or from a recording."""

from harness.transport.transport import Answer, Chunk, Transport

__all__ = ["Answer", "Chunk", "Transport"]
