"""Prices of harness.yaml whose name no reply of a run has reported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harness.config import ProviderConfig
from harness.conversation.spending import Spent
from harness.core import Problem, nearest_word, quote


def unused_prices(providers: Iterable[ProviderConfig], spent: Spent) -> Iterator[Problem]:
    """A warning for each price whose name is in no reply, if its provider reported any usage."""
    reported: dict[str, dict[str, None]] = {}
    for charge in spent.charges:
        reported.setdefault(charge.provider, {}).update(dict.fromkeys(charge.usage))
    for config in providers:
        names = reported.get(config.name)
        for name in config.prices.per_million if config.prices is not None and names else ():
            if names and name not in names:
                yield Problem(
                    code="unused-price",
                    where=str(config.node.at("prices").at(name).key_place),
                    subject=f"provider {config.name}",
                    message=f"no reply of this run reports {quote(name)}, which has a price",
                    hint=nearest_word(name, names) or f"they report {', '.join(names)}",
                )
