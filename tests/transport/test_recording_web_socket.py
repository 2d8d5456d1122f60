"""What a recording keeps of a WebSocket while the conversation goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.conversation import Direction, Frame, Request
from harness.secrets import redaction
from harness.secrets.redaction import Redactor
from harness.secrets.secret_marks import Span
from harness.secrets.secret_names import named_secrets
from harness.transport.cassette import CassetteHead, read_cassette
from harness.transport.journal import read_journal
from harness.transport.recording import RecordingTransport
from tests.transport.test_live_web_socket import ORIGIN, opened, serving

SECRET = "sk-topsecret/1234"
HEAD = CassetteHead(scenario="x", recorded_at="2026-01-02T03:04:05+00:00", version="0.1.0")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.yaml"


@pytest.fixture
def recording(path: Path) -> Iterator[RecordingTransport]:
    """A recording with a WebSocket to a server that sends back each message."""
    with serving() as url, opened(url) as transport:
        made = RecordingTransport(transport, path, Redactor({"token": SECRET}), display="x.yaml")
        list(
            made.send(
                Request(method="GET", url=f"{url}/chat", origin=ORIGIN, is_socket=True)
            ).chunks
        )
        yield made
        made.close()


def say(recording: RecordingTransport, value: object, hashes: tuple[str, ...] = ()) -> None:
    """Send a message, and receive it."""
    content = value if isinstance(value, str) else json.dumps(value)
    sent = Frame(origin=ORIGIN, direction=Direction.SENT, content=content, hashes=hashes)
    recording.send_frame(sent)
    recording.receive(ORIGIN, 5)


def journalled(path: Path) -> list[str]:
    """The messages in the journal."""
    leftover = read_journal(path)
    assert leftover is not None
    return [frame["text"] for frame in leftover.interactions.plain[0]["frames"]]


def journal_text(path: Path) -> str:
    return (path.parent / f".{path.name}.journal").read_text()


@pytest.fixture
def redacted(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Counts the characters in which secrets are searched since it was last asked."""
    counts = [0]

    def counted(text: str) -> Iterator[Span]:
        counts[0] += len(text)
        return named_secrets(text)

    monkeypatch.setattr(redaction, "named_secrets", counted)

    def taken() -> int:
        count, counts[0] = counts[0], 0
        return count

    return taken


def test_a_long_chat_is_redacted_message_by_message(
    recording: RecordingTransport, path: Path, redacted: Callable[[], int]
) -> None:
    """The work for a message does not depend on how many there were before it."""
    works = []
    for number in range(150):
        say(recording, {"kind": "k" * 100, "text": f"Hello {number:03} {'a' * 100}"})
        works.append(redacted())

    # From then on, the ends of earlier texts are as long as they become.
    assert max(works[100:]) <= max(works[70:100])
    assert len(journalled(path)) == 299


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"text": SECRET[:7]}, {"text": SECRET[7:]}),
        ({"a": [{"t": "x"}, {"t": SECRET[:7]}]}, {"a": [{"t": SECRET[7:]}]}),
        ({"data": json.dumps({"t": SECRET[:7]})}, {"data": json.dumps({"t": SECRET[7:]})}),
        (f"a {SECRET[:7]}", f"{SECRET[7:]} b"),
        ({"text": '{"password": "hunter'}, {"text": '2-and-more"}'}),
    ],
    ids=["under a key", "in lists", "in JSON in a text", "in plain texts", "by its name"],
)
def test_a_secret_that_is_split_over_turns(
    recording: RecordingTransport, path: Path, first: object, second: object
) -> None:
    """A later message completes it: the earlier one is redacted too, in journal and cassette."""
    for number in range(30):
        say(recording, {"text": f"Hello {number}", "other": "a" * 200})
    say(recording, first)
    for number in range(3):
        say(recording, {"kind": number})
    say(recording, second)
    say(recording, {"kind": "end"})
    texts = journal_text(path)
    recording.finish(HEAD)

    for content in (texts, path.read_text()):
        assert "<redacted:" in content
        assert [one for one in ("sk-tops", "ecret/1234", "hunter") if one in content] == []
    assert len(read_cassette(path).interactions[0].response.frames) == 2 * 36


def test_what_is_learned_later_is_redacted_in_earlier_messages(
    recording: RecordingTransport, path: Path
) -> None:
    """A captured secret, a hash, and a credential under its name."""
    token = "tok-0123456789abcdef0123"
    say(recording, {"id": token, "text": "captured-value"})
    say(recording, {"text": "a"})
    recording.know({"captured-value": "word"})
    say(recording, {"access_token": token, "text": "f00dbabe"}, ("f00dbabe",))
    say(recording, {"text": "again f00dbabe"})
    say(recording, {"text": "end"})

    text = journal_text(path)
    assert [one for one in (token, "captured-value", "f00dbabe") if one in text] == []
    assert len(journalled(path)) == 9
