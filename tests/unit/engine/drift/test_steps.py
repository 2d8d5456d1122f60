from __future__ import annotations

import pytest

from harness.play.drift.drift import Drift
from harness.play.drift.turn_comparison import compare, steps_of
from harness.providers.definition_reader import read_definition
from tests.unit.engine.drift.drift_samples import exchange, transcript, turn

DEFINITION = """\
definition: shop
settings:
  base_url: {type: string}
send:
  - poll: {get: /task}
    until: {$.state: [SUCCESS, PARTIAL]}
    fail_if: {$.state: FAILURE}
    every: 1s
    timeout: 1m
  - request: {get: /page}
    answer: {as: xml}
  - stream: {post: /stream}
    reply: {text: $.text}
"""


@pytest.fixture
def drift(tmp_path):
    """Compares two turns of a provider that polls, answers in XML, and streams."""
    (tmp_path / "provider.yaml").write_text(DEFINITION)
    steps = steps_of(read_definition(tmp_path, "shop"))

    def compared(old, new):
        [found] = compare(transcript(old), transcript(new), steps)
        return found

    return compared


def polled(*states: str):
    return turn(exchanges=[exchange({"state": state}) for state in states])


def paged(xml: bytes):
    return turn(exchanges=[exchange(xml, step="send.2")])


def streamed(*events: object, framing: str = "sse"):
    payload = {"framing": framing, "text": "", "events": list(events)}
    return turn(exchanges=[exchange(b"data: x\n\n", step="send.3")], payload=payload)


def test_the_final_state_of_a_poll_counts(drift):
    """A task that ended in another state has drifted; how it came there does not matter."""
    found = drift(polled("PENDING", "SUCCESS"), polled("PARTIAL"))

    assert found.lines == ("send.1: recorded $.state = SUCCESS, now $.state = PARTIAL",)
    assert found.kind is Drift.STATE
    assert drift(polled("PENDING", "SUCCESS"), polled("SUCCESS")).kind is Drift.SAME


def test_the_state_at_a_path_of_one_conversation_does_not_count(tmp_path):
    """A condition with a template is about ids that differ in every conversation."""
    own = "until: {'$.said[?@.to == ${message.text}]': {exists: true}}"
    written = DEFINITION.replace("until: {$.state: [SUCCESS, PARTIAL]}", own)
    (tmp_path / "provider.yaml").write_text(written)
    steps = steps_of(read_definition(tmp_path, "shop"))
    old, new = (turn(exchanges=[exchange({"said": [{"to": name}]})]) for name in ("a", "b"))

    [found] = compare(transcript(old), transcript(new), steps)

    assert found.kind is Drift.SAME


def test_xml_is_compared_as_the_definition_reads_it(drift):
    """An XML answer with another element has another shape; one element more has not."""
    recorded = paged(b"<page><item><id>1</id></item></page>")
    twice = paged(b"<page><item><id>2</id></item><item><id>3</id></item></page>")

    assert drift(recorded, twice).kind is Drift.SAME
    assert drift(recorded, paged(b"<page><item><name>1</name></item></page>")).lines == (
        "send.2: $.page.item.id: recorded a text, now missing",
        "send.2: $.page.item.name: not recorded, now a text",
    )


def test_events_of_a_stream_are_compared_together(drift):
    """The shapes of all events are one: their number does not matter, a new key does."""
    recorded = streamed('{"delta": "a"}', '{"delta": "b"}', "[DONE]")

    assert drift(recorded, streamed('{"delta": "c"}', "[DONE]")).kind is Drift.SAME
    assert drift(recorded, streamed('{"delta": "c", "id": 1}', "[DONE]")).lines == (
        "send.3: $.events[*].id: not recorded, now a number",
    )


@pytest.mark.parametrize(("old", "new"), [("sse", "ndjson"), ("ndjson", "sse")])
def test_another_framing_of_a_stream_is_another_shape(drift, old, new):
    """Whichever of the two was recorded."""
    found = drift(streamed('{"a": 1}', framing=old), streamed('{"a": 1}', framing=new))

    assert found.kind is Drift.SHAPE
    assert found.lines == (f"send.3: framing: recorded {old}, now {new}",)
