"""The `conversation` fixture's conversations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from harness.authoring import Chat, open_chat
from harness.pytest_plugin.suite import Suite

OpenChat = Callable[..., Chat]


@contextmanager
def opening(suite: Suite, node: pytest.Item) -> Iterator[OpenChat]:
    """Gives a function that opens chats for one test; closes them all at the end."""
    chats: list[Chat] = []

    def conversation(provider: str = "") -> Chat:
        suffix = f"-{len(chats) + 1}" if chats else ""
        chat = open_chat(suite.project, suite.mode, provider, node.path, f"{node.name}{suffix}")
        chats.append(chat)
        return chat

    try:
        yield conversation
    finally:
        for chat in reversed(chats):
            chat.close()
