"""What a run cost, as sentences for the terminal and the reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.conversation.spending import Charge, Purpose, Spent, money_text
from harness.core import Json, counted

PAID, RECORDED = "spent", "recorded"


def spent_lines(spent: Spent) -> Iterator[tuple[str, str]]:
    """A heading and a sentence for what was spent now, and for what recordings cost.

    Nothing if no tokens are known and no provider has prices.
    """
    if text := _sentence(spent.paid):
        yield PAID, text
    if text := _sentence(spent.recorded):
        prices = " at the prices of harness.yaml" if spent.recorded.costs else ""
        yield RECORDED, f"{text}{prices}, spent when the recordings were made"


def judge_lines(spent: Spent) -> Iterator[tuple[str, str]]:
    """A heading, and how many questions each judge answered; nothing if no judge was asked.

    The name of the judge is left out if there is only one.
    """
    named: dict[str, list[Charge]] = {}
    for charge in spent.charges:
        # Without a name it is not a judge, but a check that asks for embeddings.
        if charge.purpose is Purpose.JUDGE and charge.name:
            named.setdefault(purpose_text(charge), []).append(charge)
    for name, charges in named.items():
        asked = sum(charge.replies for charge in charges if not charge.is_recorded)
        recorded = sum(charge.replies for charge in charges if charge.is_recorded)
        parts = [counted(asked + recorded, "question")]
        parts += [f"{recorded:,} recorded"] if recorded else []
        parts += [f"{asked:,} asked"] if asked else []
        parts += filter(None, [Spent(charges=tuple(charges)).text])
        yield name if len(named) > 1 else Purpose.JUDGE.value, ", ".join(parts)


def short_text(spent: Spent) -> str:
    """What a conversation cost, in a few words."""
    paid, recorded = spent.paid.text, spent.recorded.text
    return ", ".join(filter(None, (paid, recorded and f"{recorded} when it was recorded")))


def spent_table(spent: Spent) -> list[dict[str, Json]]:
    """A row for each provider and purpose, with texts for people."""
    return [
        {
            "purpose": purpose_text(charge),
            "provider": charge.provider,
            "replies": charge.replies,
            "tokens": "" if charge.tokens is None else f"{charge.tokens:,f}",
            "cost": "" if charge.cost is None else money_text(charge.cost, charge.currency),
            "recorded": charge.is_recorded,
        }
        for charge in spent.charges
    ]


def _sentence(spent: Spent) -> str:
    """All of it, then each purpose if there are several, and the replies without a price."""
    text = spent.text
    parts = _by_purpose(spent)
    if text and len(parts) > 1:
        each = "; ".join(f"{name} {part.text}" for name, part in parts.items() if part.text)
        text = f"{text} ({each})"
    return ", ".join(filter(None, (text, _gaps(spent))))


def _by_purpose(spent: Spent) -> Mapping[str, Spent]:
    charges: dict[str, list[Charge]] = {}
    for charge in spent.charges:
        charges.setdefault(purpose_text(charge), []).append(charge)
    return {name: Spent(charges=tuple(some)) for name, some in charges.items()}


def purpose_text(charge: Charge) -> str:
    """For what it was paid: `bot`, `judge careful`, `simulated user`."""
    if charge.purpose is Purpose.USER:
        return "simulated user"
    return f"{charge.purpose} {charge.name}".rstrip()


def _gaps(spent: Spent) -> str:
    """The replies whose cost is not known; empty if no provider has prices."""
    if not any(charge.currency for charge in spent.charges):
        return ""
    each = [
        f"{count} {'reply' if count == 1 else 'replies'} of {provider}"
        for provider, count in spent.unpriced.items()
    ]
    return f"cost not known for {' and '.join(each)}" if each else ""
