"""The bot of `harness demo`: a small shop with an API of its own, in two releases.

- `POST /chat` with `{conversation, text}`: `{id, reply: {text, buttons}}`. A body without these
  texts is refused with 422 and `{detail}`.

| the message | the answer |
|---|---|
| hello | a greeting with two buttons |
| how long | the time in which an article can be returned, which differs between the releases |
| "Return it", a button | the number of the return |
| opening hours | one text |
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from harness.emulators.emulator import Emulator, Endpoint, Sample, make_app
from harness.emulators.fault_switches import Faults, plain
from harness.emulators.http_api import read_json, refuse

_RETURN, _HOURS = "Return it", "Opening hours"
_DETAIL = "The body must be an object with the texts 'conversation' and 'text'."


@dataclass(slots=True, kw_only=True)
class _Shop:
    days: int
    """In which an article can be returned."""
    returns: Iterator[int] = field(default_factory=lambda: itertools.count(4711))
    faults: Faults = field(default_factory=Faults)

    def routes(self) -> Mapping[str, Endpoint]:
        return {"POST /chat": self.chat}

    async def chat(self, request: Request) -> Response:
        body = await read_json(request)
        if not isinstance(body, dict) or not all(
            isinstance(body.get(name), str) for name in ("conversation", "text")
        ):
            raise refuse(422, {"detail": _DETAIL})
        plan = self.faults.plan(body["text"], body["conversation"])
        await plan.before()
        text, buttons = self._answer(plain(body["text"]).lower())
        reply: dict[str, Any] = {"text": plan.with_leak(text), "buttons": buttons}
        if plan.shape == "":
            reply["text"] = 42
        return plan.after(JSONResponse({"id": str(uuid.uuid4()), "reply": reply}))

    def _answer(self, message: str) -> tuple[str, list[str]]:
        if "how long" in message:
            return f"You can return it within {self.days} days.", [_RETURN, _HOURS]
        if message == _RETURN.lower():
            return f"Done. Your return has the number R-{next(self.returns)}.", []
        if message == _HOURS.lower():
            return "We are open from nine to five.", []
        return "Hello! How can I help you?", [_HOURS]


def _release(name: str, days: int) -> Emulator:
    def create_app() -> Starlette:
        return make_app(_Shop(days=days))

    return Emulator(
        name=name,
        create_app=create_app,
        base_path="",
        url_variable="DEMO_SHOP_URL",
        environment={},
        settings={},
        sample=Sample(
            say=("Hello", "How long can I return a jacket?"),
            contains=("How can I help", f"within {days} days"),
        ),
    )


RELEASES = (_release("demo-shop", 30), _release("demo-shop-changed", 14))
"""The one that `harness demo` records, and the one that comes after it."""
