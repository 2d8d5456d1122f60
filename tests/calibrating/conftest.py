from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from harness.cli.app import app
from tests.json_server import serving_json
from tests.judging.judging_server import ChatHandler, Judging, Said, verdicts

WORDS = "It says from which amount shipping is free."
CONFIG = """\
providers:
  bot: {{definition: openai-chat, settings: {{base_url: '${{env.URL}}', model: shop}}}}
  referee:
    definition: openai-chat
    retries: 0
    settings: {{base_url: '${{env.URL}}', api_key: '${{env.KEY}}', model: '${{env.MODEL}}'}}
judges:
  careful: {{provider: referee{more}}}
"""
SCENARIO = """\
scenario: shipping
matrix: {{number: [{numbers}]}}
turns:
- user: What does shipping cost to address ${{number}}?
  expect: {{judge: {criteria}}}
"""
CALIBRATION = ", calibration: labels.jsonl"


def right(question: str) -> str:
    """A judge that is right: a reply with an amount says from which one shipping is free."""
    return "yes" if "dollars" in data_in(question) else "no"


def always_yes(_question: str) -> str:
    """A judge that says yes to everything."""
    return "yes"


def at_chance(question: str) -> str:
    """A judge whose verdict has nothing to do with what it sees."""
    return "yes" if hashlib.blake2s(question.encode()).digest()[0] % 2 else "no"


def person(shown: str) -> str:
    """What a person says of what is shown, who is right."""
    return "y" if "dollars" in shown else "n"


def data_in(question: str) -> str:
    """The line of a question with what is judged."""
    return question.splitlines()[-2]


def bot(text: str) -> str:
    """Names an amount to every second address."""
    number = int(text.rpartition(" ")[2].strip("?"))
    return f"To address {number} it is free{' from 50 dollars' if number % 2 else ''}."


@dataclass
class Desk:
    """A project with a judge, and the commands that find out how good it is."""

    folder: Path
    judging: Judging
    environment: Mapping[str, str]
    patch: pytest.MonkeyPatch

    def judge(self, verdict: Callable[[str], str]) -> None:
        """Let the judge say this of a question, about each criterion."""
        self.judging.say = lambda text: Said(verdicts(text, verdict(text)))

    def configure(self, more: str = CALIBRATION) -> None:
        """Write harness.yaml, with more keys of the judge, and a file without labels."""
        (self.folder / "harness.yaml").write_text(CONFIG.format(more=more))
        (self.folder / "labels.jsonl").touch()

    @property
    def codes(self) -> set[str]:
        """The codes of a replay of all conversations."""
        result = self.command("eval", "--takes", "1", "--json")
        return set(json.loads(result.stdout)["unjudged"])

    def scenario(self, count: int = 12, criteria: str = WORDS) -> None:
        """Write the scenario: so many conversations."""
        numbers = ", ".join(map(str, range(count)))
        file = self.folder / "scenarios" / "shipping.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(SCENARIO.format(numbers=numbers, criteria=criteria))

    def command(self, *words: str, typed: str = "", live: bool = False, **more: str) -> Result:
        """Run a command; only a live one has the variables, and can reach the server."""
        environment = {**(self.environment if live else dict.fromkeys(self.environment)), **more}
        return CliRunner().invoke(app, words, input=typed, env=environment)

    def record(self, *words: str, **more: str) -> Result:
        """Record the conversations, and what the judge says of them."""
        given = ("--takes", "1", "--mode", "record", *words)
        return self.command("eval", *given, live=True, **more)

    def label(self, say: Callable[[str], str], *words: str, name: str = "Ada") -> Result:
        """Label everything: what a function says of what is shown."""
        given = ("label", "--labeller", name, *words)
        *shown, _ = self.command(*given, typed="s\n" * 60).stdout.split("(y/n/u/s/q)")
        return self.command(*given, typed="".join(f"{say(text)}\n" for text in shown))

    def calibrate(self, *words: str, live: bool = False, **more: str) -> tuple[Any, Result]:
        """The figures as JSON, and the result of the command."""
        result = self.command("calibrate", "--json", *words, live=live, **more)
        return json.loads(result.stdout), result

    @property
    def labels(self) -> list[dict[str, Any]]:
        """The lines of the file with labels."""
        text = (self.folder / "labels.jsonl").read_text()
        return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A project of 12 conversations with a judge that is right."""
    judging = Judging(say=lambda text: Said(verdicts(text)), bot=bot)
    monkeypatch.chdir(tmp_path)
    with serving_json(ChatHandler, judging=judging) as url:
        environment = {"URL": url, "KEY": "sk-referee-key-1", "MODEL": "m1"}
        made = Desk(tmp_path, judging, environment, monkeypatch)
        made.judge(right)
        made.configure("")
        made.scenario()
        yield made
