from __future__ import annotations

import base64
import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.core.typing import Json
from harness.providers.event_stream import EventReader
from harness.secrets.redaction import Redactor
from harness.secrets.secret_scan import SecretScan

SECRET = 'Zk9"p/ü\\7q'
MARK = "<redacted:own>"
REDACTOR = Redactor({"own": SECRET})
SAID = f"it is {SECRET}, is it not"
CUT = SAID[:10], SAID[10:]
"""Within the secret."""
DELTAS = tuple(json.dumps({"type": "delta", "d": [{"t": one}]}) for one in CUT)
ENCODED = base64.b64encode(SECRET.encode()).decode().rstrip("=")


def events(*values: str, end: str = "\n") -> str:
    return "".join(f"event: x{end}data: {one}{end}{end}" for one in values)


def lines(*texts: str) -> str:
    return "".join(json.dumps({"t": one}, ensure_ascii=False) + "\n" for one in texts)


SPLIT = {
    "SSE": events(*DELTAS),
    "SSE with CRLF": events(*DELTAS, end="\r\n"),
    "SSE with CR": events(*DELTAS, end="\r"),
    "SSE behind a byte order mark": "\ufeff" + events(*DELTAS),
    "SSE of texts": events(*CUT),
    "SSE of JSON texts": events(*map(json.dumps, CUT)),
    "SSE on several lines": events(*(one.replace(", ", ",\ndata: ") for one in DELTAS)),
    "SSE without a last blank line": events(*DELTAS).rstrip("\n"),
    "NDJSON": lines(*CUT),
    "NDJSON with CRLF": lines(*CUT).replace("\n", "\r\n"),
    "NDJSON without a last end": lines(*CUT).rstrip("\n"),
    "lines behind a number": "".join(f"0:{json.dumps(one)}\n" for one in CUT),
    "elements of one event": events(json.dumps([{"t": one} for one in CUT]), "[DONE]"),
    "two lists at once": "".join(
        json.dumps({"c": [{"t": one}, {"t": "other"}]}) + "\n" for one in CUT
    ),
    "three events": lines(SAID[:8], SAID[8:9], SAID[9:]),
    "every character": lines(*SAID),
    "other events in between": events(DELTAS[0], '{"type": "ping"}', "[PING]", DELTAS[1]),
    "JSON in JSON": lines(*(json.dumps(one)[1:-1] for one in CUT)),
    "base64": lines(f"it is {ENCODED[:5]}", f"{ENCODED[5:]}, is it not"),
}


WRITTEN = {
    "JSON in JSON": json.dumps(SECRET)[1:-1],
    "base64": ENCODED,
}
"""How the secret stands in what a reader makes of a stream, where that is not as it is."""


def said_in(stream: str) -> str:
    """What a reader makes of a stream: the texts under `t`, and those that are no JSON."""
    reader = EventReader()
    reader.feed(stream.encode() + b"\n\n")
    reader.finish()
    found: list[str] = []
    for event in reader.events:
        # Lines of text, each of which holds a name and a JSON text.
        for line in event.data.split("\n") if event.data.startswith("0:") else (event.data,):
            try:
                collect(json.loads(line.removeprefix("0:") or "{}"), found)
            except ValueError:
                found += [line] if line != "[PING]" else []
    return "".join(found)


def collect(value: Json, found: list[str]) -> None:
    if isinstance(value, str) and value not in ("delta", "ping", "other"):
        found.append(value)
    for below in value.values() if isinstance(value, dict) else value:
        if not isinstance(value, str):
            collect(below, found)


@pytest.mark.parametrize("name", SPLIT)
def test_a_secret_in_pieces_is_hidden(name):
    """The events, put together again, say the mark; a second time changes nothing."""
    stream = SPLIT[name]
    before = said_in(stream)
    chunks = ((0.1, 20), (0.2, len(stream.encode()) - 20))

    shown, moved = REDACTOR.stream(stream.encode(), chunks)
    text = shown.decode()

    assert MARK not in before
    assert said_in(text) == before.replace(WRITTEN.get(name, SECRET), MARK)
    assert sum(length for _, length in moved) == len(shown)
    assert REDACTOR.stream(shown, moved) == (shown, moved)


