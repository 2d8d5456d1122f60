from __future__ import annotations

import base64
import re
from datetime import datetime

import pytest
from defusedxml.ElementTree import fromstring

PATH = "/api/v1/Agents/AI/GetChatbotResponse"
TURNS_PATH = "/api/v1/Agents/AI/GetChatbotTurns"
QUESTION = "How do I reset my password?"
ANSWER = (
    "To reset your password, click on 'Forgot Password' on the login page. You'll receive an "
    "email with a secure link to create a new password. The link is valid for 24 hours. If you "
    "don't receive the email, please check your spam folder."
)
PROPERTIES = [
    "Timestamp",
    "UserPrompt",
    "UserDisplayText",
    "BotResponse",
    "BotActions",
    "Attachments",
]
XML_REQUEST = """<?xml version="1.0" encoding="utf-8"?>
<ChatbotRequest xmlns="http://schemas.example/so">
  <ChatId>xml-1</ChatId>
  <UserPrompt>I want to contact support</UserPrompt>
  <DisplayValue>Contact Support</DisplayValue>
  <PreviousTurns>
    <ChatbotTurn>
      <UserPrompt>How do I reset my password?</UserPrompt>
      <UserDisplayText xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true" />
      <BotActions>
        <KeyValueOfstringstring><Key>Contact Support</Key><Value>x</Value></KeyValueOfstringstring>
      </BotActions>
      <Attachments><string>guide.pdf</string></Attachments>
    </ChatbotTurn>
  </PreviousTurns>
</ChatbotRequest>"""


@pytest.fixture
def client(connect, environment):
    return connect("superoffice", {"Authorization": f"Bearer {environment['SUPEROFFICE_TOKEN']}"})


@pytest.fixture
def ask(client):
    def send(prompt, previous=(), headers=None, **more):
        body = {"ChatId": "1", "UserPrompt": prompt, "PreviousTurns": list(previous), **more}
        return client.post(PATH, json=body, headers=headers).json()

    return send


def basic(username, password):
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def test_e14_the_page_s_reply(ask):
    """The password question is answered with the page's sample as it is printed there."""
    turn = ask(QUESTION)

    assert list(turn) == PROPERTIES
    assert (turn["UserPrompt"], turn["UserDisplayText"]) == (QUESTION, QUESTION)
    assert turn["BotResponse"] == ANSWER
    assert turn["BotActions"] == {
        "action1": "Open Password Reset Page",
        "action2": "Contact Support",
    }
    assert turn["Attachments"] == ["password-reset-guide.pdf", "security-tips.pdf"]


def test_pressed_buttons_lead_on_through_the_previous_turns(ask):
    """The button's prompt and label come back, and the answer names the first turn."""
    first = ask(QUESTION)
    prompt = first["BotActions"]["action2"]
    second = ask(prompt, [first], DisplayValue="action2")
    yes = second["BotActions"]["Yes, create a request"]
    third = ask(yes, [first, second], DisplayValue="Yes, create a request")

    assert (second["UserPrompt"], second["UserDisplayText"]) == (prompt, "action2")
    assert second["BotResponse"] == (
        f"You want to contact support about: {QUESTION} Shall I create a request?"
    )
    assert third["BotResponse"] == f"I have created a support request about: {QUESTION}"
    assert (third["BotActions"], third["Attachments"]) == (None, None)


def test_buttons_have_labels_of_their_own(ask):
    """In other words asked for, the same text comes with buttons whose labels can be read."""
    turn = ask("Reset my password, please")

    assert turn["BotResponse"] == ANSWER
    assert turn["BotActions"] == {
        "Open Password Reset Page": "Open the password reset page",
        "Contact Support": "I want to contact support",
    }


def test_what_was_not_sent_is_not_known(ask):
    """The server keeps no state between requests: the previous turns are all it knows."""
    first = ask(QUESTION)

    assert ask("What did I ask first?", [first])["BotResponse"] == f"You first asked: {QUESTION}"
    assert ask("What did I ask first?")["BotResponse"] == "You have not asked anything yet."
    assert ask("Create a support request")["BotResponse"] == (
        "There is nothing to create a request about."
    )


