"""The format of a provider's `prices:`."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from harness.conversation.prices import CURRENCY, Prices
from harness.core import Json, Problem, did_you_mean, quote
from harness.formats.yaml import Node

_CURRENCY, _PART_OF = "currency", "part_of"
_PRICE: dict[str, Json] = {"type": "number", "minimum": 0}

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
    "additionalProperties": {
        **_PRICE,
        "type": ["number", "object"],
        "required": ["price", "part_of"],
        "additionalProperties": False,
        "properties": {
            "price": {**_PRICE, "description": "Of a million."},
            "part_of": {
                "type": "string",
                "description": "The name whose number contains this one, and whose price this one"
                " replaces.",
                "examples": ["prompt_tokens"],
            },
        },
    },
    "examples": [{"input_tokens": 3.00, "output_tokens": 15}],
}


def prices_of(node: Node | None) -> Prices | None:
    """The prices at a node; None if there is no such node."""
    if node is None:
        return None
    prices = {name: one.get("price") or one for name, one in _priced(node)}
    return Prices(
        # As they are written: a float would be off in its last digits.
        per_million={name: Decimal(repr(one.value)) for name, one in prices.items()},
        parts={name: str(one.value_of(_PART_OF)) for name, one in _parts(node)},
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
    names = dict(_priced(node)) if node is not None else {}
    parts = dict(_parts(node)) if node is not None else {}
    for name, part in parts.items():
        whole = part.at(_PART_OF)
        if whole.value not in names or whole.value in parts:
            others = names.keys() - parts.keys()
            yield Problem(
                code="wrong-value",
                message=f"{quote(name)} is a part of {quote(str(whole.value))}, which has no price"
                " of its own",
                place=whole.place,
                hint=did_you_mean(str(whole.value), others),
            )


def _parts(node: Node) -> Iterator[tuple[str, Node]]:
    return ((name, one) for name, one in _priced(node) if one.has(_PART_OF))


def _priced(node: Node) -> Iterator[tuple[str, Node]]:
    return ((name, one) for name, one in node.items() if name != _CURRENCY)
