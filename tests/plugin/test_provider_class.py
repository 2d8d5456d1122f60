"""Providers that are Python classes, in a project of somebody else."""

from __future__ import annotations

import sys

import pytest
from typer.testing import CliRunner

# A run inside this process forgets what it was the first to import.
import harness.providers.python_class
import harness.transport.httpx_transport  # noqa: F401  # as above
from harness.cli.app import app
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project

RECORD = "--harness-mode=record"
HARNESS_YAML = """\
provider: bot
providers:
  bot:
    definition: bots/echo.py
    settings: {base_url: '${env.ECHO_URL}', api_key: '${env.ECHO_API_KEY}'}
"""
SETTINGS = """\
    settings = {
        "base_url": {"type": "string", "required": True},
        "api_key": {"type": "string", "secret": True},
    }
    secret_headers = ["X-Api-Key"]
"""
ECHO = f"""\
from harness import Connection, UserMessage


class Echo:
    '''The bot that repeats.'''

{SETTINGS}
    def __init__(self, connection: Connection):
        self.connection = connection
        self.key = {{"X-Api-Key": str(connection.settings["api_key"])}}

    def open(self):
        self.id = self.connection.request("POST", "/sessions", headers=self.key)["id"]

    def say(self, message: UserMessage) -> str:
        path = f"/sessions/{{self.id}}/messages"
        schema = {{"required": ["reply"]}}
        said = {{"text": message.text}}
        answer = self.connection.request(
            "POST", path, json=said, headers=self.key, schema=schema
        )
        return answer["reply"]["text"]

    def close(self):
        self.connection.request("DELETE", f"/sessions/{{self.id}}", headers=self.key)
"""
VENDOR = f"""\
import httpx


class VendorError(Exception):
    pass


class Client:
    '''As a vendor ships it.'''

    def __init__(self, url, key, transport=None):
        self.http = httpx.Client(base_url=url, headers={{"X-Api-Key": key}}, transport=transport)
        self.id = self._post("/sessions")["id"]

    def ask(self, text):
        return self._post(f"/sessions/{{self.id}}/messages", text=text)["reply"]

    def _post(self, path, **said):
        try:
            answer = self.http.post(path, json=said)
            answer.raise_for_status()
            return answer.json()
        except Exception as error:
            raise VendorError("it did not work") from error


class Vendor:
{SETTINGS}
    def __init__(self, connection):
        self.connection = connection

    def open(self):
        told = self.connection.settings
        transport = self.connection.transport
        self.client = Client(told["base_url"], str(told["api_key"]), transport)

    def say(self, message):
        return self.client.ask(message.text)["text"]

    def close(self):
        self.client.http.delete(f"/sessions/{{self.client.id}}")
        self.client.http.close()
"""
TALK = """\
scenario: talk
turns:
  - user: Hello there
    expect:
      equals: 'You said: Hello there'
      json: {$.reply.words: 2}
      status: 200
  - user: And again
    expect: {contains: again, latency: {under: 30s}}
"""


@pytest.fixture
def bot(echo, project):
    """Writes the provider's file, and a scenario for it alone."""
    for file in (project / "scenarios").rglob("*.yaml"):
        file.unlink()
    (project / "bots").mkdir()
    (project / "harness.yaml").write_text(HARNESS_YAML)
    (project / "scenarios/talk.yaml").write_text(TALK)

    def write(text: str) -> None:
        (project / "bots/echo.py").write_text(text)

    return write


CLASSES = {
    "connection": ECHO,
    "a client of httpx": VENDOR,
    "a client of httpx2": VENDOR.replace("import httpx", "import httpx2 as httpx"),
}


@pytest.mark.parametrize("text", CLASSES.values(), ids=CLASSES)
def test_a_class_is_recorded_and_replayed(run, bot, echo, project, text):
    """What a class sends is recorded without its secret, and replays without the server."""
    bot(text)

    run("scenarios", RECORD).assert_outcomes(passed=1)
    run("scenarios").assert_outcomes(passed=1)

    recorded = (project / "cassettes/bot/talk.yaml").read_text()
    assert len(echo.created) == 1
    assert echo.open == set()
    assert "k-5up3r-s3cret" not in recorded
    assert [line for line in recorded.splitlines() if "step: send" in line or "close" in line]


