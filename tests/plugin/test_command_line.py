from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest
from typer.testing import CliRunner

from harness import __version__
from harness.cli.app import app
from harness.core.errors import HarnessError
from harness.providers.builtin import FOLDERS
from tests.plugin.echo_bot import API_KEY
from tests.plugin.project import GREET, scenario_text

ROOT = Path(__file__).resolve().parents[2]
GENEROUS = 20
"""Seconds for what takes less than two."""


@pytest.fixture
def harness(project):
    """Calls the command line in the project, inside this process."""
    del project
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, list(arguments))


def _process(folder, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    command = [sys.executable, "-c", "from harness.cli import main; main()", *arguments]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)


def test_run_replays_and_writes_reports(project):
    """`harness run` plays the scenario folder, and leaves Allure results and JUnit."""
    ended = _process(project, "run", "-p", "no:randomly")

    assert ended.returncode == 0, ended.stdout
    assert "conversations (replay)" in ended.stdout
    assert (project / "reports/junit.xml").is_file()
    assert len(list((project / "reports/allure").glob("*-result.json"))) == 4


def test_the_package_can_be_run_as_a_module(project):
    """`python -m harness` is the same command: its own usage, statuses, and name in results."""
    command = [sys.executable, "-m", "harness"]
    ended, wrong = (
        subprocess.run([*command, *words], cwd=project, check=False, capture_output=True, text=True)
        for words in (("run", "-q"), ("lint", "nowhere.yaml"))
    )

    head = json.loads((project / "reports/results.json").read_text())
    assert ended.returncode == 0, ended.stdout
    assert head["command"] == "harness run -q"
    assert (wrong.returncode, wrong.stderr) == (
        2,
        "nowhere.yaml: there is no such file [no-such-file]\n",
    )


def test_run_hands_its_options_on(project, echo):
    """Mode, provider and tag are options of the command; it ends with pytest's status."""
    (project / "scenarios/greet.yaml").write_text(GREET.replace("contains: Hello", "contains: Bye"))

    ended = _process(
        project, "run", "--mode=live", "--provider=parrot", "-m", "smoke", "--concurrency=1", "-q"
    )

    assert ended.returncode == pytest.ExitCode.TESTS_FAILED
    assert "conversations (live)" in ended.stdout
    assert "greet[parrot]" in ended.stdout
    assert len(echo.created) == 1


def test_run_outside_a_project_is_wrong_use(tmp_path):
    """Where there is no harness.yaml, the command says how to start and ends with status 2."""
    ended = _process(tmp_path, "run")

    assert ended.returncode == 2
    assert ended.stderr == (
        f"{tmp_path.name}: there is no harness.yaml here or in a folder above;"
        " change into a project, or start one: harness init [no-project]\n"
    )


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["greet"], "did you mean 'scenarios/greet.yaml'?"),
        (["scenarios/gret.yaml"], "did you mean 'scenarios/greet.yaml'?"),
        (["scenarios", "HEAD~1", "--affected"], "write --affected=HEAD~1"),
        (["wedding"], "to choose scenarios by their ids, write -k wedding"),
    ],
    ids=["name", "misspelt", "revision", "id"],
)
def test_run_of_a_missing_path_gets_a_hint(harness, project, arguments, hint):
    """A path that does not exist plays nothing, and leaves the last results as they are."""
    (project / "reports").mkdir(exist_ok=True)
    (project / "reports/results.json").write_text("of the last run")

    result = harness("run", *arguments)

    assert isinstance(result.exception, HarnessError)
    assert "there is no such file" in str(result.exception)
    assert hint in str(result.exception)
    assert (project / "reports/results.json").read_text() == "of the last run"


def test_the_value_of_an_option_is_not_taken_for_a_path(project):
    """What follows an option of pytest is left to pytest."""
    ended = _process(project, "run", "-k", "greet", "--collect-only", "-q")

    assert ended.returncode == 0, ended.stderr
    assert "greet[echo]" in ended.stdout


def test_lint_is_content_with_a_good_project(harness):
    """Without problems, lint counts the files and ends with status 0."""
    result = harness("lint")

    assert (result.exit_code, result.output) == (0, "3 scenario files, 0 problems\n")


