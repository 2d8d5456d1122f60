from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.conversation import Attempt, Origin
from harness.core.errors import CassetteError
from harness.transport import Chunk
from harness.transport.cassette import Cassette, Interactions
from harness.transport.recorded_urls import below
from harness.transport.replay import ReplayTransport
from tests.unit.transport.conftest import interaction

FIX = "harness run --mode refresh x.yaml"


def wire_of(cassette, *interactions) -> ReplayTransport:
    return ReplayTransport(replace(cassette, interactions=Interactions.of(interactions)), fix=FIX)


def fault(wire, request) -> str:
    with pytest.raises(CassetteError) as caught:
        list(wire.send(request).chunks)
    return str(caught.value)


def test_a_conversation_is_replayed(cassette):
    """Each request gets the answer of its turn and step, with the recorded times."""
    wire = ReplayTransport(cassette)

    for one in cassette.interactions:
        answer = wire.send(one.request)

        assert (answer.status, answer.reason) == (200, "OK")
        assert answer.started == one.response.started
        assert answer.is_timed
        assert list(answer.chunks) == [Chunk(0.25, one.response.body), Chunk(0.5, b"")]
    assert wire.unused() == ()


def test_what_varies_is_no_miss(cassette):
    """Host, headers, body and the values of a query may change: the turn and step decide."""
    (one, *_) = cassette.interactions
    wire = wire_of(cassette, replace(one, request=replace(one.request, url="https://a/chat?id=1")))
    now = replace(one.request, url="http://localhost:9/chat?id=2", headers=(), body=b"other")

    assert wire.send(now).status == 200


def test_a_stream_has_its_chunks(cassette, make_interaction):
    """A stream comes in the recorded chunks, also where one ends inside a character."""
    body = "data: é\n\n".encode()
    chunks = ((0.1, 7), (0.2, 3), (0.3, 0))
    one = make_interaction(1, body=body, chunks=chunks)

    answer = wire_of(cassette, one).send(one.request)

    assert list(answer.chunks) == [
        Chunk(0.1, b"data: \xc3"),
        Chunk(0.2, b"\xa9\n\n"),
        Chunk(0.3, b""),
    ]


def test_an_answer_without_a_body(cassette, make_interaction):
    """An empty body gives one empty chunk that says when it ended."""
    one = make_interaction(1, body=b"")

    assert list(wire_of(cassette, one).send(one.request).chunks) == [Chunk(0.5, b"")]


def test_attempts_are_told_again(cassette, make_interaction):
    """What was tried while recording is reported in the replay."""
    attempt = Attempt(status=429, reason="429 Too Many Requests", waited=1.0)
    one = make_interaction(1, attempts=(attempt,))

    assert wire_of(cassette, one).send(one.request).attempts == (attempt,)


def test_a_poll_is_answered_in_order(cassette, make_interaction):
    """Requests of one step get the recorded answers one after the other."""
    polls = [make_interaction(1, "send.2", body=b"%d" % number) for number in range(3)]
    wire = wire_of(cassette, *polls)

    answers = [next(wire.send(polls[0].request).chunks).content for _ in polls]

    assert answers == [b"0", b"1", b"2"]


def test_a_changed_message(cassette):
    """Another user message is a miss that names the turn and shows the difference."""
    second = cassette.interactions[1].request
    origin = replace(second.origin, message="other")
    now = replace(second, origin=origin, body=b'{"text": "Yes, a blue dress", "more": [1]}')

    assert fault(ReplayTransport(cassette, fix=FIX), now) == (
        "cassettes/x.yaml: the user's message in turn 2 differs from the recording "
        f"(interaction 2 of 3, turn 2 send.1); {FIX} [message-changed]\n"
        "  /text: recorded 'message 2', now 'Yes, a blue dress'\n"
        "  /lang: recorded 'en', now nothing\n"
        "  /more: recorded nothing, now [1]"
    )


def opening(turn: int):
    """The opening of a turn, which sends nothing of its message."""
    one = interaction(turn, "open.1", path="/open")
    return replace(one, request=replace(one.request, body=b""))


@pytest.mark.parametrize("place", [1, 2])
def test_a_message_that_is_sent_later_is_shown_with_its_interaction(cassette, place):
    """An opening does not contain the message that changed; what sends it is named."""
    before = [interaction(turn) for turn in range(1, place)]
    recorded = [*before, opening(place), interaction(place), interaction(place + 1)]
    request = opening(place).request
    origin = replace(request.origin, message="other")

    found = fault(wire_of(cassette, *recorded), replace(request, origin=origin))

    assert found.endswith(
        f"\n  open.1 does not contain it; recorded in interaction {place + 1} of {place + 2}, "
        f'turn {place} send.1: {{"text": "message {place}", "lang": "en"}}'
    )


