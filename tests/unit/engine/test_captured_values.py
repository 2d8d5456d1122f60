"""Values of captures in answers that broke off."""

from __future__ import annotations

import json

import pytest

from harness.conversation import Response
from harness.core.source import Source
from harness.play.captured_values import values_of
from harness.scenario import Capture

SECRET = "s3cr3t-value"
ANSWER = json.dumps(
    {
        "list": [1, {"x": 2}, []],
        "brackets in a text": '}] "quoted" \\',
        "token": SECRET,
        "after": {"list": [{"name": "back\\slash"}, 7], "text": "two\nlines"},
        "words": [True, False, None, -1.5e-7],
        "escapes": "\u00fc \\u00",
        "last": True,
    }
)
TOKEN = Capture(place=Source(path="case.yaml", text="").place(), json="$.token")
HEARD = ANSWER.index(SECRET) + len(SECRET)


@pytest.mark.parametrize("length", range(HEARD, len(ANSWER) + 1))
def test_a_secret_is_found_wherever_the_answer_broke_off_after_it(length):
    """Inside a text, after a backslash, in nested lists: what came before is read."""
    response = Response(status=200, body=ANSWER[:length].encode())

    assert SECRET in list(values_of(TOKEN, response))


def test_a_secret_is_found_behind_a_byte_order_mark():
    """The mark is no part of the JSON, whether it is complete or not."""
    for body in (ANSWER.encode(), ANSWER[:HEARD].encode()):
        response = Response(status=200, body=b"\xef\xbb\xbf" + body)

        assert SECRET in list(values_of(TOKEN, response))


def test_a_secret_is_found_in_a_named_event():
    """A definition with `names: true` has each event as its name and its data."""
    capture = Capture(
        place=Source(path="case.yaml", text="").place(),
        json="$.events[?@.event == 'key'].data.token",
    )
    body = f'data: {{}}\n\nevent: key\ndata: {{"token": "{SECRET}"}}\n\n'.encode()

    assert SECRET in list(values_of(capture, Response(status=200, body=body)))
