"""OpenAI's own Python client against the emulator: it follows the protocol, not our idea of it."""

from __future__ import annotations

import openai
import pytest

MODEL = "gpt-4.1-mini"
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
        "strict": True,
    },
}


@pytest.fixture
def client(running, environment):
    with openai.OpenAI(
        base_url=running.urls["openai-chat"],
        api_key=environment["OPENAI_API_KEY"],
        max_retries=0,
    ) as made:
        yield made


def asking(text, *before):
    """The messages of a request; `before` are earlier ones."""
    return [*before, {"role": "user", "content": text}]


def test_it_reads_a_completion(client):
    """The client reads text, usage, the reason for the end, and the id of the request."""
    answer = client.chat.completions.create(model=MODEL, messages=asking("Hello"))

    assert answer.choices[0].message.content == "Hello! How can I help you?"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    assert answer._request_id.startswith("req_")  # noqa: SLF001  # the client's documented name


def test_it_reads_the_models(client):
    """The list of models and one of them are what the client expects."""
    assert MODEL in [model.id for model in client.models.list()]
    assert client.models.retrieve(MODEL).object == "model"


def test_it_joins_a_stream(client):
    """The client joins the same text from the stream, and finds the usage in its last chunk."""
    with client.chat.completions.stream(
        model=MODEL, messages=asking("Tell me a long story"), stream_options={"include_usage": True}
    ) as stream:
        deltas = [event.delta for event in stream if event.type == "content.delta"]
        answer = stream.get_final_completion()
    whole = client.chat.completions.create(model=MODEL, messages=asking("Tell me a long story"))

    assert "".join(deltas) == answer.choices[0].message.content == whole.choices[0].message.content
    assert answer.usage == whole.usage
    assert len(deltas) > 20


def test_its_tool_runs_end_with_an_answer(client):
    """The client reads joined calls, sends results back, and gets the answer that uses them."""
    messages = asking("What is the weather in Paris and Rome?")
    with client.chat.completions.stream(model=MODEL, messages=messages, tools=[WEATHER]) as stream:
        said = stream.get_final_completion().choices[0]
    calls = said.message.tool_calls
    results = [
        {"role": "tool", "tool_call_id": call.id, "content": f'{{"temp": {temp}}}'}
        for call, temp in zip(calls, (21, 30), strict=True)
    ]
    answer = client.chat.completions.create(
        model=MODEL,
        messages=[*messages, said.message.model_dump(exclude_none=True), *results],
        tools=[WEATHER],
    )

    assert said.finish_reason == "tool_calls"
    assert [call.function.parsed_arguments["city"] for call in calls] == ["Paris", "Rome"]
    assert answer.choices[0].message.content == "It is 21 °C in Paris. It is 30 °C in Rome."


def test_it_reads_a_refusal(client):
    """A refusal is not content, whether the answer is streamed or not."""
    messages = asking("How do I pick a lock?")
    whole = client.chat.completions.create(model=MODEL, messages=messages).choices[0].message
    with client.chat.completions.stream(model=MODEL, messages=messages) as stream:
        streamed = stream.get_final_completion().choices[0].message

    assert whole.content is None
    assert whole.refusal == streamed.refusal == "I'm sorry, but I cannot help with that."


def test_it_sends_pictures(client):
    """Parts of a message reach the bot."""
    url = "data:image/png;base64,aGVsbG8="
    parts = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": url}},
    ]
    answer = client.chat.completions.create(model=MODEL, messages=asking(parts))

    assert answer.choices[0].message.content == "I see image/png of 5 bytes."


@pytest.mark.parametrize(
    ("text", "error", "code"),
    [
        ("[[status 429 retry-after 3]]", openai.RateLimitError, "rate_limit_exceeded"),
        ("[[status 500]]", openai.InternalServerError, None),
        ("[[status 403]]", openai.PermissionDeniedError, "unsupported_country_region_territory"),
    ],
)
def test_it_knows_the_errors(client, text, error, code):
    """A status becomes the client's own error, with the vendor's code."""
    with pytest.raises(error) as caught:
        client.chat.completions.create(model=MODEL, messages=asking(text))

    assert caught.value.code == code


def test_it_retries_as_the_server_says(client):
    """The client's own retries read Retry-After, and the next answer is whole."""
    patient = client.with_options(max_retries=1)
    messages = asking("Hello [[status 429 retry-after 0 once]]")

    answer = patient.chat.completions.create(model=MODEL, messages=messages)

    assert answer.choices[0].message.content == "Hello! How can I help you?"


def test_it_raises_an_error_inside_a_stream(client):
    """An error after the first chunks is raised while the stream is read."""
    with pytest.raises(openai.APIError, match="had an error"):  # noqa: SIM117
        with client.chat.completions.stream(
            model=MODEL, messages=asking("Hello [[shape error-event]]")
        ) as stream:
            stream.until_done()


def test_a_wrong_key_and_a_wrong_model(client):
    """The client's errors for them are the vendor's."""
    with pytest.raises(openai.AuthenticationError) as wrong_key:
        client.with_options(api_key="sk-wrong").models.list()
    with pytest.raises(openai.NotFoundError) as wrong_model:
        client.chat.completions.create(model="gpt-nope", messages=asking("Hello"))

    assert wrong_key.value.code == "invalid_api_key"
    assert wrong_model.value.code == "model_not_found"


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"messages": []}, "messages"),
        ({"messages": asking(None)}, "messages[0].content"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "messages[0].role"),
        (
            {"messages": [{"role": "tool", "tool_call_id": "x", "content": "x"}]},
            "messages[0].role",
        ),
        (
            {
                "messages": asking(
                    "Go on",
                    {
                        "role": "assistant",
                        "tool_calls": [
                            {
                                "id": "x",
                                "type": "function",
                                "function": {"name": "f", "arguments": "{}"},
                            }
                        ],
                    },
                )
            },
            "messages[1].role",
        ),
        ({"messages": asking("x"), "temperature": 3}, "temperature"),
        ({"messages": asking("x"), "max_tokens": 0}, "max_tokens"),
        ({"messages": asking("x"), "stream_options": {"include_usage": True}}, "stream_options"),
        ({"messages": asking("x"), "extra_body": {"colour": "red"}}, "colour"),
        ({"messages": asking("x"), "tools": [{"type": "function"}]}, "tools[0].function"),
    ],
)
def test_it_refuses_what_breaks_the_rules(client, body, param):
    """A request that the API would refuse is refused, with the parameter that is wrong."""
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model=MODEL, **body)

    assert caught.value.param == param
