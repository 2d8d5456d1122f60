"""What the emulated APIs share: they read a request, refuse it from any depth, and stream."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

PAUSE_SECONDS = 0.005
"""After each piece of a stream."""


class EarlyResponse(Exception):
    """Ends an endpoint with a response that a function below it has decided on."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


async def answer_early(_request: Request, error: EarlyResponse) -> Response:
    """The exception handler for `EarlyResponse`: answers with the response that it carries."""
    return error.response


def refuse(status: int, body: object, headers: Mapping[str, str] | None = None) -> EarlyResponse:
    """A refusal with a JSON body."""
    return EarlyResponse(JSONResponse(body, status_code=status, headers=headers))


def parse_error(reason: object) -> EarlyResponse:
    """The refusal of a body that is not JSON, as Django REST framework words it."""
    return refuse(400, {"detail": f"JSON parse error - {reason}"})


async def read_json(
    request: Request, refusal: Callable[[object], EarlyResponse] = parse_error
) -> Any:  # noqa: ANN401  # JSON may be anything
    """The request's body as JSON. If it is not JSON, raises what `refusal` makes of the reason."""
    try:
        return json.loads(await request.body())
    except RecursionError as error:
        raise refusal("nested too deeply") from error
    except ValueError as error:
        raise refusal(error) from error


def text_at(body: Mapping[str, Any], name: str) -> str | None:
    """The property `name` if it is a text that is not blank; None otherwise."""
    value = body.get(name)
    return value if isinstance(value, str) and value.strip() else None


def stream(pieces: Iterable[bytes], content_type: str) -> Response:
    """A body that is sent piece by piece."""

    async def paced() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece
            await asyncio.sleep(PAUSE_SECONDS)

    return StreamingResponse(paced(), headers={"Content-Type": content_type})
