"""`harness schemas infer` with recordings of the example suite."""

from __future__ import annotations

import json

import pytest

from harness.cli.commands.recorded_plays import recorded_plays
from harness.formats.json_schema import SchemaFolder
from harness.play.runner import Runner
from harness.project.plan import Mode
from harness.project.project import Project

INFERRED = "schemas/bighummingbird/inferred.schema.json"


def _payloads(example, provider):
    """The payloads of all replies in the recordings of a provider."""
    project = Project.at(example.folder / "harness.yaml")
    runner = Runner(project, Mode.REPLAY)
    for one in recorded_plays(project, (), (provider,), ())[0]:
        for turn in runner.run(one.play).transcript.turns:
            if turn.reply is not None and turn.reply.payload is not None:
                yield turn.reply.payload


def test_every_recorded_payload_passes_the_inferred_schema(example):
    """The schema is the tightest that all of them pass, so it passes all of them."""
    result = example.call("schemas", "infer", "bighummingbird")

    assert result.exit_code == 0, result.output
    schema = SchemaFolder(example.folder / "schemas", "schemas").schema("bighummingbird/inferred")
    payloads = list(_payloads(example, "bighummingbird"))
    assert payloads
    assert [schema.misfit(payload) for payload in payloads] == [""] * len(payloads)


def test_a_payload_that_was_never_seen_does_not_pass(example):
    """A missing key, an unknown key, another type and an empty text are refused."""
    example.call("schemas", "infer", "bighummingbird")
    schema = SchemaFolder(example.folder / "schemas", "schemas").schema("bighummingbird/inferred")
    payload = next(_payloads(example, "bighummingbird"))
    key = next(key for key, value in payload.items() if isinstance(value, str))

    assert schema.is_valid(payload)
    assert not schema.is_valid({})
    assert not schema.is_valid({**payload, "unseen": 1})
    assert not schema.is_valid({**payload, key: 7})


def test_what_an_authored_schema_lets_pass_is_listed(example):
    """Each line was tried with the recorded payloads."""
    result = example.call("schemas", "infer", "bighummingbird", "--json")

    found = json.loads(result.output)
    names = [one["schema"] for one in found["schemas"]]
    assert "bighummingbird/reply" in names
    assert not any(one["too_tight"] for one in found["schemas"])
    authored = next(one for one in found["schemas"] if one["schema"] == "bighummingbird/reply")
    assert ("$", "unknown keys pass") in [(one["field"], one["what"]) for one in authored["loose"]]


def test_what_an_authored_schema_refuses_is_listed(example):
    """With the number of payloads, and the first of them."""
    example.edit_json("schemas/bighummingbird/reply.schema.json", required=["language"])

    result = example.call("schemas", "infer", "bighummingbird", "--json")

    found = json.loads(result.output)["schemas"]
    authored = next(one for one in found if one["schema"] == "bighummingbird/reply")
    (tight,) = authored["too_tight"]
    assert tight["field"] == "$"
    assert "'language'" in tight["message"]
    assert tight["payloads"] == authored["payloads"]


def test_the_inferred_schema_is_neither_loose_nor_too_tight(example):
    """Compared with itself, the tightest schema has nothing to list."""
    example.call("schemas", "infer", "bighummingbird")

    result = example.call(
        "schemas", "infer", "bighummingbird", "--against", "bighummingbird/inferred", "--json"
    )

    (fit,) = json.loads(result.output)["schemas"]
    assert (fit["loose"], fit["too_tight"]) == ([], [])


def test_a_file_of_the_author_is_not_replaced(example):
    """Only a file that the command wrote itself is; --force replaces any."""
    name = "schemas/bighummingbird/reply.schema.json"
    before = (example.folder / name).read_text()

    result = example.call("schemas", "infer", "bighummingbird", "--output", name)

    assert "[file-exists]" in str(result.exception)
    assert (example.folder / name).read_text() == before
    assert example.call("schemas", "infer", "bighummingbird", "-o", name, "--force").exit_code == 0


def test_the_schema_can_be_printed(example):
    """With `-`, nothing is written, and nothing else is printed."""
    result = example.call("schemas", "infer", "bighummingbird", "--output", "-")

    assert json.loads(result.output)["type"] == "object"
    assert not (example.folder / INFERRED).exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("bighummingbrid",), "unknown provider 'bighummingbrid'"),
        (("openai-chat",), "no recording of this provider has a payload"),
        (("bighummingbird", "--against", "bighummingbird/replay"), "did you mean"),
    ],
    ids=["provider", "no-recording", "schema"],
)
def test_a_wrong_name_is_refused(example, words, message):
    """The message names what there is."""
    result = example.call("schemas", "infer", *words)

    assert message in str(result.exception)


def test_schemas_without_a_subcommand_writes_those_of_editors(example):
    """A folder and --check are taken as before."""
    written = example.call("schemas", "editors")
    checked = example.call("schemas", "--check", "editors")

    assert "wrote editors/scenario.schema.json" in written.output
    assert (checked.exit_code, checked.output) == (0, "")
