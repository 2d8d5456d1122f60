"""`harness providers new` with wrong and hostile input: nothing is written, and no secret is."""

from __future__ import annotations

import json
import shlex

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.core import HarnessError
from harness.formats.yaml import read
from tests.authoring.answering_server import answering
from tests.authoring.conftest import Command
from tests.authoring.test_new_provider import (
    OPENAPI,
    assert_clean,
    assert_recorded_as_replayed,
    curl_of,
)

KEY = "s3cr3t-93fe7a01bc5d4e82"
TELEGRAM = "123456789:" + "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0"
ANSWER = json.dumps({"reply": "Yes, we do."})
BODY = {"text": "Do you?"}


def refused(command: Command, *words: str, name: str = "bot") -> str:
    """The error of a command that writes nothing."""
    before = command.texts()
    with pytest.raises(HarnessError) as error:
        command.call("providers", "new", name, "--yes", *words)
    assert command.texts() == before
    return str(error.value)


def settings_of(command: Command, name: str = "bot") -> dict[str, object]:
    return read(command.text("harness.yaml").encode(), "h").value["providers"][name]["settings"]


WRONG_COMMANDS = {
    'curl.exe "http://a/x" `\n  --data-raw "x"': "it is a command for PowerShell",
    "Invoke-WebRequest -Uri http://a/x": "choose 'Copy as cURL (bash)'",
    "$session = New-Object Microsoft.X\nInvoke-RestMethod": "it is a command for PowerShell",
    'fetch("http://a/x")': "browsers copy it with 'Copy as cURL'",
    "curl ftp://a/x -d text=Hi": "the URL has the scheme 'ftp', expected http or https",
    "curl wss://a/x -d text=Hi": "a 'socket' step opens a WebSocket",
    "curl http://a/x -H 'Content-Type: application/json' -d 'Hi'": (
        "the body of the request is not JSON: expecting value"
    ),
    """curl http://a/x --json '{"text": "a", "text": "b"}'""": "has the key 'text' twice",
    "curl http://a/x -H 'Content-Type: text/xml' -d '<!DOCTYPE a><a>Hi</a>'": (
        "the body of the request is not XML: it has a document type"
    ),
}


@pytest.mark.parametrize(("text", "reason"), WRONG_COMMANDS.items(), ids=WRONG_COMMANDS.values())
def test_a_command_that_is_not_read(command, text, reason):
    """The error says what it is and what to do."""
    assert reason in refused(command, "--from-curl", text)


@pytest.mark.parametrize("end", [" \\", " \\\n", " \\\n\n"], ids=repr)
def test_a_command_that_continues_into_nothing(command, written, end):
    """A paste often ends with the backslash of a line that was not selected."""
    answer = written("answer.json", ANSWER)
    curl = curl_of("http://127.0.0.1:9/x", BODY) + end

    made = command.call("providers", "new", "bot", "--yes", "--answer", answer, "--from-curl", curl)

    assert made.exit_code == 0, made.output


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../x", "lowercase letters"),
        ("with space", "lowercase letters"),
        ("größe", "lowercase letters"),
        ("con", "the name of a device on Windows"),
        ("a--b", "contains '--'"),
        ("a" * 61, "the name has 61 characters; use at most 60"),
        ("openai-chat", "an installed definition"),
    ],
)
def test_a_name_that_cannot_be_used(command, name, reason):
    """It would be the name of a folder, of a provider, and a part of those of cassettes."""
    curl = curl_of("http://127.0.0.1:9/x", BODY)

    assert reason in refused(command, "--from-curl", curl, name=name)


def test_a_name_that_begins_with_a_digit(command, monkeypatch):
    """The name of an environment variable cannot, so it gets a prefix."""
    with answering("application/json", ANSWER) as asked:
        curl = curl_of(f"{asked.url}/x", BODY, "-H", f"X-Api-Key: {KEY}")
        made = command.call("providers", "new", "1", "--from-curl", curl, "--live", "--yes")
        assert made.exit_code == 0, made.output
        assert_clean(command, "1", monkeypatch, PROVIDER_1_API_KEY=KEY)


