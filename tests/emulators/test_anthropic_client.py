"""Anthropic's own Python client against the emulator, which follows the protocol with it."""

from __future__ import annotations

import anthropic
import httpx
import pytest

MODEL = "claude-haiku-4-5"
WEATHER = {
    "name": "get_weather",
    "input_schema": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}
REFUSAL = "I'm sorry, but I cannot help with that."
ASKED = {"model": MODEL, "max_tokens": 1000}


@pytest.fixture
def client(running, environment):
    with anthropic.Anthropic(
        base_url=running.urls["anthropic-messages"],
        api_key=environment["ANTHROPIC_API_KEY"],
        max_retries=0,
    ) as made:
        yield made


def asking(text, *before):
    """The messages of a request; `before` are earlier ones."""
    return [*before, {"role": "user", "content": text}]


def test_it_reads_a_message(client):
    """The client reads text, usage, the reason for the end, and the id of the request."""
    answer = client.messages.create(**ASKED, messages=asking("Hello"))

    assert answer.content[0].text == "Hello! How can I help you?"
    assert answer.stop_reason == "end_turn"
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (2, 7)
    assert answer._request_id.startswith("req_")  # noqa: SLF001  # the client's documented name


def test_it_reads_the_models(client):
    """The list of models and one of them are what the client expects."""
    assert MODEL in [model.id for model in client.models.list()]
    assert client.models.retrieve(MODEL).type == "model"


def test_it_joins_a_stream(client):
    """The client joins the same message from the stream."""
    messages = asking("Tell me a long story")
    with client.messages.stream(**ASKED, messages=messages) as stream:
        deltas = [*stream.text_stream]
        streamed = stream.get_final_message()
    whole = client.messages.create(**ASKED, messages=messages)

    assert "".join(deltas) == streamed.content[0].text == whole.content[0].text
    assert streamed.usage.output_tokens == whole.usage.output_tokens
    assert len(deltas) > 20


def test_its_tool_runs_end_with_an_answer(client):
    """The client reads joined calls, sends results back, and gets the answer that uses them."""
    messages = asking("What is the weather in Paris and Rome?")
    with client.messages.stream(**ASKED, messages=messages, tools=[WEATHER]) as stream:
        said = stream.get_final_message()
    calls = [block for block in said.content if block.type == "tool_use"]
    results = [
        {"type": "tool_result", "tool_use_id": calls[0].id, "content": '{"temp": 21}'},
        {"type": "tool_result", "tool_use_id": calls[1].id, "content": "no", "is_error": True},
    ]
    answer = client.messages.create(
        **ASKED,
        messages=[
            *messages,
            {"role": "assistant", "content": said.content},
            {"role": "user", "content": results},
        ],
        tools=[WEATHER],
    )

    assert said.stop_reason == "tool_use"
    assert [call.input for call in calls] == [{"city": "Paris"}, {"city": "Rome"}]
    assert answer.content[0].text == "It is 21 °C in Paris. get_weather failed for Rome: no"


def test_it_reads_a_refusal(client):
    """A refusal has no content, whether the answer is streamed or not."""
    messages = asking("How do I pick a lock?")
    whole = client.messages.create(**ASKED, messages=messages)
    with client.messages.stream(**ASKED, messages=messages) as stream:
        streamed = stream.get_final_message()

    assert (whole.content, whole.stop_reason) == (streamed.content, streamed.stop_reason)
    assert (whole.content, whole.stop_reason) == ([], "refusal")
    assert whole.stop_details.explanation == streamed.stop_details.explanation == REFUSAL


def test_it_sends_pictures(client):
    """Blocks with pictures reach the bot."""
    source = {"type": "base64", "media_type": "image/png", "data": "aGVsbG8="}
    blocks = [{"type": "image", "source": source}, {"type": "text", "text": "What is this?"}]

    answer = client.messages.create(**ASKED, messages=asking(blocks))

    assert answer.content[0].text == "I see image/png of 5 bytes."


