"""`harness whatif` with the results of a run."""

from __future__ import annotations

import json

import pytest

from tests.on_recordings.test_whatif import checks_of

SCENARIO = "scenarios/connectly/pink-dress.yaml"
NAME = "pink-dress[connectly]"


@pytest.fixture
def played(example):
    """The example, after a run of one scenario and of a repeated one."""
    import harness  # noqa: PLC0415  # the current folder is that of the project now
    from harness.reports.results import RESULTS, VERSION  # noqa: PLC0415

    plan = harness.plan(SCENARIO, "scenarios/connectly/any-colour.yaml")
    results = {"version": VERSION, "conversations": list(harness.run(plan))}
    (example.folder / "reports").mkdir()
    (example.folder / "reports" / RESULTS).write_text(json.dumps(results), encoding="utf-8")
    return example


def test_nothing_flips_where_nothing_changed(played):
    """The verdicts of the run are those of the files."""
    result = played.call("whatif", "--fail-on-flips")

    assert (result.exit_code, result.output) == (
        0,
        "no verdict changes\n\n5 conversations judged\n  as written: no verdict changes\n",
    )


def test_a_changed_expectation_flips_its_verdict(played):
    """The scenario is judged as it is now, although nothing is played."""
    played.edit(SCENARIO, "contains: free shipping", "contains: free returns")

    result = played.call("whatif", "--json")

    assert json.loads(result.output)["columns"] == ["last run", "as written"]
    assert checks_of(result.output) == {(NAME, 1, "contains"): ["passed", "failed"]}


def test_a_new_check_is_a_flip_only_if_it_fails(played):
    """One that passes changes no verdict."""
    played.edit(SCENARIO, "contains: free shipping", "max_words: 100\n      min_words: 90")

    result = played.call("whatif", "--json")

    assert checks_of(result.output) == {(NAME, 1, "min_words"): ["-", "failed"]}


def test_a_changed_schema_flips_the_verdicts_of_its_checks(played):
    """The schemas are those of the working tree."""
    played.edit_json("schemas/connectly/reply.schema.json", required=["response", "language"])

    result = played.call("whatif", "--json")

    flipped = checks_of(result.output)
    assert {name for _, _, name in flipped} == {"schema"}
    assert flipped[NAME, 1, "schema"] == ["passed", "failed"]


def test_the_conversations_of_a_run_are_judged_by_other_thresholds(played):
    """With --results, conversations are taken from the file instead of recordings."""
    (played.folder / "cassettes/connectly/pink-dress.yaml").unlink()

    result = played.call(
        "whatif", "--results", "reports/results.json", "--threshold", "max_words=3", "--json"
    )
    assert "unused-threshold" in str(result.exception)
    result = played.call(
        "whatif", "--results", "reports/results.json", "--threshold", "latency.under=1ns,1h"
    )
    assert "'1ns' is not a duration" in str(result.exception)

    result = played.call(
        "whatif", "--results", "reports/results.json", "--threshold", "latency.under=1h", "--json"
    )
    assert checks_of(result.output) == {(NAME, 1, "latency"): ["passed", "passed"]}


def test_a_scenario_that_is_gone_is_named(played):
    """Its conversation cannot be judged, which --fail-on-flips does not let pass."""
    (played.folder / SCENARIO).unlink()

    result = played.call("whatif", "--fail-on-flips")

    assert result.exit_code == 1
    assert "1 conversation not judged" in result.output
    assert "[unreadable-file]" in result.output


def test_a_project_that_was_never_played_is_refused(example):
    """The message names what can be compared without a run."""
    result = example.call("whatif")

    assert str(result.exception) == (
        "reports/results.json: there is no such file; run the scenarios first, or name a change "
        "with --threshold or --schema-at [no-results]"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("scenarios/connectly",), "paths, --provider and --tag choose recordings"),
        (("--json", "--markdown", "--threshold", "max_words=1"), "give --json or --markdown"),
    ],
    ids=["paths", "two-forms"],
)
def test_options_that_exclude_each_other_are_refused(example, words, message):
    """Nothing that is asked for is left out in silence."""
    result = example.call("whatif", *words)

    assert result.exit_code == 2
    assert message in result.output


def test_a_conversation_that_a_check_stops_is_replayed(example):
    """With another threshold, it may go on, and the checks of later turns are made."""
    example.edit(SCENARIO, "contains: free shipping", "max_words: 3")
    example.edit(SCENARIO, "    capture:\n", "    on_fail: stop\n    capture:\n")

    result = example.call("whatif", SCENARIO, "--threshold", "max_words=100", "--json")

    found = json.loads(result.output)["conversations"]
    assert [one["outcomes"] for one in found] == [["failed", "passed"]]
    assert checks_of(result.output)[NAME, 1, "max_words"] == ["failed", "passed"]
