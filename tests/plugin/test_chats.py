"""What a Python test may say and ask, and what is reported of it."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from harness.cli.app import app

LIVE = "--harness-mode=live"
RECORD = "--harness-mode=record"

TWO = """\
def test_two(conversation):
    first, second = conversation("echo"), conversation("parrot")
    first.say("Hello there").expect(contains="there", not_={"contains": "sorry"})
    second.say("Bye").expect(equals="Hello")
"""

SEEDED = """\
def test_seeded(conversation):
    chat = conversation()
    first, second = chat.uuid(), chat.uuid()
    assert first != second
    assert 0 <= chat.random() < 1
    chat.say(f"{first} at {chat.now()}").expect(contains=[first] and first)
"""


def _records(project):
    return json.loads((project / "out/results.json").read_text())["conversations"]


@pytest.mark.parametrize(
    "checks",
    [
        "any_of=[{'contains': 'Hello'}, {'contains': 'Hi'}]",
        "all_of=[{'contains': 'hello'}, {'ends_with': 'there'}], ignore_case=True",
        "not_={'matches': 'sorry'}",
        "like={'reply': {'words': '<number 1..5>'}}",
        "json={'$.reply.words': {'between': (1, 3)}}",
        "schema={'type': 'object', 'required': ['reply']}",
        "messages={'count': 1}, status=200, latency={'under': '30s'}",
        "contains='${'",
    ],
)
def test_every_check_goes_by_its_name(run, echo, pytester, checks):
    """The checks of scenario files are keyword arguments; a `${` in them is nothing special."""
    pytester.makepyfile(
        test_it="def test_one(conversation):\n"
        f"    conversation().say('Hello ${{ there').expect({checks})\n"
    )

    run("test_it.py", LIVE).assert_outcomes(passed=1)


def test_all_checks_of_a_call_are_told_together(run, echo, pytester):
    """Each of several keyword arguments that do not hold stands in the one text."""
    pytester.makepyfile(
        test_it="def test_one(conversation):\n"
        "    conversation().say('Hello').expect(contains='Bye', max_words=1, status=200)\n"
    )

    result = run("test_it.py", LIVE)

    result.stdout.fnmatch_lines(["*does not contain 'Bye'*", "*at most 1 word*"])
    result.stdout.no_fnmatch_line("*harness/testing*")


@pytest.mark.parametrize(
    ("checks", "told"),
    [
        ("containz='x'", "*did you mean 'contains'? [[]unknown-check]"),
        ("status='ok'", "*turn 1: status: *"),
        ("json={'$.a': {'at_leats': 1}}", "*did you mean 'at_least'? [[]unknown-matcher]"),
        ("contains={1, 2}", "*contains: {1, 2} is not JSON*"),
        ("", "*turn 1: no check is given*"),
    ],
)
def test_a_wrong_check_is_told_as_in_a_scenario(run, echo, pytester, checks, told):
    """A name or value that no check has is an error of the test, with its line."""
    pytester.makepyfile(
        test_odd=f"def test_odd(conversation):\n    conversation().say('Hello').expect({checks})\n"
    )

    result = run("test_odd.py", LIVE)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*ScenarioError: test_odd.py:2:5: turn 1:*"])
    result.stdout.fnmatch_lines([told])


def test_the_whole_conversation_is_judged(run, echo, pytester):
    """`chat.expect` holds a scenario's own checks against all that was said."""
    pytester.makepyfile(
        test_it="""
        import pytest

        def test_whole(conversation):
            chat = conversation()
            with pytest.raises(Exception, match="nothing was said yet"):
                chat.expect(turns=1)
            chat.say("one")
            chat.say("two")
            chat.expect(turns=2, contains="two", never={"contains": "three"})
            with pytest.raises(AssertionError, match="turn 2: no reply may pass contains 'two'"):
                chat.expect(never={"contains": "two"})
            with pytest.raises(AssertionError, match="turn 1.*'two'"):
                chat.expect(always={"contains": "two"})
        """
    )

    run("test_it.py", LIVE).assert_outcomes(passed=1)


