from __future__ import annotations

import ssl

import httpx
import pytest

from harness.emulators import serving

# Nothing here uses TLS. httpx would load the certificates for each client, at 30 ms each.
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@pytest.fixture(scope="session")
def running():
    with serving() as started:
        yield started


@pytest.fixture(scope="session")
def environment(running):
    return running.environment


@pytest.fixture
def connect(running):
    """Makes a client of one emulator; the clients are closed after the test."""
    clients = []

    def make(name, headers=None):
        url = running.urls[name]
        client = httpx.Client(base_url=url, headers=headers, verify=TLS, trust_env=False)
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()
