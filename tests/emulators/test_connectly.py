from __future__ import annotations

import pytest

WELCOME = "Welcome to my store! How can I help?"
DRESS = "Yes I want a pink dress for my daughters 10th birthday"


def event(text, role="USER"):
    return {"messageEvent": {"role": role, "content": {"textContent": text}}}


def texts(response):
    return [
        each["messageEvent"]["content"]["textContent"]["text"]
        for each in response["responseEvents"]
        if "messageEvent" in each
    ]


@pytest.fixture
def client(connect, environment):
    return connect("connectly", {"x-api-key": environment["CONNECTLY_API_KEY"]})


@pytest.fixture
def path(environment):
    business_id = environment["CONNECTLY_BUSINESS_ID"]
    return f"/internal/v1/businesses/{business_id}/ai/sales_assistant_v2/invoke/v1"


@pytest.fixture
def say(client, path, environment):
    """Says something, in a new conversation or from a state."""

    def send(*events, state=None):
        context = {"stateId": state} if state else {}
        context = context or {"agentDescriptorId": environment["CONNECTLY_AGENT_ID"]}
        given = [event(each) if isinstance(each, str) else each for each in events]
        return client.post(path, json={"context": context, "inputEvents": given}).json()["response"]

    return send


def test_the_page_s_conversation(client, path, say):
    """Free shipping, then a pink dress, word for word, in both spellings of the page."""
    first = say(event(WELCOME, "ASSISTANT"), "Do you offer free shipping?")
    body = {"context": {"stateId": first["stateId"]}, "input_events": [event(DRESS)]}
    second = client.post(path, json=body).json()["response"]
    products = second["responseEvents"][0]["recommendationEvent"]["products"]

    assert texts(first) == [
        "We do offer free shipping on all orders over $50!",
        "Can I help you find a product?",
    ]
    assert second["sessionId"] == first["sessionId"]
    assert second["stateId"] != first["stateId"]
    assert [(each["title"], each["price"], each["currency"]) for each in products] == [
        ("Pink dress size 10yrs", 79.9, "USD"),
        ("Connectly Signature Pink Dress", 179.9, "USD"),
    ]
    assert [each["productId"] for each in products] == [
        "018c6302-ec34-02f2-cc2c-c5f1f38a7a03",
        "018c39ce-db1b-48e1-1bca-d36601955c9c",
    ]
    assert products[0]["description"] == "The perfect pink dress for all Birthdays and events"
    assert [products[0]["facets"], products[0]["metadata"]] == [None, None]
    assert texts(second) == [
        "Do either of these dresses stand out to you?",
        "Does she also like purple?",
    ]


def test_the_reply_follows_the_words(say):
    """Another colour and a son change the products and the question."""
    reply = say("I want a blue dress for my son's 10th birthday")
    products = reply["responseEvents"][0]["recommendationEvent"]["products"]

    assert products[0]["title"] == "Blue dress size 10yrs"
    assert texts(reply)[1] == "Does he also like purple?"


def test_a_state_can_be_continued_twice(say):
    """Two branches of one state know nothing of each other."""
    dress = say(DRESS)["stateId"]
    first = say("I take the first one", state=dress)
    second = say("I take the second one", state=dress)

    assert texts(say("What is in my cart?", state=first["stateId"])) == [
        "In your cart: Pink dress size 10yrs."
    ]
    assert texts(say("What is in my cart?", state=second["stateId"])) == [
        "In your cart: Connectly Signature Pink Dress."
    ]
    assert texts(say("What is in my cart?", state=dress)) == ["Your cart is empty."]
    assert texts(say("Which one is cheaper?", state=dress)) == [
        "Pink dress size 10yrs is cheaper, at 79.9 USD."
    ]


def test_a_greeting_is_known_only_when_it_was_sent(say):
    """The assistant's events of the first request belong to the conversation."""
    greeted = say(event(WELCOME, "ASSISTANT"), "Hello")
    silent = say("What did you say first?")

    assert texts(say("What did you say first?", state=greeted["stateId"])) == [
        f'I first said: "{WELCOME}"'
    ]
    assert texts(silent) == ["I have not said a word yet."]


