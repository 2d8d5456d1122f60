from __future__ import annotations

import pytest

GREETS = """\
def test_greets(conversation):
    chat = conversation("echo")
    reply = chat.say("Hello there")
    reply.expect(contains="Hello there", matches=r"^You")
    again = chat.say("How are you?").expect(ends_with="you?")
    assert again.payload["reply"]["words"] == 3
    assert [turn.user.text for turn in chat.transcript.turns] == ["Hello there", "How are you?"]
"""

FAILS = """\
def test_greets(conversation):
    chat = conversation()
    chat.say("Hello there").expect(
        contains="Good morning",
    )
"""

RECORD = "--harness-mode=record"


def test_a_python_test_records_and_replays(run, echo, project, pytester):
    """A conversation of a Python test is recorded under the test's name, and replays offline."""
    pytester.makepyfile(test_shop=GREETS)

    run("test_shop.py", RECORD).assert_outcomes(passed=1)
    run("test_shop.py").assert_outcomes(passed=1)

    assert (project / "cassettes/echo/test_shop-test_greets.yaml").is_file()
    assert len(echo.created) == 1
    assert echo.open == set()


def test_a_missing_recording_says_how_to_make_it(run, pytester):
    """Without a recording, replay fails and names the file and the mode that writes it."""
    pytester.makepyfile(test_shop=GREETS)

    result = run("test_shop.py")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*cassettes/echo/test_shop-test_greets.yaml: there is no rec*"])
    result.stdout.fnmatch_lines(["*harness run --mode refresh test_shop.py*"])


def test_a_stale_recording_is_mended_by_the_command_that_is_named(run, echo, pytester):
    """Where the test says something else than recorded, refresh is named, and holds it anew."""
    pytester.makepyfile(test_shop=GREETS)
    run("test_shop.py", RECORD).assert_outcomes(passed=1)
    pytester.makepyfile(test_shop=GREETS.replace("How are you?", "Who are you?"))

    stale = run("test_shop.py")
    run("test_shop.py", "--harness-mode=refresh").assert_outcomes(passed=1)

    stale.assert_outcomes(failed=1)
    stale.stdout.fnmatch_lines(["*harness run --mode refresh test_shop.py*message-changed*"])
    run("test_shop.py").assert_outcomes(passed=1)


def test_a_failure_shows_the_conversation(run, echo, pytester):
    """The text of a failed check is the one of scenarios, at the line of the test that asked."""
    pytester.makepyfile(test_shop=FAILS)

    result = run("test_shop.py", "--harness-mode=live")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*test_shop.py:3:5: turn 1: the reply does not contain 'Good morning'",
            "*expected    a text with 'Good morning'",
            "*got         You said: Hello there",
            "*user        Hello there",
            "*curl        curl -X POST *",
        ]
    )
    result.stdout.no_fnmatch_line("*harness/testing*")
    assert echo.open == set()


def test_several_chats_of_one_test_are_apart(run, echo, project, pytester):
    """A test may hold conversations with several providers; each has a recording of its own."""
    pytester.makepyfile(
        test_two="""
        def test_both(conversation):
            first, second = conversation("echo"), conversation("parrot")
            first.say("one").expect(ends_with="one")
            second.say("two").expect(ends_with="two")
            first.say("three").expect(ends_with="three")
        """
    )

    run("test_two.py", RECORD).assert_outcomes(passed=1)
    run("test_two.py").assert_outcomes(passed=1)

    recorded = {file.parent.name for file in (project / "cassettes").rglob("test_two*.yaml")}
    assert recorded == {"echo", "parrot"}
    assert len(echo.created) == 2


def test_parameters_of_a_test_are_recorded_apart(run, echo, pytester):
    """Each variant of a parametrised test has a recording of its own."""
    pytester.makepyfile(
        test_many="""
        import pytest

        @pytest.mark.parametrize("word", ["one", "two"])
        def test_word(conversation, word):
            conversation().say(word).expect(ends_with=word)
        """
    )

    run("test_many.py", RECORD).assert_outcomes(passed=2)
    run("test_many.py").assert_outcomes(passed=2)

    assert len(echo.created) == 2


def test_a4_a_parameter_that_was_never_recorded_is_missing(run, echo, pytester):
    """What a file's name cannot hold of a test's name tells its recordings apart all the same."""
    test = """
        import pytest

        @pytest.mark.parametrize("word", [%s])
        def test_word(conversation, word):
            conversation().say("Hello").expect(ends_with="Hello")
        """
    pytester.makepyfile(test_many=test % "'C++', 'a b', '-1'")
    run("test_many.py", RECORD).assert_outcomes(passed=3)

    pytester.makepyfile(test_many=test % "'C#', 'a/b', '+1', 'C++'")
    run("test_many.py").assert_outcomes(passed=1, failed=3)

    assert len(echo.created) == 3


def test_the_session_is_deleted_when_the_test_fails(run, echo, pytester):
    """Whatever a Python test raises, what it opened is closed."""
    pytester.makepyfile(
        test_bad="""
        def test_bad(conversation):
            conversation().say("Hello")
            raise RuntimeError("mine")
        """
    )

    run("test_bad.py", "--harness-mode=live").assert_outcomes(failed=1)

    assert len(echo.created) == 1
    assert echo.open == set()


def test_an_unknown_provider_is_told(run, pytester):
    """A misspelt provider names the likely one."""
    pytester.makepyfile(test_odd="def test_odd(conversation):\n    conversation('eco')\n")

    result = run("test_odd.py")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*unknown provider 'eco'; did you mean 'echo'?*"])


def test_an_unknown_check_is_told(run, echo, pytester):
    """A misspelt check names the likely one."""
    pytester.makepyfile(
        test_odd="def test_odd(conversation):\n    conversation().say('x').expect(containz='x')\n"
    )

    result = run("test_odd.py", "--harness-mode=live")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*unknown check 'containz'*"])


def test_without_harness_yaml_the_fixture_says_so(run_here, pytester):
    """Where no providers are configured, asking for a conversation fails in one sentence."""
    pytester.makepyfile("def test_any(conversation): pass")

    result = run_here()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["there is no harness.yaml above the test, so there are no providers*[[]no-project]"]
    )


@pytest.mark.parametrize("mode", ["record", "refresh"])
def test_a_test_that_breaks_leaves_no_recording(run, echo, project, pytester, mode):
    """A conversation that could not be told is not recorded, as for scenarios."""
    pytester.makepyfile(
        test_odd="def test_odd(conversation):\n    conversation().say('[[broken]]')\n"
    )

    run("test_odd.py", f"--harness-mode={mode}").assert_outcomes(failed=1)

    assert not list((project / "cassettes").rglob("test_odd*"))
    assert echo.open == set()
