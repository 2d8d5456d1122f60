"""Connects to the server of a provider, within the limits of harness.yaml."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.providers.provider import BASE_URL, Provider
from harness.transport.server_address import host_and_port

if TYPE_CHECKING:
    from harness.transport.live import LiveTransport


def live_transport(provider: Provider, seconds: float | None = None) -> LiveTransport:
    """A transport to a provider's server; `seconds` is a limit for all that it does."""
    # Late: a replay needs no httpx, which takes 100 ms to import.
    from harness.transport.live import LiveLimits, LiveTransport  # noqa: PLC0415

    limits = LiveLimits()
    if provider.config.retries is not None:
        limits = replace(limits, attempts=provider.config.retries + 1)
    if seconds is not None:
        limits = replace(limits, total=seconds, attempts=1)
    elif provider.config.timeout is not None:
        limits = replace(limits, total=provider.config.timeout)
    base = host_and_port(str(provider.settings[BASE_URL]))
    return LiveTransport(
        hosts=frozenset((base, *provider.config.hosts)),
        limits=limits,
        secret_headers=provider.definition.header_names,
        network=provider.network,
    )
