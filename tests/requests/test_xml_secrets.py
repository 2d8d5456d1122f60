"""Secrets in XML: a mark in their place must not end as a tag."""

from __future__ import annotations

import re

import pytest

from harness.conversation import Outcome
from harness.project.plan import Mode
from tests.recordings.desk import serving_desk

KEY = "k3y-Ab72-Xy90-Mn41"
TICKET = "t1cket-Zz81-Kq27"
STEPS = """\
open:
  - request: {post: /log-in}
    answer: {as: xml}
    capture: {ticket: {json: $.login.ticket, secret: true}}
send:
  - request:
      post: /talk
      xml: {ask: {'@ticket': '${ticket}', text: '${message.text}', key: '${settings.key}'}}
    answer: {as: xml}
    reply: {text: $.said.text}
"""
TURNS = """\
  - user: Hi
    expect: {contains: You said Hi}
  - user: Bye
    expect: {contains: You said Bye}
"""


def answer(visit) -> None:
    """Repeat the message with the secrets of the request, in an element and in an attribute."""
    if "/log-in" in visit.head:
        body = f"<login><ticket>{TICKET}</ticket></login>"
    else:
        text = re.search(rb"<text>(.*)</text>", visit.body)[1].decode()
        said = f"You said {text} with {KEY} and {TICKET}"
        body = f"<said ticket='{TICKET}'><text>{said}</text><key>{KEY}</key></said>"
        assert TICKET.encode() in visit.body
        assert KEY.encode() in visit.body
    visit.answer(body.encode(), "200 OK", "Content-Type: text/xml")


@pytest.mark.parametrize("mode", [Mode.REPLAY, Mode.DRIFT, Mode.REFRESH])
def test_a_recording_with_marks_in_xml_is_read(tmp_path, mode):
    """Settings, captured and named secrets in answers and requests."""
    with serving_desk(tmp_path, answer, STEPS, secrets={"key": KEY}) as desk:
        recorded = desk.play(TURNS, Mode.RECORD)
        content = desk.cassette.read_text()
        again = desk.play(TURNS, mode)

    assert (recorded.outcome, recorded.error) == (Outcome.PASSED, None)
    assert (again.outcome, again.error) == (Outcome.PASSED, None)
    assert KEY not in content
    assert TICKET not in content
    assert "<redacted:" in content