def test_lint_tells_the_problems_of_all_files(harness, project):
    """Every problem of every file is told in one go, and the status is 1."""
    (project / "scenarios/one.yaml").write_text("scenario: one\nturns:\n  - user: Hi\n")
    (project / "scenarios/two.yaml").write_text(
        scenario_text("two").replace("contains", "containz").replace("turns", "titel: x\nturns")
    )
    (project / "scenarios/three.yaml").write_text(scenario_text("greet"))

    result = harness("lint")

    assert result.exit_code == 1
    assert result.output.endswith("6 scenario files, 4 problems\n")
    assert "scenarios/one.yaml:3:11: turn 1: " in result.output
    assert "[duplicate-scenario]" in result.output
    assert "did you mean 'contains'?" in result.output
    assert "did you mean 'title'?" in result.output


def test_lint_looks_at_what_is_named(harness, project):
    """Paths may be given; other files are then not read."""
    (project / "scenarios/one.yaml").write_text("scenario: one\nturns: []\n")

    result = harness("lint", "scenarios/greet.yaml", "scenarios/shop")

    assert (result.exit_code, result.output) == (0, "3 scenario files, 0 problems\n")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("fragments/hi.yaml", "turns:\n  - user: Hi\n    expect: {contains: Hi}\n", ""),
        (
            "fragments/hi.yaml",
            "scenario: hi\nturns: [{user: Hi, expect: none}]\n",
            "hi.yaml:1:1: unknown key 'scenario'",
        ),
        (
            "fragments/hi.yaml",
            "turns:\n  - user: Hi\n    expect: {matches: '('}\n",
            "hi.yaml:3:23: turn 1: ",
        ),
        ("fragments/hi.yaml", "turns:\n  - user: Hi\n", "the turn asserts nothing"),
        ("fragments/hi.yaml", "turns:\n  - include: no.yaml\n", "[no-such-file]"),
        ("defaults.yaml", "tags: [slow]\nvars: {child: son}\n", ""),
        ("defaults.yaml", "provider: shopp\n", "unknown provider 'shopp'"),
        ("defaults.yaml", "turns: []\n", "unknown key 'turns'"),
        ("defaults.yaml", "expect: {never: {matches: '('}}\n", "defaults.yaml:1:27: "),
    ],
)
def test_lint_reads_a_fragment_and_defaults_as_what_they_are(harness, project, name, text, told):
    """By itself, and in the folder that it lies in, with the keys that such a file has."""
    file = project / "scenarios/parts" / name
    file.parent.mkdir(parents=True)
    file.write_text(text)

    results = [harness("lint", str(path)) for path in (file, project / "scenarios/parts")]

    for result in results:
        assert told in result.output
        ending = f"0 scenario files, 1 other file, {1 if told else 0} problem{'' if told else 's'}"
        assert result.output.splitlines()[-1] == ending


def test_lint_tells_of_an_included_fragment_once(harness, project):
    """A fragment is read with the scenario that includes it, which knows its variables."""
    (project / "scenarios/fragments").mkdir()
    (project / "scenarios/fragments/hi.yaml").write_text("turns:\n  - user: Hi\n")
    (project / "scenarios/one.yaml").write_text(
        "scenario: one\ninclude: [fragments/hi.yaml]\nturns:\n  - user: a\n    expect: none\n"
    )

    result = harness("lint")

    assert result.output.endswith("4 scenario files, 1 other file, 1 problem\n")


def test_lint_finds_the_project_of_a_path(harness, project, monkeypatch):
    """From a folder above the project, the project is that of the path."""
    monkeypatch.chdir(project.parent)

    found = harness("lint", f"{project.name}/scenarios")
    without = _process(project.parent, "lint")

    assert found.exit_code == 0, found.output
    assert "3 scenario files, 0 problems" in found.output
    assert without.returncode == 2
    assert "[no-project]" in without.stderr


def test_lint_of_a_missing_file_is_an_error(harness):
    """A path that does not exist is no clean bill of health."""
    result = harness("lint", "scenarios/nowhere.yaml")

    assert isinstance(result.exception, HarnessError)
    assert str(result.exception) == (
        "scenarios/nowhere.yaml: there is no such file; did you mean 'scenarios/greet.yaml'?"
        " [no-such-file]"
    )


def test_the_list_names_providers_and_definitions(harness):
    """`providers list` shows what harness.yaml configures and what is installed."""
    result = harness("providers", "list")

    assert result.output.splitlines() == [
        "echo: definition definitions/echo (default)",
        "parrot: definition definitions/echo",
        f"installed definitions: {', '.join(sorted(FOLDERS))}",
    ]


