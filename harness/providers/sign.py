"""The signature of a request: an HMAC over the request as it is sent, in a header."""

from __future__ import annotations

import binascii
from collections.abc import Mapping
from urllib.parse import urlsplit

from harness.core import ProtocolError, describe, value_class
from harness.formats.template import Template
from harness.formats.template.hashes import (
    key_bytes,
    shown_bytes,
    signature,
    written_bytes,
)
from harness.secrets.secret_marks import MARK

SIGNED = ("method", "url", "path", "query", "body")
"""What a request is signed over: its parts as they are sent."""


@value_class(frozen=True, slots=True, kw_only=True)
class SignPlan:
    """How a request is signed: an HMAC over a text, in a header."""

    hash: str
    """One of `harness.formats.template.hashes.ALGORITHMS`."""
    key: Template
    key_encoding: str
    """How the key is written: `text`, `hex` or `base64`."""
    over: Template | None
    """What is signed, with the names of `SIGNED`; None for the body as it is sent."""
    header: str
    encoding: str
    """How the signature is written: `hex`, `base64` or `base64url`."""
    prefix: Template
    """What is before the signature in the header."""

    @property
    def templates(self) -> tuple[Template, ...]:
        """All that is filled in."""
        return (self.key, self.prefix, *((self.over,) if self.over else ()))


def signature_of(
    plan: SignPlan, step: str, context: Mapping[str, object], method: str, url: str, body: bytes
) -> tuple[str, str]:
    """The signature, and the text before it. Raises `ProtocolError` where there is no key."""
    key = plan.key.render(context)
    if not isinstance(key, str) or not key:
        raise _wrong(step, f"the key is {'empty' if key == '' else describe(key)}")
    content = body
    if plan.over is not None:
        parts = urlsplit(url)
        request = {"method": method, "url": url, "path": parts.path or "/"}
        request |= {"query": parts.query, "body": shown_bytes(body)}
        text = plan.over.render({**context, **request})
        if not isinstance(text, str):
            raise _wrong(step, f"'over' is {describe(text)}")
        content = written_bytes(text)
    signed = signature(plan.hash, content, _key(plan, step, key), plan.encoding)
    prefix = plan.prefix.render(context)
    if not isinstance(prefix, str) and not (prefix is None and plan.prefix.is_constant):
        raise _wrong(step, f"'prefix' is {describe(prefix)}")
    return signed, prefix or ""


def _key(plan: SignPlan, step: str, key: str) -> bytes:
    try:
        return key_bytes(key, plan.key_encoding)
    except (ValueError, binascii.Error) as error:
        if MARK.search(key):
            # A replay knows no secrets, and its signature is compared with nothing.
            return written_bytes(key)
        raise _wrong(step, f"the key is not {plan.key_encoding}") from error


def _wrong(step: str, what: str) -> ProtocolError:
    return ProtocolError(
        "wrong-signature",
        f"step {step} cannot be signed: {what}",
        "see the provider's settings; nothing was sent",
    )
