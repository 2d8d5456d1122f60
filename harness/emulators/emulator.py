"""What an emulator consists of: its settings, and an app that answers by method and path."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from harness.emulators.http_api import EarlyResponse, answer_early

Endpoint = Callable[[Request], Awaitable[Response]]
ErrorAnswer = Callable[[Request, HTTPException], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Emulator:
    """One emulated chat API.

    `create_app` makes an app with a state of its own. `base_path` follows the origin in the
    system's base URL. `environment` contains the variables that a client of the system reads,
    with made-up credentials, except for `url_variable`, whose value depends on the address.
    """

    name: str
    create_app: Callable[[], Starlette]
    base_path: str
    url_variable: str
    environment: Mapping[str, str]


class ChatApi(Protocol):
    """The state and the endpoints of an emulated API."""

    def routes(self) -> Mapping[str, Endpoint]:
        """The endpoints by method and path, such as `POST /invoke`."""


def make_app(
    *apis: ChatApi, answer_error: ErrorAnswer | None = None, redirects_slashes: bool = True
) -> Starlette:
    """An app that serves these APIs.

    `answer_error` answers a path or method that no route has. With `redirects_slashes`, a path
    with or without a slash at its end is redirected to the route that differs only by it.
    """
    handlers: dict[Any, Any] = {EarlyResponse: answer_early}
    if answer_error is not None:
        handlers[HTTPException] = answer_error
    routes = [
        Route(path, endpoint, methods=[method])
        for api in apis
        for name, endpoint in api.routes().items()
        for method, path in [name.split()]
    ]
    app = Starlette(routes=routes, exception_handlers=handlers)
    app.router.redirect_slashes = redirects_slashes
    return app
