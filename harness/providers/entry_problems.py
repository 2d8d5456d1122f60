"""What is wrong with the prices and the address of a provider, once its definition is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from harness.config import ProviderConfig
from harness.core import Json, Problem, unseen
from harness.providers.definition import Definition
from harness.providers.provider import BASE_URL


def prices_without_usage(config: ProviderConfig, definition: Definition) -> Iterator[Problem]:
    """Notes prices that have no effect: the definition does not read how much was used."""
    if config.prices is not None and not definition.reads_usage:
        yield Problem(
            code="no-usage",
            message=f"the definition {definition.name} reads no usage, so prices have no effect",
            place=config.node.at("prices").key_place,
            subject=f"provider {config.name}",
            hint="remove them, or say in the definition's 'reply' where the usage is",
        )


def address_problems(config: ProviderConfig, settings: Mapping[str, Json]) -> list[Problem]:
    """What is wrong with the base URL of filled-in settings, without secrets."""
    url = str(settings.get(BASE_URL) or "")
    message, hint = _address_fault(url)
    if not message:
        return []
    problem = Problem(
        code="wrong-address",
        message=message,
        place=dict(config.node.entries("settings")).get("base_url", config.node).place,
        subject=f"provider {config.name}",
        hint=hint,
    )
    return [unseen(problem) if "@" in url or "?" in url else problem]


def _address_fault(url: str) -> tuple[str, str]:
    """What is wrong with an address, and a hint; empty texts if the address can be used."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        return f"base_url is not an address: {str(error).partition(' as ')[0]}", ""
    found = f"the scheme {parts.scheme}://" if "://" in url else "no scheme"
    faults = (
        (
            parts.scheme not in ("http", "https"),
            f"base_url has {found}, expected http:// or https://",
            "write an environment variable as ${env.NAME}" if url.startswith("$") else "",
        ),
        (
            "@" in parts.netloc,
            "base_url contains a user name or password",
            "put credentials in settings",
        ),
        (not parts.hostname, "base_url has no host", ""),
        (any(character.isspace() for character in url), "base_url contains a space", ""),
        (
            bool(parts.query or parts.fragment),
            "base_url contains a query or fragment",
            "paths are appended to it",
        ),
    )
    return next(((message, hint) for is_so, message, hint in faults if is_so), ("", ""))