def test_a_typed_variable_is_a_name(command):
    """What is typed at the question is judged like `--secret`."""
    curl = curl_of("http://127.0.0.1:9/x", BODY, "-H", f"X-Api-Key: {KEY}")
    words = ["providers", "new", "bot", "--from-curl", curl]

    ended = CliRunner().invoke(app, words, input="1 2\n")

    assert "'1 2' is not the name of an environment variable" in ended.output
    assert "not answered" in str(ended.exception)
    assert command.texts() == {}


def test_nothing_is_left_if_a_file_cannot_be_written(command, written):
    """What was written before, and its folders, are removed again."""
    answer = written("answer.json", ANSWER)
    written("scenarios", "a file in place of the folder")
    curl = curl_of("http://127.0.0.1:9/x", BODY)

    error = refused(command, "--answer", answer, "--from-curl", curl)

    assert error.endswith("Not a directory; nothing was written [not-written]")
    assert not (command.folder / "definitions").exists()


@pytest.mark.parametrize(
    ("path", "option", "template", "variable"),
    [
        (f"/bot{TELEGRAM}/send", (), "/bot${settings.path_1}/send", "BOT_PATH_1"),
        (f"/v1/{KEY}/send", ("--secret", "path[2]=K"), "/v1/${settings.path_2}/send", "K"),
    ],
    ids=["shape", "named"],
)
def test_a_secret_in_the_path(command, monkeypatch, path, option, template, variable):
    """A part of the path that looks like a credential, or is named, becomes a setting."""
    value = TELEGRAM if TELEGRAM in path else KEY
    with answering("application/json", ANSWER) as asked:
        curl = curl_of(f"{asked.url}{path}", BODY)
        words = ("--from-curl", curl, "--live", "--yes", *option)
        made = command.call("providers", "new", "bot", *words)
        assert made.exit_code == 0, made.output
        assert_clean(command, "bot", monkeypatch, **{variable: value})
        assert_recorded_as_replayed(command, "bot", **{variable: value})

    assert asked.paths == [path] * 3
    assert f"post: {template}" in command.text("definitions/bot/provider.yaml")
    assert not [file for file, text in command.texts().items() if value in text]
    assert value not in made.output


