"""Mister Turing against a server that is as strict as its page."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.conversation import Outcome
from harness.play.drift.drift import Drift
from harness.project.plan import Mode
from tests.conformance.conftest import Played
from tests.conformance.strict_server import Says, serving
from tests.conformance.strict_systems import as_json, events, system

ONE = "  - user: Hello\n    expect: {status: 200}\n"
ASSISTANT = {
    "assistant": as_json({"external_id": "as-1", "name": "IT"}, 201),
}


@pytest.mark.parametrize("mode", [Mode.LIVE, Mode.RECORD, Mode.REPLAY, Mode.REFRESH])
def test_e1_a_contract_that_is_broken_while_preparing(mode: Mode, played: Played) -> None:
    """An assistant without its preferences fails every conversation with it, in every mode."""
    with serving(system("mister-turing", **ASSISTANT)) as strict:
        if mode is Mode.REPLAY:
            played("mister-turing", strict.url, ONE, Mode.RECORD)
        result = played("mister-turing", strict.url, ONE, mode)

    assert result.outcome is Outcome.FAILED
    assert result.codes == ("contract",)
    assert "step prepare.1" in result.failures[0].message


def test_e1_the_check_of_a_provider_tells_of_a_broken_contract(
    played: Played, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`harness providers check --live` does not call such a provider right."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("token", "t0ken-of-a-test")
    with serving(system("mister-turing", **ASSISTANT)) as strict:
        played("mister-turing", strict.url, ONE)
        command = ["providers", "check", "mister-turing", "--live"]
        opened = CliRunner().invoke(app, command)
        said = CliRunner().invoke(app, [*command, "--message", "Hello"])

    for result in (opened, said):
        assert result.exit_code == 1
        assert (
            "the answer of step prepare.1 violates the contract of the provider's definition"
            " [contract]\n  (top): 'assistant_preferences' is missing"
        ) in result.output
        assert "mister-turing answers" not in result.output


def test_e1_what_prepared_the_run_is_no_drift(played: Played) -> None:
    """A contract that is broken while preparing fails the scenario; its turns are the same."""
    with serving(system("mister-turing")) as strict:
        played("mister-turing", strict.url, ONE, Mode.RECORD)
    with serving(system("mister-turing", **ASSISTANT)) as strict:
        result = played("mister-turing", strict.url, ONE, Mode.DRIFT)

    assert result.codes == ("contract",)
    assert [turn.drift.kinds for turn in result.compared] == [()]


RAW = (
    "[1] First, restart it.",
    "{name} is not known.",
    '{"a": 1}',
    "data: the plan costs\n5 EUR a month",
    "data: the plan",
    "id: 7 is yours",
    "event: on Monday",
    "retry: later",
    ":) Hello!",
    "Hello.\r\n\r\nHow are you?",
)


@pytest.mark.parametrize("text", RAW)
def test_e6_a_raw_text_is_taken_as_it_is(text: str, played: Played) -> None:
    """Whatever a text begins with, it is the bot's reply, whole and unaltered."""
    says = Says(body=text.encode(), kind="text/event-stream; charset=utf-8")
    with serving(system("mister-turing", chat=says)) as strict:
        recorded = played("mister-turing", strict.url, ONE, Mode.RECORD)
        replayed = played("mister-turing", strict.url, ONE, Mode.REPLAY)

    for result in (recorded, replayed):
        assert result.outcome is Outcome.PASSED, result.failures or result.error
        assert result.notes == ()
        assert result.transcript.turns[0].reply is not None
        assert result.transcript.turns[0].reply.text == text


def test_e6_an_event_without_its_end_is_noted(played: Played) -> None:
    """What the rules of event streams leave out is told, live and in a replay."""
    says = Says(body=b"data: One.\n\ndata: Two.\n", kind="text/event-stream")
    with serving(system("mister-turing", chat=says)) as strict:
        recorded = played("mister-turing", strict.url, ONE, Mode.RECORD)
        replayed = played("mister-turing", strict.url, ONE, Mode.REPLAY)

    for result in (recorded, replayed):
        assert result.notes == (
            "the answer of step send.1: it ends inside an event, which is ignored: Two.",
        )


@pytest.mark.parametrize(
    "says",
    [
        Says(status=204, kind=""),
        Says(status=200, kind=""),
        Says(status=201, body=b"ok", kind="text/plain"),
        Says(status=202, body=b'"ok"'),
    ],
    ids=["204", "empty", "text", "JSON"],
)
def test_e9_an_assistant_is_deployed_by_any_answer_that_says_yes(
    says: Says, played: Played
) -> None:
    """The page says nothing of the body or status of a deployment."""
    with serving(system("mister-turing", deploy=says)) as strict:
        result = played("mister-turing", strict.url, ONE)

    assert result.outcome is Outcome.PASSED, result.failures or result.error


def test_e9_a_deployment_that_is_refused(played: Played) -> None:
    """A status that says no breaks the conversation."""
    with serving(system("mister-turing", deploy=as_json({"detail": "no"}, 400))) as strict:
        result = played("mister-turing", strict.url, ONE)

    assert result.codes == ("unexpected-status",)


def test_e16_the_last_event_of_other_streams_is_no_text(played: Played) -> None:
    """`[DONE]` at the end is not said by the bot; in a raw text it is."""
    with serving(system("mister-turing", chat=events("Hello.", "[DONE]"))) as strict:
        framed = played("mister-turing", strict.url, ONE)
    raw = Says(body=b"[DONE]", kind="text/event-stream")
    with serving(system("mister-turing", chat=raw)) as strict:
        bare = played("mister-turing", strict.url, ONE)

    assert [turn.reply.text for turn in framed.transcript.turns if turn.reply] == ["Hello."]
    assert [turn.reply.text for turn in bare.transcript.turns if turn.reply] == ["[DONE]"]


def test_e16_another_framing_is_a_drift(played: Played) -> None:
    """The same text, which no longer comes as events, is told."""
    with serving(system("mister-turing")) as strict:
        played("mister-turing", strict.url, ONE, Mode.RECORD)
    raw = Says(body=b"Hello.", kind="text/event-stream")
    with serving(system("mister-turing", chat=raw)) as strict:
        result = played("mister-turing", strict.url, ONE, Mode.DRIFT)

    (difference,) = result.compared[0].drift.differences
    assert difference.kind is Drift.SHAPE
    assert difference.lines == ("send.1: framing: recorded sse, now text",)
