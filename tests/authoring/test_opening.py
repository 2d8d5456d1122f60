"""Definitions of chat APIs in which a request opens the conversation."""

from __future__ import annotations

import json
import shlex

import pytest

from harness.conversation import Outcome
from harness.core import ConfigurationError
from harness.formats.yaml import read
from harness.project.plan import Mode
from harness.reports.failure import failure_screen
from tests.authoring.answering_server import answering
from tests.authoring.library_desk import KEY, library_desk

OLD = "thr-0b8f6e5c-6a3e-4b63-8d37-0d7c9d0a1f52"
"""A thread that the server does not know any more."""
SERVER = "http://127.0.0.1:9"


@pytest.fixture
def desk():
    """The server of the library."""
    with library_desk() as running:
        yield running


def curl_of(url, body, *flags):
    return shlex.join(["curl", url, "--json", json.dumps(body), *flags])


def definition_of(command, name):
    return read(command.text(f"definitions/{name}/provider.yaml").encode(), "d").value


@pytest.mark.parametrize("reference", [OLD, "REF", "{ref}"])
def test_a_conversation_is_opened_live(command, desk, monkeypatch, reference):
    """The id of another conversation in the path is replaced by that of the opening answer."""
    key = ("-H", f"X-Desk-Key: {KEY}")
    opens = curl_of(f"{desk.url}/v2/threads", {"locale": "en"}, *key)
    sends = curl_of(f"{desk.url}/v2/threads/{reference}/posts", {"body": "Hello"}, *key)
    made = command.call(
        *("init", "--yes", "--live", "--from-curl", sends, "--open-curl", opens),
        *("--secret", "X-Desk-Key=DESK_KEY", "--ci", "none"),
    )
    definition = definition_of(command, "bot")
    monkeypatch.setenv("DESK_KEY", KEY)
    checked = command.call("providers", "check", "bot", "--live", "--message", "Hello")
    linted = command.call("lint", "--strict")
    recorded = command.play("bot", Mode.RECORD, DESK_KEY=KEY)

    assert made.exit_code == 0, made.output
    assert definition["headers"] == {
        "X-Desk-Key": "${settings.desk_key}",
        "Accept": "application/json",
    }
    assert definition["open"] == [
        {
            "request": {"post": "/v2/threads", "json": {"locale": "en"}},
            "answer": {"status": 201},
            "capture": {"ref": "$.thread.ref"},
        }
    ]
    assert definition["send"][0]["request"] == {
        "post": "/v2/threads/${ref}/posts",
        "json": {"body": "${message.text}"},
    }
    note = "note: part 3 of the path is $.thread.ref of the answer that opens a conversation\n"
    assert note in made.output
    assert "looks like the id" not in made.output
    assert checked.exit_code == 0, checked.output
    assert linted.output == "1 scenario file, 0 problems\n"
    assert recorded.outcome is Outcome.PASSED, failure_screen(recorded)
    assert command.play("bot", Mode.REPLAY).outcome is Outcome.PASSED
    assert len(desk.threads) == 3
    assert all(KEY not in text for text in command.texts().values())


TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlMTIz"
UUID = "0b8f6e5c-6a3e-4b63-8d37-0d7c9d0a1f52"
SHAPES = {
    "number in the path": (
        {"conversation": {"id": 7}, "count": 7},
        curl_of(f"{SERVER}/conversations/7/messages", {"text": "Hi"}),
        {"conversation_id": "$.conversation.id"},
        {"post": "/conversations/${conversation_id}/messages", "json": {"text": "${message.text}"}},
    ),
    "number of another conversation": (
        {"conversation": {"id": 12}, "count": 1},
        curl_of(f"{SERVER}/conversations/7/messages", {"text": "Hi"}),
        {"conversation_id": "$.conversation.id"},
        {"post": "/conversations/${conversation_id}/messages", "json": {"text": "${message.text}"}},
    ),
    "body": (
        {"sessionId": UUID, "greeting": "Hello!"},
        curl_of(f"{SERVER}/say", {"session": UUID, "text": "Hi"}),
        {"session_id": "$.sessionId"},
        {"post": "/say", "json": {"session": "${session_id}", "text": "${message.text}"}},
    ),
    "number in the body": (
        {"id": 1042, "state": "new"},
        curl_of(f"{SERVER}/say", {"chat_id": 1042, "text": "Hi"}),
        {"conversation_id": "$.id"},
        {"post": "/say", "json": {"chat_id": "${conversation_id}", "text": "${message.text}"}},
    ),
    "path and query": (
        {"data": {"ref": "ab12cd34", "etag": "zz91xx22"}},
        f"curl '{SERVER}/talk/ab12cd34?etag=zz91xx22&lang=en' --json '{{\"text\": \"Hi\"}}'",
        {"ref": "$.data.ref"},
        {
            "post": "/talk/${ref}",
            "query": {"etag": "zz91xx22", "lang": "en"},
            "json": {"text": "${message.text}"},
        },
    ),
    "token in a header": (
        {"conversationId": UUID, "token": TOKEN},
        curl_of(f"{SERVER}/c/{UUID}", {"text": "Hi"}, "-H", f"Authorization: Bearer {TOKEN}"),
        {"conversation_id": "$.conversationId", "token": {"json": "$.token", "secret": True}},
        {
            "post": "/c/${conversation_id}",
            "headers": {"Authorization": "Bearer ${token}"},
            "json": {"text": "${message.text}"},
        },
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_what_a_request_takes_from_the_answer(command, written, name):
    """In the path, the query, the body and a header; offline, from stored answers."""
    opening, sends, capture, request = SHAPES[name]
    made = command.call(
        *("providers", "new", "bot", "--yes", "--from-curl", sends),
        *("--open-curl", f"curl -X POST {SERVER}/open"),
        *("--open-answer", written("opened.json", json.dumps(opening))),
        *("--answer", written("answer.json", '{"reply": "Hello!"}')),
    )
    definition = definition_of(command, "bot")
    sent = definition["send"][0]["request"]
    sent.get("headers", {}).pop("Accept", None)

    assert made.exit_code == 0, made.output
    assert definition["open"] == [{"request": {"post": "/open"}, "capture": capture}]
    assert {key: value for key, value in sent.items() if value} == request
    assert set(definition["settings"]) == {"base_url"}
    assert command.call("lint", "--strict").output == "1 scenario file, 0 problems\n"


@pytest.mark.parametrize(
    ("path", "later"),
    [
        ("threads/REF/posts", "threads/${number}/posts"),
        ("v1/rooms/r7/say", "v1/rooms/${number}/say"),
        ("talk/42/42", "talk/${number}/${number}"),
    ],
)
def test_a_named_id(command, written, path, later):
    """With `--open-id`, the value there takes the place of the id, whatever the id is of."""
    opening = {"thread": {"id": "a1", "number": 42}}
    made = command.call(
        *("providers", "new", "bot", "--yes"),
        *("--from-curl", curl_of(f"{SERVER}/{path}", {"text": "Hi"}, "-H", "X-Api-Key: $K")),
        *("--open-curl", f"curl -X POST {SERVER}/open", "--open-id", "$.thread.number"),
        *("--open-answer", written("opened.json", json.dumps(opening))),
        *("--answer", written("answer.json", '{"reply": "Hello!"}')),
    )
    definition = definition_of(command, "bot")

    assert made.exit_code == 0, made.output
    assert definition["open"][0]["capture"] == {"number": "$.thread.number"}
    assert definition["send"][0]["request"]["post"] == f"/{later}"


OPEN = ("--open-curl", f"curl -X POST {SERVER}/open")
SENDS = ("--from-curl", curl_of(f"{SERVER}/threads/REF/posts", {"text": "Hi"}))
FAULTS = {
    "no answer": ((*SENDS, *OPEN), "give --open-answer FILE or --live"),
    "nothing is taken": (
        ("--from-curl", curl_of(f"{SERVER}/say", {"text": "Hi"}), *OPEN, "--open-answer", "o.json"),
        "name what it takes: --open-id JSONPATH; values of the answer: $.thread.id is a1",
    ),
    "another server": (
        (*SENDS, "--open-curl", "curl -X POST http://127.0.0.1:8/open", "--open-answer", "o.json"),
        "it is sent to http://127.0.0.1:8, and the message to http://127.0.0.1:9",
    ),
    "no id": (
        (
            *("--from-curl", curl_of(f"{SERVER}/say", {"text": "Hi"}), *OPEN),
            *("--open-answer", "o.json", "--open-id", "$.thread.id"),
        ),
        "write a1 where the request sends it",
    ),
    "a wrong path": (
        (*SENDS, *OPEN, "--open-answer", "o.json", "--open-id", "$.thread.ref"),
        "$.thread.ref does not lead to one text or number",
    ),
    "not a path": (
        (*SENDS, *OPEN, "--open-answer", "o.json", "--open-id", "thread.id"),
        "'thread.id' is not a JSONPath",
    ),
    "a wrong command": (
        (*SENDS, "--open-curl", f"curl --nosuch {SERVER}/open"),
        "--open-curl: curl has no flag '--nosuch'",
    ),
    "a refusal": (
        (*SENDS, *OPEN, "--open-answer", "refused.json"),
        "the answer is a refusal, status 403",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_an_opening_that_does_not_help(command, written, name):
    """The reason is named, and nothing is written."""
    options, reason = FAULTS[name]
    written("o.json", '{"thread": {"id": "a1", "open": true, "title": "A new one"}}')
    written("refused.json", "HTTP/1.1 403 Forbidden\nA: b\n\nno")
    answer = written("answer.json", '{"reply": "Hello!"}')
    with pytest.raises(ConfigurationError) as error:
        command.call("providers", "new", "bot", "--yes", *options, "--answer", answer)

    assert reason in str(error.value)
    assert set(command.texts()) == {"o.json", "refused.json", "answer.json"}


@pytest.mark.parametrize("option", ["--open-answer", "--open-id"])
def test_an_option_without_its_command(command, option):
    """It has no effect, and is refused."""
    refused = command.call("providers", "new", "bot", *SENDS, option, "x", "--yes")

    assert refused.exit_code == 2
    assert f"{option} has no effect without --open-curl" in " ".join(refused.output.split())


def test_the_command_is_asked_for(command, desk):
    """If the path has an id of a conversation; a wrong answer is asked again."""
    sends = curl_of(f"{desk.url}/v2/threads/{OLD}/posts", {"body": "Hello"})
    opens = curl_of(f"{desk.url}/v2/threads", {}, "-H", f"X-Desk-Key: {KEY}")
    sends += f" -H 'X-Desk-Key: {KEY}'"
    typed = f"{opens}\nnosuch.json\nlive\nDESK_KEY\n\nlive\n\n"
    made = command.call("providers", "new", "bot", "--from-curl", sends, typed=typed)

    assert made.exit_code == 0, made.output
    assert f"'{OLD}' in the path looks like the id of one conversation" in made.output
    assert "nosuch.json" in made.output
    assert definition_of(command, "bot")["send"][0]["request"]["post"] == "/v2/threads/${ref}/posts"


def test_the_id_is_asked_for(command, written):
    """If the answer has nothing like it; what is wrong is asked again."""
    written("opened.json", '{"state": {"place": "x1"}, "title": "New"}')
    opens = f"curl -X POST {SERVER}/open"
    sends = curl_of(f"{SERVER}/threads/REF/posts", {"text": "Hi"})
    answer = written("answer.json", '{"reply": "Hello!"}')
    typed = f"{opens}\nopened.json\n$.nosuch\n$.state.place\n\n\n"
    words = ("--from-curl", sends, "--answer", answer)
    made = command.call("providers", "new", "bot", *words, typed=typed)

    assert made.exit_code == 0, made.output
    assert "takes nothing from the answer that opens" in made.output
    assert "$.nosuch does not lead to one text or number" in made.output
    assert definition_of(command, "bot")["open"][0]["capture"] == {"place": "$.state.place"}


def test_secrets_of_both_requests(command, written):
    """One that both have is one setting; one of the opening request alone is another."""
    both, one = "k-93fe7a01bc5d4e82", "s-5b1d83c9e7f04a62"
    opens = f"curl -X POST {SERVER}/open -H 'X-Api-Key: {both}' -H 'X-Secret: {one}'"
    sends = curl_of(f"{SERVER}/threads/a1/posts", {"text": "Hi"}, "-H", f"X-Api-Key: {both}")
    made = command.call(
        *("providers", "new", "bot", "--yes", "--from-curl", sends, "--open-curl", opens),
        *("--secret", "x-secret=OPENING_SECRET"),
        *("--open-answer", written("opened.json", '{"thread": {"id": "a1"}}')),
        *("--answer", written("answer.json", '{"reply": "Hello!"}')),
    )
    definition = definition_of(command, "bot")

    assert made.exit_code == 0, made.output
    assert set(definition["settings"]) == {"base_url", "api_key", "secret"}
    assert definition["headers"] == {"X-Api-Key": "${settings.api_key}"}
    assert definition["open"][0]["request"]["headers"] == {"X-Secret": "${settings.secret}"}
    assert "${env.OPENING_SECRET}" in command.text("harness.yaml")
    assert not any(secret in text for text in command.texts().values() for secret in (both, one))


def test_an_id_in_the_body_is_told(command, written):
    """A value that names one conversation, also a number, is in a note with what to do."""
    answer = written("answer.json", '{"reply": "Hello!"}')
    for name, value, shown in (("a", "abc-1", "'abc-1'"), ("b", 1042, "1042")):
        curl = curl_of(f"{SERVER}/say", {"conversation_id": value, "text": "Hi"})
        words = ("providers", "new", name, "--yes", "--from-curl", curl, "--answer", answer)
        made = command.call(*words)

        assert f"note: $.conversation_id is {shown} in every conversation" in made.output
        assert "if the server gives it, use --open-curl" in made.output


def test_a_variable_in_single_quotes(command, desk):
    """The server gets it as it is written, as from a shell; the refusal has a hint."""
    sends = curl_of(f"{desk.url}/v2/threads/REF/posts", {"body": "Hi"}, "-H", "X-Desk-Key: $KEY")
    opens = f"curl -X POST {desk.url}/v2/threads -H 'X-Desk-Key: $KEY'"
    for words in (("--from-curl", sends), ("--from-curl", sends, "--open-curl", opens)):
        with pytest.raises(ConfigurationError, match="is in single quotes, and sent as it is"):
            command.call("providers", "new", "bot", *words, "--live", "--yes")


def test_an_opening_without_a_message(command):
    """The request that sends a message is needed, too."""
    refused = command.call("init", "--yes", *OPEN)

    assert refused.exit_code == 2
    assert "needs the request that sends a message" in " ".join(refused.output.split())


def test_a_refused_opening(command):
    """An opening request that is refused live stops the command, with the status and the body."""
    with answering("application/json", '{"problem": "no key"}', status=401) as asked:
        sends = curl_of(f"{asked.url}/threads/REF/posts", {"text": "Hi"})
        opens = f"curl -X POST {asked.url}/threads"
        words = ("--from-curl", sends, "--open-curl", opens, "--live", "--yes")
        with pytest.raises(ConfigurationError, match=r"a refusal, status 401: .*no key"):
            command.call("providers", "new", "bot", *words)

    assert asked.paths == ["/threads"]