@pytest.mark.parametrize("scheme", ["basic", "bearer", "ticket"])
def test_each_scheme_is_accepted(connect, environment, scheme):
    """Basic, Bearer, and SoTicket with its application token."""
    headers = {
        "basic": {
            "Authorization": basic(
                environment["SUPEROFFICE_USERNAME"], environment["SUPEROFFICE_PASSWORD"]
            )
        },
        "bearer": {"Authorization": f"Bearer {environment['SUPEROFFICE_TOKEN']}"},
        "ticket": {
            "Authorization": f"SoTicket {environment['SUPEROFFICE_TICKET']}",
            "SO-AppToken": environment["SUPEROFFICE_APP_TOKEN"],
        },
    }[scheme]
    answer = connect("superoffice", headers).post(PATH, json={"ChatId": "1", "UserPrompt": "Hi"})

    assert answer.status_code == 200


@pytest.mark.parametrize("scheme", ["none", "basic", "bearer", "no-app-token", "not-base64"])
def test_wrong_credentials_are_401(connect, environment, scheme):
    """Anything else is 401 with a challenge, SoTicket without SO-AppToken too."""
    headers = {
        "none": {},
        "basic": {"Authorization": basic("tje0", "wrong")},
        "bearer": {"Authorization": "Bearer wrong"},
        "no-app-token": {"Authorization": f"SoTicket {environment['SUPEROFFICE_TICKET']}"},
        "not-base64": {"Authorization": "Basic é".encode("latin-1")},
    }[scheme]
    answer = connect("superoffice", headers).post(PATH, json={"ChatId": "1", "UserPrompt": "Hi"})

    assert answer.status_code == 401
    assert "Basic" in answer.headers["www-authenticate"]


@pytest.mark.parametrize("path", ["/", "/login"])
def test_an_xsrf_token_equal_to_the_cookie_is_accepted(connect, path):
    """Without Authorization, the header must repeat the cookie that the server set."""
    client = connect("superoffice")
    body = {"ChatId": "1", "UserPrompt": "Hi"}
    client.get(path)
    token = client.cookies["XSRF-TOKEN"]

    assert client.post(PATH, json=body, headers={"X-XSRF-TOKEN": token}).status_code == 200
    assert client.post(PATH, json=body, headers={"X-XSRF-TOKEN": "other"}).status_code == 401
    assert client.post(PATH, json=body).status_code == 401


def test_an_xsrf_cookie_of_one_s_own_is_refused(connect):
    """Cookie and header that agree, but that the server never issued, are 401."""
    client = connect("superoffice", {"X-XSRF-TOKEN": "own", "Cookie": "XSRF-TOKEN=own"})

    assert client.post(PATH, json={"ChatId": "1", "UserPrompt": "Hi"}).status_code == 401


@pytest.mark.parametrize("select", ["BotResponse", "botresponse, unknown", "BotResponse/x"])
def test_select_nulls_what_it_does_not_name(client, select):
    """Every property stays, and those that are not named are null."""
    body = {"ChatId": "1", "UserPrompt": QUESTION}
    turn = client.post(PATH, json=body, params={"$select": select}).json()

    assert list(turn) == PROPERTIES
    assert {name for name, value in turn.items() if value is not None} == {"BotResponse"}


@pytest.mark.parametrize(
    ("headers", "body", "start"),
    [
        ({}, {}, "To reset"),
        ({"Accept-Language": "de"}, {}, "Um Ihr"),
        ({"Accept-Language": "fr, nb;q=0.5, de;q=0.9"}, {}, "Um Ihr"),
        ({"Accept-Language": "no-NO"}, {}, "For å"),
        ({"Accept-Language": "de", "SO-Language": "nb"}, {}, "For å"),
        ({}, {"IsoLangCode": "nb"}, "For å"),
        ({"Accept-Language": "en"}, {"IsoLangCode": "nb"}, "To reset"),
        ({}, {"IsoLangCode": "et"}, "To reset"),
    ],
)
def test_the_language_follows_the_headers(ask, headers, body, start):
    """SO-Language before Accept-Language before IsoLangCode before English."""
    assert ask(QUESTION, headers=headers, **body)["BotResponse"].startswith(start)