def test_checking_shows_the_definition_and_hides_secrets(harness, echo):
    """`providers check` lists steps and settings; a secret is only said to be set."""
    result = harness("providers", "check", "echo")

    assert result.exit_code == 0
    assert f"  base_url = {echo.url}\n" in result.output
    assert "  api_key = (secret, set)\n" in result.output
    assert API_KEY not in result.output
    assert echo.requests == []


def test_checking_tells_of_a_secret_that_is_too_short(harness, echo, monkeypatch):
    """It will not be hidden; the warning names the setting and where it is filled in."""
    monkeypatch.setenv("ECHO_API_KEY", "q7z")

    result = harness("providers", "check", "echo")

    assert result.exit_code == 0
    assert result.output.endswith(
        "warning: harness.yaml:5:54: provider echo: the secret 'api_key' has fewer than 4"
        " characters, so it is not redacted; such a short text also occurs in other words; "
        "set a longer value [secret-too-short]\n"
    )
    assert "q7z" not in result.output
    assert echo.requests == []


def test_checking_live_talks_and_closes(harness, echo):
    """With --live, the provider is talked to, and the session is closed again."""
    result = harness("providers", "check", "echo", "--live", "--message", "Hello")

    assert result.exit_code == 0
    assert "  assistant  You said: Hello\n" in result.output
    assert (
        "  read from the answer: 1 message, 0 buttons, 0 products, 0 attachments,"
        " tool calls not read, usage figures not read\n"
    ) in result.output
    assert result.output.endswith("echo answers\n")
    assert len(echo.created) == 1
    assert echo.open == set()


def test_checking_live_without_messages(harness, echo, project):
    """A reply of buttons alone is what a wrong path looks like, so it ends with status 1."""
    file = project / "definitions/echo/provider.yaml"
    wrong = "reply: {messages: '$.said[*]', text: $.text, actions: $.reply.text}"
    file.write_text(file.read_text().replace("reply: {text: $.reply.text}", wrong))

    result = harness("providers", "check", "echo", "--live", "--message", "Hello")

    assert result.exit_code == 1
    assert "0 messages, 1 button," in result.output
    assert result.output.endswith("[no-messages]\n")
    assert echo.open == set()


def test_checking_live_without_anything_to_ask(harness, echo, project):
    """A definition that opens nothing is asked only by a message; without one nothing is known."""
    file = project / "definitions/silent/provider.yaml"
    file.parent.mkdir()
    file.write_text(
        "definition: silent\nsettings: {base_url: {type: string}}\n"
        "send: [{request: {post: /say}, reply: {text: $.text}}]\n"
    )
    with (project / "harness.yaml").open("a") as config:
        config.write(
            "  silent:\n    definition: definitions/silent\n"
            "    settings: {base_url: '${env.ECHO_URL}'}\n"
        )

    result = harness("providers", "check", "silent", "--live")

    assert result.exit_code == 1
    assert result.output.endswith("--message Hello [nothing-asked]\n")
    assert echo.requests == []


@pytest.mark.parametrize("count", ["0", "-2"])
def test_a_concurrency_of_nothing_is_refused(harness, run, count):
    """Neither the command nor pytest's option takes less than one conversation at once."""
    command = harness("run", f"--concurrency={count}")
    plain = run(f"--harness-concurrency={count}")

    assert command.exit_code == 2
    assert plain.ret == pytest.ExitCode.USAGE_ERROR


@pytest.mark.parametrize("mode", ["replay", "record", "live", "drift"])
def test_agreeing_where_nothing_is_asked(harness, mode):
    """Only `refresh` asks before it replaces recordings."""
    result = harness("run", "--mode", mode, "--yes")

    assert str(result.exception) == (
        f"--yes: it has no effect in mode '{mode}';"
        " only refresh asks; add --mode refresh, or remove it [no-effect]"
    )


def test_an_option_of_another_mode(project):
    """`harness run` refuses what pytest refuses."""
    ended = _process(project, "run", "scenarios/greet.yaml", "--fail-on", "shape")

    assert ended.returncode == 4
    assert "--harness-fail-on: it has no effect in mode 'replay'; it is for drift;" in ended.stderr


def test_a_misspelt_option_of_a_run_gets_a_hint(project):
    """What pytest does not know is compared with the options of `harness run`."""
    ended = _process(project, "run", "--repotrs=r", "--maxfail=1")

    assert ended.returncode == pytest.ExitCode.USAGE_ERROR
    assert [line for line in ended.stderr.splitlines() if "did you mean" in line] == [
        "--repotrs: did you mean '--reports'?"
    ]


