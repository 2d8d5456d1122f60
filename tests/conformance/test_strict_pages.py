"""What holds for every system, against servers that answer as the vendors' pages have it."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.config import read_config
from harness.conversation import Outcome
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project
from tests.conformance import pages
from tests.conformance.conftest import Defined, Played
from tests.conformance.strict_server import Ask, Says, serving
from tests.conformance.strict_systems import as_json, system

ROOT = Path(__file__).resolve().parents[2]
ONE = "  - user: Hello\n    expect: {status: 200}\n"
PHASED = """\
prepare:
  - request: {get: /prepare}
    answer: {schema: right}
open:
  - request: {get: /open}
    answer: {schema: right}
send:
  - request: {post: /send, json: {text: '${message.text}'}}
    answer: {schema: right}
    reply: {text: $.text}
late:
  - request: {get: /late}
    answer: {schema: right}
    reply: {text: $.text}
history:
  - request: {get: /history}
    answer: {schema: right}
close:
  - request: {post: /close}
    answer: {schema: right}
"""


@pytest.mark.parametrize("phase", ["prepare", "open", "send", "late", "history", "close"])
def test_e1_a_broken_contract_fails_in_every_phase(
    phase: str, played: Played, defined: Defined
) -> None:
    """Wherever an answer departs from its schema, the scenario fails."""
    name = defined(PHASED, right={"required": ["right"]})
    turns = (
        "  - user: Hello\n    expect: {messages: {count: 2, within: 1s},"
        " history: {json: {$.text: Hi}}}\n"
    )

    def answer(ask: Ask) -> Says:
        wrong = ask.target == f"/{phase}"
        text = "Later" if ask.target == "/late" else "Hi"
        return as_json({"text": text} if wrong else {"text": text, "right": True})

    with serving(answer) as strict:
        recorded = played(name, strict.url, turns, Mode.RECORD)
        replayed = played(name, strict.url, turns, Mode.REPLAY)

    for result in (recorded, replayed):
        assert result.outcome is Outcome.FAILED
        assert {check.name for check in result.failures} == {"contract"}
        assert f"step {phase}.1" in result.failures[0].message


QUOTA = as_json({"detail": "The quota is used up."})
OTHER_KINDS = {
    "mister-turing": ("mister-turing", {"chat": QUOTA}, {}),
    "mister-turing, no type": ("mister-turing", {"chat": Says(body=b"Hi", kind="")}, {}),
    "superoffice": (
        "superoffice",
        {"GetChatbotResponse": Says(body=b'{"BotResponse": "Hi"}', kind="text/plain")},
        {},
    ),
    "superoffice in XML": (
        "superoffice",
        {"GetChatbotResponse": as_json(pages.CHATBOT_TURN)},
        {"format": "xml"},
    ),
}


@pytest.mark.parametrize("case", OTHER_KINDS)
def test_e10_an_answer_of_another_content_type_is_no_reply(case: str, played: Played) -> None:
    """Where the page states the content type, another one is not the bot's words."""
    name, answers, settings = OTHER_KINDS[case]
    with serving(system(name, **answers)) as strict:
        result = played(name, strict.url, ONE, **settings)

    assert result.codes == ("wrong-content-type",)


def test_e10_bytes_that_cannot_be_read_are_told(played: Played, defined: Defined) -> None:
    """What is shown as U+FFFD is noted, in a stream and in a text."""
    kind = "text/event-stream"
    with serving(
        system("mister-turing", chat=Says(body=b"data: caf\xe9\n\n", kind=kind))
    ) as strict:
        streamed = played("mister-turing", strict.url, ONE)
    name = defined(
        "send:\n  - request: {post: /talk}\n    answer: {as: text}\n    reply: {text: $}\n"
    )
    with serving(lambda _: Says(body=b"caf\xe9", kind="text/plain")) as strict:
        plain = played(name, strict.url, ONE)

    said = "it is not UTF-8 at byte {}; unreadable bytes are shown as U+FFFD"
    assert streamed.notes == (f"the answer of step send.1: {said.format(9)}",)
    assert plain.notes == (f"the answer of step send.1: {said.format(3)}",)


VENDORS = {
    "connectly/pink-dress": {
        "CONNECTLY_URL": "",
        "CONNECTLY_API_KEY": "k3y-of-a-test",
        "CONNECTLY_BUSINESS_ID": "b 1",
        "CONNECTLY_AGENT_ID": "a-1",
    },
    "enthusiast/fiberup-sla": {
        "ENTHUSIAST_URL": "",
        "ENTHUSIAST_TOKEN": "t0ken-of-a-test",
        "ENTHUSIAST_DATA_SET_ID": "1",
    },
    "superoffice/password-reset": {
        "SUPEROFFICE_URL": "",
        "SUPEROFFICE_USERNAME": "tje0",
        "SUPEROFFICE_PASSWORD": "passw0rd-of-a-test",
    },
    "bighummingbird/plan-a-trip": {"BIGHUMMINGBIRD_URL": ""},
}
"""Scenarios tagged `vendor`, and what their providers read; Mister Turing's page has no reply."""


@pytest.mark.parametrize("name", VENDORS)
def test_e14_the_pages_samples_are_played_as_printed(name: str) -> None:
    """A server that answers with a page's own samples passes the scenario made of that page."""
    provider, _, scenario = name.partition("/")
    with serving(system(provider)) as strict:
        environment = {key: value or strict.url for key, value in VENDORS[name].items()}
        project = Project(read_config(ROOT / "harness.yaml"), environment=environment)
        file = ROOT / f"scenarios/{name}.yaml"
        play = Play(file=file, scenario=scenario, provider=provider)
        result = Runner(project, Mode.LIVE).run(play)

    assert "vendor" in result.scenario.tags
    assert result.outcome is Outcome.PASSED, result.failures or result.error
