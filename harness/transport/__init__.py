"""Sends requests: live, live with a recording, or from a recording."""

from harness.transport.transport import Answer, Chunk, Transport

__all__ = ["Answer", "Chunk", "Transport"]
