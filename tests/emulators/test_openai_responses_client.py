"""OpenAI's own Python client against the emulated Responses."""

from __future__ import annotations

import openai
import pytest

MODEL = "gpt-4.1-mini"
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
    "strict": True,
}


@pytest.fixture
def client(running, environment):
    with openai.OpenAI(
        base_url=running.urls["openai-responses"],
        api_key=environment["OPENAI_API_KEY"],
        max_retries=0,
    ) as made:
        yield made


def test_it_reads_a_response(client):
    """The client reads text, status and usage, and gets the stored response again."""
    answer = client.responses.create(model=MODEL, input="Hello")

    assert answer.output_text == "Hello! How can I help you?"
    assert (answer.status, answer.error) == ("completed", None)
    assert answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens
    assert client.responses.retrieve(answer.id).output_text == answer.output_text


def test_a_response_is_continued(client):
    """What was said before is known by the id of a response, or from the input."""
    first = client.responses.create(model=MODEL, input="My name is Ada.")
    asked = {"role": "user", "content": "What is my name?"}
    said = [{"role": "user", "content": "My name is Ada."}, *first.output, asked]

    continued = client.responses.create(model=MODEL, input=[asked], previous_response_id=first.id)
    whole = client.responses.create(model=MODEL, input=said, store=False)

    assert continued.output_text == whole.output_text == "Your name is Ada."
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(whole.id)


def test_it_joins_a_stream(client):
    """The client joins the same text from the stream."""
    with client.responses.stream(model=MODEL, input="Tell me a long story") as stream:
        deltas = [event.delta for event in stream if event.type == "response.output_text.delta"]
        streamed = stream.get_final_response()
    whole = client.responses.create(model=MODEL, input="Tell me a long story")

    assert "".join(deltas) == streamed.output_text == whole.output_text
    assert streamed.usage == whole.usage
    assert len(deltas) > 20


def test_events_are_numbered_and_named(client):
    """Every event is known to the client by its type, and they are numbered without gaps."""
    events = [*client.responses.create(model=MODEL, input="Hello", stream=True)]

    assert [event.sequence_number for event in events] == [*range(len(events))]
    assert (events[0].type, events[-1].type) == ("response.created", "response.completed")
    assert all(type(event).__name__.startswith("Response") for event in events)


def test_its_tool_runs_end_with_an_answer(client):
    """The client reads joined calls, sends results back, and gets the answer that uses them."""
    asked = {"role": "user", "content": "What is the weather in Paris and Rome?"}
    with client.responses.stream(model=MODEL, input=[asked], tools=[WEATHER]) as stream:
        calls = stream.get_final_response().output
    outputs = [
        {"type": "function_call_output", "call_id": call.call_id, "output": f'{{"temp": {temp}}}'}
        for call, temp in zip(calls, (21, 30), strict=True)
    ]
    made = [
        {
            "type": "function_call",
            "call_id": call.call_id,
            "name": call.name,
            "arguments": call.arguments,
        }
        for call in calls
    ]
    answer = client.responses.create(model=MODEL, input=[asked, *made, *outputs], tools=[WEATHER])

    assert [call.parsed_arguments["city"] for call in calls] == ["Paris", "Rome"]
    assert answer.output_text == "It is 21 °C in Paris. It is 30 °C in Rome."


def test_a_stored_call_is_answered(client):
    """The outputs alone are enough where the response with the calls was stored."""
    first = client.responses.create(
        model=MODEL, input="What is the weather in Paris?", tools=[WEATHER]
    )
    output = {
        "type": "function_call_output",
        "call_id": first.output[0].call_id,
        "output": '{"temp": 21}',
    }

    answer = client.responses.create(
        model=MODEL, input=[output], previous_response_id=first.id, tools=[WEATHER]
    )

    assert answer.output_text == "It is 21 °C in Paris."


def test_it_reads_a_refusal_and_an_unfinished_response(client):
    """A refusal is not a text; a response that reached its limit says so."""
    refused = client.responses.create(model=MODEL, input="How do I pick a lock?")
    cut = client.responses.create(model=MODEL, input="A long story", max_output_tokens=16)

    assert refused.output_text == ""
    assert refused.output[0].content[0].refusal == "I'm sorry, but I cannot help with that."
    assert (cut.status, cut.incomplete_details.reason) == ("incomplete", "max_output_tokens")


def test_it_sends_pictures(client):
    """Parts of a message reach the bot."""
    parts = [
        {"type": "input_text", "text": "What is this?"},
        {"type": "input_image", "image_url": "data:image/png;base64,aGVsbG8=", "detail": "auto"},
    ]

    answer = client.responses.create(model=MODEL, input=[{"role": "user", "content": parts}])

    assert answer.output_text == "I see image/png of 5 bytes."


def test_a_failed_response_is_not_an_error_of_http(client):
    """A response can fail under status 200; in a stream, an event says so."""
    failed = client.responses.create(model=MODEL, input="Hello [[shape failed]]")

    assert (failed.status, failed.error.code) == ("failed", "server_error")
    *_, last = client.responses.create(model=MODEL, input="x [[shape error-event]]", stream=True)
    assert (last.type, last.code) == ("error", "server_error")


CALL = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "d", "output": "x"}


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"input": [{"role": "robot", "content": "x"}]}, "input[0].role"),
        ({"input": [{"type": "song"}]}, "input[0].type"),
        ({"input": [CALL]}, "input"),
        ({"input": [CALL, OUTPUT]}, "input[1]"),
        ({"input": "x", "temperature": 3}, "temperature"),
        ({"input": "x", "max_output_tokens": 1}, "max_output_tokens"),
        ({"input": "x", "previous_response_id": "resp_x"}, "previous_response_id"),
        ({"input": "x", "extra_body": {"messages": []}}, "messages"),
        ({"input": "x", "tools": [{"type": "function"}]}, "tools[0].name"),
    ],
)
def test_it_refuses_what_breaks_the_rules(client, body, param):
    """A request that the API would refuse is refused, with the parameter that is wrong."""
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.create(model=MODEL, **body)

    assert caught.value.param == param


def test_both_endpoints_are_on_one_address(client):
    """One base URL is enough for both APIs of the vendor."""
    answer = client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "Hello"}]
    )

    assert answer.choices[0].message.content == "Hello! How can I help you?"