@pytest.mark.parametrize("turn", [1, 3], ids=["before", "after"])
def test_the_message_of_another_turn_is_not_shown(cassette, turn):
    """Where the turn broke before its message was sent, nothing that was sent is that message."""
    request = opening(2).request
    origin = replace(request.origin, message="other")

    found = fault(wire_of(cassette, opening(2), interaction(turn)), replace(request, origin=origin))

    assert found.endswith("[message-changed]")


def test_a_changed_path(cassette):
    """Another path or method is a miss that shows both."""
    second = replace(cassette.interactions[1].request, method="PUT", url="https://b/talk?x=1")

    assert fault(ReplayTransport(cassette, fix=FIX), second) == (
        "cassettes/x.yaml: the request of turn 2, step send.1 differs from the recording "
        f"(interaction 2 of 3, turn 2 send.1); {FIX} [request-changed]\n"
        "  recorded POST /chat\n"
        "  now      PUT /talk?x=1"
    )


BASES = {
    "the-same": ("https://a/v1", "https://b/v1", "https://b/v1/chat?x=1", True),
    "another-path": ("https://a/v1", "https://b/x/v2", "https://b/x/v2/chat?x=1", True),
    "no-path": ("https://a/v1", "https://b/", "https://b/chat?x=1", True),
    "a-path-more": ("https://a/v1", "https://b/v2", "https://b/v2/v1/chat?x=1", False),
    "elsewhere": ("https://a/v1", "https://b/v2", "https://c/v3/chat?x=1", False),
    "a-longer-word": ("https://a/v1", "https://b/v2", "https://b/v22/chat?x=1", False),
    "another-query": ("https://a/v1", "https://b/v2", "https://b/v2/chat?y=1", False),
    "a-secret": ("", "<redacted:base_url>", "<redacted:base_url>/chat?x=1", True),
    "a-secret-no-longer": ("", "https://b/v2", "https://b/v2/chat?x=1", True),
}


@pytest.mark.parametrize("case", BASES)
def test_e15_paths_are_compared_below_the_base_url(cassette, case):
    """Another deployment is the same request; anything else of the path is not."""
    recorded, now, url, is_same = BASES[case]
    (one, *_) = cassette.interactions
    old = f"{recorded or '<redacted:base_url>'}/chat?x=1"
    head = replace(cassette.head, settings={"base_url": recorded} if recorded else {})
    rows = Interactions.of([replace(one, request=replace(one.request, url=old))])
    wire = ReplayTransport(replace(cassette, head=head, interactions=rows), base_url=now)
    asked = replace(one.request, url=url)

    if is_same:
        assert wire.send(asked).status == 200
    else:
        assert "[request-changed]" in fault(wire, asked)


@pytest.mark.parametrize(
    ("url", "base", "rest"),
    [
        ("https://a/v1/chat", "https://a/v1", "/chat"),
        ("https://a/v1?x=1", "https://a/v1", "?x=1"),
        ("https://a/v1", "https://a/v1", ""),
        ("https://a/v12", "https://a/v1", "https://a/v12"),
        ("https://b/v1/chat", "https://a/v1", "https://b/v1/chat"),
        ("<redacted:base_url>?x=1", "<redacted:base_url>", "?x=1"),
    ],
)
def test_the_part_of_a_url_below_a_base(url, base, rest):
    """A URL that is elsewhere, or whose path only begins like the base, is left whole."""
    assert below(url, base) == rest


def test_another_name_in_the_query(cassette):
    """A query with other names is another request."""
    first = replace(cassette.interactions[0].request, url="https://api.example.com/chat?new=1")

    assert "[request-changed]" in fault(ReplayTransport(cassette), first)


def test_asked_too_often(cassette):
    """One request more than was recorded names both counts."""
    wire = ReplayTransport(cassette, fix=FIX)
    request = cassette.interactions[0].request
    wire.send(request)

    assert fault(wire, request) == (
        "cassettes/x.yaml: turn 1, step send.1 sends POST /chat twice, but it was recorded once; "
        f"{FIX} [asked-too-often]"
    )