def test_a_message_that_is_not_said(harness):
    """A provider that is not asked is not told anything."""
    result = harness("providers", "check", "echo", "--message", "Hello")

    assert str(result.exception) == (
        "--message: a message is only sent with --live; add --live, or remove --message [no-effect]"
    )


@pytest.mark.parametrize("expression", ["smok", "smoke and not smok"])
def test_a_tag_that_is_not_declared(harness, project, expression):
    """It would choose nothing, so it is refused with the tag that was meant."""
    file = project / "harness.yaml"
    tags = "tags: {smoke: short, named: x, colourful: y}\n"
    file.write_text(f"{tags}{file.read_text()}")

    result = harness("run", "--tag", expression)

    assert str(result.exception) == (
        "--tag: unknown tag 'smok'; did you mean 'smoke'? [unknown-tag]"
    )


def test_checking_live_says_why_it_does_not_answer(harness, echo, monkeypatch):
    """A provider that refuses ends the check with status 1, its reason, and no secret."""
    monkeypatch.setenv("ECHO_API_KEY", "wr0ng-s3cret")

    result = harness("providers", "check", "echo", "--live")

    assert result.exit_code == 1
    assert "401" in result.output
    assert "curl" in result.output
    assert "wr0ng-s3cret" not in result.output


def test_checking_closes_what_a_broken_answer_left_open(harness, echo):
    """Where the answer cannot be read, the session that was opened is closed all the same."""
    result = harness("providers", "check", "echo", "--live", "--message", "[[broken]]")

    assert result.exit_code == 1
    assert len(echo.created) == 1
    assert echo.open == set()


def test_an_error_for_the_user_comes_without_a_traceback(project):
    """The command ends with status 2 and one sentence on stderr."""
    ended = _process(project, "providers", "check", "eco")

    assert ended.returncode == 2
    assert ended.stderr == "unknown provider 'eco'; did you mean 'echo'? [unknown-provider]\n"


def test_schemas_are_written_and_checked(harness, project):
    """`schemas` writes what editors read; --check fails where a file is out of date."""
    missing = harness("schemas", "editor", "--check")
    written = harness("schemas", "editor")
    fresh = harness("schemas", "editor", "--check")
    scenario = project / "editor/scenario.schema.json"
    scenario.write_text(scenario.read_text().replace("Scenario", "Szenario"))
    stale = harness("schemas", "editor", "--check")

    assert [each.exit_code for each in (missing, written, fresh, stale)] == [1, 0, 0, 1]
    assert stale.output == (
        "editor/scenario.schema.json is out of date; run: harness schemas editor [stale-schema]\n"
    )
    assert json.loads((project / "editor/harness.schema.json").read_text())["title"]


def test_our_own_editor_schemas_are_up_to_date(monkeypatch):
    """The schemas that the examples point to are those of this version."""
    monkeypatch.chdir(ROOT)

    result = CliRunner().invoke(app, ["schemas", "--check"])

    assert (result.exit_code, result.output) == (0, "")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for other processes")
def test_emulate_serves_until_control_c(tmp_path):
    """`emulate` prints what to export, serves, and ends in peace with Ctrl-C."""
    command = [sys.executable, "-u", "-c", "from harness.cli import main; main()"]
    with subprocess.Popen(
        [*command, "emulate", "bighummingbird"], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            exported, said = process.stdout.readline(), process.stdout.readline()
            name, _, url = exported.removeprefix("export ").strip().partition("=")
            with urlopen(url.replace("deployments/travel", "__emulator__/sessions")) as answer:  # noqa: S310  # our own emulator
                body = json.load(answer)
            process.send_signal(signal.SIGINT)
            status = process.wait(GENEROUS)
        finally:
            process.kill()

    assert name == "BIGHUMMINGBIRD_URL"
    assert body == {"open": []}
    assert said == "# serving until Ctrl-C\n"
    assert status == 0


def test_an_unknown_emulator_is_told(harness):
    """A misspelt name is no emulator, and the likely one is named."""
    result = harness("emulate", "conectly")

    assert isinstance(result.exception, HarnessError)
    assert "did you mean 'connectly'?" in str(result.exception)


def test_the_version_is_shown(harness):
    """--version prints name and version."""
    assert harness("--version").output == f"harness {__version__}\n"