def test_a_refusal_can_be_expected(run, echo, project, pytester):
    """`chat.refused` wants the provider to refuse, and judges how; it is recorded and replayed."""
    pytester.makepyfile(
        test_wrong="""
        def test_wrong_key(conversation):
            chat = conversation("echo", credentials="wrong")
            refused = chat.refused("Hello", status=401, contains="wrong key")
            assert refused.refusal.status == 401
            assert refused.text == ""
        """
    )

    run("test_wrong.py", RECORD, "--harness-reports=out").assert_outcomes(passed=1)
    run("test_wrong.py").assert_outcomes(passed=1)

    assert [record["outcome"] for record in _records(project)] == ["passed"]


def test_an_answer_in_place_of_a_refusal_fails(run, echo, pytester):
    """Where the provider answers what it should refuse, the test fails with what it said."""
    pytester.makepyfile(
        test_it="def test_one(conversation):\n    conversation().refused('Hello', status=403)\n"
    )

    result = run("test_it.py", LIVE)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*turn 1: the provider was expected to refuse*", "*got         You said: Hello"]
    )


def test_what_is_drawn_is_drawn_again(run, echo, pytester):
    """A UUID, a number and the time that a test says are those of its recording in a replay."""
    pytester.makepyfile(test_seeded=SEEDED)

    run("test_seeded.py", RECORD).assert_outcomes(passed=1)
    run("test_seeded.py").assert_outcomes(passed=1)

    assert len(echo.created) == 1


def test_a_broken_contract_fails_without_a_check(run, echo, project, pytester):
    """An answer that breaks the definition's schema fails the test that asks for nothing."""
    schema = project / "definitions/echo/schemas/answer.schema.json"
    schema.write_text('{"type": "object", "required": ["mood"]}')
    pytester.makepyfile(test_it="def test_one(conversation):\n    conversation().say('Hello')\n")

    result = run("test_it.py", LIVE)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*turn 1: the answer of step send.1 violates the contract*"])


def test_e1_a_broken_contract_of_the_record_fails(run, echo, project, pytester):
    """The provider's own record is held against its schema also where nothing else judges it."""
    definition = project / "definitions/echo/provider.yaml"
    definition.write_text(
        definition.read_text() + "history:\n  - request: {post: /sessions}\n"
        "    answer: {status: 201, schema: record}\n"
    )
    schema = project / "definitions/echo/schemas/record.schema.json"
    schema.write_text('{"type": "object", "required": ["messages"]}')
    pytester.makepyfile(
        test_it="def test_one(conversation):\n    chat = conversation()\n"
        "    chat.say('Hello')\n    chat.history()\n"
    )

    result = run("test_it.py", LIVE)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*turn 1: the answer of step history.1 violates the contract*"])


def test_every_conversation_is_in_the_results(run, echo, project, pytester):
    """results.json has a record for each chat of a test, with its outcome and its checks."""
    pytester.makepyfile(test_two=TWO)

    result = run("test_two.py", LIVE, "--harness-reports=out", "--junitxml=out/junit.xml")

    first, second = _records(project)
    result.stdout.fnmatch_lines(["echo * 1 * 0 * 0 * 1 * 2", "parrot * 0 * 1 * 0 * 1 * 1"])
    result.stdout.fnmatch_lines(["problems: 1 equals"])
    assert (first["id"], first["outcome"]) == ("test_two.py::test_two", "passed")
    assert (second["id"], second["codes"]) == ("test_two.py::test_two#2", ["equals"])
    assert [check["name"] for check in first["checks"]] == ["contains", "not"]
    assert (first["line"], first["title"]) == (1, "test_two")
    assert "does not equal" in second["failure"] or "Hello" in second["failure"]
    assert [x["step"] for x in first["transcript"]["around"]] == ["close.1"]
    junit = (project / "out/junit.xml").read_text()
    assert junit.count('name="conversation"') == 2
    assert junit.count('name="outcome" value="failed"') == 1


