from __future__ import annotations

from dataclasses import fields

import pytest

from harness.conversation import Attempt, Exchange, Origin, Request, Response
from harness.secrets.exchange_redaction import redact_exchange, withheld_response
from harness.secrets.redaction import Redactor

SECRET = "Zk9planted+Vx7"
ORIGIN = Origin(turn=1, step="send.1", message="a hash")
PLANTED = {
    Request: {
        "method": "POST",
        "url": f"http://x/{SECRET}",
        "headers": (("x-own", SECRET),),
        "body": SECRET.encode(),
        "origin": ORIGIN,
        "is_stream": True,
        "is_repeatable": True,
        "accepted": frozenset({429}),
        "timeout": 1.0,
    },
    Response: {
        "status": 200,
        "reason": SECRET,
        "headers": (("x-own", SECRET),),
        "body": SECRET.encode(),
        "started": 1.0,
        "first_byte": 1.0,
        "seconds": 1.0,
        "chunks": ((0.5, len(SECRET)),),
        "attempts": (Attempt(status=503, reason=SECRET, waited=1.0),),
        "passed": (("set-cookie", f"a={SECRET}"),),
    },
    Attempt: {"status": 503, "reason": SECRET, "waited": 1.0},
    Exchange: {
        "request": Request(method="GET", url="http://x/", origin=ORIGIN),
        "response": None,
        "contract": (f"'{SECRET}' is wrong",),
        "notes": (f"'{SECRET}' was replaced",),
    },
}
"""A value for each field, with a secret wherever one can stand."""


@pytest.mark.parametrize("kind", PLANTED, ids=lambda kind: kind.__name__)
def test_every_field_has_a_planted_secret(kind):
    """A new field needs a value here, and the redaction of an exchange a line for it."""
    assert PLANTED[kind].keys() == {field.name for field in fields(kind)}


def test_an_exchange_is_redacted_in_every_field():
    """No field keeps a secret; what holds none stays as it is."""
    exchange = Exchange(
        request=Request(**PLANTED[Request]),
        response=Response(**PLANTED[Response]),
        contract=PLANTED[Exchange]["contract"],
        notes=PLANTED[Exchange]["notes"],
    )

    shown = redact_exchange(exchange, Redactor({"own": SECRET}))

    assert "Zk9planted" not in repr(shown)
    # What only served to learn from is left out.
    assert repr(shown).count("<redacted:own>") == repr(exchange).count(SECRET) - 1
    assert shown.response.passed == ()
    assert shown.response.chunks == ((0.5, len("<redacted:own>")),)
    assert shown.request.origin == ORIGIN


def test_nothing_of_a_withheld_answer_is_left():
    """Where no search was possible, no field that holds a text is kept."""
    shown = withheld_response(Response(**PLANTED[Response]), b"withheld")

    assert "Zk9planted" not in repr(shown)
    assert (shown.status, shown.body) == (200, b"withheld")
