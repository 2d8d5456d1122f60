from __future__ import annotations

import json

import pytest

from harness.conversation import Outcome
from harness.core import CassetteError
from harness.transport.cassette import read_cassette
from tests.recordings.importer import Importer

DEFINITION = """\
definition: model
settings:
  base_url: {type: string}
  model: {type: string, default: small}
  stream: {type: boolean, default: false}
send: &ask
  - when: not settings.stream
    request: &request
      post: /chat/completions
      json: &body
        model: {first_of: ['${session.model}', '${settings.model}']}
        messages: &messages
          - {when: session.system, yield: {role: system, content: '${session.system}'}}
          - for_each: transcript
            as: said
            yield:
              - when: ${said.role != 'tool'}
                yield:
                  role: ${said.role}
                  content: ${said.text}
                  tool_calls:
                    when: said.tool_calls
                    yield:
                      for_each: said.tool_calls
                      as: call
                      yield:
                        id: ${call.id}
                        type: function
                        function: {name: '${call.name}', arguments: '${call.arguments_json}'}
              - for_each: said.results
                as: result
                yield: {role: tool, tool_call_id: '${result.id}', content: '${result.text}'}
          - {when: not results, yield: {role: user, content: '${message.text}'}}
    reply:
      messages: $.choices[0].message
      text: $.content
      text_optional: true
      tools: &calls
        path: $.choices[0].message.tool_calls[*]
        name: $.function.name
        arguments: $.function.arguments
        id: $.id
  - when: settings.stream
    stream:
      post: /chat/completions
      json:
        model: ${session.model or settings.model}
        stream: true
        messages: *messages
    framing: sse
    events: json
    done: '[DONE]'
    reply:
      text: {join: '$.events[*].choices[0].delta.content'}
      text_optional: true
      tools: {path: '$.events[*].choices[0].delta.tool_calls[*]', index: $.index}
tools: *ask
"""
URL = "https://models.example/v1/chat/completions"
SYSTEM = {"role": "system", "content": "Be brief."}
ROME = {"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}
CALL = {"role": "assistant", "content": None, "tool_calls": [ROME]}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": '{"temp": 21}'}


def user(text):
    return {"role": "user", "content": text}


def bot(text):
    return {"role": "assistant", "content": text}


def row(messages, answer, status=200, **body):
    """A request with these messages, and its answer: a message, or an error."""
    said = {"choices": [{"index": 0, "message": answer, "finish_reason": "stop"}]}
    return {
        "request": {
            "method": "POST",
            "uri": URL,
            "headers": {"Content-Type": ["application/json"]},
            "body": json.dumps({"model": "large", "messages": messages, **body}),
        },
        "response": {
            "status": {"code": status, "message": ""},
            "headers": {"Content-Type": ["application/json"]},
            "body": {"string": json.dumps(said if status == 200 else answer)},
        },
    }


@pytest.fixture
def imported(tmp_path, monkeypatch):
    """Import a cassette of these interactions; the scenario's text and the command's output."""
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "harness.yaml": (
            "providers:\n  model:\n    definition: definitions/model\n"
            "    settings: {base_url: 'https://models.example/v1'}\n"
            "  streamed:\n    definition: definitions/model\n"
            "    settings: {base_url: 'https://models.example/v1', stream: true}\n"
            "  openai:\n    definition: openai-chat\n"
            "    settings: {base_url: 'https://models.example/v1', model: large}\n"
        ),
        "definitions/model/provider.yaml": DEFINITION,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    importer = Importer(tmp_path)

    def run(*rows, provider="model"):
        file = tmp_path / "talk.json"
        file.write_text(json.dumps({"version": 1, "interactions": rows}))
        result = importer.call(file, provider)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert importer.replay(provider, "talk").outcome is Outcome.PASSED
        return (tmp_path / f"scenarios/{provider}/talk.yaml").read_text(), result.output

    return run


def test_a_chain_of_requests_is_one_scenario(imported):
    """Each request repeats the ones before; the system message belongs to the session."""
    text, output = imported(
        row([SYSTEM, user("Hi")], bot("Hello!")),
        row([SYSTEM, user("Hi"), bot("Hello!"), user("Bye")], bot("Goodbye.")),
    )

    assert text == (
        "scenario: talk\n"
        "provider: model\n"
        "session: {model: large, system: Be brief.}\n"
        "turns:\n"
        "  - user: Hi\n"
        "    expect:\n"
        '      contains: "Hello!"\n'
        "  - user: Bye\n"
        "    expect:\n"
        "      contains: Goodbye.\n"
    )
    assert "note:" not in output


def test_the_built_in_definition(imported):
    """A recording of OpenAI's API is one of the provider `openai-chat`."""
    answer = {**bot("Goodbye."), "refusal": None}
    body = {"temperature": 0.5, "max_tokens": 20}
    rows = [
        row([SYSTEM, user("Hi"), bot("Hello!"), user("Bye")], answer, **body),
    ]
    rows[0]["response"]["body"]["string"] = json.dumps(
        {
            **json.loads(rows[0]["response"]["body"]["string"]),
            "id": "c-1",
            "object": "chat.completion",
            "created": 1,
            "model": "large",
        }
    )
    text, _ = imported(*rows, provider="openai")

    assert "system: Be brief." in text
    assert "temperature: 0.5" in text
    assert text.count("  - user: ") == 2


def test_earlier_turns_of_one_request(imported):
    """The last request holds all: answers that were not recorded are taken from its history."""
    text, output = imported(
        row([SYSTEM, user("Hi"), bot("Hello!"), user("Bye")], bot("Goodbye.")),
    )

    assert text.count("  - user: ") == 2
    assert 'contains: "Hello!"' in text
    assert (
        "note: answer 1 of the bot was not recorded: it is taken from the history in interaction 1"
    ) in output


def test_earlier_turns_of_a_streamed_answer(imported):
    """An answer that is written from the history is streamed like the recorded one."""
    chunks = [{"choices": [{"index": 0, "delta": {"content": text}}]} for text in ("Good", "bye.")]
    streamed = row([user("Hi"), bot("Hello!"), user("Bye")], None, stream=True)
    streamed["response"]["headers"] = {"Content-Type": ["text/event-stream"]}
    body = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks)
    streamed["response"]["body"] = {"string": f"{body}data: [DONE]\n\n"}
    with pytest.raises(CassetteError, match="it was recorded with another setting 'stream'"):
        imported(streamed)
    text, _ = imported(streamed, provider="streamed")

    assert 'contains: "Hello!"' in text
    assert "contains: Goodbye." in text


