"""What the emulated OpenAI endpoints share: the key, the models, errors and headers.

Source: https://platform.openai.com/docs/api-reference, "Authentication", "Debugging requests" and
"Error codes". Every path answers 401 without `Authorization: Bearer KEY`, and each answer has the
headers `x-request-id`, `openai-processing-ms` and `openai-version`.

- `GET /v1/models`, `GET /v1/models/{model}`: the models, and 404 for an unknown one.

An error is `{"error": {"message": …, "type": …, "param": …, "code": …}}`.
"""

from __future__ import annotations

import base64
import binascii
import itertools
import re
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from harness.emulators.emulator import Endpoint
from harness.emulators.fault_switches import Faults
from harness.emulators.http_api import EarlyResponse, read_json, refuse

BASE_PATH = "/v1"
KEY = "emulated-openai-5b8f0e2c917d4a36"
ENVIRONMENT = {"OPENAI_API_KEY": KEY}
URL_VARIABLE = "OPENAI_BASE_URL"
MOST_TOKENS = 1_000_000
MODELS = ("gpt-4.1-mini", "gpt-5-mini")

_DATA_URL = re.compile(r"data:(image/[a-z.+-]+);base64,(.*)", re.DOTALL)
_OTHERS = {
    401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    403: ("invalid_request_error", "unsupported_country_region_territory", "Not supported."),
    429: (
        "requests",
        "rate_limit_exceeded",
        "Rate limit reached for requests per min (RPM): Limit 3, Used 3, Requested 1.",
    ),
    500: ("server_error", None, "The server had an error while processing your request."),
    503: ("server_error", None, "The engine is currently overloaded, please try again later."),
}


def error_body(status: int, message: str = "", param: str | None = None) -> dict[str, Any]:
    """An error as the vendor words it."""
    kind, code, usual = _OTHERS.get(status, ("invalid_request_error", None, "Invalid request."))
    return {"error": {"message": message or usual, "type": kind, "param": param, "code": code}}


def invalid(message: str, param: str | None, code: str | None = None) -> EarlyResponse:
    """The refusal of a request that breaks the rules."""
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    return refuse(400, {"error": error})


def require_known(body: Mapping[str, Any], known: Collection[str]) -> None:
    """Refuses a parameter that the endpoint does not have."""
    for name in body:
        if name not in known:
            raise invalid(f"Unknown parameter: '{name}'.", name, "unknown_parameter")


def require_number(body: Mapping[str, Any], name: str, least: float, most: float) -> None:
    """Refuses a number outside its limits; it may be absent or null."""
    value = body.get(name)
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise invalid(f"Invalid type for '{name}': expected a number.", name, "invalid_type")
    if not least <= value <= most:
        what = "below_min" if value < least else "above_max"
        raise invalid(f"Invalid '{name}': {value} is out of range.", name, f"decimal_{what}_value")


@dataclass(slots=True, kw_only=True)
class OpenAIApi:
    """The state that the endpoints share, and the endpoints of models."""

    faults: Faults = field(default_factory=lambda: Faults(error_body))
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def routes(self) -> Mapping[str, Endpoint]:
        """The endpoints of models."""
        return {
            f"GET {BASE_PATH}/models": self.list_models,
            f"GET {BASE_PATH}/models/{{model}}": self.get_model,
        }

    async def list_models(self, request: Request) -> Response:
        """All models."""
        authorize(request)
        return self.stamped(JSONResponse({"object": "list", "data": [*map(_model, MODELS)]}))

    async def get_model(self, request: Request) -> Response:
        """One model."""
        authorize(request)
        name = request.path_params["model"]
        require_model({"model": name})
        return self.stamped(JSONResponse(_model(name)))

    def new_id(self, prefix: str) -> str:
        """An id that no other answer of this app has."""
        return f"{prefix}{next(self._ids):024d}"

    def stamped(self, response: Response) -> Response:
        """The response with the headers that each answer has."""
        response.headers["x-request-id"] = self.new_id("req_")
        response.headers["openai-processing-ms"] = "12"
        response.headers["openai-version"] = "2020-10-01"
        return response


def authorize(request: Request) -> None:
    """Refuses a request without the key."""
    given = request.headers.get("authorization", "")
    if not given:
        message = "You didn't provide an API key. Use the header Authorization: Bearer YOUR_KEY."
        error = {"message": message, "type": "invalid_request_error", "param": None, "code": None}
        raise refuse(401, {"error": error})
    if given != f"Bearer {KEY}":
        raise refuse(401, error_body(401))


async def read_body(request: Request) -> dict[str, Any]:
    """The body of a request with the key. Refuses one that is not a JSON object."""
    authorize(request)
    body = await read_json(
        request, lambda _: invalid("We could not parse the JSON body of your request.", None)
    )
    if not isinstance(body, dict):
        raise invalid("The JSON body of your request is not an object.", None)
    return body


def require_model(body: Mapping[str, Any]) -> str:
    """The name of the model. Refuses a request without one, and an unknown model."""
    name = body.get("model")
    if not isinstance(name, str):
        raise invalid("you must provide a model parameter", None)
    if name not in MODELS:
        message = f"The model `{name}` does not exist or you do not have access to it."
        kind = "invalid_request_error"
        error = {"message": message, "type": kind, "param": None, "code": "model_not_found"}
        raise refuse(404, {"error": error})
    return name


def image_of(url: object, param: str) -> tuple[str, int]:
    """The type and the bytes of an image; of a web address only that it is one."""
    found = _DATA_URL.fullmatch(url) if isinstance(url, str) else None
    if found is None:
        if isinstance(url, str) and url.startswith("https://"):
            return "image", 0
        raise invalid("Invalid image URL.", param, "invalid_image_url")
    try:
        return found[1], len(base64.b64decode(found[2], validate=True))
    except binascii.Error as error:
        raise invalid("Invalid base64 image.", param, "invalid_image_url") from error


def obfuscation(text: str) -> str:
    """Filler that makes the events of a stream equally long, whatever they say."""
    return "x" * (16 - len(text) % 16)


def now() -> int:
    """Seconds since the epoch."""
    return int(time.time())


async def answer_error(request: Request, error: HTTPException) -> Response:
    """Answers a path or method that there is not."""
    message = f"Invalid URL ({request.method} {request.url.path})"
    return JSONResponse(error_body(error.status_code, message), status_code=error.status_code)


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 1_744_317_547, "owned_by": "system"}