@pytest.mark.parametrize(
    ("turn", "step", "expected"),
    [
        (
            4,
            "send.1",
            (
                "turn 4, step send.1 was not recorded: POST /chat; MEND [not-recorded]\n"
                "  nearest: interaction 3 of 3, turn 3 send.1, POST /chat"
            ),
        ),
        (
            0,
            "open.1",
            (
                "the opening, step open.1 was not recorded: POST /chat; MEND [not-recorded]\n"
                "  nearest: interaction 1 of 3, turn 1 send.1, POST /chat"
            ),
        ),
        (
            -1,
            "close.1",
            (
                "the closing, step close.1 was not recorded: POST /chat; MEND [not-recorded]\n"
                "  nearest: interaction 1 of 3, turn 1 send.1, POST /chat"
            ),
        ),
    ],
)
def test_not_recorded(cassette, turn, step, expected):
    """A request that was never recorded names its turn and the nearest interaction."""
    request = replace(cassette.interactions[0].request, origin=Origin(turn=turn, step=step))

    found = fault(ReplayTransport(cassette, fix=FIX), request)

    assert found == f"cassettes/x.yaml: {expected.replace('MEND', FIX)}"


def test_the_nearest_interaction_is_of_the_same_step_first(cassette, make_interaction):
    """Then of the nearest turn, then the one with the most similar address, then the first."""
    recorded = [
        make_interaction(1, "send.1"),
        make_interaction(3, "send.2"),
        make_interaction(2, "send.1", path="/other"),
        make_interaction(2, "send.1", path="/chat/2"),
        make_interaction(2, "send.1", path="/chat/2"),
    ]
    request = make_interaction(4, path="/chat/4").request

    assert fault(wire_of(cassette, *recorded), request).endswith(
        "nearest: interaction 4 of 5, turn 2 send.1, POST /chat/2"
    )


def test_an_empty_recording(cassette):
    """Where nothing was recorded there is no nearest interaction."""
    request = cassette.interactions[0].request

    assert fault(wire_of(cassette), request) == (
        f"cassettes/x.yaml: turn 1, step send.1 was not recorded: POST /chat; {FIX} [not-recorded]"
    )


def test_a_miss_uses_nothing_up(cassette):
    """After a miss the recorded interaction is still there."""
    wire = ReplayTransport(cassette)
    request = cassette.interactions[0].request
    fault(wire, replace(request, origin=replace(request.origin, message="other")))

    assert wire.send(request).status == 200


def test_unused_interactions_are_told(cassette):
    """What nobody asked for is listed in recorded order."""
    wire = ReplayTransport(cassette)
    wire.send(cassette.interactions[1].request)

    assert wire.unused() == (cassette.interactions[0], cassette.interactions[2])


@pytest.mark.parametrize(
    ("length", "word"), [(9, "shorter"), (1, "longer")], ids=["too long", "too short"]
)
def test_chunks_that_do_not_fit(cassette, make_interaction, length, word):
    """Chunks whose lengths are not the body's are an error, not a cut body."""
    one = make_interaction(1, body=b"hello", chunks=((0.1, length),))

    assert fault(wire_of(cassette, one), one.request) == (
        f"cassettes/x.yaml: the body of interaction 1 of 1, turn 1 send.1 is {word} than its "
        f"chunks; {FIX} [cassette-damaged]"
    )


def test_a_redacted_path_fits(cassette, make_interaction):
    """A secret in a path was taken out of the recording, and no longer tells requests apart."""
    recorded = make_interaction(1, path="/bot<redacted:token>/send")
    now = replace(recorded.request, url="https://api.example.com/botABCDEF/send")

    assert wire_of(cassette, recorded).send(now).status == 200


@pytest.mark.parametrize(
    ("recorded", "now"),
    [("/c/a/b", "/c/a%2Fb"), ("/c/a%2Fb", "/c/a/b"), ("/c/é", "/c/%C3%A9"), ("/c/7/", "/c/7")],
)
def test_e3_a_value_that_was_not_encoded_fits(cassette, make_interaction, recorded, now):
    """A recording from before values were encoded is of the same request."""
    interaction = make_interaction(1, path=recorded)
    request = replace(interaction.request, url=f"https://api.example.com{now}")

    assert wire_of(cassette, interaction).send(request).status == 200


def foreign(cassette, *interactions) -> ReplayTransport:
    rows = Interactions.of(replace(one, is_ours=False) for one in interactions)
    return ReplayTransport(Cassette(path="old.yaml", interactions=rows), fix=FIX)