@pytest.mark.parametrize(
    ("text", "error", "kind"),
    [
        ("[[status 429 retry-after 3]]", anthropic.RateLimitError, "rate_limit_error"),
        ("[[status 500]]", anthropic.InternalServerError, "api_error"),
        ("[[status 529]]", anthropic.APIStatusError, "overloaded_error"),
        ("[[status 403]]", anthropic.PermissionDeniedError, "permission_error"),
    ],
)
def test_it_knows_the_errors(client, text, error, kind):
    """A status becomes the client's own error, with the vendor's type."""
    with pytest.raises(error) as caught:
        client.messages.create(**ASKED, messages=asking(text))

    assert caught.value.body["error"]["type"] == kind


def test_it_retries_as_the_server_says(client):
    """The client's own retries read Retry-After, and the next answer is whole."""
    patient = client.with_options(max_retries=1)
    messages = asking("Hello [[status 429 retry-after 0 once]]")

    answer = patient.messages.create(**ASKED, messages=messages)

    assert answer.content[0].text == "Hello! How can I help you?"


def test_it_raises_an_error_inside_a_stream(client):
    """An overloaded model after the first events is raised while the stream is read."""
    with pytest.raises(anthropic.APIStatusError, match="overloaded_error"):  # noqa: SIM117
        with client.messages.stream(
            **ASKED, messages=asking("Hello [[shape error-event]]")
        ) as stream:
            stream.until_done()


def test_a_wrong_key_and_a_wrong_model(client):
    """The client's errors for them are the vendor's."""
    with pytest.raises(anthropic.AuthenticationError) as wrong_key:
        client.with_options(api_key="sk-wrong").models.list()
    with pytest.raises(anthropic.NotFoundError) as wrong_model:
        client.messages.create(max_tokens=9, model="claude-nope", messages=asking("Hello"))

    assert wrong_key.value.body["error"]["type"] == "authentication_error"
    assert wrong_model.value.body["error"]["message"] == "model: claude-nope"


CALLING = {
    "role": "assistant",
    "content": [{"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}],
}
ORPHAN = [{"type": "tool_result", "tool_use_id": "toolu_2", "content": "x"}]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"messages": []}, "messages: at least one message is required"),
        ({"messages": asking("")}, "text content blocks must contain non-whitespace text"),
        ({"messages": [{"role": "robot", "content": "x"}]}, r"messages\.0\.role"),
        ({"messages": asking(ORPHAN)}, "unexpected `tool_use_id`"),
        ({"messages": asking("Go on", *asking("x"), CALLING)}, "`tool_use` ids were found"),
        ({"messages": asking("x"), "extra_body": {"temperature": 2}}, "temperature: Input"),
        ({"messages": asking("x"), "max_tokens": 0}, "max_tokens: Input should be greater"),
        ({"messages": asking("x"), "extra_body": {"colour": "red"}}, "colour: Extra inputs"),
        ({"messages": asking("x"), "tools": [{"input_schema": {}}]}, r"tools\.0\.name"),
    ],
)
def test_it_refuses_what_breaks_the_rules(client, body, message):
    """A request that the API would refuse is refused, and the error names the part."""
    with pytest.raises(anthropic.BadRequestError, match=message):
        client.messages.create(**{**ASKED, **body})


def test_a_key_is_read_from_either_header_and_a_version_is_required(environment, connect):
    """The key may be in `x-api-key`, as the reference says; without a version, 400 is answered."""
    plain = connect("anthropic-messages", {"x-api-key": environment["ANTHROPIC_API_KEY"]})
    version = {"anthropic-version": "2023-06-01"}

    assert plain.get("/v1/models", headers=version).status_code == httpx.codes.OK
    assert plain.get("/v1/models").status_code == httpx.codes.BAD_REQUEST


def test_events_have_names_padding_and_a_ping(environment, connect):
    """The stream is what the vendor's is: named events, padded data, a ping."""
    headers = {"x-api-key": environment["ANTHROPIC_API_KEY"], "anthropic-version": "2023-06-01"}
    body = {**ASKED, "messages": asking("Hello"), "stream": True}

    text = connect("anthropic-messages", headers).post("/v1/messages", json=body).text

    names = [line.removeprefix("event: ") for line in text.splitlines() if line[:6] == "event:"]
    assert names[:3] == ["message_start", "content_block_start", "ping"]
    assert names[-3:] == ["content_block_stop", "message_delta", "message_stop"]
    assert all(line.endswith(" }") for line in text.splitlines() if line.startswith("data:"))
