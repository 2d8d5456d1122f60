"""Faults of the network that a turn may expect."""

from __future__ import annotations

from harness.core.typing import Json
from harness.formats.yaml import Node
from harness.scenario.compiling import Compiler

TIMEOUTS = ("connect-timeout", "write-timeout", "read-timeout", "total-timeout")
FAULTS = (
    *("connection-refused", "unknown-host", "connection-failed", "tls-failure"),
    *("connection-broken", *TIMEOUTS, "protocol-violation", "too-large", "bad-encoding"),
)
"""Their codes, as a scenario that does not expect them is told."""
ANY_TIMEOUT = "timeout"
_CODE: Json = {"enum": [*FAULTS, ANY_TIMEOUT]}
TRANSPORT: dict[str, Json] = {
    "transport": {
        "description": "The network is expected to fail so, instead of an answer; stands alone.",
        "oneOf": [_CODE, {"type": "array", "items": _CODE, "minItems": 1}],
    }
}
"""What an `error:` block may hold beside checks."""


def read_faults(error: Node | None, compiler: Compiler) -> tuple[str, ...]:
    """The codes that a turn's `error:` expects of the network; none where it expects an answer."""
    node = error.get("transport") if error is not None else None
    if error is None or node is None:
        return ()
    if len(list(error.items())) > 1:
        message = "where the network fails there is no answer to check"
        hint = "keep 'transport:' alone"
        compiler.note("expect-and-error", message, node, hint, key=True)
    named = node.value if isinstance(node.value, list) else [node.value]
    codes = (TIMEOUTS if one == ANY_TIMEOUT else (str(one),) for one in named)
    return tuple(code for some in codes for code in some)
