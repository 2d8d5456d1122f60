from __future__ import annotations

import httpx
import pytest

from harness.emulators.fault_switches import Faults, plain


@pytest.fixture
def say(connect):
    """Says something in one session of BigHummingbird."""
    client = connect("bighummingbird")
    session_id = client.post("create-chat-session", json=[]).json()["chat_session_id"]

    def send(text):
        return client.post("invoke", json={"user_message": text, "chat_session_id": session_id})

    return send


def test_a_status_is_answered_every_time(say):
    """`[[status 503]]` refuses the message again and again."""
    assert [say("Hi [[status 503]]").status_code for _ in range(3)] == [503, 503, 503]


def test_once_refuses_the_first_request_and_is_armed_again(say):
    """`once` refuses, lets the retry pass, and refuses the next conversation's start anew."""
    answers = [say("Hi [[status 503 once]]").status_code for _ in range(4)]

    assert answers == [503, 200, 503, 200]


def test_switches_work_in_their_order(say):
    """429 with Retry-After, then 503, then the answer."""
    text = "Hi [[status 429 retry-after 1 once]] [[status 503 once]]"
    first, second, third = (say(text) for _ in range(3))

    assert (first.status_code, first.headers["retry-after"]) == (429, "1")
    assert (second.status_code, "retry-after" in second.headers) == (503, False)
    assert (third.status_code, third.json()["message"]) == (
        200,
        "Which country would you like to visit?",
    )


def test_a_refused_message_is_not_processed(say):
    """What a refused message said is not in the memory."""
    say("I go to Japan [[status 500]]")

    assert say("Help me").json()["message"] == "Which country would you like to visit?"


@pytest.mark.parametrize(
    ("switch", "content_type", "body"),
    [
        ("[[html]]", "text/html", "<!DOCTYPE html>"),
        ("[[empty]]", "application/json", ""),
        ("[[error 200]]", "application/json", '{"error":'),
    ],
)
def test_a_body_under_200_is_no_reply(say, switch, content_type, body):
    """An HTML page, an empty body and an error stand under status 200."""
    answer = say(f"Hi {switch}")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(content_type)
    assert answer.text[: len(body) or None] == body


def test_close_cuts_the_body(say):
    """`[[close]]` closes the connection before the announced length was sent."""
    with pytest.raises(httpx.RemoteProtocolError, match="peer closed connection"):
        say("Hi [[close]]")


def test_slow_answers_as_usual_in_the_end(say):
    """`[[slow]]` only delays."""
    assert say("Italy [[slow 20ms]]").json()["message"].startswith("For your trip to Rome")


def test_drip_sends_the_whole_body(say):
    """`[[drip]]` sends the same bytes, one by one."""
    assert say("Italy [[drip 0ms]]").json()["message"].startswith("For your trip to Rome")


def test_shape_breaks_the_reply(say):
    """`[[shape]]` makes BigHummingbird's text a number."""
    assert say("Hi [[shape]]").json() == {"message": 42}


@pytest.mark.parametrize(
    "text", ["[[wait]]", "[[status 200]]", "[[slow 2]]", "[status 503]", "[[shape Bad]]"]
)
def test_what_is_no_switch_is_plain_text(text):
    """Brackets without a known switch stay in the message and do nothing."""
    plan = Faults().plan(text, "")

    assert plain(text) == text
    assert (plan.refusal, plan.close, plan.slow, plan.drip, plan.shape) == (
        None,
        False,
        0.0,
        0.0,
        None,
    )


def test_plain_leaves_the_words():
    """The bot reads the message without its switches."""
    assert plain("[[slow 1s]] Free shipping? [[shape state-empty once]]") == "Free shipping?"


def test_leak_says_what_another_conversation_said(connect):
    """`[[leak]]` adds the last message of another conversation, never the conversation's own."""
    client = connect("bighummingbird")
    ids = [client.post("create-chat-session", json=[]).json()["chat_session_id"] for _ in range(2)]

    def said(number, text):
        body = {"user_message": text, "chat_session_id": ids[number]}
        return client.post("invoke", json=body).json()["message"]

    alone = said(0, "Mine is 4711 [[leak]]")
    overheard = said(1, "Hi [[leak]]")

    assert "4711" not in alone
    assert overheard.endswith("(Mine is 4711)")