def test_buttons_are_translated_and_their_prompts_are_not(ask):
    """A label is in the answer's language, its prompt is what the bot understands."""
    actions = ask("Wie kann ich mein Passwort zurücksetzen?", headers={"SO-Language": "de"})

    assert actions["BotActions"]["Support kontaktieren"] == "I want to contact support"


@pytest.mark.parametrize(
    ("headers", "price"),
    [
        ({}, "1,234.50"),
        ({"SO-Culture": "de"}, "1,234.50"),
        ({"SO-Language": "en", "SO-Culture": "de"}, "1.234,50"),
        ({"SO-Language": "de"}, "1.234,50"),
        ({"Accept-Language": "nb"}, "1\N{NO-BREAK SPACE}234,50"),
    ],
)
def test_numbers_follow_the_culture_where_a_language_is_set(ask, headers, price):
    """SO-Culture formats numbers, and is ignored without a language."""
    assert f" {price} EUR" in ask("How much is it?", headers=headers)["BotResponse"]


@pytest.mark.parametrize(
    ("zone", "offsets"),
    [(None, {"+00:00"}), ("Asia/Tokyo", {"+09:00"}), ("Europe/Oslo", {"+01:00", "+02:00"})],
)
def test_the_timestamp_follows_the_time_zone(ask, zone, offsets):
    """Seven digits of the second and the offset of the zone."""
    timestamp = ask("Hi", headers={"SO-TimeZone": zone} if zone else None)["Timestamp"]
    found = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d{7}([+-]\d\d:\d\d)", timestamp)

    assert datetime.fromisoformat(found[1] + found[2])
    assert found[2] in offsets


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../x", "Europe", ""])
def test_an_unknown_time_zone_is_400(client, zone):
    """A zone that does not exist is named."""
    body = {"ChatId": "1", "UserPrompt": "Hi"}
    answer = client.post(PATH, json=body, headers={"SO-TimeZone": zone})

    assert answer.status_code == 400
    assert "SO-TimeZone" in answer.json()["ModelState"]


def test_xml_in_and_out(client):
    """A request in XML with previous turns, and a reply in XML."""
    headers = {"Content-Type": "text/xml; charset=utf-8", "Accept": "application/xml"}
    answer = client.post(PATH, content=XML_REQUEST, headers=headers)
    turn = fromstring(answer.content)
    pairs = [[item.text for item in pair] for pair in turn.find("BotActions")]

    assert answer.headers["content-type"] == "application/xml; charset=utf-8"
    assert (turn.tag, [child.tag for child in turn]) == ("ChatbotTurn", PROPERTIES)
    assert turn.findtext("UserDisplayText") == "Contact Support"
    assert turn.findtext("BotResponse").startswith(f"You want to contact support about: {QUESTION}")
    assert pairs == [
        ["Yes, create a request", "Create a support request"],
        ["No", "Cancel"],
    ]
    assert turn.find("Attachments").get("{http://www.w3.org/2001/XMLSchema-instance}nil") == "true"


def test_xml_lists_attachments(client):
    """Each attachment is an element named `string`."""
    headers = {"Accept": "text/xml"}
    body = {"ChatId": "1", "UserPrompt": QUESTION}
    turn = fromstring(client.post(PATH, json=body, headers=headers).content)

    assert [item.text for item in turn.findall("Attachments/string")] == [
        "password-reset-guide.pdf",
        "security-tips.pdf",
    ]


def test_a_form_can_be_sent(client):
    """A form names the previous turns by place and property."""
    form = {
        "ChatId": "1",
        "UserPrompt": "What did I ask first?",
        "PreviousTurns[0].UserPrompt": "Hello",
    }

    assert client.post(PATH, data=form).json()["BotResponse"] == "You first asked: Hello"


