"""Transcripts as JSON and back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.conversation import (
    Attachment,
    Attempt,
    Exchange,
    Origin,
    Reply,
    ReplyMessage,
    Request,
    Response,
    Stop,
    ToolCall,
    ToolResult,
    Transcript,
    Turn,
    UserMessage,
)
from harness.conversation.stored import NoTranscript, transcript_from, transcript_json
from harness.core.errors import CassetteError, MissingCassette, Refused, TransportError

texts = st.text(max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
seconds = st.floats(min_value=0, max_value=1e6, allow_nan=False)
headers = st.lists(st.tuples(texts, texts), max_size=3).map(tuple)
attachments = st.lists(st.builds(Attachment, name=texts, content=texts), max_size=2).map(tuple)
requests = st.builds(
    Request,
    method=texts,
    url=texts,
    headers=headers,
    body=st.binary(max_size=20),
    origin=st.builds(Origin, turn=st.integers(-1, 9), step=texts),
)
responses = st.builds(
    Response,
    status=st.integers(100, 599),
    reason=texts,
    headers=headers,
    body=st.binary(max_size=20),
    started=seconds,
    first_byte=st.none() | seconds,
    seconds=st.none() | seconds,
    chunks=st.lists(st.tuples(seconds, st.integers(0, 99)), max_size=2).map(tuple),
    attempts=st.lists(
        st.builds(Attempt, status=st.integers(0, 599), reason=texts, waited=seconds), max_size=2
    ).map(tuple),
)
exchanges = st.lists(
    st.builds(
        Exchange,
        request=requests,
        response=st.none() | responses,
        contract=st.lists(texts, max_size=2).map(tuple),
    ),
    max_size=2,
).map(tuple)
calls = st.builds(
    ToolCall,
    name=texts,
    arguments=values,
    id=texts,
    result=st.none() | st.builds(ToolResult, value=values, is_error=st.booleans()),
)
replies = st.builds(
    Reply,
    messages=st.lists(
        st.builds(ReplyMessage, text=texts, id=texts, payload=values, is_late=st.booleans()),
        max_size=2,
    ).map(tuple),
    payload=values,
    actions=st.dictionaries(texts, texts, max_size=2),
    products=st.lists(values, max_size=2).map(tuple),
    attachments=attachments,
    tools=st.none() | st.lists(calls, max_size=2).map(tuple),
    usage=st.none() | st.dictionaries(texts, seconds, max_size=2),
)
turns = st.builds(
    Turn,
    number=st.integers(1, 9),
    user=st.builds(
        UserMessage,
        text=texts,
        display_text=texts,
        attachments=attachments,
        metadata=st.dictionaries(texts, values, max_size=2),
    ),
    reply=st.none() | replies,
    exchanges=exchanges,
    looked_up=exchanges,
    missing=st.lists(st.tuples(texts, texts), max_size=2).map(tuple),
    history=values,
    variables=st.dictionaries(texts, values, max_size=2),
)


@given(
    st.builds(
        Transcript,
        scenario=texts,
        provider=texts,
        turns=st.lists(turns, max_size=3).map(tuple),
        around=exchanges,
        is_recorded=st.booleans(),
    )
)
def test_a_stored_transcript_is_read_back_as_it_was(transcript: Transcript) -> None:
    """Whatever was said, its JSON as text gives the same value again."""
    stored = json.dumps(transcript_json(transcript))

    assert transcript_from(json.loads(stored)) == transcript


def test_why_a_conversation_ended_is_kept_whole() -> None:
    """The error behind a stop keeps its class, code, hint and details."""
    error = TransportError("timeout", "no answer", "ask again", details=("0 bytes came",))
    transcript = Transcript(scenario="s", provider="p", stop=Stop(turn=2, error=error))

    stop = transcript_from(transcript_json(transcript)).stop

    assert stop is not None
    assert (stop.turn, type(stop.error)) == (2, TransportError)
    assert str(stop.error) == str(error)


def test_a_finer_class_of_error_is_stored_as_the_one_that_readers_know() -> None:
    """`kind` has the names that it always had, whatever steers the harness itself."""
    error = MissingCassette("cassette-missing", "there is no recording")
    transcript = Transcript(scenario="s", provider="p", stop=Stop(turn=1, error=error))

    stored = transcript_json(transcript)

    assert stored["stop"] == {
        "turn": 1,
        "kind": "CassetteError",
        "code": "cassette-missing",
        "message": "there is no recording",
    }


def test_a_refusal_keeps_its_status_and_state() -> None:
    """What `error:` checks look at is there after reading."""
    refusal = Refused("refused", "no", status=403, state="FAILED")
    turn = Turn(number=1, user=UserMessage(text="hi"), refusal=refusal)

    found = transcript_from(transcript_json(Transcript(scenario="s", provider="p", turns=(turn,))))

    read = found.turns[0].refusal
    assert read is not None
    assert (read.code, read.status, read.state) == ("refused", 403, "FAILED")


def test_functions_among_the_variables_are_left_out() -> None:
    """`uuid()` and its like are no JSON, and a check needs them only where it was written."""
    turn = Turn(number=1, user=UserMessage(text="hi"), variables={"uuid": str, "colour": "pink"})

    found = transcript_from(transcript_json(Transcript(scenario="s", provider="p", turns=(turn,))))

    assert found.turns[0].variables == {"colour": "pink"}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ([], "a stored transcript must be a mapping with 'turns'"),
        ({}, "the key 'turns' is missing"),
        ({"turns": [{"number": 1}]}, "the key 'user' is missing"),
        ({"turns": 3}, "a value has the wrong form: 'int' object is not iterable"),
        (
            {"turns": [], "stop": {"turn": 1, "kind": "Problem", "code": "c", "message": "m"}},
            "'Problem' is not a kind of error",
        ),
    ],
)
def test_what_is_no_transcript_is_named(value: object, reason: str) -> None:
    """A sentence says what is missing; nothing is guessed."""
    with pytest.raises(NoTranscript) as raised:
        transcript_from(value)  # type: ignore[arg-type]

    assert str(raised.value) == reason


def test_an_error_kind_that_is_only_a_name_of_the_module_is_refused() -> None:
    """`CassetteError` is a kind of error, `quote` is a function of the same module."""
    stored = {"turns": [], "stop": {"turn": 0, "kind": "quote", "code": "c", "message": "m"}}
    kept = {"turns": [], "stop": {**stored["stop"], "kind": "CassetteError"}}  # type: ignore[dict-item]

    with pytest.raises(NoTranscript):
        transcript_from(stored)  # type: ignore[arg-type]

    stop = transcript_from(kept).stop  # type: ignore[arg-type]
    assert stop is not None
    assert isinstance(stop.error, CassetteError)
