"""Conversations that Python tests hold, with the providers, recordings and checks of scenarios."""

from harness.testing.chat import Chat
from harness.testing.opening import Asker, open_chat
from harness.testing.reply import ChatReply

__all__ = ["Asker", "Chat", "ChatReply", "open_chat"]
