"""`harness whatif` with recordings of the example suite."""

from __future__ import annotations

import json

import pytest


def checks_of(output, *, of=""):
    """The checks of JSON, each with its outcomes, of the conversations whose id has a text."""
    return {
        (one["id"].partition("::")[2], check["turn"], check["name"]): check["outcomes"]
        for one in json.loads(output)["conversations"]
        for check in one["checks"]
        if of in one["id"]
    }


def test_values_of_a_threshold_are_side_by_side(example):
    """Each value is a column, beside the verdict of the value that is written."""
    result = example.call(
        "whatif", "scenarios/connectly", "--threshold", "latency.under=1s,1ms", "--json"
    )

    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["columns"] == [
        "as written",
        "latency.under=1s",
        "latency.under=1ms",
    ]
    assert checks_of(result.output) == {
        ("pink-dress[connectly]", 1, "latency"): ["passed", "passed", "failed"],
        ("unknown-state[connectly]", 2, "latency"): ["passed", "passed", "passed"],
    }


def test_a_threshold_inside_other_checks_is_changed(example):
    """The checks of single messages have thresholds, too."""
    example.edit(
        "scenarios/connectly/greeting.yaml",
        "      equals: 'I first said: \"${greeting}\"'",
        "      messages: {each: {max_words: 50}}",
    )

    result = example.call("whatif", "scenarios/connectly", "--threshold", "max_words=2", "--json")

    assert checks_of(result.output) == {
        ("greeting[connectly]", 1, "messages"): ["passed", "failed"]
    }


def test_a_number_at_a_path_of_the_payload_is_a_threshold(example):
    """The keys of a threshold may be a JSONPath, dots included."""
    path = "$.response.responseEvents[*].recommendationEvent.products[*].price"

    result = example.call(
        "whatif", "scenarios/connectly", "--threshold", f"json.{path}.every.less_than=70", "--json"
    )

    assert checks_of(result.output)["pink-dress[connectly]", 2, "json"] == ["passed", "failed"]


def test_only_flips_are_listed(example):
    """With --flips, a check that passes as before is left out, and its reason is shown if not."""
    both = example.call("whatif", "scenarios/connectly", "--threshold", "latency.under=1s,1ms")
    one = example.call(
        "whatif", "scenarios/connectly", "--threshold", "latency.under=1s", "--flips"
    )

    assert "turn 1 latency, latency.under=1ms: the reply took " in both.output
    assert one.output == (
        "no verdict changes\n\n"
        "25 conversations judged\n"
        "  latency.under=1s: 2 checks judged otherwise, no verdict changes\n"
    )


def test_flips_fail_only_where_that_is_asked(example):
    """Without --fail-on-flips, the status is 0."""
    words = ("whatif", "scenarios/connectly", "--threshold", "latency.under=1ms")

    assert example.call(*words).exit_code == 0
    assert example.call(*words, "--fail-on-flips").exit_code == 1


@pytest.mark.parametrize(
    ("threshold", "message"),
    [
        (
            "latncy.under=1s",
            "--threshold: unknown check 'latncy'; did you mean 'latency'? [unknown-check]",
        ),
        (
            "latency.over=1s",
            (
                "--threshold: no check that was judged has the threshold 'latency.over'; "
                "did you mean 'latency.under'? [unused-threshold]"
            ),
        ),
        (
            "max_characters=3",
            "--threshold: no check that was judged has the threshold 'max_characters'; known: ",
        ),
        (
            "latency.under=fast",
            (
                "--threshold: latency.under=fast: 'fast' is not a duration; such as 500ms, 2s, 1m "
                "[wrong-value]"
            ),
        ),
        (
            "latency.under",
            (
                "--threshold: 'latency.under' is not a threshold; write CHECK=VALUE or "
                "CHECK.KEY=VALUE, such as latency.under=1s,800ms [wrong-threshold]"
            ),
        ),
        ("latency.under=1s,", "--threshold: 'latency.under=1s,' is not a threshold; write "),
    ],
    ids=["check", "key", "nowhere", "value", "no-value", "empty-value"],
)
def test_a_wrong_threshold_is_refused(example, threshold, message):
    """A name that nothing has, and a value that makes no sense, end the command."""
    result = example.call("whatif", "scenarios/connectly", "--threshold", threshold)

    assert result.exit_code != 0
    assert message in str(result.exception)


def test_a_schema_that_breaks_recorded_replies_is_found(example):
    """A change of a schema is judged by what the bot has really said."""
    example.commit()
    example.edit_json("schemas/bighummingbird/reply.schema.json", required=["reply", "language"])

    result = example.call("whatif", "--schema-at", "HEAD", "--flips", "--fail-on-flips")

    assert result.exit_code == 1
    assert "plan-a-trip[bighummingbird]" in result.output
    assert "as written: the payload of the reply is not valid against the schema: " in result.output
    assert "1 file differs from HEAD: schemas/bighummingbird/reply.schema.json" in result.output


def test_schemas_that_are_the_same_are_named(example):
    """Where nothing differs, the command says so instead of passing without a word."""
    example.commit()

    result = example.call("whatif", "--schema-at", "HEAD", "--flips", "--fail-on-flips")

    assert result.exit_code == 0
    assert "note: no schema differs between HEAD and the working tree" in result.output


def test_a_schema_that_the_revision_lacks_is_broken_there(example):
    """A check cannot be judged by a schema that did not exist."""
    file = example.folder / "schemas/bighummingbird/reply.schema.json"
    text = file.read_text()
    file.unlink()
    example.commit()
    file.write_text(text)

    result = example.call(
        "whatif", "scenarios/bighummingbird/plan-a-trip.yaml", "--schema-at", "HEAD", "--json"
    )

    assert checks_of(result.output) == {
        ("plan-a-trip[bighummingbird]", 1, "schema"): ["passed", "broken"]
    }


def test_an_unknown_revision_is_refused(example):
    """Git says which commits there are."""
    example.commit()

    result = example.call("whatif", "--schema-at", "no-such-branch")

    assert str(result.exception) == (
        "--schema-at: git knows no commit 'no-such-branch'; check the name; in CI, fetch the "
        "branch first, with fetch-depth: 0 [unknown-revision]"
    )


def test_a_conversation_without_a_recording_is_named(example):
    """It cannot be judged, which --fail-on-flips does not let pass."""
    (example.folder / "cassettes/connectly/pink-dress.yaml").unlink()

    result = example.call(
        "whatif", "scenarios/connectly", "--threshold", "latency.under=1s", "--fail-on-flips"
    )

    assert result.exit_code == 1
    assert "1 conversation not judged" in result.output
    assert "pink-dress[connectly]: " in result.output


def test_a_project_without_recordings_is_refused(example):
    """Nothing was judged, so nothing can be said."""
    (example.folder / "cassettes/bighummingbird/plan-a-trip.yaml").unlink()

    result = example.call(
        "whatif", "scenarios/bighummingbird/plan-a-trip.yaml", "--threshold", "latency.under=1s"
    )

    assert "no conversation could be judged" in str(result.exception)
    assert "[nothing-judged]" in str(result.exception)


def test_markdown_has_a_table(example):
    """For a comment of a pull request."""
    result = example.call(
        "whatif", "scenarios/connectly", "--threshold", "latency.under=1ms", "--markdown"
    )

    assert "| check | line | as written | latency.under=1ms |\n| --- |" in result.output
    assert "| passed | FAILED |" in result.output
