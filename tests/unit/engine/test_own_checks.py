from __future__ import annotations

import sys
from importlib.metadata import EntryPoint

import pytest

from harness.checks import BadExpectation, Options
from harness.checks.python_check import check
from harness.cli.commands.schemas import editor_schemas
from harness.cli.here import config_here
from harness.conversation import Outcome, Reply, ReplyMessage, Transcript, Turn, UserMessage
from harness.core.errors import ConfigurationError, ScenarioError
from harness.play.judging import judge
from harness.project import own_checks as module
from harness.project.loading import load_scenario
from harness.project.project import Project

CONFIG = """\
checks: [checks/own.py]
providers:
  shop: {definition: enthusiast}
"""
POLITE = '''\
import sys

import pytest

from harness import check, failed, skipped

@check(schema={"type": "integer", "minimum": 1})
def polite(subject, value):
    """How many polite words there are at least."""
    if "silence" in subject.text:
        return skipped("nothing was said")
    if subject.text == "crash":
        raise ZeroDivisionError("by zero")
    if subject.text == "number":
        return 7
    if subject.text == "empty":
        return " "
    if subject.text == "pytest":
        pytest.skip("not now")
    if subject.text == "exit":
        sys.exit(0)
    if subject.text == "stop":
        raise KeyboardInterrupt
    if subject.text == "rude":
        return failed("the bot is rude", expected="manners")
    found = subject.text.count("please")
    return f"{subject.name} is polite {found} times" if found < value else None
'''


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A project with a file of checks: gives its folder, and writes further files."""
    monkeypatch.chdir(tmp_path)

    def write(**files):
        for name, text in {"harness.yaml": CONFIG, "checks/own.py": POLITE, **files}.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    write()
    return write


def played(folder, expect, text, top=""):
    """The results of one turn whose reply is a text."""
    file = folder / "case.yaml"
    file.write_text(f"scenario: case\n{top}turns:\n  - user: a\n    expect: {expect}\n")
    project = Project.at(folder / "harness.yaml")
    reply = Reply(messages=(ReplyMessage(text=text),))
    turn = Turn(number=1, user=UserMessage(text="a"), reply=reply, history=[text])
    held = Transcript(scenario="case", provider="shop", turns=(turn,))
    return judge(load_scenario(project, file), held, project.vocabulary)


def refused(folder):
    """The one problem of a project."""
    with pytest.raises(ConfigurationError) as caught:
        Project.at(folder / "harness.yaml")
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize(
    ("text", "outcome", "message"),
    [
        ("yes please", Outcome.PASSED, ""),
        ("no", Outcome.FAILED, "the reply is polite 0 times"),
        ("rude", Outcome.FAILED, "the bot is rude"),
        ("silence", Outcome.SKIPPED, "nothing was said"),
        ("crash", Outcome.BROKEN, "the check 'polite' crashed: ZeroDivisionError('by zero')"),
        ("number", Outcome.BROKEN, "it returned 7, expected None, a sentence or a verdict"),
        ("empty", Outcome.BROKEN, "it returned ' ', expected None, a sentence or a verdict"),
        ("pytest", Outcome.BROKEN, "the check 'polite' crashed: not now"),
        ("exit", Outcome.BROKEN, "the check 'polite' crashed: SystemExit(0)"),
    ],
)
def test_what_a_check_of_ones_own_says(own, text, outcome, message):
    """None passes, a sentence fails, a verdict is taken as it is, anything else is BROKEN."""
    (result,) = played(own(), "{polite: 1}", text)

    assert result.outcome is outcome
    assert message in result.message
    assert ("[check-crashed]" in result.message) is (outcome is Outcome.BROKEN)


def test_never_is_skipped_where_its_check_is(own):
    """What could not be measured neither holds nor fails in a reply that must not pass it."""
    (result,) = played(own(), "none", "silence", "expect: {never: {polite: 1}}\n")

    assert (result.outcome, result.message) == (Outcome.SKIPPED, "nothing was said")


@pytest.mark.parametrize(
    ("expect", "top", "name"),
    [
        ("{not: {polite: 1}}", "", "not"),
        ("{any_of: [{contains: x}, {polite: 1}]}", "", "any_of"),
        ("none", "expect: {never: {polite: 1}}\n", "never polite"),
        ("none", "expect: {always: {all_of: [{polite: 2}]}}\n", "all_of"),
        ("none", "expect: {polite: 2}\n", "polite"),
    ],
    ids=str,
)
def test_where_it_may_stand(own, expect, top, name):
    """Beside, inside and around the built-in checks, and over the conversation."""
    (result,) = played(own(), expect, "please", top)

    assert result.name == name
    assert (result.outcome is Outcome.FAILED) is (name != "any_of")


DEEP = (
    POLITE.replace(
        'raise ZeroDivisionError("by zero")', "return share(0) if value < 9 else share(value)"
    )
    + """

