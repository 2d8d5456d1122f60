"""BigHummingbird against a server that is as strict as its page."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import pytest

from harness.conversation import Outcome
from harness.project.plan import Mode
from tests.conformance.conftest import Played
from tests.conformance.strict_server import Ask, Says, serving
from tests.conformance.strict_systems import as_json, system

ONE = "  - user: Hello\n    expect: {status: 200}\n"


@pytest.mark.parametrize("identifier", ["a/b", "50%", "a%2Fb", "a?b#c", "ü 李"])
def test_e3_a_session_is_deleted_whatever_its_id_is(identifier: str, played: Played) -> None:
    """A value in a path is one segment, so that the session that was opened is deleted."""
    deleted: list[str] = []

    def answer(ask: Ask) -> Says:
        if ask.method == "DELETE":
            deleted.append(ask.target)
        return system(
            "bighummingbird",
            **{"create-chat-session": as_json({"chat_session_id": identifier})},
        )(ask)

    with serving(answer) as strict:
        played("bighummingbird", strict.url, ONE)

    (target,) = deleted
    *above, segment = target.split("/")
    assert above == ["", "chat-session"]
    assert unquote(segment) == identifier


@pytest.mark.parametrize("identifier", ["..", "."])
def test_e3_a_segment_that_leads_elsewhere_is_not_sent(identifier: str, played: Played) -> None:
    """Dots alone would make another path of the one that was meant."""
    created = as_json({"chat_session_id": identifier})
    with serving(system("bighummingbird", **{"create-chat-session": created})) as strict:
        result = played("bighummingbird", strict.url, ONE)

    assert result.codes == ("wrong-address-part",)
    assert [ask.method for ask in strict.asked] == ["POST", "POST"]


@pytest.mark.parametrize("status", [200, 202, 204, 404])
def test_e16_a_session_that_is_deleted(status: int, played: Played) -> None:
    """Any success, and a session that is gone already, end the conversation."""
    with serving(system("bighummingbird", **{"s-1": Says(status=status, kind="")})) as strict:
        result = played("bighummingbird", strict.url, ONE, Mode.RECORD)

    assert result.outcome is Outcome.PASSED, result.failures or result.error
    assert result.notes == ()


@pytest.mark.parametrize("status", [405, 500])
def test_e16_a_session_that_cannot_be_deleted(status: int, played: Played, tmp_path: Path) -> None:
    """The conversation was whole, so it is recorded; that it was not closed is told."""
    with serving(system("bighummingbird", **{"s-1": as_json({}, status)})) as strict:
        recorded = played("bighummingbird", strict.url, ONE, Mode.RECORD)
        replayed = played("bighummingbird", strict.url, ONE, Mode.REPLAY)

    assert (tmp_path / "cassettes/bighummingbird/case.yaml").is_file()
    for result in (recorded, replayed):
        assert result.outcome is Outcome.PASSED, result.failures or result.error
        (note,) = result.notes
        assert note.startswith("the conversation was not closed: DELETE http://")
        assert note.endswith(f"answered {status}, expected 2xx or 404")
