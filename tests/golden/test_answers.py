from __future__ import annotations

import pytest
from answer_cases import ANSWERS, LIMITED
from fault_cases import Case, repeating, reply
from golden_texts import SECRET, compare, stale, without_what_varies

from harness.conversation import Outcome
from harness.project.plan import Mode
from harness.reports.failure import failure_screen

MEBIBYTE = 1024 * 1024
WHOLE = [name for name in ANSWERS if not ANSWERS[name].breaks and name != "encodings/bomb"]
"""The journal of a bomb would take seconds to write."""


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_is_wrong_or_odd(name, faulty):
    """Each has its screen, and is asked for as often as is right."""
    case = ANSWERS[name]
    stage = faulty(case)
    result, asked = stage.serve(Mode.LIVE)

    compare(f"answers/{name}", stage.screen(result))
    assert result.outcome is case.outcome
    assert asked == case.asked


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_recorded_of_it(name, faulty):
    """What could be told is the same in replay, to the byte; what could not leaves no recording."""
    case = ANSWERS[name]
    stage = faulty(case)
    recorded, _ = stage.serve(Mode.RECORD)

    compare(f"answers/{name}", stage.screen(recorded))
    if case.outcome is Outcome.BROKEN:
        assert not stage.cassette.exists()
    else:
        stage.assert_replayed(recorded, f"answers/{name}")


@pytest.mark.parametrize("name", [name for name in ANSWERS if ANSWERS[name].breaks])
def test_a_break_that_is_taken_up_breaks_again(name, faulty):
    """The journal keeps what came; taken up, its replay is BROKEN with the same screen."""
    stage = faulty(ANSWERS[name])
    recorded, _ = stage.serve(Mode.RECORD)
    had_cassette = stage.cassette.exists()
    said = stage.recover("--broken")

    compare(f"answers/{name}", stage.screen(recorded))
    assert not had_cassette
    assert said.endswith("cassettes/shop/dress.yaml: written\n")
    stage.assert_replayed(recorded, f"answers/{name}")


@pytest.mark.parametrize("retries", [0, 1, 4])
def test_d8_a_provider_says_how_often_a_request_is_sent_again(retries, faulty):
    """`retries` counts the attempts after the first."""
    stage = faulty(Case(answers=(LIMITED,)))
    stage.configure(f"retries: {retries}")

    _, asked = stage.serve(Mode.LIVE)

    assert asked == retries + 1


def test_50_megabytes_are_read(faulty):
    """A body up to the limit is read."""
    start, end = b'{"text": "', b'"}'
    body = start + b"x" * (50 * MEBIBYTE - len(start + end)) + end
    result, _ = faulty(Case(answers=(reply(body),), outcome=Outcome.FAILED)).serve(Mode.LIVE)

    assert result.outcome is Outcome.FAILED
    assert len(result.transcript.turns[0].reply.text) == 50 * MEBIBYTE - len(start + end)


def test_500_megabytes_are_not(faulty):
    """A body beyond the limit is given up at the limit, which is named."""
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {500 * MEBIBYTE}\r\n\r\n"
    stage = faulty(Case(answers=(repeating(head.encode(), bytes(MEBIBYTE)),)))
    result, _ = stage.serve(Mode.LIVE)

    compare("answers/too-large", stage.screen(result))


def test_a_redirect_gets_no_secret(faulty, other):
    """Where a redirect to another host is allowed, the header with the secret stays behind."""
    address, heads = other
    stage = faulty(Case(answers=(reply(b"", f"Location: http://{address}/", status="307 Moved"),)))
    stage.allow(address)
    result, _ = stage.serve(Mode.LIVE)

    assert result.outcome is Outcome.PASSED
    assert SECRET.encode() not in heads[0]
    assert b"authorization" not in heads[0].lower()


def test_a_redirect_to_another_host_sends_nothing(faulty, other):
    """Without that permission, the other host hears nothing at all."""
    address, heads = other
    stage = faulty(Case(answers=(reply(b"", f"Location: http://{address}/", status="307 Moved"),)))
    result, _ = stage.serve(Mode.LIVE)

    assert "[redirect-refused]" in without_what_varies(failure_screen(result))
    assert heads == []


def test_every_text_has_its_case():
    """No golden text is left over from a case that is gone."""
    assert stale("answers", {*ANSWERS, "too-large"}) == set()
