"""How much the live conversations of a run may spend together."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator
from decimal import Decimal

from harness.conversation.prices import Prices
from harness.conversation.spending import Charge, money_text, plain, tokens_text
from harness.core import AuthoringError, BudgetUsedUp
from harness.project.project import Project
from harness.providers.catalogue import definition_of

TOKENS = "tokens"
"""In place of a currency: the budget is a number of tokens."""
_BUDGET = re.compile(r"(\d+(?:\.\d+)?) ?([A-Z]{3}|tokens)")


class Budget:
    """A limit, and what was spent of it. Safe for threads.

    Whoever asks a provider requires it before, and adds what the answer cost.
    """

    def __init__(self, limit: Decimal, unit: str) -> None:
        """`unit` is a currency, or `TOKENS`."""
        self.limit = limit
        self.unit = unit
        self.spent = Decimal(0)
        self.uncounted = 0
        """Replies that reported nothing in this unit."""
        self._lock = threading.Lock()

    @classmethod
    def parse(cls, text: str) -> Budget:
        """The budget that is written as `2.50USD` or `100000tokens`. Raises ValueError."""
        match = _BUDGET.fullmatch(text.strip())
        if match is None or not Decimal(match[1]):
            raise ValueError(f"'{text}' is not a budget; write 2.50USD or 100000tokens")
        return cls(Decimal(match[1]), match[2])

    @property
    def is_used_up(self) -> bool:
        """Whether nothing further may begin."""
        return self.spent >= self.limit

    @property
    def exceeded(self) -> str:
        """Why nothing further may begin, without a full stop."""
        return f"the budget of {self.shown(self.limit)} is used up"

    def require(self) -> None:
        """Raise `BudgetUsedUp` if nothing further may begin."""
        if self.is_used_up:
            raise BudgetUsedUp(
                "budget-used-up",
                f"it was not played, because {self.exceeded}",
                "run the same command with a new budget in mode record, which plays what is not"
                " recorded yet",
            )

    def add(self, charge: Charge) -> None:
        """Add what a live reply cost."""
        amount = charge.tokens
        if self.unit != TOKENS:
            amount = charge.cost if charge.currency == self.unit else None
        with self._lock:
            if amount is None:
                self.uncounted += charge.replies
            else:
                self.spent += amount

    def counts(self, prices: Prices | None, *, reads_usage: bool) -> bool:
        """Whether it can count what a provider with these prices costs."""
        if self.unit == TOKENS:
            return reads_usage
        return prices is not None and prices.currency == self.unit

    def counted_in(self, project: Project, names: Iterable[str]) -> Iterator[tuple[str, bool]]:
        """Providers of a project, and whether it counts their costs; also those of its judges."""
        for name in sorted({*names, *project.config.judging}):
            provider = project.provider_config(name)
            try:
                definition = definition_of(project.config, provider)
            except AuthoringError:
                # It is raised again when a scenario is played.
                continue
            yield name, self.counts(provider.prices, reads_usage=definition.reads_usage)

    def shown(self, amount: Decimal) -> str:
        """An amount in its unit."""
        return tokens_text(amount) if self.unit == TOKENS else money_text(amount, self.unit)

    def __str__(self) -> str:
        """As it is written on the command line."""
        return f"{plain(self.limit)}{self.unit}"
