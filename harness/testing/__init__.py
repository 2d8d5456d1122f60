"""Conversations that Python tests hold, with the providers, recordings and checks of scenarios."""

from harness.testing.chat import Chat
from harness.testing.opening import PythonTest, open_chat
from harness.testing.reply import ChatReply

__all__ = ["Chat", "ChatReply", "PythonTest", "open_chat"]
