"""Reading a request's JSON, and refusing a request from any depth of a handler."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class EarlyResponse(Exception):
    """Ends a handler with a response that was decided further down."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


async def answer_refused(_request: Request, error: Exception) -> Response:
    """The exception handler for `EarlyResponse`: it answers with the response that was carried."""
    if not isinstance(error, EarlyResponse):
        raise error
    return error.response


def refuse(status: int, body: object, headers: Mapping[str, str] | None = None) -> EarlyResponse:
    """A refusal with a JSON body."""
    return EarlyResponse(JSONResponse(body, status_code=status, headers=headers))


async def read_json(request: Request) -> Any:  # noqa: ANN401  # JSON may be anything
    """The request's body as JSON. Raises ValueError where it is none."""
    try:
        return json.loads(await request.body())
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def text_at(body: Mapping[str, Any], name: str) -> str | None:
    """The property `name` where it is a text that is not blank, and None otherwise."""
    value = body.get(name)
    return value if isinstance(value, str) and value.strip() else None
