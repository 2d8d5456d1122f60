"""What `harness strength --show` says of a reply that a weak check lets through, by mutator."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from conftest import Folder, Said
from harness.conversation import Origin, Request, Response, UserMessage
from harness.evaluation.strength import Mutator
from harness.providers.message_hash import message_hash
from harness.secrets.secret_scan import SecretScan
from harness.transport.cassette import (
    Cassette,
    CassetteHead,
    Interaction,
    Interactions,
    write_cassette,
)

PAYLOAD = {
    "messages": [
        {"text": "You get a refund of 12 EUR. It is on its way."},
        {"text": "Can we do anything else?"},
    ],
    "buttons": {"Yes": "yes", "No": "no"},
    "order": {"state": "paid"},
}
VARIED = {
    "messages": [
        {"text": "Ihre Bestellung 4711 ist unterwegs. Sie kommt am 2026-12-03 um 14:30 an."},
        {"text": "Não é preciso pagar.\nObrigado pela \"paciência\", it's on us."},
        {"text": "Ce n\u2019est pas fini : 1,299.00 €, 018c6302-ec34-02f2-cc2c-c5f1f38a7a03"},
        {"text": "注文は3件です。"},
    ],
    "buttons": {"Ja": "ja", "Naïve 🙂": "n"},
    "items": [{"id": "A-1", "price": 1.5}, {"id": "A-2", "price": 2, "note": None}],
    "Zahl": -0.0, "big": 12345678901234567890, "at": 1764547200, "tags": ["ö", "z", "a"],
    "open": True, "empty": {}, "none": None,
}  # fmt: skip
"""What machines might treat differently: other languages, floats, order of keys and lists."""
DEFINITION = """\
definition: shop
settings: {base_url: {type: string}}
send:
  - request: {post: /chat, json: {text: '${message.text}'}}
    reply: {messages: '$.messages[*]', text: $.text, actions: $.buttons}
"""
SCENARIO = """\
scenario: refund
turns:
  - user: Where is my money?
    expect: {not_contains: sorry}
"""
OF_FIELDS = {
    Mutator.FIELD_DROPPED: "turn 1 / field dropped / 5",
    Mutator.FIELD_CHANGED: "turn 1 / field changed / 3",
}


@pytest.fixture
def refund(project: Folder) -> Folder:
    """A project with one recorded conversation, whose check lets almost everything through."""
    _record(project, PAYLOAD)
    return project


def _record(project: Folder, payload: object) -> None:
    project.write(
        "harness.yaml",
        "providers: {shop: {definition: definitions/shop, settings: {base_url: 'http://127.0.0.1:9'}}}\n",
    )
    project.write("definitions/shop/provider.yaml", DEFINITION)
    project.write("scenarios/refund.yaml", SCENARIO)
    said = message_hash(UserMessage(text="Where is my money?"))
    request = Request(
        method="POST",
        url="http://127.0.0.1:9/chat",
        origin=Origin(turn=1, step="send.1", message=said),
    )
    response = Response(status=200, body=json.dumps(payload).encode(), seconds=0.1)
    head = CassetteHead(scenario="refund", recorded_at="2026-11-30T10:00:00+00:00", seed="a")
    cassette = Cassette(
        head=head, interactions=Interactions.of([Interaction(request=request, response=response)])
    )
    path = project.path / "cassettes/shop/refund.yaml"
    path.parent.mkdir(parents=True)
    write_cassette(path, cassette, SecretScan({}), "cassettes/shop/refund.yaml")


@pytest.mark.parametrize("mutator", Mutator, ids=lambda one: one.value.replace(" ", "-"))
def test_a_reply_that_nobody_notices(
    refund: Folder,
    harness: Callable[..., Said],
    golden: Callable[[str, str], None],
    mutator: Mutator,
) -> None:
    """The place, what was changed in which way, and that no expectation notices it."""
    del refund
    shown = harness("strength", "--show", OF_FIELDS.get(mutator, f"turn 1 / {mutator.value} / 1"))

    assert shown.status == 1
    golden(f"strength/{mutator.value.replace(' ', '-')}", shown.text)


def test_the_figures_and_the_cheapest_check(
    refund: Folder, harness: Callable[..., Said], golden: Callable[[str, str], None]
) -> None:
    """The figures of all conversations, then what survives in each."""
    del refund
    text = re.sub(r" in [\d.]+s$", " in 0.1s", harness("strength").text, flags=re.MULTILINE)
    golden("strength/summary", text)


def test_the_mutants_of_a_reply(
    project: Folder, harness: Callable[..., Said], golden: Callable[[str, str], None]
) -> None:
    """Ids, places and values are the same on every machine, and with every version of Python."""
    _record(project, VARIED)
    harness("strength")
    [conversation] = json.loads((project.path / "reports/strength.json").read_text())[
        "conversations"
    ]
    lines = [
        f"{one['id']}  {' '.join(one['paths'])}\n  {one['before']!r}\n  {one['after']!r}\n"
        for one in conversation["mutants"]
    ]

    golden("strength/mutants", "".join(lines))
