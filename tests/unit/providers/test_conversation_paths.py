from __future__ import annotations

import pytest

from harness.providers.conversation_paths import conversation_in

UUID = "0b8f6e5c-6a3e-4b63-8d37-0d7c9d0a1f52"


@pytest.mark.parametrize(
    ("path", "number", "text"),
    [
        ("/v2/threads/th-83ab21/posts", 3, "th-83ab21"),
        ("/v2/threads/REF/posts", 3, "REF"),
        ("/chats/7/messages", 2, "7"),
        ("/conversation/%7Bid%7D/messages", 2, "{id}"),
        ("/sessions/:id", 2, ":id"),
        (f"/talk/{UUID}", 2, UUID),
    ],
)
def test_the_id_of_a_conversation(path, number, text):
    """What comes after a word for conversations."""
    part = conversation_in(path)

    assert part is not None
    assert (part.number, part.text) == (number, text)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/v1/chat/completions",
        "/sessions/v2/messages",
        "/threads/new",
        "/threads/${thread}/posts",
        f"/agents/{UUID}/chat",
        f"/businesses/{UUID}/chat",
        "/chat/gpt-4",
        "/models/gpt-4o:chat",
    ],
)
def test_a_path_of_all_conversations(path):
    """Versions, names, templates and other ids are the same in every conversation."""
    assert conversation_in(path) is None
