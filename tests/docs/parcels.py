"""The small chat API that docs/providers.md and docs/python-providers.md describe."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager

from tests.json_server import JsonHandler, serving_json

KEY = "parcels-5ecret-key"
_MESSAGES = re.compile(r"/chats/(\d+)/messages")
_CHAT = re.compile(r"/chats/(\d+)")


class _Handler(JsonHandler):
    """`X-Key` is wanted; a chat is opened, talked in, read and deleted."""

    def do_POST(self) -> None:  # noqa: N802  # http.server's name
        """Open a chat, or say something in one."""
        said = self.given()
        chats = self.server.chats  # type: ignore[attr-defined]  # set where it is served
        if self.headers["X-Key"] != KEY:
            self.answer(401, {"error": "the key is wrong"})
        elif self.path == "/chats":
            chats.append([])
            self.answer(201, {"chat": {"id": len(chats)}, "language": said.get("language")})
        elif match := _MESSAGES.fullmatch(self.path):
            number = re.search(r"\d+", said["text"])
            text = f"Parcel {number[0]} arrives today." if number else "Which parcel?"
            chats[int(match[1]) - 1] += [said["text"], text]
            self.answer(200, {"answers": [{"text": text}], "buttons": ["Another parcel"]})
        else:
            self.answer(404, {"error": "not found"})

    def do_GET(self) -> None:  # noqa: N802  # http.server's name
        """What was said in a chat."""
        match = _CHAT.fullmatch(self.path)
        chats = self.server.chats  # type: ignore[attr-defined]  # as above
        self.answer(200, {"said": chats[int(match[1]) - 1]} if match else {})

    def do_DELETE(self) -> None:  # noqa: N802  # http.server's name
        """End a chat."""
        self.answer(204, None)


def serving_parcels() -> AbstractContextManager[str]:
    """Serves the API on loopback; gives its address."""
    return serving_json(_Handler, chats=[])
