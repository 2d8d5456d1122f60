"""What the runs of a history cost, and how the costs of two runs differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from harness.conversation.spending import (
    NOTHING_SPENT,
    Spent,
    money_text,
    plain,
    tokens_text,
)
from harness.core import Json, counted
from harness.core.sections import Section
from harness.history.comparison import Compared
from harness.history.trends import Series

MOST_LISTED = 5
"""Conversations whose costs rose most."""


def paid_by_run(series: Series) -> Mapping[str, Spent]:
    """By run, what it paid for: without what recordings had cost. A run that paid nothing lacks."""
    paid: dict[str, Spent] = {}
    for seen in series.values():
        for played in seen:
            if spent := played.conversation.costs.paid:
                run = played.run.run
                paid[run] = paid.get(run, NOTHING_SPENT) + spent
    return paid


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """What two runs cost, in tokens or in a currency."""

    unit: str
    """Empty for tokens."""
    before: Decimal
    after: Decimal

    @property
    def more(self) -> Decimal:
        """How much more it is after."""
        return self.after - self.before

    @property
    def cells(self) -> tuple[str, str, str]:
        """Before, after and the difference, for people."""
        change = self._text(self.more)
        sign = "+" if self.more > 0 and not change.startswith(("about", "less")) else ""
        share = f" ({self.more / self.before:+.1%})".replace("%", " %") if self.before else ""
        return self._text(self.before), self._text(self.after), f"{sign}{change}{share}"

    def _text(self, amount: Decimal) -> str:
        return money_text(amount, self.unit) if self.unit else tokens_text(amount)

    def json(self) -> Json:
        """Before and after; money as a text, which keeps every digit."""
        if self.unit:
            return {"before": plain(self.before), "after": plain(self.after)}
        return {"before": int(self.before), "after": int(self.after)}


@dataclass(frozen=True, slots=True, kw_only=True)
class CostsCompared:
    """What the conversations that two runs have in common cost in each of them."""

    conversations: int
    """Whose costs are known in both runs."""
    amounts: Sequence[Amounts]
    risen: Sequence[tuple[str, Amounts]]
    """The conversations whose costs rose most, the most first."""
    has_recorded: bool
    """Some were replayed: what is compared is what their recordings had cost."""

    @property
    def is_changed(self) -> bool:
        """Whether any sum differs, or any conversation costs more."""
        return bool(self.risen) or any(one.more for one in self.amounts)

    @property
    def section(self) -> Section:
        """The part of the page."""
        rows = [("all", *amounts.cells) for amounts in self.amounts]
        rows += [(name, *amounts.cells) for name, amounts in self.risen]
        lines = ["replays: what their recordings had cost"] if self.has_recorded else []
        return Section(
            title=f"costs of {counted(self.conversations, 'conversation')} in both runs",
            heads=("conversation", "before", "after", "difference"),
            rows=rows,
            lines=lines,
        )

    def json(self) -> dict[str, Json]:
        """All of it as JSON."""
        money = {one.unit: one.json() for one in self.amounts if one.unit}
        tokens = next((one.json() for one in self.amounts if not one.unit), None)
        return {"conversations": self.conversations, "tokens": tokens, "money": money}


def compare_costs(compared: Sequence[Compared]) -> CostsCompared | None:
    """How the costs differ; None if no conversation of both runs has any."""
    pairs = [
        (one.id, one.before.costs, one.after.costs)
        for one in compared
        if one.before is not None and one.after is not None and one.before.spent and one.after.spent
    ]
    before = sum((old for _, old, _ in pairs), NOTHING_SPENT)
    after = sum((new for _, _, new in pairs), NOTHING_SPENT)
    amounts = list(_amounts(before, after))
    if not amounts:
        return None
    # Money if there is any: it is what tokens of several models have in common.
    unit = amounts[-1].unit
    each = [(name, one) for name, old, new in pairs for one in _amounts(old, new)]
    risen = [(name, one) for name, one in each if one.unit == unit and one.more > 0]
    return CostsCompared(
        conversations=len(pairs),
        amounts=amounts,
        risen=sorted(risen, key=lambda pair: -pair[1].more)[:MOST_LISTED],
        has_recorded=bool(before.recorded or after.recorded),
    )


def _amounts(before: Spent, after: Spent) -> Iterator[Amounts]:
    """Tokens first, then each currency; only what is known of both."""
    if before.tokens is not None and after.tokens is not None:
        yield Amounts(unit="", before=before.tokens, after=after.tokens)
    for currency in dict.fromkeys((*before.costs, *after.costs)):
        if currency in before.costs and currency in after.costs:
            yield Amounts(unit=currency, before=before.costs[currency], after=after.costs[currency])
