"""Loads the PEM files of a provider, and says what is wrong with them."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.transport.network import ClientCertificate

ENDINGS = (".pem", ".crt", ".cer")
"""Of the files that are read of a folder."""

_CERTIFICATE = re.compile(rb"-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----")
_KEY = re.compile(rb"-----BEGIN (?:\w+ )*PRIVATE KEY-----")
_DER = b"\x30"
"""The first byte of a file in one of the binary formats."""


@dataclass
class CertificateFault(Exception):
    """A file cannot be used."""

    code: str
    message: str
    hint: str = ""
    key: str = ""
    """The key of `client_certificate` that it is about; empty for the whole value."""


def trust(context: ssl.SSLContext, path: Path) -> None:
    """Let a context trust the authorities of a file, or of each file of a folder.

    Raises `CertificateFault`.
    """
    for file in _files(path):
        content = _content(file)
        if not _CERTIFICATE.search(content):
            raise CertificateFault(
                "not-a-certificate",
                f"{file} contains no certificate in PEM format",
                _binary_hint(content, f"openssl x509 -inform der -in {file.name} -out ca.pem")
                or "it has lines such as '-----BEGIN CERTIFICATE-----'",
            )
        try:
            context.load_verify_locations(cafile=str(file))
        except ssl.SSLError as error:
            raise CertificateFault(
                "not-a-certificate", f"{file}: a certificate is damaged: {_reason(error)}"
            ) from error


def present(context: ssl.SSLContext, own: ClientCertificate) -> bool:
    """Let a context show a client certificate. Returns whether its key needs a password.

    Raises `CertificateFault`; its code is `wrong-password` also if there is no password.
    """
    certificate, key = own.certificate, own.key or own.certificate
    content = _content(certificate, "certificate")
    if not _CERTIFICATE.search(content):
        command = f"openssl pkcs12 -in {certificate.name} -out client.pem"
        raise CertificateFault(
            "not-a-certificate",
            f"{certificate} contains no certificate in PEM format",
            _binary_hint(content, command),
            "certificate",
        )
    if not _KEY.search(_content(key, "key")):
        raise CertificateFault(
            "not-a-key",
            f"{key} contains no private key in PEM format",
            "" if own.key else "name the key's file: {certificate: …, key: …}",
            "key",
        )
    return _load(context, own, key)


def _load(context: ssl.SSLContext, own: ClientCertificate, key: Path) -> bool:
    asked: list[bool] = []

    def password() -> str:
        # Without a function, OpenSSL asks in the terminal.
        asked.append(True)
        return own.password or ""

    try:
        context.load_cert_chain(own.certificate, key, password)
    except (ssl.SSLError, ValueError) as error:
        reason = getattr(error, "reason", None) or ""
        if reason == "KEY_VALUES_MISMATCH":
            fault = CertificateFault(
                "wrong-key", f"{key} is not the key of {own.certificate}", key="key"
            )
        elif asked and not own.password:
            fault = CertificateFault(
                "wrong-password",
                f"the key in {key} is encrypted, and there is no password",
                "add 'password: ${env.NAME}' to 'client_certificate'",
            )
        elif asked:
            fault = CertificateFault(
                "wrong-password",
                f"the password does not decrypt the key in {key}",
                key="password",
            )
        else:
            fault = CertificateFault(
                "not-a-certificate",
                f"{own.certificate} with its key cannot be read: {_reason(error)}",
            )
        raise fault from error
    return bool(asked)


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    found = sorted(
        file for file in path.iterdir() if file.suffix.lower() in ENDINGS and file.is_file()
    )
    if not found:
        raise CertificateFault(
            "no-such-file",
            f"the folder {path} has no file that ends in {', '.join(ENDINGS[:-1])}"
            f" or {ENDINGS[-1]}",
        )
    yield from found


def _content(file: Path, key: str = "") -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError as error:
        raise CertificateFault("no-such-file", f"there is no file {file}", key=key) from error
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror}"
        raise CertificateFault("unreadable-file", message, key=key) from error


def _binary_hint(content: bytes, command: str) -> str:
    return f"convert it: {command}" if content.startswith(_DER) else ""


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", None) or str(error)
    return str(reason).replace("_", " ").lower()
