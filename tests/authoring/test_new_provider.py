from __future__ import annotations

import json
import shlex

import pytest

from harness.conversation import Outcome
from harness.core import ConfigurationError
from harness.emulators.server import serving
from harness.formats.yaml import read
from harness.project.plan import Mode
from harness.reports.failure import failure_screen
from tests.authoring.answering_server import answering, events

KEY = "k-93fe7a01bc5d4e82"
OPENAI = [
    {"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta}]}
    for delta in ({"role": "assistant", "content": ""}, {"content": "Hel"}, {"content": "lo!"}, {})
]
ANTHROPIC = [
    {"type": "message_start", "message": {"id": "m", "role": "assistant", "content": []}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hel"}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "lo!"}},
    {"type": "content_block_stop", "index": 0},
    {"type": "message_stop"},
]
RESPONSES = [
    {"type": "response.created", "response": {"id": "r", "output": []}},
    {"type": "response.output_text.delta", "item_id": "i", "delta": "Hel"},
    {"type": "response.output_text.delta", "item_id": "i", "delta": "lo!"},
    {"type": "response.completed", "response": {"id": "r", "usage": {"total_tokens": 3}}},
]
TOKENS = [
    {"type": "start", "id": "1"},
    {"type": "token", "text": "Hel", "id": "1"},
    {"type": "token", "text": "lo!", "id": "1"},
    {"type": "end", "text": "Hello!", "id": "1"},
]


def curl_of(url, body, *flags):
    return shlex.join(["curl", url, "--json", json.dumps(body), *flags])


def steps_of(command, name):
    """The steps that send a message."""
    return read(command.text(f"definitions/{name}/provider.yaml").encode(), "d").value["send"]


def assert_recorded_as_replayed(command, name, **environment):
    """The first scenario passes when it is recorded, and from its recording without a server."""
    recorded = command.play(name, Mode.RECORD, **environment)
    assert recorded.outcome is Outcome.PASSED, failure_screen(recorded)
    assert command.play(name, Mode.REPLAY).outcome is Outcome.PASSED


def assert_clean(command, name, monkeypatch, **environment):
    """`harness providers check` and `harness lint` find nothing to fix."""
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    checked = command.call("providers", "check", name, "--live", "--message", "Hello")
    linted = command.call("lint", "--strict")

    # A sample without tool calls shows nothing of where they are.
    warned = [
        line
        for line in checked.output.splitlines()
        if line.startswith("warning:") and "[unmatched-path]" not in line
    ]
    assert (checked.exit_code, warned) == (0, []), checked.output
    assert linted.output == "1 scenario file, 0 problems\n"


def test_a_json_answer(command, monkeypatch):
    """A request with JSON: made, checked, recorded and replayed; later turns are sent too."""
    answer = {"id": "1", "reply": {"text": "Hello! What can I do?"}, "took": 1.5}
    body = {"model": "small", "messages": [{"role": "user", "content": "Hi"}]}
    with answering("application/json", json.dumps(answer)) as asked:
        curl = curl_of(f"{asked.url}/v1/chat?beta=1", body, "-H", f"X-Api-Key: {KEY}")
        made = command.call("providers", "new", "bot", "--from-curl", curl, "--live", "--yes")
        assert made.exit_code == 0, made.output
        assert_clean(command, "bot", monkeypatch, BOT_API_KEY=KEY)
        assert_recorded_as_replayed(command, "bot", BOT_API_KEY=KEY)

    assert "reply of the sample: Hello! What can I do?" in made.output
    assert asked.paths == ["/v1/chat?beta=1"] * 3
    assert [headers["x-api-key"] for headers in asked.headers] == [KEY] * 3
    assert [json.loads(body) for body in asked.bodies][0::2] == [body, body]
    assert not [path for path, text in command.texts().items() if KEY in text]


@pytest.mark.parametrize(
    ("content_type", "answer", "join", "done"),
    [
        (
            "text/event-stream",
            events(*OPENAI, done="[DONE]"),
            "$.events[*].choices[0].delta.content",
            "[DONE]",
        ),
        (
            "text/event-stream",
            events(*ANTHROPIC),
            "$.events[?@.type == 'content_block_delta'].delta.text",
            {"if": {"$.type": "message_stop"}},
        ),
        (
            "text/event-stream",
            events(*RESPONSES),
            "$.events[?@.type == 'response.output_text.delta'].delta",
            {"if": {"$.type": ["response.completed", "response.incomplete", "response.failed"]}},
        ),
        (
            "text/event-stream",
            events(*TOKENS),
            "$.events[?@.type == 'token'].text",
            {"if": {"$.type": "end"}},
        ),
        (
            "text/event-stream",
            "event: token\ndata: Hel\n\nevent: token\ndata: lo!\n\nevent: end\ndata: {}\n\n",
            "$.events[?@.event == 'token'].data",
            {"event": "end"},
        ),
        (
            "application/x-ndjson",
            "".join(
                json.dumps({"response": text, "done": text == ""}) + "\n"
                for text in ("Hel", "lo!", "")
            ),
            "$.events[*].response",
            {"if": {"$.done": True}},
        ),
    ],
    ids=["openai", "anthropic", "responses", "types", "names", "ndjson"],
)
def test_a_streamed_answer(command, monkeypatch, content_type, answer, join, done):
    """The pieces of a stream are joined, and its last event is recognised."""
    with answering(content_type, answer) as asked:
        curl = curl_of(asked.url, {"stream": True, "message": "Hi"})
        made = command.call("providers", "new", "bot", "--from-curl", curl, "--live", "--yes")
        assert made.exit_code == 0, made.output
        assert_clean(command, "bot", monkeypatch)
        assert_recorded_as_replayed(command, "bot")

    step = steps_of(command, "bot")[0]
    texts = step["reply"]["text"]
    assert {"join": join} in (texts if isinstance(texts, list) else [texts])
    assert step["done"] == done
    assert "reply of the sample: Hello!" in made.output


def test_an_emulated_system(command, monkeypatch):
    """A request of the vendor's page, sent to the emulator of the vendor's API."""
    with serving(["connectly"]) as running:
        environment = running.environment
        business = environment["CONNECTLY_BUSINESS_ID"]
        url = f"{running.urls['connectly']}/internal/v1/businesses/{business}"
        body = {
            "context": {"agentDescriptorId": environment["CONNECTLY_AGENT_ID"]},
            "inputEvents": [
                {"messageEvent": {"role": "USER", "content": {"textContent": "Any dresses?"}}}
            ],
        }
        curl = curl_of(f"{url}/ai/sales_assistant_v2/invoke/v1", body)
        curl += ' -H "x-api-key: $CONNECTLY_API_KEY"'
        monkeypatch.setenv("CONNECTLY_API_KEY", environment["CONNECTLY_API_KEY"])
        made = command.call(
            *("providers", "new", "shop", "--from-curl", curl, "--live", "--yes"),
            *("--message", "$.inputEvents[0].messageEvent.content.textContent"),
            *("--reply", "$.response.responseEvents[*].messageEvent.content.textContent.text"),
        )
        assert made.exit_code == 0, made.output
        key = {"CONNECTLY_API_KEY": environment["CONNECTLY_API_KEY"]}
        assert_clean(command, "shop", monkeypatch, **key)
        assert_recorded_as_replayed(command, "shop", **key)

    assert not [path for path, text in command.texts().items() if key["CONNECTLY_API_KEY"] in text]


def test_questions(command, written):
    """Without `--yes`, what the request does not say is asked, with a guess to accept."""
    answer = written("answer.json", json.dumps({"a": {"text": "Yes"}, "b": {"text": "No"}}))
    curl = curl_of("http://127.0.0.1:9/x", {"text": "Hi"}, "-H", f"Authorization: Bearer {KEY}")
    typed = f"SHOP_KEY\n\n{answer}\n$.b.text\n"
    made = command.call("providers", "new", "shop", "--from-curl", curl, typed=typed)

    assert made.exit_code == 0, made.output
    assert (
        "Authorization is a secret; environment variable that holds it [SHOP_TOKEN]" in made.output
    )
    assert "JSONPath to the user's message in the request [$.text]" in made.output
    assert steps_of(command, "shop")[0]["reply"] == {"text": "$.b.text"}
    assert "token: ${env.SHOP_KEY}" in command.text("harness.yaml")


def test_a_wrong_answer_is_asked_again(command):
    """A path that leads nowhere, a refusal of the server, a file that is not there, no path."""
    with answering("application/json", '{"problem": "no key"}', status=403) as asked:
        curl = curl_of(asked.url, {"text": "Hi"})
        typed = "$.txet\n$.text\nlive\nnone.json\n\n\nreply\n$.reply\n"
        made = command.call("providers", "new", "shop", "--from-curl", curl, typed=typed)

    assert made.exit_code == 0, made.output
    reasons = ("$.txet leads nowhere", "a refusal, status 403", "none.json", "not answered")
    assert [reason for reason in reasons if reason not in made.output] == []
    assert steps_of(command, "shop")[0]["reply"] == {"text": "$.reply"}


def test_an_answer_without_a_text_names_the_page_about_polling(command):
    """The answer is shown, and nothing is written."""
    with answering("application/json", '{"accepted": 2}', status=202) as asked:
        curl = curl_of(asked.url, {"text": "Hi"})
        words = ("providers", "new", "shop", "--live", "--from-curl", curl)
        with pytest.raises(ConfigurationError) as error:
            command.call(*words, "--yes")

    assert 'like a reply: status 202, {"accepted": 2}' in str(error.value)
    assert "harness docs polls" in str(error.value)
    assert command.texts() == {}


def test_an_open_question_is_an_error(command):
    """At the end of the input, the error names the flag that answers the question."""
    curl = curl_of("http://127.0.0.1:9/x", {"text": "Hi"})
    with pytest.raises(ConfigurationError) as error:
        command.call("providers", "new", "shop", "--from-curl", curl, typed="\n\n")

    assert "give --reply" in str(error.value)
    assert command.texts() == {}


def test_secrets_of_every_place(command, written):
    """Headers, cookies, users, parameters and keys of the body become variables."""
    answer = written("answer.json", json.dumps({"reply": "Yes"}))
    values = [f"{name}-{KEY}" for name in ("cookie", "query", "body", "user")]
    curl = curl_of(
        f"http://127.0.0.1:9/x?key={values[1]}",
        {"text": "Hi", "auth": {"accessToken": values[2]}},
        *("-b", f"sid={values[0]}", "-u", f"me:{values[3]}"),
    )
    command.call("providers", "new", "shop", "--from-curl", curl, "--yes", "--answer", answer)
    settings = read(command.text("harness.yaml").encode(), "h").value["providers"]["shop"]

    assert settings["settings"] == {
        "base_url": "http://127.0.0.1:9",
        "username": "me",
        "cookie": "${env.SHOP_COOKIE}",
        "password": "${env.SHOP_PASSWORD}",
        "key": "${env.SHOP_KEY}",
        "accesstoken": "${env.SHOP_ACCESSTOKEN}",
    }
    assert not [path for path, text in command.texts().items() if KEY in text]


def test_a_secret_elsewhere_stops_the_command(command, written):
    """What looks like a credential in another place is not written."""
    answer = written("answer.json", json.dumps({"reply": "Yes"}))
    body = {"text": "my key is sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCDEF"}
    curl = curl_of("http://127.0.0.1:9/x", body, "-H", f"X-Api-Key: {KEY}")
    with pytest.raises(Exception, match="secret"):
        command.call(
            *("providers", "new", "shop", "--from-curl", curl, "--yes", "--answer", answer),
            *("--message", "$.text"),
        )

    assert list(command.texts()) == ["answer.json"]


def test_a_refusal_is_not_a_sample(command):
    """An answer with an error status cannot show where the reply is."""
    with answering("application/json", '{"error": "no key"}', status=401) as asked:
        curl = curl_of(asked.url, {"text": "Hi"})
        with pytest.raises(ConfigurationError) as error:
            command.call("providers", "new", "bot", "--from-curl", curl, "--live", "--yes")

    assert 'a refusal, status 401: {"error": "no key"}' in str(error.value)
    assert command.texts() == {}


def test_the_id_of_a_conversation_in_the_path(command, written):
    """It would be the same in every conversation: a note says so, and the hint of a refusal."""
    reason = "'REF' in the path looks like the id of one conversation, and every conversation"
    with answering("application/json", '{"problem": "no such thread"}', status=404) as asked:
        curl = curl_of(f"{asked.url}/v2/threads/REF/posts", {"text": "Hi"})
        with pytest.raises(ConfigurationError) as error:
            command.call("providers", "new", "bot", "--from-curl", curl, "--live", "--yes")
    answer = written("answer.json", json.dumps({"reply": "Yes"}))
    words = ("--from-curl", curl, "--yes", "--answer", answer)
    made = command.call("providers", "new", "a", *words)
    key = command.call("providers", "new", "b", *words, "--secret", "path[3]=THREAD")

    assert reason in error.value.problems[0].hint
    assert f"note: {reason}" in made.output
    assert reason not in key.output


def test_messages_of_a_list_and_buttons(command, monkeypatch):
    """Each message is read, and so are the buttons; a definition without them is doubtful."""
    answer = {
        "seq": 4,
        "posts": [{"kind": "text", "body": "Hello!"}],
        "choices": ["Hours", "Renew"],
    }
    with answering("application/json", json.dumps(answer)) as asked:
        curl = curl_of(asked.url, {"text": "Hi"})
        command.call("providers", "new", "bot", "--from-curl", curl, "--live", "--yes")
        reply = steps_of(command, "bot")[0]["reply"]
        assert_clean(command, "bot", monkeypatch)
        command.call("providers", "new", "plain", "--from-curl", curl, "--live", "--yes")
        file = command.folder / "definitions/plain/provider.yaml"
        file.write_text(file.read_text().replace("actions: $.choices[*]", "id: $.kind"))
        checked = command.call("providers", "check", "plain", "--live", "--message", "Hello")

    assert reply == {"messages": "$.posts[*]", "text": "$.body", "actions": "$.choices[*]"}
    assert "look like them: 'Hours', 'Renew'; if they are buttons, add actions: $.choices[*]" in (
        checked.output
    )


def test_ids_of_conversations(command, written):
    """A UUID that names the conversation is new in each one."""
    answer = written("answer.json", json.dumps({"reply": "Yes"}))
    body = {"session_id": "0b8f6e5c-6a3e-4b63-8d37-0d7c9d0a1f52", "text": "Hi"}
    curl = curl_of("http://127.0.0.1:9/x", body)
    made = command.call("providers", "new", "a", "--from-curl", curl, "--yes", "--answer", answer)

    assert steps_of(command, "a")[0]["request"]["json"] == {
        "session_id": "${conversation.id}",
        "text": "${message.text}",
    }
    assert "$.session_id is the id of the conversation: a new one each" in made.output


def test_a_message_in_the_query(command, written):
    """Without a body, the message is a parameter of the query."""
    answer = written("answer.txt", "Yes, we do.")
    curl = "curl -G http://127.0.0.1:9/x --data-urlencode 'q=Do you?' -d lang=en"
    made = command.call("providers", "new", "a", "--from-curl", curl, "--yes", "--answer", answer)
    step = steps_of(command, "a")[0]

    assert made.exit_code == 0, made.output
    assert step["request"] == {"get": "/x", "query": {"q": "${message.text}", "lang": "en"}}
    assert (step["answer"], step["reply"]) == ({"as": "text"}, {"text": "$"})
    assert not (command.folder / "definitions/a/schemas").exists()


def test_nothing_is_replaced(command, written):
    """A folder or a scenario that is there stops the command before anything is written."""
    answer = written("answer.json", json.dumps({"reply": "Yes"}))
    words = ("--from-curl", curl_of("http://127.0.0.1:9/x", {"text": "Hi"}), "--yes")
    (command.folder / "definitions/bot").mkdir(parents=True)
    with pytest.raises(ConfigurationError, match="definitions/bot"):
        command.call("providers", "new", "bot", *words, "--answer", answer)
    (command.folder / "definitions/bot").rmdir()
    (command.folder / "scenarios/bot").mkdir(parents=True)
    written("scenarios/bot/first.yaml", "mine")
    with pytest.raises(ConfigurationError, match=r"scenarios/bot/first\.yaml"):
        command.call("providers", "new", "bot", *words, "--answer", answer)

    assert sorted(command.texts()) == ["answer.json", "scenarios/bot/first.yaml"]


def test_a_form_in_parts(command, monkeypatch, written):
    """Fields and files are sent in each conversation; the message takes the place of its field."""
    written("notes.txt", "keep")
    with answering("application/json", json.dumps({"answer": "Stored."})) as asked:
        curl = f"curl {asked.url}/upload -F question=Hi -F file=@notes.txt"
        made = command.call("providers", "new", "bot", "--from-curl", curl, "--live", "--yes")
        assert made.exit_code == 0, made.output
        assert_clean(command, "bot", monkeypatch)
        assert_recorded_as_replayed(command, "bot")

    assert b'name="question"\r\n\r\nHello' in asked.bodies[1]
    assert all(b'filename="notes.txt"' in body and b"keep" in body for body in asked.bodies)


def har_of(*exchanges):
    """A HAR file of these URLs, bodies and answers."""
    return json.dumps(
        {
            "log": {
                "version": "1.2",
                "entries": [
                    {
                        "request": {
                            "method": "GET" if body is None else "POST",
                            "url": url,
                            "headers": [{"name": "Authorization", "value": f"Bearer {KEY}"}],
                            "postData": body
                            and {"mimeType": "application/json", "text": json.dumps(body)},
                        },
                        "response": {
                            "status": 200,
                            "headers": [],
                            "content": {"size": 1, "text": json.dumps(answer)},
                        },
                    }
                    for url, body, answer in exchanges
                ],
            }
        }
    )


BROWSED = har_of(
    ("http://127.0.0.1:9/config", None, {"title": "Our shop, open daily"}),
    ("http://127.0.0.1:9/log", {"event": "opened", "text": "page"}, {"ok": True}),
    ("http://127.0.0.1:9/chat", {"text": "Hi"}, {"reply": "Hello!", "id": 1}),
    ("http://127.0.0.1:9/chat", {"text": "Bye"}, {"reply": "Goodbye!", "id": "x", "end": True}),
)


def test_a_har_file(command, written):
    """The request that talks is found, and all its answers are samples of the schema."""
    written("browsed.har", BROWSED)
    made = command.call("providers", "new", "shop", "--from-har", "browsed.har", "--yes")
    assert made.exit_code == 0, made.output
    schema = json.loads(command.text("definitions/shop/schemas/answer.schema.json"))

    assert steps_of(command, "shop")[0]["request"]["post"] == "/chat"
    assert schema["required"] == ["reply", "id"]
    assert schema["properties"]["id"] == {"type": ["string", "integer"]}
    assert "user: Hi" in command.text("scenarios/shop/first.yaml")
    made_files = [text for path, text in command.texts().items() if path != "browsed.har"]
    assert not [text for text in made_files if KEY in text]


def test_choosing_a_request_of_a_har_file(command, written):
    """The requests that could be meant are listed; `--entry` or the answer chooses one."""
    written("browsed.har", BROWSED)
    typed = "4\n\n\n$.reply\n"
    made = command.call("providers", "new", "shop", "--from-har", "browsed.har", typed=typed)

    assert made.exit_code == 0, made.output
    assert "3: POST /chat\n4: POST /chat\n" in made.output
    assert "user: Bye" in command.text("scenarios/shop/first.yaml")


def test_a_har_file_without_a_conversation(command, written):
    """If nothing in it talks, or another entry is named, the error says so."""
    written("browsed.har", har_of(("http://127.0.0.1:9/log", {"n": 1}, {"ok": True})))
    with pytest.raises(ConfigurationError, match="no request of the file sends and receives"):
        command.call("providers", "new", "shop", "--from-har", "browsed.har", "--yes")
    written("browsed.har", BROWSED)
    with pytest.raises(ConfigurationError, match="request 2 of the file does not send and"):
        command.call("providers", "new", "a", "--from-har", "browsed.har", "--yes", "--entry", "2")


OPENAPI = """\
openapi: 3.0.3
info: {title: Desk, version: '1'}
servers: [{url: 'http://127.0.0.1:9/{stage}', variables: {stage: {default: v1}}}]
security: [{key: []}]
paths:
  /status:
    get: {responses: {200: {content: {application/json: {schema: {type: object}}}}}}
  /chat/{desk}:
    post:
      operationId: talk
      parameters:
        - {name: desk, in: path, required: true, schema: {type: string, example: front}}
        - {name: lang, in: query, required: true, schema: {type: string, enum: [en, de]}}
        - {name: debug, in: query, schema: {type: boolean}}
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                text: {type: string, example: Where is my parcel?}
                tags: {type: array, items: {type: string}}
      responses:
        '201': {$ref: '#/components/responses/Reply'}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Api-Key}}
  responses:
    Reply:
      content:
        application/json:
          schema:
            allOf:
              - {$ref: '#/components/schemas/Base'}
              - type: object
                required: [reply]
                properties:
                  reply: {type: string}
                  rating: {type: number, nullable: true}
                  next: {$ref: '#/components/schemas/Base'}
  schemas:
    Base:
      type: object
      required: [id]
      properties: {id: {type: integer}, parent: {$ref: '#/components/schemas/Base'}}
"""


def test_an_openapi_document(command, written, monkeypatch):
    """The operation that talks becomes the step; the schema requires what the document does."""
    written("api.yaml", OPENAPI)
    made = command.call("providers", "new", "desk", "--from-openapi", "api.yaml", "--yes")
    assert made.exit_code == 0, made.output
    monkeypatch.setenv("DESK_KEY", KEY)
    checked = command.call("providers", "check", "desk")
    linted = command.call("lint", "--strict")
    step = steps_of(command, "desk")[0]
    schema = json.loads(command.text("definitions/desk/schemas/answer.schema.json"))

    assert (checked.exit_code, linted.output) == (0, "1 scenario file, 0 problems\n")
    assert step["request"] == {
        "post": "/v1/chat/front",
        "headers": {"X-Api-Key": "${settings.api_key}"},
        "query": {"lang": "en"},
        "json": {"text": "${message.text}", "tags": ["text"]},
    }
    assert step["answer"] == {"status": 201, "schema": "answer"}
    assert step["reply"] == {"text": "$.reply"}
    assert schema["required"] == ["id", "reply"]
    assert {"rating", "next", "parent"} <= schema["properties"].keys()
    assert "user: Where is my parcel?" in command.text("scenarios/desk/first.yaml")


@pytest.mark.parametrize(
    ("text", "options", "reason"),
    [
        (OPENAPI, ["--operation", "tlk"], "did you mean 'talk'"),
        (OPENAPI.replace("#/components/responses", "other.yaml#"), [], "another document"),
        (OPENAPI.replace("http://127.0.0.1:9", ""), [], "an absolute URL of its server"),
        ("openapi: 3.0.0\n", [], "the file has no 'paths'"),
        ("paths: {}\n", [], "no operation answers with JSON"),
    ],
    ids=["operation", "reference", "server", "paths", "empty"],
)
def test_openapi_documents_that_do_not_help(command, written, text, options, reason):
    """What is missing in the document is named."""
    written("api.yaml", text)
    with pytest.raises(ConfigurationError) as error:
        command.call("providers", "new", "desk", "--from-openapi", "api.yaml", "--yes", *options)

    assert reason in str(error.value)