def test_processes_report_as_one(run, echo, project, pytester):
    """With xdist, the table and the results are those of a run in one process."""
    pytester.makepyfile(test_two=TWO)

    result = run("test_two.py", LIVE, "--harness-reports=out", "-n1")

    result.stdout.fnmatch_lines(["echo * 1 * 0 * 0 * 1 * 2", "parrot * 0 * 1 * 0 * 1 * 1"])
    assert [one["id"][-10:] for one in _records(project)] == ["::test_two", "test_two#2"]


def test_allure_shows_the_conversations(run, echo, project, pytester):
    """Allure has a step for each chat of a test, and in it one for each turn."""
    pytester.makepyfile(test_two=TWO)

    run("test_two.py", LIVE, "--alluredir=out/allure")

    (file,) = (project / "out/allure").glob("*-result.json")
    told = json.loads(file.read_text())
    names = [(step["name"], step["status"]) for step in told["steps"]]
    assert names == [
        ("conversation 1 with echo", "passed"),
        ("conversation 2 with parrot", "failed"),
    ]
    assert told["steps"][0]["steps"][0]["name"] == "turn 1: Hello there"


def test_what_failed_otherwise_is_noted(run, echo, project, pytester):
    """A test that fails by itself leaves a conversation that passed, with a note that says so."""
    pytester.makepyfile(
        test_it="def test_one(conversation):\n"
        "    conversation().say('Hello')\n"
        "    raise ValueError('mine')\n"
    )

    run("test_it.py", LIVE, "--harness-reports=out").assert_outcomes(failed=1)

    (record,) = _records(project)
    assert record["outcome"] == "passed"
    assert record["notes"] == ["the test failed otherwise: ValueError: mine"]


def test_an_expected_failure_counts_as_skipped(run, echo, project, pytester):
    """A failed check of a test that is marked as failing does not colour the table red."""
    pytester.makepyfile(
        test_it="import pytest\n\n"
        "@pytest.mark.xfail(reason='later')\n"
        "def test_one(conversation):\n"
        "    conversation().say('Hello').expect(equals='x')\n"
    )

    result = run("test_it.py", LIVE, "--harness-reports=out")

    result.assert_outcomes(xfailed=1)
    result.stdout.fnmatch_lines(["provider *skipped*", "echo * 0 * 0 * 0 * 1 * 1 * 1"])
    assert _records(project)[0]["expected_failure"] == "later"


def test_a_refusal_that_nobody_expects_breaks(run, echo, project, pytester):
    """A conversation that ends in a refusal is BROKEN where the test did not catch it."""
    pytester.makepyfile(
        test_it="""
        import pytest
        from harness import Refused

        def test_caught(conversation):
            with pytest.raises(Refused):
                conversation("echo", credentials="wrong").say("Hello")

        def test_uncaught(conversation):
            conversation("echo", credentials="wrong").say("Hello")
        """
    )

    run("test_it.py", LIVE, "--harness-reports=out").assert_outcomes(passed=1, failed=1)

    assert [one["outcome"] for one in _records(project)] == ["passed", "broken"]


def test_a_chat_that_cannot_be_closed_does_not_keep_others_open(run, echo, project, pytester):
    """Each of several chats is closed; one whose closing is refused is recorded, and told."""
    echo.ends_with = 500
    pytester.makepyfile(test_two=TWO.replace('equals="Hello"', 'contains="Bye"'))

    result = run("test_two.py", RECORD)

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines("*the conversation was not closed: DELETE *answered 500*")
    assert echo.open == set()
    assert len(list((project / "cassettes").rglob("test_two*.yaml"))) == 2


