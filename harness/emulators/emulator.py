"""What an emulator consists of: its settings, and an app that answers by method and path."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
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
class Sample:
    """Two messages of one conversation, and what the emulator answers."""

    say: tuple[str, str]
    contains: tuple[str, str]
    """A part of the text of each reply."""
    session: Mapping[str, str] = field(default_factory=dict)
    """What a scenario that says this has below `session:`."""
    refusal: int = 0
    """The status without credentials and with wrong ones; 0 if the API has none."""
    refusal_of_wrong: int = 0
    """The status with wrong credentials, if it is another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Emulator:
    """One emulated chat API, and all that has to be known to talk to it.

    Tests of every definition, recordings and commands take their lists from here.
    """

    name: str
    """That of the built-in definition."""
    create_app: Callable[[], Starlette]
    """Makes an app with a state of its own."""
    base_path: str
    """Follows the origin in the system's base URL."""
    url_variable: str
    """The variable with the base URL, which depends on the address."""
    environment: Mapping[str, str]
    """The other variables that a client of the system reads, with made-up credentials."""
    settings: Mapping[str, str]
    """Those of the definition in `harness.yaml`, apart from `base_url`."""
    sample: Sample


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
