"""What replies cost: tokens, money at prices, and their sums."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.conversation import Reply, Turn, UserMessage
from harness.conversation.prices import Prices
from harness.conversation.spending import (
    Charge,
    Purpose,
    Spent,
    charges_of,
    money_text,
    plain,
    tokens_text,
)
from harness.reports.results.spent_schema import SPENT
from harness.reports.spent_text import spent_lines

PRICES = Prices(per_million={"input": Decimal("3.00"), "output": Decimal(15)})


def charge(usage, prices=PRICES, **more):
    return Charge.of(usage, more.pop("provider", "shop"), prices, **{"is_recorded": False, **more})


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        pytest.param(
            {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}, 11, id="a total"
        ),
        pytest.param(
            {"input_tokens": 9, "output_tokens": 2, "cache_read_input_tokens": 4}, 15, id="no total"
        ),
        pytest.param(
            {"promptTokenCount": 9, "candidatesTokenCount": 2, "totalTokenCount": 12}, 12, id="case"
        ),
        pytest.param(
            {"input_tokens": 9, "input_tokens_details.cached_tokens": 4}, 9, id="a part of another"
        ),
        pytest.param({"words": 7}, None, id="none"),
        pytest.param({}, None, id="nothing reported"),
    ],
)
def test_tokens_are_the_total_or_the_sum_of_what_is_named_so(usage, tokens):
    """Numbers of tokens are found by their names, and none is counted twice."""
    assert charge(usage).tokens == tokens


def test_a_price_is_that_of_a_million():
    """Each name of the usage with a price is paid for; the others cost nothing."""
    reply = charge({"input": 1_000, "output": 100, "cached": 5_000})

    assert reply.cost == Decimal("0.0045")
    assert (reply.currency, reply.replies, reply.priced) == ("USD", 1, 1)


def test_a_part_of_a_number_replaces_its_price():
    """Cached tokens are contained in those that were sent: none of them is paid for twice."""
    prices = Prices(
        per_million={"sent": Decimal(2), "sent.cached": Decimal("0.5")},
        parts={"sent.cached": "sent"},
    )

    assert charge({"sent": 1_000_000, "sent.cached": 400_000}, prices).cost == Decimal("1.4")
    assert charge({"sent": 1_000_000}, prices).cost == 2
    assert charge({"sent.cached": 400_000}, prices).cost == Decimal("0.2")


def test_a_reply_whose_usage_has_no_price_has_no_known_cost():
    """It is not free: it is counted as a reply whose cost is not known."""
    both = Spent.of([charge({"input": 1_000}), charge({"inptu": 1_000}), charge({})])

    assert both.costs == {"USD": Decimal("0.003")}
    assert both.unpriced == {"shop": 2}
    assert dict(spent_lines(both)) == {"spent": "0.003 USD, cost not known for 2 replies of shop"}
    assert dict(spent_lines(Spent.of([charge({})]))) == {
        "spent": "cost not known for 1 reply of shop"
    }


NUMBERS = st.one_of(
    st.integers(min_value=0, max_value=10**9),
    st.decimals(min_value=0, max_value=10**6, places=4).map(float),
)


@given(
    st.lists(st.dictionaries(st.sampled_from(["input", "output"]), NUMBERS, min_size=1)),
    st.decimals(min_value=0, max_value=1000, places=6),
)
def test_sums_are_exact(usages, price):
    """However many replies are added up, and in whatever order, no digit is lost."""
    prices = Prices(per_million={"input": price, "output": Decimal("0.1")})
    charges = [charge(usage, prices) for usage in usages]
    exact = sum(
        Fraction(repr(number)) * Fraction(prices.per_million[name]) / 10**6
        for usage in usages
        for name, number in usage.items()
    )

    forward, backward = Spent.of(charges), Spent.of(reversed(charges))

    assert Fraction(forward.costs.get("USD", Decimal(0))) == exact
    assert forward.costs == backward.costs


def test_what_is_unlike_is_never_added_up():
    """Currencies, purposes, judges, providers and recordings stay apart."""
    euros = Prices(per_million=PRICES.per_million, currency="EUR")
    spent = Spent.of(
        [
            charge({"input": 1_000_000}),
            charge({"input": 1_000_000}, euros),
            charge({"input": 1_000_000}, is_recorded=True),
            charge({"input": 1_000_000}, purpose=Purpose.JUDGE, name="careful"),
            charge({"input": 1_000_000}, purpose=Purpose.JUDGE, name="quick"),
            charge({"input": 1_000_000}, provider="other"),
        ]
    )

    assert len(spent.charges) == 6
    assert spent.paid.costs == {"USD": 12, "EUR": 3}
    assert spent.recorded.costs == {"USD": 3}
    assert (spent + spent).paid.costs == {"USD": 24, "EUR": 6}
    assert len((spent + spent).charges) == 6


def test_what_was_spent_can_be_stored():
    """As JSON with every digit of the money, in the format of results.json."""
    spent = Spent.of(
        [
            charge({"input": 1, "output": 1, "total_tokens": 2, "cost": 0.1}),
            charge({"input": 1}, None, is_recorded=True, purpose=Purpose.JUDGE, name="careful"),
        ]
    )

    stored = spent.json()

    jsonschema.validate(stored, SPENT)
    assert stored[0]["cost"] == "0.000018"
    assert Spent.from_json(stored) == spent
    assert Spent.from_json([]) == Spent()


def test_replies_without_usage_are_not_counted():
    """A definition that does not say where usage is, or a turn that broke, adds nothing."""
    user = UserMessage(text="Hi")
    turns = [
        Turn(number=1, user=user, reply=Reply()),
        Turn(number=2, user=user),
        Turn(number=3, user=user, reply=Reply(usage={"input": 2_000_000})),
    ]

    spent = Spent.of(charges_of(turns, "shop", PRICES, is_recorded=True))

    assert [*charges_of(turns[:2], "shop", PRICES, is_recorded=True)] == []
    assert spent.recorded.costs == {"USD": 6}
    assert not spent.paid


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0.00 USD"),
        ("2.5", "2.50 USD"),
        ("0.0045", "0.0045 USD"),
        ("0.0000001", "less than 0.000001 USD"),
        ("1.23456789", "about 1.234568 USD"),
        ("1234567.10", "1234567.10 USD"),
    ],
)
def test_an_amount_says_where_it_is_rounded(amount, text):
    """Six decimal places are shown; what has more says that it is rounded."""
    assert money_text(Decimal(amount), "USD") == text


def test_numbers_are_written_without_an_exponent():
    """Also very small and very large ones."""
    assert plain(Decimal("1E-9")) == "0.000000001"
    assert plain(Decimal("1E+3")) == "1000"
    assert tokens_text(Decimal(1)) == "1 token"
    assert tokens_text(Decimal(12830)) == "12,830 tokens"


def test_the_sentence_names_purposes_and_gaps():
    """What was spent and what recordings cost are told apart; with several purposes, each."""
    tokens = {"input": 1_000_000, "total_tokens": 1_000_000}
    spent = Spent.of(
        [
            charge(tokens),
            charge(tokens, is_recorded=True),
            charge(tokens, None, provider="referee", purpose=Purpose.JUDGE, name="careful"),
        ]
    )

    assert dict(spent_lines(spent)) == {
        "spent": "2,000,000 tokens, 3.00 USD (bot 1,000,000 tokens, 3.00 USD; judge careful"
        " 1,000,000 tokens), cost not known for 1 reply of referee",
        "recorded": "1,000,000 tokens, 3.00 USD at the prices of harness.yaml, spent when the"
        " recordings were made",
    }
