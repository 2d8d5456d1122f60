from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.conversation import Outcome
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.transport.cassette import read_cassette
from tests.plugin.echo_bot import API_KEY
from tests.reliability.size import runs

THREADS = 8
TASKS = [f"t{number:02d}" for number in range(50)]
RUNS = runs(3, 100)
MANY = f"""\
scenario: many
provider: echo
matrix: {{name: [{", ".join(TASKS)}]}}
turns:
  - {{user: 'first of ${{name}}', expect: {{contains: '${{name}}'}}}}
  - {{user: 'second of ${{name}}', expect: {{contains: '${{name}}'}}}}
"""


@pytest.fixture
def play(echo, folder, monkeypatch):
    """Plays one task after another on eight threads, each against the bot and from its cassette."""
    monkeypatch.setenv("ECHO_URL", echo.url)
    monkeypatch.setenv("ECHO_API_KEY", API_KEY)
    file = folder / "scenarios/many.yaml"
    file.write_text(MANY)
    project = Project.at(folder / "harness.yaml")

    def play(mode: Mode) -> list[Outcome]:
        runner = Runner(project, mode)
        plays = [Play(file=file, scenario="many", provider="echo", row=task) for task in TASKS]
        with ThreadPoolExecutor(THREADS) as pool:
            return [result.outcome for result in pool.map(runner.run, plays)]

    return play


def of_others(folder, task: str) -> list[str]:
    """What is wrong with a task's cassette: an answer that is not its own, or none."""
    cassette = read_cassette(folder / f"cassettes/echo/many--{task}.yaml")
    opened, first, second, closed = cassette.interactions
    session = opened.response.body.decode().split('"')[3]
    wrong = [
        one.request.url for one in (first, second, closed) if f"/{session}" not in one.request.url
    ]
    heard = [one.response.body.decode() for one in (first, second)]
    return wrong + [
        text
        for text, said in zip(heard, ("first", "second"), strict=True)
        if f"You said: {said} of {task}" not in text
    ]


@pytest.mark.parametrize("run", range(1, RUNS + 1))
def test_conversations_on_threads_are_not_mixed_up(echo, folder, play, run):
    """Each of 50 cassettes that 8 threads recorded at once holds its own four interactions."""
    recorded = play(Mode.REFRESH)
    foreign = [problem for task in TASKS for problem in of_others(folder, task)]
    replayed = play(Mode.REPLAY)

    assert recorded == [Outcome.PASSED] * len(TASKS)
    assert foreign == []
    assert replayed == [Outcome.PASSED] * len(TASKS)
    assert len(echo.created) == len(TASKS)