@pytest.mark.parametrize(
    "body",
    [
        {"inputEvents": [event("Free shipping?")]},
        {"input_events": [event("Free shipping?")]},
        {"inputEvents": [event({"text": "Free shipping?"})]},
        {
            "input_events": [
                {
                    "message_event": {
                        "role": "USER",
                        "content": {"text_content": {"text": "Free shipping?"}},
                    }
                }
            ]
        },
    ],
    ids=["camel", "snake", "text-object", "all-snake"],
)
def test_both_spellings_of_keys_are_read(client, path, environment, body):
    """Camel and snake case mean the same, and a text may stand in an object."""
    context = {"agentDescriptorId": environment["CONNECTLY_AGENT_ID"]}
    reply = client.post(path, json={"context": context, **body}).json()["response"]

    assert texts(reply)[0] == "We do offer free shipping on all orders over $50!"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "Show me a picture",
            {
                "imageContent": {
                    "url": "https://shop.example/pink-dress.jpg",
                    "caption": "Pink dress",
                }
            },
        ),
        ("Say it to me", {"audioContent": {"url": "https://shop.example/welcome.mp3"}}),
        (
            "Where is your store?",
            {
                "locationContent": {
                    "latitude": 37.79,
                    "longitude": -122.39,
                    "name": "My store",
                    "address": "1 Market Street, San Francisco",
                }
            },
        ),
    ],
)
def test_a_message_can_be_no_text(say, text, found):
    """Images, audio and locations are message events without a text."""
    assert say(text)["responseEvents"][-1] == {
        "messageEvent": {"role": "ASSISTANT", "content": found}
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "What can I ask?",
            {
                "chatSuggestionEvent": {
                    "suggestedQuestions": [
                        "Do you offer free shipping?",
                        "Do you have a pink dress?",
                    ]
                }
            },
        ),
        (
            "I want to talk to a human",
            {
                "agentHandoverEvent": {
                    "triggerHandover": True,
                    "reason": "The customer asked for a human.",
                }
            },
        ),
    ],
)
def test_other_events_stand_beside_messages(say, text, found):
    """Suggestions and hand-overs are events of their own."""
    assert say(text)["responseEvents"][0] == found


def test_facets_and_metadata_can_be_filled(say):
    """A product's facets and metadata are objects where they are not null."""
    product = say("Yes, she likes purple")["responseEvents"][0]["recommendationEvent"]["products"][
        0
    ]

    assert product["facets"] == {"colour": ["purple"], "size": ["10yrs"]}
    assert product["metadata"] == {"stock": "3"}


@pytest.mark.parametrize("headers", [None, {"x-api-key": "wrong"}, {"authorization": "Bearer x"}])
def test_a_key_is_wanted(connect, path, headers):
    """Without the key: 401 in the words of a gRPC gateway."""
    answer = connect("connectly", headers).post(path, json={})

    assert answer.status_code == 401
    assert answer.json() == {"code": 16, "message": "invalid or missing api key", "details": []}


@pytest.mark.parametrize(
    ("context", "status", "code"),
    [
        ({}, 400, 3),
        (None, 400, 3),
        ({"stateId": ""}, 400, 3),
        ({"stateId": 5}, 400, 3),
        ({"stateId": "018e7d88-792a-a9c3-b24b-b6e3055923fb"}, 404, 5),
        ({"agentDescriptorId": "example-agent"}, 404, 5),
    ],
)
def test_a_request_continues_something_known(client, path, context, status, code):
    """Neither agent nor state is 400, an unknown one 404."""
    answer = client.post(path, json={"context": context, "inputEvents": [event("Hi")]})

    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    "events",
    [
        None,
        [],
        [{}],
        ["Hi"],
        [{"messageEvent": {}}],
        [{"messageEvent": {"role": "BOT", "content": {"textContent": "Hi"}}}],
        [{"messageEvent": {"role": "USER", "content": {}}}],
        [{"messageEvent": {"role": "USER", "content": {"textContent": 1}}}],
    ],
)
def test_input_events_are_checked(client, path, environment, events):
    """Events of another shape are 400."""
    context = {"agentDescriptorId": environment["CONNECTLY_AGENT_ID"]}
    answer = client.post(path, json={"context": context, "inputEvents": events})

    assert (answer.status_code, answer.json()["code"]) == (400, 3)


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "[" * 100_000], ids=["empty", "cut", "list", "deep"]
)
def test_a_body_is_a_json_object(client, path, body):
    """Anything else is 400."""
    assert client.post(path, content=body).status_code == 400


def test_another_business_is_forbidden(client):
    """The key belongs to one business."""
    path = "/internal/v1/businesses/other/ai/sales_assistant_v2/invoke/v1"
    answer = client.post(path, json={})

    assert (answer.status_code, answer.json()["code"]) == (403, 7)


def test_an_unknown_path_is_404_as_json(client):
    """A gateway answers unknown paths in its own form."""
    answer = client.get("/external/v2")

    assert (answer.status_code, answer.json()["code"]) == (404, 5)


@pytest.mark.parametrize(
    ("switch", "found"),
    [("state-missing", "absent"), ("state-empty", ""), ("state-number", 42)],
)
def test_the_state_can_be_broken(say, switch, found):
    """The state's shape faults leave it out, empty it or make it a number."""
    assert say(f"Hi [[shape {switch}]]").get("stateId", "absent") == found


def test_the_text_can_be_broken(say):
    """`[[shape]]` makes a text a number."""
    assert texts(say("Hi [[shape]]")) == [42]
