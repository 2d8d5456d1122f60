from __future__ import annotations

import pytest

from tests.plugin.project import scenario_text

RECORD = "--harness-mode=record"


@pytest.fixture
def write(project):
    """Writes files of the project's scenarios, by their paths."""

    def write(files):
        for name, text in files.items():
            file = project / "scenarios" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")

    return write


@pytest.fixture
def twice(run, echo):
    """Records what is named, and plays it again; gives what the replay printed."""

    def twice(*arguments, **outcomes):
        run(RECORD, *arguments).assert_outcomes(**outcomes)
        echo.requests.clear()
        replayed = run(*arguments)
        replayed.assert_outcomes(**outcomes)
        assert echo.requests == []
        return replayed

    return twice


def test_a_wait_passes_once(write, twice, echo):
    """`wait:` lets time pass before the message is sent, and a replay does not wait."""
    write(
        {
            "slow.yaml": "scenario: slow\nturns:\n"
            "  - user: one\n    expect: {contains: one}\n"
            "  - user: two\n    wait: 300ms\n    expect: {latency: {under: 250ms}}\n"
        }
    )

    twice("scenarios/slow.yaml", passed=1)


def test_a_wait_is_in_the_recorded_times(write, run, echo):
    """The requests of two turns are as far apart as the second one waits."""
    write(
        {
            "slow.yaml": "scenario: slow\nturns:\n"
            "  - user: one\n    expect: none\n  - user: two\n    wait: 300ms\n    expect: none\n"
        }
    )

    run(RECORD, "scenarios/slow.yaml")

    posts = [at for at, method in echo.requests if method == "POST"]
    assert posts[-1] - posts[-2] >= 0.3


DEFAULTS = (
    "provider: parrot\ntags: [far]\nvars: {who: far, word: red}\n"
    "expect: {never: {contains: traceback}}\n"
)
NEAR = "tags: [near]\nvars: {who: near}\nexpect: {always: {contains: '${who}'}}\n"


def test_defaults_of_folders(write, twice):
    """The nearest default wins, tags add up, and the file that gives them is no scenario."""
    write(
        {
            "defaults.yaml": "tags: [top]\n",
            "a/defaults.yaml": DEFAULTS,
            "a/b/defaults.yaml": NEAR,
            "a/b/hello.yaml": "scenario: hello\nturns:\n"
            "  - user: I am ${who} and ${word}\n    expect: {contains: near and red}\n",
        }
    )

    result = twice("scenarios/a", "-m", "top and far and near", "-v", passed=1)

    result.stdout.fnmatch_lines(["*a/b/hello.yaml::hello[[]parrot] PASSED*"])


def test_a_default_that_changes_counts_at_once(write, run, echo):
    """What was parsed is kept by the contents of the defaults, too."""
    write({"a/hello.yaml": scenario_text("hello"), "a/defaults.yaml": "provider: parrot\n"})
    run("scenarios/a", "--collect-only", "-q")

    write({"a/defaults.yaml": "provider: echo\n"})
    result = run("scenarios/a", "--collect-only", "-q")

    result.stdout.fnmatch_lines(["*::hello[[]echo]"])


def test_a_check_of_the_defaults_fails_with_its_own_place(write, run, echo):
    """A failed default names the line of the file that it stands in."""
    write(
        {
            "a/hello.yaml": scenario_text("hello"),
            "a/defaults.yaml": "expect:\n  never:\n    contains: Hello\n",
        }
    )

    result = run(RECORD, "scenarios/a")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["scenarios/a/defaults.yaml:3:5: turn 1: *"])


ROWS = {
    "csv": 'id,child,age\nfirst,daughter,10\nsecond,"son, the first",007\n',
    "json": '[{"id": "first", "child": "daughter", "age": "10"},'
    ' {"id": "second", "child": "son", "age": "007"}]',
}


@pytest.mark.parametrize("kind", ROWS)
def test_rows_of_a_file(write, twice, kind):
    """Every line of a file is a conversation, named by its column `id`; cells are texts."""
    write(
        {
            f"rows.{kind}": ROWS[kind],
            "child.yaml": f"scenario: child\nmatrix: {{file: rows.{kind}, colour: [red, blue]}}\n"
            "turns:\n  - user: My ${child} is ${age} and likes ${colour}\n"
            "    expect: {contains: 'is ${age} and'}\n",
        }
    )

    result = twice("scenarios/child.yaml", "-v", passed=4)

    result.stdout.fnmatch_lines(
        ["*child[[]echo-first-red] PASSED*", "*child[[]echo-second-blue] PASSED*"]
    )


