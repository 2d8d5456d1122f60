from __future__ import annotations

import logging

import httpcore


def leaky(visit):
    """Gives a secret away in every line of its head."""
    visit.answer(b"ok", "200 sekr1t", "Set-Cookie: a=sekr1t", "Location: /sekr1t")


def test_our_requests_leave_no_payload_in_the_debug_log(serve, connect, ask, caplog):
    """The log of httpcore at DEBUG names what happened on our wires, and no status or header."""
    caplog.set_level(logging.DEBUG)
    server = serve(leaky)

    list(connect(server).send(ask(f"{server.url}/x")).chunks)

    assert "receive_response_headers.complete" in caplog.messages
    assert "sekr1t" not in caplog.text


def test_requests_of_others_are_logged_as_ever(serve, caplog):
    """Who uses httpcore beside us keeps the whole log."""
    caplog.set_level(logging.DEBUG)
    server = serve(leaky)

    with httpcore.ConnectionPool() as pool:
        pool.request("GET", f"{server.url}/x")

    assert "sekr1t" in caplog.text
