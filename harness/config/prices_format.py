"""The format of a provider's `prices:`."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from harness.conversation.spending import CURRENCY, Prices
from harness.core import Json, Problem
from harness.formats.yaml import Node

_CURRENCY = "currency"

PRICES: Json = {
    "type": "object",
    "description": "Prices of a million of each name of the usage that its replies report.",
    "minProperties": 1,
    "properties": {
        _CURRENCY: {
            "type": "string",
            "pattern": "^[A-Z]{3}$",
            "description": f"Of these prices, as a code of ISO 4217; default: {CURRENCY}.",
            "examples": ["EUR"],
        },
    },
    "additionalProperties": {"type": "number", "minimum": 0},
    "examples": [{"input_tokens": 3.00, "output_tokens": 15}],
}


def prices_of(node: Node | None) -> Prices | None:
    """The prices at a node; None if there is no such node."""
    if node is None:
        return None
    return Prices(
        # As they are written: a float would be off in its last digits.
        per_million={name: Decimal(repr(one.value)) for name, one in _priced(node)},
        currency=str(node.value_of(_CURRENCY, CURRENCY)),
    )


def price_problems(node: Node | None) -> Iterator[Problem]:
    """What the format alone does not say."""
    if node is not None and not any(_priced(node)):
        yield Problem(
            code="no-effect",
            message="'currency' has no effect without a price",
            place=node.at(_CURRENCY).key_place,
            hint="add the price of a million of a name of the usage, such as 'input_tokens: 3.00'",
        )


def _priced(node: Node) -> Iterator[tuple[str, Node]]:
    return ((name, one) for name, one in node.items() if name != _CURRENCY)
