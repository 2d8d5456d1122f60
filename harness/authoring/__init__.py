"""Conversations written in Python, with the same recordings, checks and failure texts."""

from harness.authoring.chat import Chat, ChatReply, open_chat

__all__ = ["Chat", "ChatReply", "open_chat"]
