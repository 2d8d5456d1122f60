from __future__ import annotations

import json
import shlex

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.conversation import Outcome
from harness.emulators import EMULATORS, serving
from harness.formats.yaml import read
from harness.project.plan import Mode
from harness.reports.failure import failure_screen
from tests.authoring.answering_server import answering

FILES = {
    *(".env.example", ".gitignore", ".vscode/settings.json", "harness.yaml"),
    ".github/workflows/conversations.yml",
    *(
        f"schemas/{name}.schema.json"
        for name in ("definition", "defaults", "fragment", "harness", "scenario")
    ),
}
FURTHER = {"enthusiast": ["--variable", "data_set_id=ENTHUSIAST_DATA_SET_ID"]}
"""What a definition needs in addition, though none of it is required alone."""
KEY = "k-93fe7a01bc5d4e82"


def variables_of(command):
    """The names in `.env.example`."""
    lines = command.text(".env.example").splitlines()
    return [line.removesuffix("=") for line in lines if not line.startswith("#")]


def assert_clean(command):
    assert command.call("lint", "--strict").output == "1 scenario file, 0 problems\n"


@pytest.fixture(scope="module")
def served():
    """Every emulator."""
    with serving() as running:
        yield running


@pytest.mark.parametrize("name", EMULATORS)
def test_a_built_in_definition(command, served, monkeypatch, name):
    """The files are without faults; the first scenario is recorded live and then replayed."""
    emulator = EMULATORS[name]
    address = ["--variable", f"base_url={emulator.url_variable}", *FURTHER.get(name, ())]
    made = command.call("init", "--yes", "--api", name, *address)
    assert made.exit_code == 0, made.output
    assert_clean(command)
    environment = {
        "OPENAI_MODEL": "gpt-4.1-mini",
        "ANTHROPIC_MODEL": "claude-haiku-4-5",
        **served.environment,
        emulator.url_variable: served.urls[name],
    }
    for variable in variables_of(command):
        monkeypatch.setenv(variable, environment[variable])
    checked = command.call("providers", "check", name, "--live", "--message", "Hello")
    recorded = command.play(name, Mode.RECORD, **environment)
    replayed = command.play(name, Mode.REPLAY)

    assert set(command.texts()) >= {*FILES, f"scenarios/{name}/first.yaml"}
    assert checked.exit_code == 0, checked.output
    assert recorded.outcome is Outcome.PASSED, failure_screen(recorded)
    assert replayed.outcome is Outcome.PASSED, failure_screen(replayed)


def test_a_curl_command(command):
    """A definition is made of the command, with its secret in a variable and in no file."""
    with answering("application/json", json.dumps({"reply": {"text": "Hello there!"}})) as asked:
        curl = shlex.join(
            ["curl", f"{asked.url}/chat", "-H", f"X-Api-Key: {KEY}", "--json", '{"text": "Hi"}']
        )
        made = command.call("init", "--yes", "--name", "shop", "--from-curl", curl, "--live")
        assert made.exit_code == 0, made.output
        assert_clean(command)
        recorded = command.play("shop", Mode.RECORD, SHOP_API_KEY=KEY)

    assert recorded.outcome is Outcome.PASSED, failure_screen(recorded)
    assert command.play("shop", Mode.REPLAY).outcome is Outcome.PASSED
    assert {*FILES, "definitions/shop/provider.yaml"} <= set(command.texts())
    assert variables_of(command) == ["SHOP_API_KEY"]
    assert not [path for path, text in command.texts().items() if KEY in text]


def typed(*lines):
    return "".join(f"{line}\n" for line in lines)


def test_answers_of_a_person(command):
    """A number, a value, a variable and a CI system are taken as they are typed."""
    result = command.call("init", typed=typed("9", "gpt-4.1-mini", "MY_KEY", "gitlab"))

    assert result.exit_code == 0, result.output
    assert read(command.text("harness.yaml").encode(), "h").value["providers"] == {
        "openai-chat": {
            "definition": "openai-chat",
            "settings": {"api_key": "${env.MY_KEY}", "model": "gpt-4.1-mini"},
        }
    }
    assert (command.folder / ".gitlab-ci.yml").is_file()
    assert not (command.folder / ".github").exists()
    assert_clean(command)


