"""Conversations that Python tests hold, with the providers, recordings and checks of scenarios."""

from harness.authoring.chat import Chat
from harness.authoring.opening import Asker, open_chat
from harness.authoring.reply import ChatReply

__all__ = ["Asker", "Chat", "ChatReply", "open_chat"]
