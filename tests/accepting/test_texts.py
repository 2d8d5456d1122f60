"""Checks on the text of a reply are rewritten to what it says."""

from __future__ import annotations

import pytest

from harness.conversation import Outcome
from tests.accepting.desk import Desk

UUID = "0b0f7a1e-5a43-4c5e-9d0e-1f2a3b4c5d6e"
FORBIDDEN = (
    "it forbids what the reply has, and accepting that would remove the check;"
    " remove it by hand if the bot may say so"
)
A_TIME = (
    "a time differs in every recording, so there is none to expect;"
    " set the limit by hand, or record the conversation again"
)
NAME = "scenarios/hello.yaml"
TURN = """\
scenario: hello
turns:
  - user: Do you ship?
    expect:
      %s  # what the shop promises
"""
MATRIX = """\
scenario: hello
matrix:
  who: [Anna, Ben]
turns:
  - user: I am ${who}
    expect:
      %s
"""


@pytest.mark.parametrize(
    ("written", "reply", "expected"),
    [
        ("equals: No.", "Yes, we do.", "equals: Yes, we do."),
        ("equals: No.", f"Order {UUID} (new).", r"matches: ^Order [0-9a-fA-F-]{36} \(new\)\.$"),
        ("equals: 'No.'", "It's ${free}: yes", "equals: 'It''s $${free}: yes'"),
        ('equals: "No."', 'Say "yes" 🎉', 'equals: "Say \\"yes\\" 🎉"'),
        ("contains: ships for free", "It ships for 5 USD. Bye.", "contains: It ships for 5 USD."),
        ("contains: free", "We ship. It takes 3 days. Bye!", "contains: It takes 3 days."),
        ("contains: [free, ship]", "We ship. 3 days.", "contains: [3 days., ship]"),
        ("contains_all: [ship, free]", "We ship. 3 days.", "contains_all: [ship, 3 days.]"),
        ("contains_any: [No, Sorry]", "Yes, we do.", "contains_any: ['Yes, we do.']"),
        ("starts_with: No", "Yes, we do. Anything else?", "starts_with: Yes, we do."),
        ("ends_with: days.", "Yes, we do. Anything else?", "ends_with: Anything else?"),
        (r"matches: over \$\d+", "Free for $20 (a day).", r"matches: Free for \$\d+ \(a day\)\."),
        ("matches: ^No$", "Yes", "matches: ^Yes$"),
        ("matches: (?i)no", "Yes, we do.", r"matches: (?i)Yes, we do\."),
        ("max_words: 2", "Yes, we do ship it.", "max_words: 5"),
        ("max_characters: 2", "Yes, we do.", "max_characters: 11"),
        ("min_words: 20", "Yes, we do.", "min_words: 3"),
        ("language: fr", "We ship everything within three days.", "language: en"),
    ],
    ids=lambda text: text[:24],
)  # fmt: skip
def test_kinds(desk: Desk, written: str, reply: str, expected: str) -> None:
    """Each check says what the reply says; the comment on its line stays."""
    desk.bot.answers = {"Do you ship?": reply}
    desk.write(NAME, TURN % written)
    assert desk.record(NAME) == [Outcome.FAILED]

    result = desk.accept(f"{NAME}:5")

    assert desk.text(NAME) == TURN % expected, result.output
    assert result.exit_code == 0
    assert desk.replay(NAME) == [Outcome.PASSED]


@pytest.mark.parametrize(
    ("written", "replies", "expected"),
    [
        ("equals: Hello", ["Hi Anna!", "Hi Ben!"], "equals: Hi ${who}!"),
        ("equals: Hello ${who}", ["Hi Anna!", "Hi Ben!"], "equals: Hi ${who}!"),
        ("contains: Hi you", ["Hi Anna! Well.", "Hi Ben! Oh."], "contains: Hi ${who}!"),
        ("contains: closed", ["Hm. We are open.", "Yes. We are open."], "contains: We are open."),
        ("equals: Hi", ["One. We are open.", "Two. We are open."], "contains: We are open."),
        ("starts_with: Hi", ["Good day and bye", "Good day or so"], "starts_with: Good day"),
        ("matches: ^Hello$", ["Hi Anna!", "Hi Ben!"], "matches: ^Hi ${who}!$"),
        ("contains_any: [No, Welcome]", ["Welcome!", "Hi you"], "contains_any: [Welcome, Hi you]"),
        ("max_words: 1", ["One two three", "One two"], "max_words: 3"),
        (
            "language: de",
            ["This is all we have.", "Voilà tout ce que nous avons."],
            "language: [en, fr]",
        ),
    ],
    ids=lambda text: str(text)[:24],
)  # fmt: skip
def test_rows(desk: Desk, written: str, replies: list[str], expected: str) -> None:
    """What is written holds for every row: with the row's variable, or what all replies have."""
    desk.bot.answers = {"I am Anna": replies[0], "I am Ben": replies[1]}
    desk.write(NAME, MATRIX % written)
    desk.record(NAME)

    result = desk.accept(NAME)

    assert desk.text(NAME) == MATRIX % expected, result.output
    assert desk.replay(NAME) == [Outcome.PASSED] * 2


