from __future__ import annotations

import json

import pytest
from golden_texts import SECRET, compare, stale
from stream_cases import FAULTS

from harness.conversation import Outcome
from harness.project.plan import Mode

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {"state": {"type": ["string", "null"]}},
}


@pytest.fixture
def staged(faulty, project):
    """Make the project one that plays a case; its definition has a contract."""
    file = project.path / "definitions/ours/schemas/reply.schema.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(SCHEMA))
    return lambda name: faulty(FAULTS[name])


@pytest.mark.parametrize("name", FAULTS)
def test_a_stream_or_poll_that_is_wrong_or_odd(name, staged):
    """Each has its screen, and is asked for as often as is right."""
    stage = staged(name)
    result, asked = stage.serve(Mode.LIVE)

    compare(f"streams/{name}", stage.screen(result))
    assert result.outcome is stage.case.outcome
    assert asked == stage.case.asked or not stage.case.asked


@pytest.mark.parametrize("name", [name for name in FAULTS if not FAULTS[name].breaks])
def test_what_is_recorded_of_it(name, staged):
    """What could be told is the same in replay, chunk by chunk; else there is no recording."""
    stage = staged(name)
    recorded, _ = stage.serve(Mode.RECORD)

    compare(f"streams/{name}", stage.screen(recorded))
    if stage.case.outcome is Outcome.BROKEN:
        assert not stage.cassette.exists()
    else:
        stage.assert_replayed(recorded, f"streams/{name}")


@pytest.mark.parametrize("name", [name for name in FAULTS if FAULTS[name].breaks])
def test_a_break_that_is_taken_up_breaks_again(name, staged):
    """What came before the break is in the journal; taken up, its replay breaks with one screen."""
    stage = staged(name)
    recorded, _ = stage.serve(Mode.RECORD)
    heard = stage.journal.read_text()
    had_cassette = stage.cassette.exists()
    said = stage.recover("--broken")

    compare(f"streams/{name}", stage.screen(recorded))
    assert '"broken"' in heard
    assert SECRET not in heard
    assert not had_cassette
    assert said.endswith("cassettes/shop/dress.yaml: written\n")
    stage.assert_replayed(recorded, f"streams/{name}")


def test_every_text_has_its_case():
    """No golden text is left over from a case that is gone."""
    assert stale("streams", FAULTS) == set()