@pytest.mark.parametrize(
    "messages",
    [[SYSTEM, user("Hi")], [user("Hi"), bot("Hello!"), user("Bye")]],
    ids=["system", "earlier-turns"],
)
def test_a_definition_without_a_history(imported, tmp_path, messages):
    """If it has no place for the other items, no line is made of them."""
    (tmp_path / "definitions/model/provider.yaml").write_text(
        "definition: model\nsettings: {base_url: {type: string}}\nsend:\n"
        "  - request:\n      post: /chat/completions\n"
        "      json: {messages: [{role: user, content: '${message.text}'}]}\n"
        "    reply: {text: '$.choices[0].message.content'}\n"
    )
    with pytest.raises(CassetteError) as error:
        imported(row(messages, bot("Yes.")))

    assert error.value.code == "import-unmatched"
    assert "a list in its body has items that send.1 does not send" in str(error.value)


@pytest.mark.parametrize("is_whole", [True, False], ids=["recorded", "repeated"])
def test_tool_calls_have_their_answers(imported, is_whole):
    """What the tools returned is what the scenario answers, recorded or only repeated."""
    rows = [
        row([user("Weather?")], CALL),
        row([user("Weather?"), CALL, RESULT], bot("It is 21 degrees.")),
    ]
    text, _ = imported(*(rows if is_whole else rows[1:]))

    assert "    answers: {get_weather: {returns: {temp: 21}}}\n" in text
    assert "contains: It is 21 degrees." in text


def test_several_answers_of_one_tool(imported):
    """They are a list, in the order of the calls."""
    again = {**ROME, "id": "c2"}
    text, _ = imported(
        row(
            [
                user("Weather?"),
                {**CALL, "tool_calls": [ROME, again]},
                {**RESULT, "tool_call_id": "c2", "content": "rain"},
                RESULT,
            ],
            bot("Mixed."),
        ),
    )

    assert "answers: {get_weather: [{returns: {temp: 21}}, {returns: rain}]}" in text


