"""The certificates that docs/network.md names, made anew."""

from __future__ import annotations

import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

PASSWORD = "pl4nted-s3cret"
"""Of the key of the client certificate."""


def company_certificates() -> dict[str, str]:
    """An authority, and a client certificate with its encrypted key, by file name."""
    authority = trustme.CA()
    client = authority.issue_cert("client@example.com")
    key = load_pem_private_key(client.private_key_pem.bytes(), None).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSWORD.encode())
    )
    return {
        "certificates/company.pem": authority.cert_pem.bytes().decode(),
        "certificates/client.crt": client.cert_chain_pems[0].bytes().decode(),
        "certificates/client.key": key.decode(),
    }
