from __future__ import annotations

import random

import pytest

from tests.browser.sample import conversation, turn

DRESS = "#/scenarios/connectly/pink-dress.yaml::pink-dress%5Bconnectly%5D"
ORDER = "#/scenarios/enthusiast/late-order.yaml::late-order[enthusiast]"
HOURS = "#/scenarios/superoffice/opening-hours.yaml::opening-hours[superoffice]"
INVOICE = "#/scenarios/connectly/invoice.yaml::invoice[connectly]"
RETURNS = "#/scenarios/superoffice/returns.yaml::returns[superoffice]"
VOUCHER = "#/scenarios/connectly/voucher.yaml::voucher[connectly]"
GREETING = "#/scenarios/enthusiast/greeting.yaml::greeting[enthusiast]"


def test_an_address_leads_to_a_turn(page):
    """The turn is in view, is marked, and has the focus."""
    page.open(f"{DRESS}/turn/2")

    top = page.run("return document.querySelector('.turn.wanted').getBoundingClientRect().top")
    assert 0 <= top < 450
    assert page.run("return document.activeElement.textContent").startswith("Turn 2")


def test_an_address_of_nothing_says_so(page):
    """A link to a conversation of another run shows the overview with a notice."""
    page.open("#/scenarios/gone.yaml::gone[connectly]")

    assert "There is no conversation scenarios/gone.yaml::gone[connectly]" in page.text()


def test_a_failed_check_shows_expected_actual_and_difference(page):
    """They stand in the turn whose reply was judged, beside its bubbles."""
    page.open(DRESS)

    red = page.text(".turn.bad .judged")
    assert "contains\nline 15" in red
    assert "expected\na text with 'pink'" in red
    assert "got\n'Here are two dresses in red that she will love.'" in red
    assert "- pink dresses\n+ dresses in red" in red
    assert page.text(".difference .removed") == "- pink dresses"


def test_a_conversation_reads_as_a_chat(page):
    """What the bot opened with, both sides, products and buttons, and the turn not played."""
    page.open(DRESS)

    bubbles = page.texts(".bubble")
    assert bubbles[0] == "The bot spoke first\nWelcome to my store! How can I help?"
    assert bubbles[1] == "User\nDo you offer free shipping?\nMetadata"
    assert "Flamingo party dress" in page.text(".products")
    assert page.text(".actions") == "Show more\nContact Support"
    assert page.text(".unplayed") == "Turn 3\nwas not played"
    assert "scenarios/connectly/pink-dress.yaml:2" in page.text(".about-one")


def test_requests_are_folded_and_show_what_went_over_the_line(page):
    """Headers, times and bodies, laid out; a number is not rounded, and 1.0 stays 1.0."""
    page.open(DRESS)
    before = page.count(".exchanges pre")
    page.unfold()

    raw = page.text(".exchanges")
    assert before == 0
    assert "X-Api-Key\n<redacted:api_key>" in raw
    assert "first byte after" in raw
    assert '"score": 1.0,\n"id": 9007199254740993' in raw


def test_a_payload_keeps_large_numbers(page):
    """The payload that checks judged shows whole numbers as they came."""
    page.open(DRESS)
    page.unfold()

    assert '"id": 9007199254740993' in page.text(".turn .raw > details:last-of-type .body")


def test_a_stream_shows_its_chunks(page):
    """Each chunk has its time, its length and its text."""
    page.open(GREETING)
    page.unfold()

    assert "+400 ms · 13 bytes\ndata: Good" in page.text(".chunk-list")


SOCKET = {"method": "FRAME", "url": "wss://bot.example.com/chat", "body": '{"say": "Hi"}'}
MESSAGES = {
    "status": 101,
    "body": '{"text": "Hello"}{"end": true}',
    "chunks": [[0.1, 17], [0.25, 13]],
    "started": 2.0,
    "seconds": 0.25,
}


def test_messages_of_a_web_socket_are_shown_as_such(opened, report_of):
    """What was sent, what was received and when; no status, which a message does not have."""
    said = turn(1, "Hi", "Hello")
    said["exchanges"] = [
        {**SOCKET, "step": "send.1", "turn": 1, "response": {"status": 101, "started": 2.0}},
        {**SOCKET, "step": "send.2", "turn": 1, "method": "RECEIVE", "response": MESSAGES},
        {**SOCKET, "step": "send.3", "turn": 1, "method": "RECEIVE"},
    ]
    for one in said["exchanges"][1:]:
        del one["body"]
    page = opened(report_of([conversation("socket", "A socket", "connectly", [said])]))
    page.find("#rows a").click()
    page.wait_for_title("A socket")
    summaries = page.texts(".exchanges > details > summary")
    page.unfold()

    assert summaries == [
        "send.1 message sent",
        "send.2 2 messages received 250 ms",
        "send.3 no message received",
    ]
    raw = page.text(".exchanges")
    assert '"say": "Hi"' in raw
    assert '+100 ms · 17 bytes\n{"text": "Hello"}\n+250 ms · 13 bytes\n{"end": true}' in raw
    assert "101" not in raw


def test_a_huge_argument_does_not_fill_the_report(opened, report_of):
    """Of 5 MB, the beginning is in the file, and a fold in the page; the rest is counted."""
    some = random.Random(1)  # noqa: S311  # not a secret
    letters = "".join(some.choices("abcdefghij", k=5_000_000))
    said = turn(1, "Hi", "Hello", tools=[{"name": "draw", "arguments": {"image": letters}}])
    said["reply"]["payload"] = {"arguments": letters}
    report = report_of([conversation("huge", "A huge call", "connectly", [said])])
    page = opened(report)
    page.find("#rows a").click()
    page.wait_for_title("A huge call")

    assert report.stat().st_size < 300_000
    folded = page.text(".calls")
    page.unfold()
    assert folded.startswith("draw\narguments: 20,0")
    assert "4,980,000 more characters are in results.json" in page.text(".calls")


def test_a_broken_conversation_says_where_it_ended(page):
    """Its code and message, what had been asked, and how often."""
    page.open(ORDER)
    page.unfold()

    assert "unexpected-status It ended in turn 2." in page.text(".stop").replace("\n", " ")
    assert "No reply came." in page.text()
    assert "status 503: overloaded, repeated after 1.00 s" in page.text()


def test_drift_shows_what_was_recorded_beside_what_came(page):
    """Both texts, and their difference."""
    page.open(INVOICE)

    halves = page.texts(".drift .halves > section")
    assert halves == [
        "RECORDED\nYes, you can pay by invoice within 14 days.",
        "TODAY\nYou can pay by invoice within 30 days.",
    ]


@pytest.mark.parametrize(("address", "said"), [(HOURS, "closed"), (f"{HOURS}/take/3", "at nine")])
def test_takes_are_shown_one_by_one(page, address, said):
    """The first that failed, or the one that the address names."""
    page.open(address)

    assert said in page.text(".turn")
    assert "3 of 5 takes passed, 4 must pass" in page.text(".takes")
