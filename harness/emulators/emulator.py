"""What is known of an emulator before it is started."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.applications import Starlette


@dataclass(frozen=True, slots=True, kw_only=True)
class Emulator:
    """One emulated chat API.

    `create_app` makes an app with a state of its own. `base_path` follows the origin in the
    system's base URL. `environment` holds the variables that a client of the system reads,
    with made-up credentials; the variable named `url_variable` is not among them, because its
    value is known only at an address.
    """

    name: str
    create_app: Callable[[], Starlette]
    base_path: str
    url_variable: str
    environment: Mapping[str, str]

    def url_at(self, origin: str) -> str:
        """The system's base URL at an origin such as `http://127.0.0.1:8000`."""
        return origin + self.base_path

    def environment_at(self, origin: str) -> dict[str, str]:
        """All variables of the system, the URL among them, when it is served at an origin."""
        return {self.url_variable: self.url_at(origin), **self.environment}