def test_a_replay_needs_no_httpx(bot, run, pytester):
    """A class that asks through its connection brings httpx into no replay."""
    bot(ECHO)
    run("scenarios", RECORD).assert_outcomes(passed=1)
    pytester.makeconftest(
        "import sys\n\ndef pytest_sessionfinish():\n    print('httpx' in sys.modules)\n"
    )

    found = pytester.runpytest_subprocess("scenarios", "-p", "no:randomly", "-s")

    found.assert_outcomes(passed=1)
    found.stdout.fnmatch_lines(["*False*"])


@pytest.mark.parametrize("text", [ECHO, VENDOR], ids=["connection", "a vendor's client"])
def test_a_refusal_can_be_expected_of_a_class(run, bot, project, text):
    """A status that says no is a refusal, also where a client has its own exception for it."""
    bot(text)
    (project / "scenarios/talk.yaml").write_text(
        "scenario: talk\ncredentials: wrong\nturns:\n"
        "  - user: Hello\n    error: {status: 401, contains: wrong key}\n"
    )

    run("scenarios", RECORD).assert_outcomes(passed=1)
    run("scenarios").assert_outcomes(passed=1)


def test_a_changed_message_is_a_miss(run, bot, project):
    """A client that swallows errors cannot hide that something else was recorded."""
    bot(VENDOR)
    run("scenarios", RECORD).assert_outcomes(passed=1)
    file = project / "scenarios/talk.yaml"
    file.write_text(file.read_text().replace("And again", "And more"))

    result = run("scenarios")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*message-changed*"])


def test_a_broken_contract_of_a_class_is_told(run, bot):
    """An answer that departs from the schema that the class names fails the scenario."""
    bot(ECHO.replace('["reply"]', '["mood"]', 1))

    result = run("scenarios", "--harness-mode=live")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*the answer of step send.1 violates the contract*"])


@pytest.mark.parametrize("call", ["__import__('sys').exit(0)", "__import__('pytest').skip('x')"])
def test_a_class_that_ends_the_run_or_the_test_crashed(run, bot, call):
    """What is no exception of the usual kind is a crash as well, never a skipped scenario."""
    bot(ECHO.replace('answer["reply"]["text"]', call))

    result = run("scenarios", "--harness-mode=live")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*Echo crashed in say: *provider-crashed*"])


def test_a_class_that_crashes_breaks_the_scenario(run, bot, echo):
    """An exception of the class itself is no answer of the bot; the session is closed."""
    bot(ECHO.replace('answer["reply"]["text"]', 'answer["nothing"]'))

    result = run("scenarios", "--harness-mode=live")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*Echo crashed in say: KeyError('nothing')*provider-crashed*"])
    assert echo.open == set()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("class A:\n    def say(self, message): ...\n", "*the class A lacks settings*wrong-class]"),
        (
            "class A:\n    settings = {}\n    def say(self, message): ...\n",
            "*lacks settings['base_url']*wrong-class]",
        ),
        ("x = 1\n", "*no class has a method 'say'*wrong-class]"),
        (
            "class A:\n    def say(self, m): ...\n\nclass B(A):\n    pass\n",
            "*several classes have a method 'say': A, B*",
        ),
        ("import nothing_like_that\n", "*cannot be imported: ModuleNotFoundError*broken-class]"),
        ("raise SystemExit(0)\n", "*cannot be imported: SystemExit(0)*broken-class]"),
    ],
    ids=["no settings", "no address", "no class", "two classes", "no import", "an exit"],
)
def test_a_wrong_class_is_told(run, bot, text, told):
    """A file that holds no usable class is an error that says what it lacks."""
    bot(text)

    result = run("scenarios", "--harness-mode=live")

    result.stdout.fnmatch_lines([told.replace("['", "[[]'")])


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("def close(", "def clsoe(", "close"),
        ("secret_headers =", "secret_header =", "secret_headers"),
        ("def close(", "keepHeaders: list = ['X-Region']\n    def close(", "keep_headers"),
        ("def close(", "async def hisotry(self): ...\n    def close(", "history"),
    ],
    ids=["method", "list", "other style", "asynchronous"],
)
def test_a_misspelt_member_of_a_class_is_told(project, bot, monkeypatch, old, new, told):
    """What is nearly the name of a member that is read, and nothing reads, has a warning."""
    monkeypatch.chdir(project)
    bot(ECHO.replace(old, new))

    lint = CliRunner().invoke(app, ["lint"])
    strict = CliRunner().invoke(app, ["lint", "--strict"])

    assert "warning: bots/echo.py:" in lint.output
    assert "of the class Echo" in lint.output
    assert f"did you mean '{told}'? [no-effect]" in lint.output
    assert (lint.exit_code, strict.exit_code) == (0, 1)


