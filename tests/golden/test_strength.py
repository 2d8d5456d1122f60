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
    response = Response(status=200, body=json.dumps(PAYLOAD).encode(), seconds=0.1)
    head = CassetteHead(scenario="refund", recorded_at="2026-11-30T10:00:00+00:00", seed="a")
    cassette = Cassette(
        head=head, interactions=Interactions.of([Interaction(request=request, response=response)])
    )
    path = project.path / "cassettes/shop/refund.yaml"
    path.parent.mkdir(parents=True)
    write_cassette(path, cassette, SecretScan({}), "cassettes/shop/refund.yaml")
    return project


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
