"""Conversations in Python tests, with the providers, recordings and checks of scenarios."""

from harness.testing.chat import Chat
from harness.testing.chat_reply import ChatReply
from harness.testing.opening import PythonTest, open_chat

__all__ = ["Chat", "ChatReply", "PythonTest", "open_chat"]