def test_what_a_class_needs_for_itself_is_left_alone(project, bot, monkeypatch):
    """Names that the class reads itself, private ones and other words have no warning."""
    monkeypatch.chdir(project)
    own = "    closed = False\n    nmae = 'x'\n    _opne = 1\n    model = 'm'\n"
    text = ECHO.replace("    def close(self):\n", f"{own}\n    def clsoe(self):\n")
    bot(f"{text}        return getattr(self, 'nmae'), self.closed, self.clsoe\n")

    lint = CliRunner().invoke(app, ["lint"])

    assert "warning" not in lint.output


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("class A:\n    def sya(self, message): ...\n", "*'sya': did you mean 'say'?*"),
        (
            "class A:\n    setings = {}\n    def say(self, message): ...\n",
            "*'setings': did you mean 'settings'?*",
        ),
    ],
    ids=["say", "settings"],
)
def test_a_misspelt_member_that_must_be_there_is_named(run, bot, text, told):
    """What a class lacks is an error that names what was probably meant for it."""
    bot(text)

    run("scenarios", "--harness-mode=live").stdout.fnmatch_lines([told])


def test_an_installed_package_brings_a_class(run, bot, echo, project, monkeypatch, pytester):
    """An entry point of the group `harness.providers` may lead to a class."""
    package = project / "site/their_bot-1.dist-info"
    package.mkdir(parents=True)
    (project / "site/their_bot.py").write_text(ECHO)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: their-bot\nVersion: 1\n")
    (package / "entry_points.txt").write_text("[harness.providers]\ntheirs = their_bot:Echo\n")
    file = project / "harness.yaml"
    file.write_text(HARNESS_YAML.replace("bots/echo.py", "theirs"))
    monkeypatch.setenv("PYTHONPATH", str(project / "site"))

    result = pytester.run(
        sys.executable, "-m", "pytest", "-q", "scenarios", RECORD, "-p", "no:randomly"
    )

    assert result.ret == 0
    assert echo.open == set()


def test_a_stream_is_read_as_it_comes(run, bot, echo, project):
    """A client that reads an answer piece by piece gets the pieces, recorded with their times."""
    bot(
        VENDOR.replace(
            'return self.client.ask(message.text)["text"]',
            "import json\n"
            '        path = f"/sessions/{self.client.id}/messages"\n'
            '        said = {"text": message.text, "stream": True}\n'
            '        with self.client.http.stream("POST", path, json=said) as answer:\n'
            '            body = b"".join(answer.iter_bytes())\n'
            '        return json.loads(body)["reply"]["text"]',
        )
    )

    run("scenarios", RECORD).assert_outcomes(passed=1)
    run("scenarios").assert_outcomes(passed=1)

    assert "chunks:" in (project / "cassettes/bot/talk.yaml").read_text()


def test_an_interrupt_in_a_class_closes_what_was_opened(bot, echo, project):
    """Whatever ends the run: the server keeps no conversation open."""
    bot(ECHO.replace("        path = f", "        raise KeyboardInterrupt\n        path = f", 1))
    play = Play(file=project / "scenarios/talk.yaml", scenario="talk", provider="bot")

    with pytest.raises(KeyboardInterrupt):
        Runner(Project.at(project / "harness.yaml"), Mode.LIVE).run(play)

    assert len(echo.created) == 1
    assert echo.open == set()
