"""How texts of replies are changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.evaluation.strength.harmless_changes import other_id, with_courtesy, with_other_spaces
from harness.evaluation.strength.text_changes import (
    first_half,
    negated,
    with_error,
    with_other_numbers,
    without_last_sentence,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is here.", "It is not here."),
        ("You CAN pay.", "You CAN not pay."),
        ("It isn't here.", "It is here."),
        ("We cannot help.", "We can help."),
        ("We can't help.", "We can help."),
        ("It won’t work.", "It will work."),  # noqa: RUF001  # as it is typed
        ("It is not here.", "It is here."),
        ("Das ist da.", "Das ist nicht da."),
        ("O pedido foi pago.", "O pedido não foi pago."),
        ("Votre commande est prête.", "Votre commande ne est pas prête."),
        ("Ce n’est pas possible.", "Ce est possible."),  # noqa: RUF001  # the same
        ("Ils ne peuvent pas venir.", "Ils peuvent venir."),
        ("Não é preciso pagar.", "é preciso pagar."),
        ("Is it here? It is not.", "Is it here? It is."),
        ("It is here. Is that all?", "It is not here. Is that all?"),
        ("To which currency should I convert it?", None),
        ('You asked: "Can I pay?"', None),
        ("Have a good day! It is paid.", "Have a good day! It is not paid."),
        ("Do not pay again.", "Do pay again."),
        ("Have a good journey!", None),
        ("Welcome!", None),
        ("", None),
    ],
)
def test_a_statement_is_turned_round(text: str, expected: str | None) -> None:
    """The first known verb of a statement gets a negation or loses it; a wish states nothing."""
    assert negated(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12 of 9", ["13 of 9", "12 of 10"]),
        ("$1,299.00", ["$2,299.00"]),
        ("007", ["008"]),
        ("4.5 stars", ["5.5 stars"]),
        ("on 2026-03-02 at 10:15, 3 pieces", ["on 2026-03-02 at 10:15, 4 pieces"]),
        ("none", []),
    ],
)
def test_each_number_is_changed_by_itself(text: str, expected: list[str]) -> None:
    """A price is one number; dates and times are left as they are."""
    assert list(with_other_numbers(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", "One. Two!"),
        ("One.\nTwo", "One."),
        ("Only one.", None),
        ("Version 1.2 is here", None),
        ("", None),
    ],
)
def test_the_last_sentence_is_cut(text: str, expected: str | None) -> None:
    """A text of one sentence is not changed so."""
    assert without_last_sentence(text) == expected


def test_half_of_the_words_stay() -> None:
    """A text of few words is not cut."""
    assert first_half("one two three four five") == "one two"
    assert first_half("one two three") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wir helfen Ihnen und nicht der Bank.", "Ich helfe gern."),
        ("O pedido é para você.", "Com muito prazer."),
        ("Your order is on the way.", "I am happy to help."),
        ("12", "I am happy to help."),
    ],
)
def test_a_courtesy_is_in_the_language_of_the_text(text: str, expected: str) -> None:
    """The most usual words say which language it is."""
    assert with_courtesy(text) == f"{text} {expected}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on 2026-03-02", "on 2026-03-01"),
        ("2026-03-02T09:30:00.0000000+09:00", "2026-03-02T09:10:00.0000000+09:00"),
        ("2026-03-02T09:30:00-0530", "2026-03-02T09:10:00-0530"),
        (
            "order 018c6302-ec34-02f2-cc2c-c5f1f38a7a03",
            "order 018c6302-ec34-02f2-cc2c-c5f1f38a7a01",
        ),
        ("12 EUR", "12 EUR"),
    ],
)
def test_ids_and_dates_keep_their_form(text: str, expected: str) -> None:
    """Only what varies from conversation to conversation is changed."""
    assert other_id(text) == expected


def test_quotation_marks_and_blanks_of_another_keyboard() -> None:
    """The words stay."""
    assert with_other_spaces('It\'s "blue" now') == "It\u2019s  \u201cblue\u201d now"


@given(st.text())
def test_changes_never_give_the_same_text(text: str) -> None:
    """What is changed differs from what it was made of."""
    made = [negated(text), without_last_sentence(text), first_half(text), with_error(text)]

    assert text not in [*filter(None, made), *with_other_numbers(text)]