@pytest.mark.parametrize(
    ("accept", "found"),
    [
        ("application/json", "application/json"),
        ("text/json", "text/json"),
        ("application/merge-patch+json", "application/merge-patch+json"),
        ("application/json-patch+json", "application/json-patch+json"),
        ("*/*", "application/json"),
        ("text/*", "text/json"),
        ("text/html, application/xml;q=0.9, application/json;q=0.8", "application/xml"),
        ("application/json; charset=utf-8", "application/json"),
        ("application/xml;q=0, */*;q=0.1", "application/json"),
    ],
)
def test_accept_chooses_the_reply_s_type(client, accept, found):
    """The best accepted type that the page lists, with its charset."""
    answer = client.post(PATH, json={"ChatId": "1", "UserPrompt": "Hi"}, headers={"Accept": accept})

    assert answer.headers["content-type"] == f"{found}; charset=utf-8"


def test_an_unsupported_accept_is_406(client):
    """A client that takes neither JSON nor XML gets 406."""
    headers = {"Accept": "text/html"}
    body = {"ChatId": "1", "UserPrompt": "Hi"}

    assert client.post(PATH, json=body, headers=headers).status_code == 406


@pytest.mark.parametrize("content_type", ["text/plain", ""])
def test_an_unsupported_content_type_is_415(client, content_type):
    """A body that is neither JSON, XML nor a form gets 415."""
    headers = {"Content-Type": content_type}

    assert client.post(PATH, content="{}", headers=headers).status_code == 415


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ("{}", ["request.ChatId", "request.UserPrompt"]),
        ('{"ChatId": "1"}', ["request.UserPrompt"]),
        ('{"ChatId": 1, "UserPrompt": "Hi"}', ["request.ChatId"]),
        ('{"ChatId": "1", "UserPrompt": "Hi", "PreviousTurns": {}}', ["request.PreviousTurns"]),
        ("[]", ["request"]),
        ("{", ["request"]),
    ],
)
def test_a_wrong_body_is_400(client, body, problems):
    """The problems stand under the names of the properties."""
    headers = {"Content-Type": "application/json"}
    answer = client.post(PATH, content=body, headers=headers)

    assert answer.status_code == 400
    assert list(answer.json()["ModelState"]) == problems


@pytest.mark.parametrize(
    "body",
    [
        "<request>",
        "<!DOCTYPE r [<!ENTITY a 'b'>]><r><ChatId>&a;</ChatId></r>",
        "<r><ChatId>1</ChatId><UserPrompt>x</UserPrompt><BotActions><a/></BotActions></r>",
    ],
    ids=["cut", "entity", "no-pair"],
)
def test_wrong_xml_is_400(client, body):
    """XML that is cut, declares entities or has an odd dictionary is refused."""
    answer = client.post(PATH, content=body, headers={"Content-Type": "application/xml"})

    assert answer.status_code == 400


def test_answered_turns_are_stored_by_chat(client):
    """GetChatbotTurns gives the turns of one chat in their order, in JSON and XML."""
    for prompt in ("Hi", QUESTION):
        client.post(PATH, json={"ChatId": "stored", "UserPrompt": prompt})
    turns = client.post(TURNS_PATH, json={"ChatId": "stored"}).json()
    xml = client.post(TURNS_PATH, json={"ChatId": "stored"}, headers={"Accept": "text/xml"})
    selected = client.post(
        TURNS_PATH, json={"ChatId": "stored"}, params={"$select": "UserPrompt"}
    ).json()

    assert [turn["UserPrompt"] for turn in turns] == ["Hi", QUESTION]
    assert list(turns[0]) == PROPERTIES
    assert fromstring(xml.content).tag == "ArrayOfChatbotTurn"
    assert len(fromstring(xml.content)) == 2
    assert [turn["BotResponse"] for turn in selected] == [None, None]
    assert client.post(TURNS_PATH, json={"ChatId": "unknown"}).json() == []
    assert client.post(TURNS_PATH, json={}).status_code == 400


def test_the_shape_can_be_broken(ask):
    """`[[shape]]` leaves the answer's text out."""
    assert "BotResponse" not in ask("Hi [[shape]]")