def test_rows_that_are_added_are_seen(write, run):
    """What was parsed is kept by the contents of the file of rows, too."""
    text = "scenario: child\nmatrix: {file: rows.csv}\nturns:\n  - user: ${x}\n    expect: none\n"
    write({"rows.csv": "x\none\n", "child.yaml": text})
    run("scenarios/child.yaml", "--collect-only", "-q")

    write({"rows.csv": "x\none\ntwo\n"})
    result = run("scenarios/child.yaml", "--collect-only", "-q")

    result.stdout.fnmatch_lines(["*child[[]echo-one]", "*child[[]echo-two]"])


GREETING = (
    "parameters: {colour: red, name: ~}\n"
    "turns:\n"
    "  - user: I am ${name} and like ${colour}\n"
    "    expect: {ends_with: '${name} and like ${colour}'}\n"
    "    capture: {words: $.reply.words}\n"
)


def test_a_fragment(write, twice):
    """Its turns are played where it is included, with what it is given; captures go on."""
    write(
        {
            "fragments/greeting.yaml": GREETING,
            "shop/included.yaml": "scenario: included\nvars: {colour: blue}\n"
            "include: [{file: ../fragments/greeting.yaml, with: {name: Ann}}]\n"
            "turns:\n"
            "  - user: ${colour}\n    expect: {ends_with: blue}\n"
            "  - include:\n      file: ../fragments/greeting.yaml\n"
            "      with: {name: '${colour}', colour: 1}\n"
            "  - user: ${words} words\n    expect: {contains: 6 words}\n",
        }
    )

    result = twice("scenarios/shop/included.yaml", passed=1)

    result.stdout.fnmatch_lines(["echo * 1 * 0 * 0 * 4 *"])


def test_a_fragment_is_no_scenario(write, run):
    """A file in a folder `fragments` is not collected."""
    write({"fragments/greeting.yaml": GREETING})

    result = run("--collect-only", "-q")

    result.stdout.no_fnmatch_line("*greeting*")
    assert result.ret == pytest.ExitCode.OK


def test_a_failure_in_a_fragment_has_its_own_place(write, run, echo):
    """A check that fails in a fragment names the fragment's line."""
    write(
        {
            "fragments/a.yaml": "turns:\n  - user: Hello\n    expect: {contains: Bye}\n",
            "a.yaml": "scenario: a\nturns: [{include: fragments/a.yaml}]\n",
        }
    )

    result = run(RECORD, "scenarios/a.yaml")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["scenarios/fragments/a.yaml:3:14: turn 1: *"])


def test_a_fragment_that_changes_is_read_again(write, run, echo):
    """What was parsed is kept by the contents of fragments, too."""
    fragment = "turns:\n  - user: Hello\n    expect: {contains: Hello}\n"
    write({"fragments/a.yaml": fragment})
    write({"a.yaml": "scenario: a\nturns: [{include: fragments/a.yaml}]\n"})
    run(RECORD, "scenarios/a.yaml").assert_outcomes(passed=1)

    write({"fragments/a.yaml": fragment.replace("contains: Hello", "contains: Bye")})
    result = run("scenarios/a.yaml")

    result.assert_outcomes(failed=1)


SPOKEN = (
    "scenario: ask\nturns:\n  - user: {utterances: [Is it free?, 'What, free?', Free?]%s}\n"
    "    expect: {contains: ree}\n"
)


@pytest.mark.parametrize(
    ("pick", "names"),
    [
        pytest.param("", ["Is-it-free-a5874a", "What-free-10000a", "Free-1ef51d"], id="all"),
        pytest.param(", pick: first", [""], id="first"),
        pytest.param(
            ", pick: {sample: 2, seed: 4}", ["Is-it-free-a5874a", "What-free-10000a"], id="sample"
        ),
    ],
)
def test_utterances(write, twice, pick, names):
    """Each utterance that is picked is a conversation of its own, the same ones every time."""
    write({"ask.yaml": SPOKEN % pick})

    result = twice("scenarios/ask.yaml", "-v", passed=len(names))

    shown = [
        f"*ask[[]{'-'.join(part for part in ('echo', name) if part)}] PASSED*" for name in names
    ]
    result.stdout.fnmatch_lines(shown)