@pytest.mark.parametrize(
    ("written", "replies", "why"),
    [
        (
            "contains: Hello",
            ["Hi Anna!", "Welcome Ben!"],
            "nothing that 'contains' can say holds in all 2 plays; change it by hand",
        ),
        (
            "not_contains: Hi",
            ["Hi", "Ho"],
            FORBIDDEN,
        ),
        (
            "latency: {under: 0.001ms}",
            ["Hi", "Ho"],
            A_TIME,
        ),
        ("min_words: 3", ["!", "?"], "a reply has no text, and a text of any length would pass"),
    ],
    ids=["different", "forbidden", "time", "no words"],
)
def test_what_is_not_accepted(desk: Desk, written: str, replies: list[str], why: str) -> None:
    """What cannot hold for all plays, or could not fail, is left as it is, with the reason."""
    desk.bot.answers = {"I am Anna": replies[0], "I am Ben": replies[1]}
    desk.write(NAME, MATRIX % written)
    desk.record(NAME)

    result = desk.accept(NAME)

    name = written.partition(":")[0]
    assert f"{NAME}:7: {name} is not accepted: {why}" in result.output
    assert result.exit_code == 1
    assert desk.text(NAME) == MATRIX % written


def test_takes(desk: Desk) -> None:
    """What is written holds for every take, even one that was already right."""
    desk.bot.answers = {"Do you ship?": ["Yes. We do.", "No doubt. We do.", "Sure. We do."]}
    text = TURN.replace("turns:", "repeat: 3\nturns:") % "equals: Yes. We do."
    desk.write(NAME, text)
    assert desk.record(NAME) == [Outcome.PASSED, Outcome.FAILED, Outcome.FAILED]

    result = desk.accept(f"{NAME}:6")

    assert desk.expected(NAME) == {"contains": "We do."}
    assert "looser than before: the replies differ" in result.output
    assert "equals, now contains, holds in 3 plays" in result.output


def test_providers(desk: Desk) -> None:
    """What is written holds for every provider with a recording, also those not chosen now."""
    desk.bot.answers = {"one Do you ship?": "We ship. Yes.", "two Do you ship?": "We ship. No."}
    desk.write(NAME, TURN % "contains: free")
    desk.record(NAME, providers=("one", "two"))

    result = desk.accept(NAME)

    assert desk.expected(NAME) == {"contains": "We ship."}
    assert "holds in 2 plays" in result.output


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("contains: Renewed until 2027-01-15", "contains: Renewed until 2027-01-08"),
        ("contains: 2027-01-15", "contains: '2027-01-08'"),
        ("contains: [until 2027-01-15, receipt]", "contains: [until 2027-01-08, receipt]"),
        ("starts_with: Renewed until 2027-01-15", "starts_with: Renewed until 2027-01-08"),
        ("matches: 'until 2027-01-15'", "matches: 'until 2027-01-08'"),
        (r"matches: 'until 2027-01-15\.'", r"matches: 'until 2027-01-08\.'"),
        (r"matches: 'until 2027-01-15\.?'", r"matches: 'Renewed until 2027-01-08\.'"),
        ("contains: Due on 15.01.2027", "contains: Renewed until 2027-01-08."),
        ("messages: {last: {contains: 2027-01-15}}", "messages: {last: {contains: '2027-01-08'}}"),
    ],
    ids=lambda text: text[:40],
)  # fmt: skip
def test_a_date_that_the_author_wrote(desk: Desk, written: str, expected: str) -> None:
    """A date in an expectation becomes the new date, not an expectation without one."""
    desk.bot.answers = {"Do you ship?": "Renewed until 2027-01-08. Your receipt is enclosed."}
    desk.write(NAME, TURN % written)
    assert desk.record(NAME) == [Outcome.FAILED]

    result = desk.accept(NAME)

    assert desk.text(NAME) == TURN % expected, result.output
    assert "looser" not in result.output
    assert desk.replay(NAME) == [Outcome.PASSED]


def test_the_whole_text_with_a_date(desk: Desk) -> None:
    """`equals` with a date stays `equals`, with the new date."""
    desk.bot.answers = {"Do you ship?": "Renewed until 2027-01-08."}
    desk.write(NAME, TURN % "equals: Renewed until 2027-01-15.")
    desk.record(NAME)

    result = desk.accept(NAME)

    assert desk.text(NAME) == TURN % "equals: Renewed until 2027-01-08.", result.output
    assert "looser" not in result.output


@pytest.mark.parametrize("name", ["contains", "starts_with", "matches"])
def test_a_date_that_differs(desk: Desk, name: str) -> None:
    """If the plays have different dates, none is expected, and the output says so."""
    desk.bot.answers = {
        "I am Anna": "Renewed until 2027-01-08.",
        "I am Ben": "Renewed until 2027-01-09.",
    }
    desk.write(NAME, MATRIX % f"{name}: Renewed until 2027-01-15")
    desk.record(NAME)

    result = desk.accept(NAME)

    assert desk.text(NAME) == MATRIX % f"{name}: Renewed until"
    assert (
        "looser than before: 2027-01-15 is not replaced by a value that holds everywhere"
        in result.output
    )
