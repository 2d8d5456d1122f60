from __future__ import annotations

import re

import pytest
from cassette_cases import CHANGES, UNREADABLE
from fault_cases import reply
from golden_texts import compare, stale, without_what_varies
from misbehaving import nobody, serving
from shop import CASSETTE, CHAT, play_dress, shop_runner, write_shop

import harness.transport.cassette.cassette_reading
from harness.conversation import Outcome
from harness.project.plan import Mode
from harness.reports.failure import failure_screen

STEPS = CHAT.replace("text}'}", "text}', from: '${session.country}'}")
SCENARIO = """\
scenario: dress
session: {country: Norway}
turns:
  - id: ask
    user: Is there a pink dress?
    expect: {contains: pink}
  - id: blue
    user: And in blue?
    expect: {contains: blue}
  - id: last
    user: And the price?
    expect: {contains: 20}
"""
ANSWER = b'{"text": "We have a pink dress, and a blue one too, for 20."}'
SCREEN = 40
"""Lines."""


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """The text of a whole recording of the scenario."""
    folder = tmp_path_factory.mktemp("good")
    write_shop(folder, SCENARIO, steps=STEPS)
    with serving(reply(ANSWER)) as address:
        environment = {"SHOP_URL": f"http://{address}", "SHOP_KEY": "k-1234"}
        result = played(folder, Mode.RECORD, environment)

    assert result.outcome is Outcome.PASSED, failure_screen(result)
    return (folder / CASSETTE).read_text()


def played(folder, mode, environment=None):
    return play_dress(folder, shop_runner(folder, mode, environment or {}))


@pytest.fixture
def folder(good, tmp_path, monkeypatch):
    """A project with a good recording, in a folder of a folder of its own."""
    folder = tmp_path / "project"
    write_shop(folder, SCENARIO, steps=STEPS)
    (folder / "cassettes/shop").mkdir(parents=True)
    (folder / CASSETTE).write_text(good)
    # As many bytes as this are soon unpacked.
    for module in (
        harness.transport.cassette.cassette_reading,
        harness.transport.cassette.cassette_files,
    ):
        monkeypatch.setattr(module, "LARGEST", 1024 * 1024)
    return folder


def shown(result) -> str:
    text = without_what_varies(failure_screen(result))
    # The address that was recorded is of any length.
    text = re.sub(r"byte \d{3,}", "byte N", text)
    return f"{text}\n"


def test_the_good_one_is_replayed(folder):
    """Without a change the recording is replayed: what is told below comes from the change."""
    assert played(folder, Mode.REPLAY).outcome is Outcome.PASSED


def test_a_missing_recording(folder):
    """A missing file, and only that, is called missing, with the command that records it."""
    (folder / CASSETTE).unlink()

    result = played(folder, Mode.REPLAY)

    compare("cassettes/missing", shown(result))
    assert result.error.code == "cassette-missing"


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_recording_that_cannot_be_read(case, folder):
    """Each fault has a sentence of its own on one screen, and is never taken for missing."""
    UNREADABLE[case](folder / CASSETTE)

    result = played(folder, Mode.REPLAY)

    compare(f"cassettes/unreadable/{case}", shown(result))
    assert result.outcome is Outcome.BROKEN
    assert result.error.code != "cassette-missing"
    assert len(shown(result).splitlines()) < SCREEN


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_cannot_be_read_is_not_recorded_over(case, folder):
    """In record mode the fault is told as well, nobody is asked, and the file stays as it is."""
    path = folder / CASSETTE
    UNREADABLE[case](path)
    before = content(path)

    with nobody() as address:
        environment = {"SHOP_URL": f"http://{address}", "SHOP_KEY": "k-1234"}
        result = played(folder, Mode.RECORD, environment)

    assert result.error.code == played(folder, Mode.REPLAY).error.code
    assert content(path) == before


def content(path):
    """What stands there: the bytes of a file, the target of a link, the names of a folder."""
    if path.is_symlink():
        return path.readlink()
    return sorted(path.iterdir()) if path.is_dir() else path.read_bytes()


@pytest.mark.parametrize("case", CHANGES)
def test_a_recording_of_another_conversation(case, folder):
    """The turn, the place in the recording, the difference and the command that mends it."""
    for name, old, new in CHANGES[case]:
        file = folder / name
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new, 1))

    result = played(folder, Mode.REPLAY)

    compare(f"cassettes/changed/{case}", shown(result))
    assert result.outcome is Outcome.BROKEN


def test_interactions_that_are_left_over(folder):
    """A scenario that lost its last turn passes, and a note names the command that mends it."""
    (folder / "scenarios/dress.yaml").write_text(SCENARIO.partition("  - id: last")[0])

    result = played(folder, Mode.REPLAY)

    assert result.outcome is Outcome.PASSED
    assert result.notes == (
        (
            "1 recorded interaction not used, of turn 3; "
            "harness run --mode refresh scenarios/dress.yaml"
        ),
    )


def test_leftovers_of_a_conversation_that_broke_are_not_told(folder):
    """Where the conversation broke before its end, what follows was not reached: no note."""
    file = folder / "scenarios/dress.yaml"
    file.write_text(file.read_text().replace("And in blue?", "And in green?"))

    result = played(folder, Mode.REPLAY)

    assert result.error.code == "message-changed"
    assert result.notes == ()


def test_every_text_has_its_case():
    """No golden text is left over from a case that is gone."""
    names = {f"unreadable/{case}" for case in UNREADABLE} | {f"changed/{c}" for c in CHANGES}

    assert stale("cassettes", {*names, "missing"}) == set()