def test_a_curl_command_of_several_lines_is_pasted(command):
    """Lines that end in a backslash, or inside quotes, belong to the command."""
    with answering("application/json", json.dumps({"text": "Hello there!"})) as asked:
        lines = (f"curl {asked.url}/chat \\", "  --json '{", '  "text": "Hi"', "}'")
        answers = typed(*lines, "shop", "", "live", "", "none")
        result = command.call("init", typed=answers)

    assert result.exit_code == 0, result.output
    assert "definitions/shop/provider.yaml: written" in result.output
    assert_clean(command)


def test_a_wrong_answer_is_asked_again(command):
    """An unknown API, a key instead of a variable, and an unknown CI system are no dead end."""
    answers = typed(
        "?", "openai-caht", "9", "gpt", "sk-93fe 7a01", "OPENAI_API_KEY", "gihub", "none"
    )
    result = command.call("init", typed=answers)

    assert result.exit_code == 0, result.output
    assert "did you mean 'openai-chat'?" in result.output
    assert "write its number or name, or a whole curl command" in result.output
    assert "did you mean 'github'?" in result.output
    assert not [path for path, text in command.texts().items() if "93fe" in text]


def test_a_wrong_command_or_name_is_asked_again(command, written):
    """A curl command that cannot be read, and a name that a definition cannot have."""
    answer = written("answer.json", '{"reply": "Hello!"}')
    curl = 'curl http://127.0.0.1:9/say --json \'{"text": "Hi"}\''
    typed = f"curl --nosuch x\n{curl}\nMy Bot\nlib\n\n\n"
    made = command.call("init", "--answer", answer, "--ci", "none", typed=typed)

    assert made.exit_code == 0, made.output
    assert "curl has no flag '--nosuch'" in made.output
    assert "'My Bot' is not the name of a definition" in made.output
    assert command.text("definitions/lib/provider.yaml")


def test_a_curl_command_is_not_an_address(command):
    """Pasted where an address is asked for, it is refused, and the question repeated."""
    answers = typed("websocket-json", "curl http://a/b", "http://127.0.0.1:9", "-", "none")
    result = command.call("init", typed=answers)

    assert result.exit_code == 0, result.output
    assert "is not a URL; write it as https://" in result.output
    assert "base_url: http://127.0.0.1:9" in command.text("harness.yaml")


@pytest.mark.parametrize("answered", range(4))
def test_the_end_of_the_input_writes_nothing(command, answered):
    """A question that is not answered ends the command before any file is written."""
    answers = ("9", "gpt-4.1-mini", "MY_KEY", "github")[:answered]
    result = command.call("init", "sub", typed=typed(*answers))

    assert result.exit_code == 1
    assert "nothing was written" in result.output
    assert command.texts() == {}


def test_files_that_exist_are_left(command):
    """They keep their content, which is said, and what a `.gitignore` lacks is named."""
    (command.folder / ".gitignore").write_text("reports\n.pytest_cache\n")
    (command.folder / ".github/workflows").mkdir(parents=True)
    (command.folder / ".github/workflows/conversations.yml").write_text("mine")
    result = command.call("init", "--api", "bighummingbird", "--yes")

    assert result.exit_code == 0, result.output
    assert command.text(".gitignore") == "reports\n.pytest_cache\n"
    assert command.text(".github/workflows/conversations.yml") == "mine"
    assert ".gitignore: left as it is\n" in result.output
    assert "note: add to .gitignore: .env __pycache__/ " in result.output


@pytest.mark.parametrize("ci", ["github", "gitlab"])
def test_the_commands_of_a_workflow_succeed(command, served, ci):
    """A recorded project passes every command of the workflow that is written."""
    command.call("init", "--api", "bighummingbird", "--yes", "--ci", ci)
    environment = {"BIGHUMMINGBIRD_URL": served.urls["bighummingbird"]}
    assert command.play("bighummingbird", Mode.RECORD, **environment).outcome is Outcome.PASSED
    file = {"github": ".github/workflows/conversations.yml", "gitlab": ".gitlab-ci.yml"}[ci]
    workflow = read(command.text(file).encode(), file).value
    if ci == "github":
        steps = [step["run"] for step in workflow["jobs"]["replay"]["steps"] if "run" in step]
    else:
        steps = [*workflow["default"]["before_script"], *workflow["replay"]["script"]]

    assert steps[0] == "pip install conversation-harness"
    for step in steps[1:]:
        result = CliRunner().invoke(app, shlex.split(step)[1:])
        assert result.exit_code == 0, (step, result.output)