def share(value):
    if value > 1:
        return share(value - 1)
    return 1 / (value - value)
"""
)


def test_ctrl_c_in_a_check_ends_the_run(own):
    """It is not taken for a crash of the check."""
    with pytest.raises(KeyboardInterrupt):
        played(own(), "{polite: 1}", "stop")


@pytest.mark.parametrize(
    ("expect", "top"),
    [
        ("{polite: 1}", ""),
        ("{not: {polite: 1}}", ""),
        ("{any_of: [{contains: x}, {all_of: [{polite: 1}]}]}", ""),
        ("none", "expect: {never: {polite: 1}}\n"),
        ("none", "expect: {always: {not: {polite: 1}}}\n"),
    ],
    ids=str,
)
def test_d3_a_crash_is_told_with_the_checks_own_name_and_traceback(own, expect, top):
    """Wherever the check stands, it is blamed by its own name, with the calls in its own file."""
    (result,) = played(own(**{"checks/own.py": DEEP}), expect, "crash", top)

    assert result.message == (
        "the check 'polite' crashed: ZeroDivisionError('division by zero') [check-crashed]"
    )
    assert result.difference == (
        "checks/own.py:13 in polite",
        "    return share(0) if value < 9 else share(value)",
        "checks/own.py:33 in share",
        "    return 1 / (value - value)",
        "ZeroDivisionError: division by zero",
    )


def test_d3_the_middle_of_a_long_traceback_is_left_out(own):
    """The first two calls and the last four tell where it began and where it ended."""
    (result,) = played(own(**{"checks/own.py": DEEP}), "{polite: 50}", "crash")

    assert len(result.difference) == 14
    assert result.difference[4] == "… 45 more calls"


def looking_at(what):
    return {"checks/own.py": POLITE.replace('"minimum": 1}', f'"minimum": 1}}, on="{what}"')}


@pytest.mark.parametrize(
    "expect",
    [
        "{messages: {each: {polite: 1}, first: {not: {polite: 2}}}}",
        "{replies: [{polite: 1}]}",
        "{not: {attachments: {any: {polite: 1}}}}",
        "{history: {any_of: [{polite: 2}, {polite: 1}]}}",
    ],
)
def test_one_on_texts_stands_wherever_a_text_is_checked(own, expect):
    """In the blocks of messages, attachments and the record too, and inside of `not` there."""
    results = played(own(**looking_at("text")), expect, "please")

    assert {result.outcome for result in results} == {Outcome.PASSED}


@pytest.mark.parametrize(
    ("what", "block", "is_known"),
    [
        ("reply", "error: {polite: 1}", False),
        ("payload", "error: {polite: 1}", True),
        ("text", "error: {not: {polite: 1}}", True),
        ("reply", "expect: {history: {polite: 1}}", False),
        ("payload", "expect: {history: {polite: 1}}", True),
        ("payload", "expect: {messages: {any: {polite: 1}}}", False),
        ("text", "expect: {messages: {any: {polite: 1}}}", True),
    ],
)
def test_what_it_looks_at_says_where_it_may_stand(own, what, block, is_known):
    """Where its subject lacks what a check looks at, the format does not know it."""
    folder = own(**looking_at(what))
    file = folder / "case.yaml"
    file.write_text(f"scenario: case\nturns:\n  - user: a\n    {block}\n")
    project = Project.at(folder / "harness.yaml")

    try:
        codes = [] if load_scenario(project, file) else None
    except ScenarioError as error:
        codes = [problem.code for problem in error.problems]

    assert (codes == []) is is_known
    assert set(codes) <= {"unknown-check", "unknown-key"}


@pytest.mark.parametrize(
    ("expect", "code", "hint"),
    [
        ("{polit: 1}", "unknown-check", "did you mean 'polite'?"),
        ("{polite: 0}", "wrong-value", ""),
        ("{not: {polite: often}}", "wrong-value", ""),
    ],
    ids=str,
)
def test_the_format_knows_it(own, expect, code, hint):
    """A misspelt name and a wrong value are errors with a place and a hint, as for any check."""
    with pytest.raises(ScenarioError) as caught:
        played(own(), expect, "please")

    (problem,) = caught.value.problems
    assert (problem.code, problem.place.line) == (code, 4)
    assert hint in problem.hint


def test_the_first_item_that_the_schema_refuses_is_named():
    """Of several faults in a value, the first is told at its place."""
    kind = check(schema={"items": {"type": "integer"}}, name="ids")(lambda _subject, _value: None)

    with pytest.raises(BadExpectation) as caught:
        kind.compile([1, "a", "b"], Options())

    assert (caught.value.code, caught.value.path) == ("wrong-value", (1,))
    assert caught.value.message == "'[1]' is a text, expected a whole number"


def test_editors_know_it(own):
    """`harness schemas` writes it into the format of scenarios, with its description."""
    own()

    schema = editor_schemas(config_here())["scenario"]["$defs"]["check_polite"]

    assert schema["description"] == "How many polite words there are at least."


def test_a_schema_may_refer_to_itself(own):
    """References inside the schema of a check stay within it."""
    schema = {"$defs": {"word": {"type": "string"}}, "items": {"$ref": "#/$defs/word"}}
    folder = own(
        **{
            "checks/own.py": (
                "from harness import check\n\n"
                f"@check(schema={schema!r})\ndef words(subject, value):\n    return None\n"
            )
        }
    )

    (result,) = played(folder, "{words: [a, b]}", "please")
    with pytest.raises(ScenarioError) as caught:
        played(folder, "{any_of: [{words: [a, 1]}]}", "please")

    assert result.outcome is Outcome.PASSED
    assert caught.value.problems[0].code == "wrong-value"


def test_a_changed_check_is_read_again(own):
    """What was parsed with another check of the same name is not taken for right."""
    before = Project.at(own() / "harness.yaml").fingerprint

    folder = own(**{"checks/own.py": POLITE.replace('"minimum": 1', '"minimum": 2')})

    assert Project.at(folder / "harness.yaml").fingerprint != before


@pytest.mark.parametrize(
    ("files", "code", "words"),
    [
        ({"checks/own.py": "import harness\n1 / 0\n"}, "broken-checks", "') at checks/own.py:2"),
        ({"checks/own.py": "import sys\nsys.exit(0)\n"}, "broken-checks", "SystemExit(0)"),
        (
            {"checks/own.py": "import pytest\npytest.skip('x', allow_module_level=True)\n"},
            "broken-checks",
            "cannot be imported: x",
        ),
        ({"checks/own.py": "polite = 1\n"}, "no-checks", "there is no check in 'checks/own.py'"),
        ({"checks/own.py": POLITE.replace("polite", "contains")}, "duplicate-check", "contains"),
        ({"checks/own.py": POLITE.replace("polite", "turns")}, "duplicate-check", "turns"),
        ({"checks/own.py": POLITE.replace("polite", "Polite")}, "wrong-name", "'Polite'"),
        ({"checks/own.py": POLITE.replace('"integer"', '"whole"')}, "invalid-schema", "polite"),
        ({"harness.yaml": CONFIG.replace("own.py", "no.py")}, "no-such-file", "checks/no.py"),
        ({"harness.yaml": CONFIG.replace("checks/own", "../own")}, "outside-project", "../own.py"),
        ({"harness.yaml": CONFIG.replace("checks/own.py", "acme")}, "unknown-checks", "'acme'"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_what_is_wrong_with_a_file_of_checks(own, files, code, words):
    """A file that cannot be used is told with the place in harness.yaml."""
    problem = refused(own(**files))

    assert problem.code == code
    assert words in problem.message
    assert (problem.place.source.path, problem.place.line) == ("harness.yaml", 1)


def test_a_file_that_is_no_python(own):
    """It is told at its own line and column, where Python cannot read on."""
    problem = refused(own(**{"checks/own.py": "import harness\nfrom harness import\n"}))

    assert problem.code == "broken-checks"
    first, line, caret = str(problem).splitlines()
    # Behind it stands Python's own reason, which each version words differently.
    assert first.startswith("checks/own.py:2:20: 'checks/own.py' is not valid Python: ")
    assert line == "    2 | from harness import"
    assert caret == "      |                    ^ [broken-checks]"


def test_a_name_is_taken_once(own):
    """Two files may not bring checks of one name."""
    folder = own(
        **{
            "harness.yaml": CONFIG.replace("own.py", "own.py, checks/two.py"),
            "checks/two.py": POLITE,
        }
    )

    assert "already used by another check of the project" in refused(folder).message


@pytest.mark.parametrize("value", ["acme_checks", "acme_checks:polite"])
def test_checks_of_a_package(own, monkeypatch, value):
    """A package brings checks by an entry point: a module with them, or one of them."""
    config = CONFIG.replace("checks/own.py", "acme")
    folder = own(**{"harness.yaml": config, "acme_checks.py": POLITE})
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "acme_checks", raising=False)
    point = EntryPoint(name="acme", value=value, group=module.GROUP)
    monkeypatch.setattr(module, "entry_points", lambda group: [point] if group else [])

    (result,) = played(folder, "{polite: 1}", "please")

    assert result.outcome is Outcome.PASSED


def test_a_project_without_checks_imports_nothing(own, monkeypatch):
    """Neither files nor packages are looked for where harness.yaml names none."""
    monkeypatch.setattr(module, "entry_points", None)
    folder = own(**{"harness.yaml": CONFIG.partition("\n")[2], "checks/own.py": "1 / 0"})

    assert module.own_checks(Project.at(folder / "harness.yaml").config).fingerprint == ""