def test_recordings_of_python_tests_stay(run, echo, project, pytester):
    """`harness cassettes check` and `prune` do not take them for orphans."""
    pytester.makepyfile(test_two=TWO.replace('equals="Hello"', 'contains="Bye"'))
    run("test_two.py", RECORD).assert_outcomes(passed=1)

    checked = CliRunner().invoke(app, ["cassettes", "check"])
    pruned = CliRunner().invoke(app, ["cassettes", "prune", "--yes"])

    assert checked.exit_code == 0, checked.output
    assert pruned.exit_code == 0
    assert len(list((project / "cassettes").rglob("test_two*.yaml"))) == 2


def test_asynchronous_tests_hold_conversations_in_a_thread(run, echo, pytester):
    """The fixture is synchronous; `asyncio.to_thread` holds two conversations side by side."""
    pytester.makepyfile(
        test_it="""
        import asyncio

        def test_side_by_side(conversation):
            first, second = conversation(), conversation("parrot")

            async def both():
                return await asyncio.gather(
                    asyncio.to_thread(first.say, "one"), asyncio.to_thread(second.say, "two")
                )

            one, two = asyncio.run(both())
            one.expect(ends_with="one")
            two.expect(ends_with="two")
        """
    )
    echo.meeting = 2

    run("test_it.py", LIVE).assert_outcomes(passed=1)


def test_python_tests_prepare_a_provider_once_and_record_it(run, echo, project, pytester):
    """What comes once for a run comes once for all chats, and replays without any scenario."""
    definition = project / "definitions/echo/provider.yaml"
    definition.write_text(
        definition.read_text() + "prepare:\n  - request: {post: /sessions}\n"
        "    answer: {status: 201}\n    capture: {prepared_id: $.id}\n"
    )
    pytester.makepyfile(
        test_it="def test_one(conversation):\n    conversation().say('one')\n\n\n"
        "def test_two(conversation):\n    conversation().say('two')\n"
    )

    run("test_it.py", RECORD).assert_outcomes(passed=2)
    run("test_it.py").assert_outcomes(passed=2)

    assert len(echo.created) == 3


def _with_metadata(project):
    """The definition of the project takes a page with each message, and a language."""
    file = project / "definitions/echo/provider.yaml"
    text = file.read_text()
    text = text.replace("{post: /sessions}", "{post: /sessions, json: {l: '${session.language}'}}")
    told = "json: {text: '${message.text}', page: '${message.metadata.page}'}"
    file.write_text(text.replace("json: {text: '${message.text}'}", told))


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            "conversation().say('Hello', metadata={'pgae': 'product'})",
            ["*unknown key 'pgae': of metadata * sends only page*", "*did you mean 'page'?*"],
        ),
        (
            "conversation().refused('Hello', metadata={'pgae': 'product'})",
            ["*turn 1: unknown key 'pgae'*", "*did you mean 'page'?*unknown-key]*"],
        ),
        (
            "conversation(session={'langauge': 'en'})",
            ["*test_it.py:2:*unknown key 'langauge'*", "*did you mean 'language'?*unknown-key]*"],
        ),
        (
            "conversation().say('Hello', attachments=(Attachment(name='a', content='b'),))",
            ["*sends no attachments*", "*never-sent]*"],
        ),
    ],
    ids=["metadata", "metadata of a refusal", "session", "attachments"],
)
def test_what_no_definition_sends_is_told(run, echo, project, pytester, call, told):
    """A misspelt key of what a Python test tells is an error before anything is sent."""
    _with_metadata(project)
    pytester.makepyfile(
        test_it=f"def test_one(conversation):\n    {call}\n\n\n"
        "from harness.conversation import Attachment\n"
    )

    result = run("test_it.py", LIVE)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(told)
    result.stdout.no_fnmatch_line("*chat.py:*")


def test_what_the_definition_sends_is_said(run, echo, project, pytester):
    """The keys that the definition takes are told to the provider."""
    _with_metadata(project)
    pytester.makepyfile(
        test_it="def test_one(conversation):\n    chat = conversation(session={'language': 'en'})\n"
        "    chat.say('Hello', metadata={'page': 'product'})\n"
    )

    run("test_it.py", LIVE).assert_outcomes(passed=1)