def test_a_foreign_cassette_is_matched_by_address(cassette, make_interaction):
    """Without our keys, method, path and query decide; each interaction is used once, in order."""
    first = make_interaction(1, path="/chat?a=1&b=2", body=b"first")
    second = make_interaction(1, path="/chat?b=2&a=1", body=b"second")
    wire = foreign(cassette, first, second)
    now = replace(first.request, url="http://localhost:1/chat?b=2&a=1", body=b"anything")

    answers = [next(wire.send(now).chunks).content for _ in range(2)]

    assert answers == [b"first", b"second"]
    assert fault(wire, now) == (
        "old.yaml: turn 1, step send.1 sends POST /chat?b=2&a=1 3 times, "
        f"but it was recorded twice; {FIX} [asked-too-often]"
    )


def test_a_miss_in_a_foreign_cassette(cassette, make_interaction):
    """The nearest address is named, and whether it was used."""
    wire = foreign(cassette, make_interaction(1), make_interaction(1, path="/other"))
    wire.send(make_interaction(5).request)

    assert fault(wire, make_interaction(2, path="/chat/2").request) == (
        f"old.yaml: turn 2, step send.1 was not recorded: POST /chat/2; {FIX} [not-recorded]\n"
        "  nearest: interaction 1 of 2, POST /chat, already used"
    )


def redirecting(make_interaction, path: str, target: str, status: int = 307):
    one = make_interaction(1, path=path)
    head = (("Location", target),)
    return replace(one, response=replace(one.response, status=status, headers=head))


@pytest.mark.parametrize("target", ["/chat/", "chat/", "https://api.example.com/chat/#top"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_of_a_foreign_cassette_are_followed(make_interaction, target, status):
    """The answer is the one that the chain led to, as on a live connection; all of it is used."""
    last = make_interaction(1, path="/chat/", body=b"there")
    rest = (make_interaction(1, path="/other"), redirecting(make_interaction, "/chat/", "/chat/"))
    wire = foreign(
        None, redirecting(make_interaction, "/chat", target, status), *rest[1:], last, rest[0]
    )

    answer = wire.send(make_interaction(1).request)

    assert (answer.status, next(answer.chunks).content) == (200, b"there")
    assert [one.request.url for one in wire.unused()] == [rest[0].request.url]


def test_what_a_redirect_led_to_can_be_asked_for(make_interaction):
    """A definition may know the address that the server sends its clients to."""
    last = make_interaction(1, path="/chat/", body=b"there")
    wire = foreign(None, redirecting(make_interaction, "/chat", "/chat/"), last)

    assert next(wire.send(last.request).chunks).content == b"there"


@pytest.mark.parametrize("target", ["/gone", "/chat", "http://[", ""])
def test_a_redirect_that_leads_nowhere(make_interaction, target):
    """It is no answer, and says where the recording stops; without an address it is one."""
    wire = foreign(None, redirecting(make_interaction, "/chat", target))
    request = make_interaction(1).request

    if target in ("", "http://["):
        assert wire.send(request).status == 307
    else:
        assert fault(wire, request) == (
            f"old.yaml: interaction 1 of 1 redirects to {target}, which was not recorded;"
            f" {FIX} [not-recorded]"
        )


def test_a_foreign_answer_has_no_times(cassette, make_interaction):
    """Where no times were recorded, the answer says so."""
    one = make_interaction(1)
    untimed = replace(one, response=replace(one.response, seconds=None, first_byte=None))

    answer = foreign(cassette, untimed).send(one.request)

    assert not answer.is_timed
    assert list(answer.chunks) == [Chunk(0.0, one.response.body)]


def test_no_time_passes(cassette):
    """A replay sleeps for nobody, and may be closed twice."""
    wire = ReplayTransport(cassette)

    wire.sleep(3600)
    wire.close()
    wire.close()


def test_replay_imports_neither_httpx_nor_vcr():
    """What a replay needs of this package imports no HTTP client, no vcrpy and no YAML."""
    code = (
        "import sys, harness.transport, harness.transport.replay, harness.transport.cassette\n"
        "heavy = ('httpx', 'httpcore', 'websockets', 'vcr', 'yaml', 'ssl')\n"
        "print([n for n in heavy if n in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def asking(one, number: int, step: str = ""):
    """The same interaction with a body and an answer of its own."""
    origin = replace(one.request.origin, step=step or f"send.{number}")
    return replace(
        one,
        request=replace(one.request, body=b'{"q": %d}' % number, origin=origin),
        response=replace(one.response, body=b"answer %d" % number),
    )


@pytest.mark.parametrize("is_ours", [True, False], ids=["of-a-class", "of-another-tool"])
@given(order=st.permutations([1, 2, 3, 4]))
def test_a16_requests_in_another_order_get_their_own_answers(is_ours, order):
    """What is asked decides where the order does not: never another request's answer."""
    rows = [replace(asking(interaction(1), n), is_ours=is_ours) for n in (1, 2, 3, 4)]
    wire = ReplayTransport(Cassette(interactions=Interactions.of(rows)))

    for place, number in enumerate(order, 1):
        origin = replace(rows[0].request.origin, step=f"send.{place}")
        answer = wire.send(replace(rows[number - 1].request, origin=origin))
        assert b"".join(chunk.content for chunk in answer.chunks) == b"answer %d" % number

    assert wire.unused() == ()


def content(answer) -> bytes:
    return b"".join(chunk.content for chunk in answer.chunks)


def test_two_requests_of_one_step_are_answered_in_order():
    """A poll that sends something new gets the next answer, and not that of a like request."""
    first, second = (asking(interaction(1), number, "send.2") for number in (1, 2))
    wire = wire_of(Cassette(), first, second)

    assert content(wire.send(second.request)) == b"answer 1"
    assert content(wire.send(first.request)) == b"answer 2"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"turn": 2}, id="turn"),
        pytest.param({"step": "open.1"}, id="phase"),
        pytest.param({"url": "https://api.example.com/"}, id="path-before"),
        pytest.param({"url": "https://api.example.com/~"}, id="path-after"),
        pytest.param({"method": "PUT"}, id="method"),
        pytest.param({"is_ours": False}, id="tool"),
    ],
)
def test_a_request_like_another_one_keeps_its_own_answer(other):
    """Only an interaction of the same turn, phase, path and method is used for another one."""
    first, second = asking(interaction(1), 1), asking(interaction(1), 2)
    origin = replace(
        second.request.origin,
        turn=other.get("turn", 1),
        step=other.get("step", "send.2"),
    )
    moved = replace(
        second,
        is_ours=other.get("is_ours", True),
        request=replace(
            second.request,
            origin=origin,
            method=other.get("method", "POST"),
            url=other.get("url", second.request.url),
        ),
    )
    wire = wire_of(Cassette(), first, moved)

    answer = wire.send(replace(second.request, origin=first.request.origin))

    assert content(answer) == b"answer 1"