AROUND = (
    "scenario: around\n"
    "setup: [{user: log in, expect: {contains: %s}}]\n"
    "turns: [{user: buy, expect: {contains: %s}}]\n"
    "teardown: [{user: log out, expect: {contains: %s}}]\n"
)


@pytest.mark.parametrize(
    ("words", "outcome", "turns"),
    [
        pytest.param(("log", "buy", "out"), "passed", 3, id="all-is-well"),
        pytest.param(("nothing", "buy", "out"), "errors", 2, id="set-up-fails"),
        pytest.param(("log", "nothing", "out"), "failed", 3, id="a-turn-fails"),
        pytest.param(("log", "buy", "nothing"), "errors", 3, id="teardown-fails"),
        pytest.param(("log", "nothing", "nothing"), "failed", 3, id="turn-and-teardown-fail"),
    ],
)
def test_set_up_and_teardown(write, twice, words, outcome, turns):
    """A failed set-up breaks the scenario, which then goes on with its teardown."""
    write({"around.yaml": AROUND % words})

    result = twice("scenarios/around.yaml", **{outcome: 1})

    result.stdout.fnmatch_lines([f"echo * {turns} *"])


def test_a_teardown_after_a_turn_that_breaks(write, run, echo):
    """What breaks off a conversation does not keep its teardown from being said."""
    text = AROUND.replace("user: buy", "user: '[[broken]]'") % ("log", "buy", "out")
    write({"around.yaml": text})

    run("scenarios/around.yaml", "--harness-mode=live").assert_outcomes(errors=1)

    assert [method for _, method in echo.requests] == ["POST"] * 4 + ["DELETE"]


PINK = (
    "scenario: pink\nvars: {colour: pink}\nturns:\n"
    "  - {id: hello, user: Hello, expect: {contains: Hello}}\n"
    "  - id: dress\n    user: A ${colour} dress\n    expect: {contains: nothing of the kind}\n"
    "    capture: {words: $.reply.words}\n"
    "  - {user: Bye, expect: none}\n"
)


def test_a_branch(write, twice):
    """It says what the other scenario said up to a turn, checks none of it, and goes on."""
    write(
        {
            "pink.yaml": PINK,
            "branch.yaml": "scenario: branch\nbranch: {file: pink.yaml, from: dress}\nturns:\n"
            "  - user: It had ${words} words, ${colour}\n    expect: {contains: '3 words, pink'}\n",
        }
    )

    result = twice("scenarios/branch.yaml", passed=1)

    result.stdout.fnmatch_lines(["echo * 1 * 0 * 0 * 3 * 1"])


def test_a_branch_whose_beginning_does_not_work(write, twice):
    """Where the beginning misses a capture, the scenario is broken, not failed."""
    write(
        {
            "pink.yaml": PINK.replace("$.reply.words", "$.reply.nothing"),
            "branch.yaml": "scenario: branch\nbranch: {file: pink.yaml, from: dress}\n"
            "turns: [{user: Well?, expect: none}]\n",
        }
    )

    result = twice("scenarios/branch.yaml", errors=1)

    result.stdout.fnmatch_lines(
        ["*the turns before the branch failed: 'words' cannot be captured*"]
    )


@pytest.mark.parametrize(("on_fail", "turns"), [("stop", 1), ("continue", 2)])
def test_what_a_failed_turn_does(write, twice, on_fail, turns):
    """`on_fail` says whether later turns are played; all failed checks of a turn are shown."""
    write(
        {
            "wrong.yaml": "scenario: wrong\nturns:\n"
            "  - user: Hello\n    expect:\n      contains: Bye\n      starts_with: Hello\n"
            f"    on_fail: {on_fail}\n  - user: Bye\n    expect: none\n"
        }
    )

    result = twice("scenarios/wrong.yaml", failed=1)

    result.stdout.fnmatch_lines(
        [
            "scenarios/wrong.yaml:5:7: turn 1: *",
            "scenarios/wrong.yaml:6:7: turn 1: *",
            f"echo * {turns} * 2",
        ]
    )
