"""What counts as a figure, and which figures are the same."""

from itertools import pairwise

import pytest

from harness.checks.figures import FigureKind, figure_of, figures_in


def written(text):
    """The figures of a text as they are written."""
    return [figure.text for figure in figures_in(text)]


def is_said(text, source):
    """Whether all figures of a text, of which there are some, are in a source."""
    known = figures_in(source)
    found = figures_in(text)
    assert found
    return all(figure.is_said_by(known) for figure in found)


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("Free over $1,250.00, not 1.250,00 EUR", ["$1,250.00", "1.250,00 EUR"]),
        ("1 250 kr, 1\u202f250 kr and CHF 1'250.50", ["1 250 kr", "1 250 kr", "CHF 1'250.50"]),
        ("It takes 3-5 days, 20 % of them less.", ["3", "5", "20 %"]),
        ("Order ORD-4711 in 10yrs, by A320", ["4711", "10", "320"]),
        ("Version 1.2.3 of 2,345,678.", ["1.2.3", "2,345,678"]),
        ("2 March 2026, March 2nd and 02.03.2026", ["2 March 2026", "March 2nd", "02.03.2026"]),
        ("Am 2. März um 14.30 Uhr, le 3 août à 9h05", ["2. März", "14.30 Uhr", "3 août", "9h05"]),
        ("2026-03-02T10:15:30Z, at 2:30 pm or 9 am", ["2026-03-02", "10:15:30", "2:30 pm", "9 am"]),
        ("Mail Ada@shop.example or call +47 22 33 44 55.", ["Ada@shop.example", "+47 22 33 44 55"]),
        (
            "See [it](https://shop.example/a?b=1), www.x.io.",
            ["https://shop.example/a?b=1", "www.x.io"],
        ),
        ("1. Open it.\n2. Pay 5 EUR.\n  10) Wait.", ["5 EUR"]),
        ("No figure: two, a dozen, May.", []),
        ("32/13/2026 or 25:99", ["32", "13", "2026", "25", "99"]),
        ("", []),
    ],
    ids=str,
)
def test_figures_of_a_text(text, figures):
    """Each figure is found once, with its unit; the numbers of a list are not figures."""
    assert written(text) == figures


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("$12", "12 USD"),
        ("12 dollars", "USD 12.00"),
        ("12 €", "12"),
        ("12", "12 EUR"),
        ("1.250,00", "1,250.00"),
        ("1 250", "1250"),
        ("1.250", "1,250"),
        ("1.25", "1,25"),
        ("1,25,000", "125000"),
        ("ten packs of 2 100", "100 of 2"),
        ("20 %", "20 percent"),
        ("007", "7"),
        ("2 March 2026", "2026-03-02"),
        ("02/03/26", "March 2nd, 2026"),
        ("3/2/2026", "2026-03-02T10:15:00"),
        ("2. März", "2026-03-02"),
        ("March 2026", "2026-03-02"),
        ("since 2026", "2026-03-02"),
        ("2:30 pm", "14:30:00"),
        ("14 Uhr", "2 p.m."),
        ("ADA@Shop.example", "ada@shop.example"),
        ("www.shop.example/a/", "https://WWW.shop.example/a"),
        ("+47 22 33 44 55", "+4722334455"),
        ("version 1.2.3", "1.2.3"),
    ],
    ids=str,
)
def test_the_same_in_another_form(text, source):
    """A figure may be written in another form than in the source."""
    assert is_said(text, source)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("$12", "12 EUR"),
        ("12 %", "$12"),
        ("12", "120"),
        ("12.5", "125"),
        ("1.2.3", "1.2.4"),
        ("2 March 2026", "2 March"),
        ("2 March 2026", "2025-03-02"),
        ("13/02/2026", "2026-12-13"),
        ("2 March", "2"),
        ("2:30", "14:30"),
        ("10:15:30", "10:15"),
        ("20 %", "0.2"),
        ("www.shop.example/a", "www.shop.example/b"),
        ("ada@shop.example", "shop.example 5"),
        ("+47 22 33 44 55", "+47 22 33 44 56"),
        ("5", "five"),
    ],
    ids=str,
)
def test_another_figure(text, source):
    """A different number, unit, date or address is not in the source."""
    assert not is_said(text, source)


@pytest.mark.parametrize("number", [0, 7, -7, 1.125, 1e21, 79.9, float("nan"), float("inf")])
def test_a_number_of_a_payload(number):
    """It has one meaning, whatever its text would mean; one that is not a number equals none."""
    figure = figure_of(number)

    assert len(figure.readings) == 1
    assert figure.kind is FigureKind.NUMBERS
    assert figure.is_said_by(figures_in("1125")) is False


def test_every_character_is_in_one_figure_at_most():
    """The digits of a date, a URL or an address are not numbers, too."""
    text = "On 2026-03-02 at 10:15 write to a1@b2.example or see https://x.io/7?q=8, order 9."
    figures = figures_in(text)

    assert [one.text for one in figures if one.kind is FigureKind.NUMBERS] == ["9"]
    assert all(a.end <= b.start for a, b in pairwise(figures))