def test_the_mark_stands_in_the_first_piece():
    """Each event stays an event, and keeps what is no part of the secret."""
    assert REDACTOR.text(lines(*CUT)) == lines(f"it is {MARK}", ", is it not")


def test_a_name_and_its_secret_in_two_events():
    """What only a name makes known is hidden as well, and is no more than that."""
    stream = events(*CUT_BY_NAME)

    assert Redactor().text(stream) == events(
        '{"t": "Authorization: Bear"}', '{"t": "er <redacted:authorization>"}', '{"t": " is it"}'
    )


CUT_BY_NAME = ('{"t": "Authorization: Bear"}', '{"t": "er abcdefgh1234"}', '{"t": "5678 is it"}')


@pytest.mark.parametrize(
    "content",
    [
        "data: Zk9\n\nid: 12\n\n",
        '{"a": "Zk9"}\n{"b": "\\"p/ü\\\\7q"}\n',
        "data: {no JSON\n\n",
        '{"t": "cut',
        "\n\n\n",
        "a: b\n\nc: d\n",
        f"{'[' * 2000}\n{'[' * 2000}\n",
        f"{'[' * 400}{']' * 400}\n" * 2,
    ],
    ids=["id", "other keys", "no JSON", "cut", "blank", "text", "no end", "deep"],
)
def test_what_is_no_secret_in_pieces_stays(content):
    """Nor is anything refused."""
    assert REDACTOR.text(content) == content


def test_json_values_behind_one_another():
    """What a reply reads of such a stream has no line ends."""
    texts = [json.dumps(one, ensure_ascii=False) for one in CUT]

    assert REDACTOR.text("".join(texts)) == f'"it is {MARK}"", is it not"'
    assert said_in(REDACTOR.text("".join(DELTAS)).replace("}{", "}\n{")) == (
        f"it is {MARK}, is it not"
    )


def test_events_that_are_kept_as_they_came():
    """Their JSON stands in a text."""
    kept = REDACTOR.json(lines(*CUT).splitlines())

    assert said_in("\n".join(kept)) == f"it is {MARK}, is it not"


def test_elements_of_a_list_share_a_secret():
    """As of a body, so of what was read from it."""
    value = {"events": [{"t": CUT[0], "n": 1}, {"t": CUT[1]}], "é": ["ü", "é"]}

    assert REDACTOR.json(value) == {
        "events": [{"t": f"it is {MARK}", "n": 1}, {"t": ", is it not"}],
        "é": ["ü", "é"],
    }


@pytest.mark.parametrize(
    ("pieces", "found"),
    [
        ([SECRET[:4], SECRET[4:]], ["own"]),
        (["ab", "cd"], []),
    ],
    ids=["long", "short"],
)
def test_the_scan_sees_a_secret_in_pieces(pieces, found):
    """The second search too; a short one may be made of ids by chance."""
    scan = SecretScan({"own": SECRET, "short": "abcd"})

    assert scan(lines(*pieces).encode()) == found
    assert scan(events(*pieces).encode()) == found
    assert scan(json.dumps(lines(*pieces)).encode()) == found


@given(st.lists(st.integers(0, len(SAID)), max_size=6), st.sampled_from(["\n", "\r\n", "\r"]))
def test_wherever_it_is_cut(cuts, end):
    """In pieces of any length, empty ones too, the mark stands once, and the rest is as it was."""
    places = [0, *sorted(cuts), len(SAID)]
    pieces = [SAID[start:stop] for start, stop in pairwise(places)]

    for stream in (events(*(json.dumps({"t": one}) for one in pieces), end=end), lines(*pieces)):
        assert said_in(REDACTOR.text(stream)) == f"it is {MARK}, is it not"
