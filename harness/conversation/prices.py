"""What a provider costs, by the names of the usage that its replies report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal

from harness.core import value_class

CURRENCY = "USD"
"""Of prices that name none."""
_ZERO = Decimal(0)


@value_class(frozen=True, slots=True, kw_only=True)
class Prices:
    """What a provider costs."""

    per_million: Mapping[str, Decimal]
    """By the name of the usage."""
    parts: Mapping[str, str] = field(default_factory=dict)
    """Names whose number is contained in that of another name, such as cached tokens in all that
    were sent: their price takes the place of the other's."""
    currency: str = CURRENCY

    def cost(self, usage: Mapping[str, Decimal]) -> Decimal | None:
        """What a reply costs; None if its usage has no name that has a price."""
        priced = [name for name in self.per_million if name in usage]
        if not priced:
            return None
        return sum((usage[name] * self._price(name, usage) for name in priced), _ZERO).scaleb(-6)

    def _price(self, name: str, usage: Mapping[str, Decimal]) -> Decimal:
        """What a million more of a name adds to the cost."""
        whole = self.parts.get(name, "")
        paid_already = self.per_million[whole] if whole in usage else _ZERO
        return self.per_million[name] - paid_already
