from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from harness.cli.app import app
from harness.pytest_plugin import pytest_addoption
from harness.run_options import RUN_OPTIONS

ONLY_RUN = {"tag", "yes"}
"""Options of `harness run` that pytest has itself, or that ask."""
VALUES = {
    **{option.name: f"{option.name}-value" for option in RUN_OPTIONS},
    "mode": "drift",
    "concurrency": "3",
    "processes": "2",
    "update": "",
    "part": "3/10",
}


class Parser:
    """Takes the options of the plugin, as pytest's parser does."""

    def __init__(self):
        self.helps = {}

    def getgroup(self, *_):
        return self

    def addoption(self, name, **options):
        self.helps[name.removeprefix("--harness-")] = options["help"]


def of_pytest() -> dict[str, str]:
    parser = Parser()
    pytest_addoption(parser)
    return parser.helps


def of_harness() -> dict[str, str]:
    command = typer.main.get_command(app).commands["run"]
    options = [one for one in command.params if one.param_type_name == "option"]
    return {one.opts[-1].removeprefix("--"): one.help for one in options}


def test_no_option_is_missing_on_one_side():
    """`pytest --harness-NAME` and `harness run --NAME` are one list."""
    assert {*of_harness()} - ONLY_RUN == {*of_pytest()}


def test_both_say_the_same():
    """The sentence of pytest's help, as typer's help writes sentences."""
    wanted = {name: f"{text[0].upper()}{text[1:]}." for name, text in of_pytest().items()}

    assert {name: text for name, text in of_harness().items() if name in wanted} == wanted


@pytest.mark.parametrize("option", [one for one in RUN_OPTIONS if one.name != "config"])
def test_each_option_reaches_pytest(project, monkeypatch, option):
    """With its value, under the name that pytest knows."""
    monkeypatch.chdir(project)
    given: list[str] = []
    monkeypatch.setattr(
        "harness.cli.commands.run.run_pytest", lambda words: given.extend(words) or 0
    )
    value = VALUES[option.name]
    words = [option.of_harness] if not value else [f"{option.of_harness}={value}"]

    result = CliRunner().invoke(app, ["run", *words])

    assert result.exit_code == 0, result.output
    assert (f"{option.of_pytest}={value}" if value else option.of_pytest) in given


def test_affected_takes_no_path_for_a_revision(project, monkeypatch):
    """Only what follows an equals sign is one."""
    monkeypatch.chdir(project)
    given: list[str] = []
    monkeypatch.setattr(
        "harness.cli.commands.run.run_pytest", lambda words: given.extend(words) or 0
    )

    CliRunner().invoke(app, ["run", "--affected", "scenarios/greet.yaml"])

    assert "--harness-affected=HEAD" in given
    assert given[0] == "scenarios/greet.yaml"


def test_the_named_harness_yaml_is_played(project, monkeypatch):
    """`--config` chooses another project than that of the current folder."""
    (project / "elsewhere").mkdir()
    monkeypatch.chdir(project / "elsewhere")
    given: list[str] = []
    monkeypatch.setattr(
        "harness.cli.commands.run.run_pytest", lambda words: given.extend(words) or 0
    )

    CliRunner().invoke(app, ["run", "--config", "../harness.yaml"])

    assert given[given.index("--harness-config") + 1] == "../harness.yaml"