def test_secrets_in_odd_places(command, monkeypatch):
    """Headers about credentials or with random values, and each element of a list of tokens."""
    body = {**BODY, "tokens": [f"{KEY}a", f"{KEY}b"], "ids": ["a1", "b2"]}
    headers = {
        "X-Custom-Auth": KEY,
        "X-Session": KEY,
        "X-Customer": KEY,
        "X-Key-Id": "k1",
        "X-Request-Id": KEY[7:],
        "X-Region": "eu",
    }
    flags = [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
    with answering("application/json", ANSWER) as asked:
        curl = curl_of(f"{asked.url}/x", body, *flags)
        made = command.call("providers", "new", "bot", "--from-curl", curl, "--live", "--yes")
        assert made.exit_code == 0, made.output
        given = {f"BOT_{name}": KEY for name in ("CUSTOM_AUTH", "SESSION", "CUSTOMER")}
        given |= {"BOT_TOKENS": f"{KEY}a", "BOT_TOKENS_2": f"{KEY}b"}
        assert_clean(command, "bot", monkeypatch, **given)

    assert {*settings_of(command)} == {
        *("base_url", "custom_auth", "session", "customer", "tokens", "tokens_2"),
    }
    assert json.loads(asked.bodies[-1]) == {**body, "text": "Hello"}
    assert not [file for file, text in command.texts().items() if KEY in text]


def test_a_value_that_may_be_a_secret_is_named(command, written):
    """A random value in the body or the path stays, and a note says how to make it a setting."""
    answer = written("answer.json", ANSWER)
    curl = curl_of(f"http://127.0.0.1:9/{KEY}/x", {**BODY, "context": KEY, "n": "x" * 40})

    made = command.call("providers", "new", "bot", "--yes", "--answer", answer, "--from-curl", curl)

    notes = [line for line in made.output.splitlines() if line.startswith("note: ")]
    assert notes == [
        f"note: {name} is 's3cr…' in the definition; if it is a secret, remove the files and add"
        f" --secret '{name}=VARIABLE'"
        for name in ("path[1]", "context")
    ]


def test_a_file_of_a_form_with_a_secret(command, written):
    """It would be in the definition, so nothing is written."""
    answer = written("answer.json", ANSWER)
    written("notes.txt", f"api_key={KEY}")
    curl = shlex.join(["curl", "http://127.0.0.1:9/x", "-F", "text=Hi", "-F", "f=@notes.txt"])

    error = refused(command, "--answer", answer, "--from-curl", curl)

    assert "definitions/bot/provider.yaml would contain what looks like a" in error
    assert KEY not in error


OTHER_DOCUMENTS = {
    "Swagger 2": ("openapi: 3.0.3", "swagger: '2.0'", "the file is a document of Swagger 2.0"),
    "lost": ("schemas/Base'", "schemas/Lost'", "'#/components/schemas/Lost' leads to nothing"),
}


@pytest.mark.parametrize("case", OTHER_DOCUMENTS)
def test_an_openapi_document_that_cannot_be_used(command, written, case):
    """Its version, and a reference to nothing, are named."""
    old, new, reason = OTHER_DOCUMENTS[case]
    assert old in OPENAPI
    written("api.yaml", OPENAPI.replace(old, new))

    assert reason in refused(command, "--from-openapi", "api.yaml")


def test_an_openapi_reference_to_itself(command, written):
    """It describes nothing."""
    document = {
        "openapi": "3.1.0",
        "servers": [{"url": "http://127.0.0.1:9"}],
        "paths": {
            "/chat": {
                "post": {
                    "requestBody": {
                        "content": {"application/json": {"schema": {"$ref": "#/components/a"}}}
                    },
                    "responses": {
                        "200": {"content": {"application/json": {"example": {"reply": "Yes"}}}}
                    },
                }
            }
        },
        "components": {"a": {"$ref": "#/components/b"}, "b": {"$ref": "#/components/a"}},
    }
    written("api.json", json.dumps(document))

    assert "leads to itself; correct the '$ref'" in refused(command, "--from-openapi", "api.json")


def har(*entries: dict[str, object]) -> str:
    return json.dumps({"log": {"version": "1.2", "entries": entries}})


def entry(url: str, **more: object) -> dict[str, object]:
    """A request with its answer, as Chrome writes them."""
    return {
        "request": {"method": "POST", "url": url, "headers": [], "postData": {"text": "{}"}},
        "response": {"status": 200, "headers": [], "content": {"text": ANSWER}},
        **more,
    }


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            har(entry("wss://a/talk", _resourceType="websocket")),
            "/talk is a WebSocket, which is not read",
        ),
        (har(entry("data:text/plain,Hi")), "no request of the file sends and receives a text"),
        ('{"log": {"entries": [null]}}', "its entry 1 has no request with a URL"),
        ('{"log": {"entries": [{"request": null}]}}', "its entry 1 has no request with a URL"),
        (har(entry("http://a/x"), {}), "its entry 2 has no request with a URL"),
    ],
    ids=["web socket", "data", "null", "no request", "empty"],
)
def test_a_har_file_that_does_not_help(command, written, text, reason):
    """What is in its way is named."""
    written("browsed.har", text)

    assert reason in refused(command, "--from-har", "browsed.har")


def test_a_page_with_other_requests(command, written):
    """Those to `data:` are passed over, and the numbers are those of the file."""
    said = {"postData": {"mimeType": "application/json", "text": json.dumps(BODY)}}
    talk = entry("http://127.0.0.1:9/chat")
    talk["request"] = {**talk["request"], **said}
    written("browsed.har", har(entry("data:text/plain,Hi"), talk))

    made = command.call(
        *("providers", "new", "bot", "--from-har", "browsed.har", "--yes", "--entry", "2")
    )

    assert made.exit_code == 0, made.output
