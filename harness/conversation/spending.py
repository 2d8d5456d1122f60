"""What conversations cost: tokens, and money at the prices of harness.yaml.

All sums are decimal numbers, so that nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from decimal import Decimal
from enum import StrEnum
from math import isfinite
from typing import Any

from harness.conversation.prices import Prices
from harness.conversation.transcript import Turn
from harness.core import Json, value_class

_ZERO = Decimal(0)
_DIGITS = 6
"""Decimal places of an amount of money that are shown."""
_LEAST = Decimal(1).scaleb(-_DIGITS)


class Purpose(StrEnum):
    """For what a provider was asked."""

    BOT = "bot"
    """It is the bot that is tested."""
    JUDGE = "judge"
    USER = "user"
    """It simulates the user."""


@value_class(frozen=True, slots=True, kw_only=True)
class Charge:
    """What the replies of one provider cost, for one purpose."""

    provider: str
    purpose: Purpose = Purpose.BOT
    name: str = ""
    """Of the judge; empty for any other purpose."""
    is_recorded: bool = False
    """The replies are those of a recording: they were paid for when it was made."""
    replies: int = 0
    usage: Mapping[str, Decimal] = field(default_factory=dict)
    """The sums of what the replies report, by its name."""
    tokens: Decimal | None = None
    """All tokens together; None if no reply reports any."""
    currency: str = ""
    """Empty if the provider has no prices."""
    cost: Decimal | None = None
    """None if the cost of no reply is known."""
    priced: int = 0
    """The replies whose cost is known."""

    @classmethod
    def of(
        cls,
        usage: Mapping[str, float],
        provider: str,
        prices: Prices | None,
        *,
        is_recorded: bool,
        purpose: Purpose = Purpose.BOT,
        name: str = "",
    ) -> Charge:
        """What one reply costs, which has reported this usage; empty if it reported none."""
        numbers = {key: Decimal(repr(number)) for key, number in usage.items() if isfinite(number)}
        cost = prices.cost(numbers) if prices is not None else None
        return cls(
            provider=provider,
            purpose=purpose,
            name=name,
            is_recorded=is_recorded,
            replies=1,
            usage=numbers,
            tokens=_tokens(numbers),
            currency=prices.currency if prices is not None else "",
            cost=cost,
            priced=int(cost is not None),
        )

    @property
    def key(self) -> tuple[str, str, str, bool, str]:
        """What it shares with the charges that it can be added to."""
        return self.purpose.value, self.name, self.provider, self.is_recorded, self.currency

    def plus(self, other: Charge) -> Charge:
        """The sum of two charges with the same key."""
        usage = dict(self.usage)
        for name, number in other.usage.items():
            usage[name] = usage.get(name, _ZERO) + number
        return replace(
            self,
            replies=self.replies + other.replies,
            usage=usage,
            tokens=_sum(self.tokens, other.tokens),
            cost=_sum(self.cost, other.cost),
            priced=self.priced + other.priced,
        )

    def json(self) -> dict[str, Json]:
        """The charge as results.json has it. Money is a text, which keeps every digit."""
        stored: dict[str, Json] = {
            "provider": self.provider,
            "purpose": self.purpose.value,
            "name": self.name,
            "recorded": self.is_recorded,
            "replies": self.replies,
            "usage": {name: _number(number) for name, number in self.usage.items()},
            "tokens": None if self.tokens is None else _number(self.tokens),
            "cost": None if self.cost is None else plain(self.cost),
            "currency": self.currency,
            "priced": self.priced,
        }
        return {key: value for key, value in stored.items() if value not in (None, "", False, {})}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Charge:
        """The charge that was stored."""
        tokens, cost = stored.get("tokens"), stored.get("cost")
        usage = stored.get("usage", {})
        return cls(
            provider=stored["provider"],
            purpose=Purpose(stored["purpose"]),
            name=stored.get("name", ""),
            is_recorded=stored.get("recorded", False),
            replies=stored.get("replies", 0),
            usage={name: Decimal(repr(number)) for name, number in usage.items()},
            tokens=None if tokens is None else Decimal(repr(tokens)),
            currency=stored.get("currency", ""),
            cost=None if cost is None else Decimal(cost),
            priced=stored.get("priced", 0),
        )


@value_class(frozen=True, slots=True, kw_only=True)
class Spent:
    """What was spent, by provider and purpose. The sum of two adds up charges that are alike."""

    charges: tuple[Charge, ...] = ()

    @classmethod
    def of(cls, charges: Iterable[Charge]) -> Spent:
        """The sum of charges, in the order in which each kind came first."""
        summed: dict[object, Charge] = {}
        for charge in charges:
            before = summed.get(charge.key)
            summed[charge.key] = charge if before is None else before.plus(charge)
        return cls(charges=tuple(summed.values())) if summed else NOTHING_SPENT

    @classmethod
    def of_record(cls, record: Mapping[str, Any]) -> Spent:
        """What a conversation of results.json cost, with its earlier attempts."""
        spent = cls.from_json(record.get("spent", ()))
        # A recording that was replayed several times was paid for once.
        earlier = (cls.from_json(one.get("spent", ())).paid for one in record.get("attempts", ()))
        return sum(earlier, spent)

    def __add__(self, other: Spent) -> Spent:
        """The sum. Nothing is added up anew where one of the two is empty."""
        if not (self.charges and other.charges):
            return self if self.charges else other
        return Spent.of((*self.charges, *other.charges))

    def __bool__(self) -> bool:
        """Whether any reply was counted."""
        return bool(self.charges)

    @property
    def paid(self) -> Spent:
        """What this run paid for."""
        return Spent(charges=tuple(one for one in self.charges if not one.is_recorded))

    @property
    def recorded(self) -> Spent:
        """What the replayed recordings cost when they were made."""
        return Spent(charges=tuple(one for one in self.charges if one.is_recorded))

    @property
    def tokens(self) -> Decimal | None:
        """All tokens together; None if none were reported."""
        known = [charge.tokens for charge in self.charges if charge.tokens is not None]
        return sum(known, _ZERO) if known else None

    @property
    def costs(self) -> Mapping[str, Decimal]:
        """Money by currency. Amounts of different currencies are never added up."""
        costs: dict[str, Decimal] = {}
        for charge in self.charges:
            if charge.cost is not None:
                costs[charge.currency] = costs.get(charge.currency, _ZERO) + charge.cost
        return costs

    @property
    def unpriced(self) -> Mapping[str, int]:
        """By provider, its replies whose cost is not known; without those whose cost is."""
        unknown: dict[str, int] = {}
        for charge in self.charges:
            if charge.replies > charge.priced:
                count = charge.replies - charge.priced
                unknown[charge.provider] = unknown.get(charge.provider, 0) + count
        return unknown

    @property
    def text(self) -> str:
        """Tokens and money, such as `1,830 tokens, 0.0412 USD`; empty if neither is known."""
        tokens = self.tokens
        parts = [] if tokens is None else [tokens_text(tokens)]
        parts += [money_text(amount, currency) for currency, amount in self.costs.items()]
        return ", ".join(parts)

    def json(self) -> list[Json]:
        """The charges as results.json has them."""
        return [charge.json() for charge in self.charges]

    @classmethod
    def from_json(cls, stored: Sequence[Mapping[str, Any]]) -> Spent:
        """What was stored."""
        return cls(charges=tuple(map(Charge.from_json, stored))) if stored else NOTHING_SPENT


NOTHING_SPENT = Spent()


def charges_of(
    turns: Iterable[Turn], provider: str, prices: Prices | None, *, is_recorded: bool
) -> Iterator[Charge]:
    """What each reply of some turns costs; none if the definition does not say where usage is."""
    for turn in turns:
        if turn.reply is not None and turn.reply.usage is not None:
            yield Charge.of(turn.reply.usage, provider, prices, is_recorded=is_recorded)


def tokens_text(tokens: Decimal) -> str:
    """A number of tokens, such as `1,830 tokens`."""
    return f"{tokens:,f} token{'' if tokens == 1 else 's'}"


def money_text(amount: Decimal, currency: str) -> str:
    """An amount of money with its currency, such as `0.0412 USD`.

    What has more than six decimal places is rounded, and says so.
    """
    shown = round(amount, _DIGITS)
    if amount and abs(amount) < _LEAST:
        return f"less than {plain(_LEAST)} {currency}"
    about = "" if shown == amount else "about "
    return f"{about}{plain(shown, places=2)} {currency}"


def plain(number: Decimal, places: int = 0) -> str:
    """A number with all its digits, and at least so many decimal places."""
    whole, _, decimals = f"{number:f}".partition(".")
    decimals = decimals.rstrip("0").ljust(places, "0")
    return f"{whole}.{decimals}" if decimals else whole


def _tokens(usage: Mapping[str, Decimal]) -> Decimal | None:
    """The tokens of a usage: the total where it names one, or else the sum of those it names.

    A nested name, such as `prompt_tokens_details.cached_tokens`, is a part of another number.
    """
    named = {name.lower(): number for name, number in usage.items() if "." not in name}
    tokens = {name: number for name, number in named.items() if "token" in name}
    totals = [number for name, number in tokens.items() if "total" in name]
    if totals or not tokens:
        return totals[0] if totals else None
    return sum(tokens.values(), _ZERO)


def _sum(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return other if one is None else one if other is None else one + other


def _number(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)
