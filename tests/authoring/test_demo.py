from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from harness.authoring.demo.demo import BEFORE, Demo, serve_bot
from harness.cli.commands.demo import show_demo
from harness.emulators import WITH_DEMO
from tests.authoring.answering_server import answering
from tests.processes import PYTEST

HARNESS = Path(sys.executable).with_name("harness")


@pytest.mark.parametrize("name", [BEFORE, "demo-shop-changed"])
def test_the_bot_answers_as_its_sample_says(name):
    """Each release of the bot answers the messages of its sample."""
    sample = WITH_DEMO[name].sample
    with serve_bot(name, 0) as url, httpx.Client(base_url=url, trust_env=False) as client:
        first, second = (
            client.post("/chat", json={"conversation": "c", "text": text}).json()["reply"]["text"]
            for text in sample.say
        )
        refused = client.post("/chat", json={"text": 3})

    assert sample.contains[0] in first
    assert sample.contains[1] in second
    assert refused.status_code == 422


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """The command in an empty folder, under variables that would change what pytest does."""
    folder = tmp_path_factory.mktemp("demo")
    variables = {**os.environ, "HARNESS_MODE": "live", "PYTEST_ADDOPTS": "--no-such-option"}
    command = [HARNESS, "demo", "--yes"]
    result = subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, text=True, check=False
    )
    return result, folder / "harness-demo"


def test_the_demo_is_red_and_then_green(played):
    """The command shows a red with its line, writes the new answer, and ends green."""
    result, folder = played

    assert result.returncode == 0, result.stdout + result.stderr
    assert "return-a-jacket.yaml:9:7: turn 2: the reply does not contain" in result.stdout
    assert "1 passed" in result.stdout
    assert "within 14 days" in (folder / "scenarios/return-a-jacket.yaml").read_text()


def test_the_left_folder_is_a_project(played, tmp_path):
    """Its files are without faults, and its recording is judged: another expectation fails."""
    folder = tmp_path / "copy"
    shutil.copytree(played[1], folder)
    file = folder / "scenarios/return-a-jacket.yaml"
    linted = subprocess.run(
        [HARNESS, "lint", "--strict"], cwd=folder, capture_output=True, text=True, check=False
    )
    file.write_text(file.read_text().replace("14 days", "30 days"))
    command = [*PYTEST, "-q"]
    red = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)

    assert (linted.stdout, linted.returncode) == ("1 scenario file, 0 problems\n", 0)
    assert red.returncode == 1
    assert "30 days" in red.stdout


@contextmanager
def serve_broken(_name, _port):
    """A bot that answers every message with an error."""
    with answering("application/json", '{"detail": "out of order"}', status=500) as asked:
        yield asked.url


@contextmanager
def serve_unchanged(_name, port):
    """A bot that stays as it is."""
    with serve_bot(BEFORE, port) as url:
        yield url


@contextmanager
def serve_gone(name, port):
    """A bot whose next release is broken."""
    with serve_bot(name, port) if name == BEFORE else serve_broken(name, port) as url:
        yield url


@pytest.mark.parametrize(
    ("serve", "said"),
    [
        (serve_broken, "The scenario broken, expected passed."),
        (serve_unchanged, "The scenario passed, expected failed."),
        (serve_gone, "The scenario broken, expected failed."),
    ],
    ids=["broken", "unchanged", "broken-later"],
)
def test_a_bot_that_does_not_do_its_part_ends_the_demo(tmp_path, capfd, serve, said):
    """The demo reports what happened, ends with 1, and prints none of the later steps."""
    status = show_demo(Demo(folder=tmp_path / "d", serve=serve), is_agreed=True)
    printed = capfd.readouterr().out

    assert status == 1
    assert said in printed
    assert not re.search(r"^(3|4)\. |1 passed", printed, re.MULTILINE)