def test_a_foreign_interaction_that_another_request_used_is_a_miss():
    """Without a turn, an interaction is never used twice, whatever is asked in its place."""
    first, second = asking(interaction(1), 1), asking(interaction(1), 2)
    wire = foreign(None, first, second)
    wire.send(second.request)

    assert "was not recorded: POST /chat" in fault(wire, asking(interaction(1), 3).request)


def test_a_foreign_request_that_was_changed_gets_the_next_answer():
    """Where no interaction sent the same body, those of the address are used in order."""
    first, second = asking(interaction(1), 1), asking(interaction(1), 2)
    wire = foreign(None, first, second)

    assert content(wire.send(asking(interaction(1), 3).request)) == b"answer 1"
    assert content(wire.send(first.request)) == b"answer 2"


@given(
    recorded=st.lists(st.sampled_from("abc"), min_size=1, max_size=5),
    now=st.lists(st.sampled_from("abc"), min_size=1, max_size=5),
)
def test_a16_an_edited_conversation_gets_the_reply_of_its_turn_or_a_miss(recorded, now):
    """Turns that are retried, reordered, left out or put in: never the reply of another turn."""
    rows = []
    for turn, text in enumerate(recorded, 1):
        one = interaction(turn, body=f"reply to {recorded[:turn]}".encode())
        origin = replace(one.request.origin, message=text)
        rows.append(replace(one, request=replace(one.request, origin=origin)))
    wire = ReplayTransport(Cassette(interactions=Interactions.of(rows)))

    for turn, text in enumerate(now, 1):
        asked = replace(rows[0].request, origin=Origin(turn=turn, step="send.1", message=text))
        if now[:turn] != recorded[:turn]:
            assert fault(wire, asked).rpartition("[")[2].startswith(("message-", "not-recorded"))
            return
        (first, *_) = wire.send(asked).chunks
        assert first.content.decode() == f"reply to {now[:turn]}"