def test_a_refused_attempt_is_left_out(imported):
    """A request that was sent again is named; one at the end is an error that is expected."""
    error = {"error": {"message": "slow down"}}
    text, output = imported(
        row([user("Hi")], error, 429),
        row([user("Hi")], bot("Hello!")),
        row([user("Hi"), bot("Hello!"), user("Bye")], error, 500),
    )

    assert "note: interaction 1 of 3: refused, and sent again; left out" in output
    assert text.endswith("  - user: Bye\n    error:\n      status: 500\n")


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (
            [row([user("Hi")], bot("Hello!")), row([user("Other")], bot("Yes."))],
            "interaction 1 of 2: its messages are not the beginning of those in interaction 2",
        ),
        (
            [row([SYSTEM, user("Hi"), SYSTEM, user("Bye")], bot("Yes."))],
            "interaction 1 of 1: $.messages[2] is another system message, or one after the first",
        ),
        (
            [row([user("Hi"), user("Bye")], bot("Yes."))],
            "interaction 1 of 1: $.messages[1] follows a message that the bot did not answer",
        ),
        (
            [row([user([{"type": "image_url", "image_url": {"url": "x"}}])], bot("Yes."))],
            "interaction 1 of 1: $.messages[0].content[0] is of the type 'image_url'",
        ),
        (
            [row([user([{"type": "text", "text": "a"}] * 2)], bot("Yes."))],
            "interaction 1 of 1: $.messages[0] has 2 texts, which a scenario says in one",
        ),
        (
            [row([user("Hi"), bot("Hel")], bot("lo"))],
            "interaction 1 of 1: $.messages[1] is the last item, but an answer of the bot",
        ),
        (
            [row([user("Hi"), CALL, {**RESULT, "tool_call_id": "x"}], bot("Yes."))],
            "interaction 1 of 1: $.messages[2] does not answer exactly the calls before it",
        ),
        (
            [row([{"role": "critic", "content": "No."}], bot("Yes."))],
            "interaction 1 of 1: $.messages[0] has the role 'critic'",
        ),
        (
            [row([SYSTEM], bot("Yes."))],
            "interaction 1 of 1: $ contains no message of the user",
        ),
        (
            [
                row([user("Hi")], bot("Hello!")),
                row([user("Hi"), bot("Hullo!"), user("Bye")], bot("Bye.")),
            ],
            "the definition sends 'assistant: Hello!' instead of 'assistant: Hullo!'",
        ),
        (
            [row([user("Hi")], bot("Hello!")), row([user("Hi")], bot("Hullo!"))],
            "interaction 1 of 2: it repeats interaction",
        ),
    ],
    ids=[
        *("conversations", "system", "unanswered", "image", "two-texts", "prefill", "results"),
        *("role", "no-user", "edited", "repeated"),
    ],
)
def test_what_has_no_place_is_refused(imported, tmp_path, rows, reason):
    """Every item of a list has a place in the scenario, or nothing is written."""
    with pytest.raises(CassetteError) as error:
        imported(*rows)

    assert error.value.code == "import-unmatched"
    assert reason in str(error.value).replace("interaction 2 of 2: it", "interaction 1 of 2: it")
    assert not (tmp_path / "scenarios").exists()


def test_parameters_of_a_client(imported):
    """What a client adds to the URL, such as `beta=true`, does not matter."""
    sent = row([user("Hi")], bot("Hello!"))
    sent["request"]["uri"] += "?beta=true"
    text, _ = imported(sent)

    assert "  - user: Hi\n" in text


def test_the_recording_keeps_what_was_sent(imported, tmp_path):
    """The recorded bodies are in the new cassette, under the turns and steps of the scenario."""
    first = row([user("Weather?")], CALL, temperature=0)
    second = row([user("Weather?"), CALL, RESULT], bot("It is 21 degrees."), temperature=0)
    imported(first, second)
    rows = read_cassette(tmp_path / "cassettes/model/talk.yaml").interactions.plain

    assert [(one["turn"], one["step"]) for one in rows] == [(1, "send.1"), (1, "tools.1")]
    assert [json.loads(one["sent"])["temperature"] for one in rows] == [0, 0]
