from __future__ import annotations

import re
from pathlib import Path

import pytest

import harness as package
from harness.project_file import VARIABLES
from harness.pytest_plugin.options import MODES_OF
from harness.run_options import MODES

GREETING = "scenarios/greet.yaml"
VALUES = {
    "--harness-concurrency": "=2",
    "--harness-fail-on": "=shape",
    "--harness-holding": "=new",
    "--harness-update": "",
}
IDLE = [(name, mode) for name, modes in MODES_OF.items() for mode in MODES if mode not in modes]
LEFT_OUT = "choose that with --harness-mode, or remove the option [no-effect]"
WITHOUT_REPORTS = (
    "--harness-history: it has no effect without reports;"
    " add --harness-reports=FOLDER, or remove it [no-effect]"
)


def in_addopts(project, *options: str) -> None:
    (project / "pytest.ini").write_text(f"[pytest]\naddopts = {' '.join(options)}\n")


def notes(result) -> list[str]:
    return [line.removeprefix("note: ") for line in result.outlines if "[no-effect]" in line]


@pytest.mark.parametrize(("name", "mode"), IDLE)
def test_an_option_of_another_mode_is_wrong_use(run, name, mode):
    """On the command line it was meant for this run, which does not use it."""
    result = run(GREETING, f"--harness-mode={mode}", f"{name}{VALUES[name]}")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    told = result.stderr.str()
    assert f"{name}: it has no effect in mode '{mode}'; it is for " in told
    assert LEFT_OUT in told


def test_a_value_of_its_own_word_is_typed_as_well(run):
    """`--harness-fail-on shape` is as wrong as `--harness-fail-on=shape`."""
    result = run(GREETING, "--harness-fail-on", "shape")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert (
        f"--harness-fail-on: it has no effect in mode 'replay'; it is for drift; {LEFT_OUT}"
        in result.stderr.str()
    )


def test_the_mode_of_the_environment_counts(run, echo, monkeypatch):
    """An option of drift is used where HARNESS_MODE says drift."""
    monkeypatch.setenv("HARNESS_MODE", "drift")

    result = run(GREETING, "--harness-fail-on=shape", "--harness-concurrency=1")

    result.assert_outcomes(passed=1)
    assert notes(result) == []


@pytest.mark.parametrize(
    "name", [name for name, modes in MODES_OF.items() if "replay" not in modes]
)
def test_an_option_of_another_mode_in_addopts_is_noted(run, project, name):
    """It may be meant for other runs of the project, so the run goes on."""
    in_addopts(project, f"{name}{VALUES[name]}")

    result = run(GREETING)

    result.assert_outcomes(passed=1)
    [note] = notes(result)
    assert note.startswith(f"{name}: it has no effect in mode 'replay'; it is for ")


def test_goldens_are_left_alone_by_addopts_in_a_live_mode(run, echo, project):
    """A live answer may hold secrets, so it is written into no golden."""
    in_addopts(project, "--harness-update")
    file = project / GREETING
    file.write_text(file.read_text().replace("schema: short-answer", "same_as: greet.json"))

    result = run(GREETING, "--harness-mode=live")

    assert f"--harness-update: it has no effect in mode 'live'; it is for replay; {LEFT_OUT}" in (
        notes(result)
    )
    assert not list(project.rglob("greet.json"))


def test_a_history_without_reports_is_wrong_use(run):
    """A history takes runs with reports only."""
    result = run(GREETING, "--harness-history=kept.sqlite")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert WITHOUT_REPORTS in result.stderr.str()


def test_a_history_in_addopts_without_reports_is_noted(run, project):
    """Runs with reports may use it."""
    in_addopts(project, "--harness-history=kept.sqlite")

    result = run(GREETING)

    result.assert_outcomes(passed=1)
    assert notes(result) == [WITHOUT_REPORTS]


def test_processes_of_xdist_tell_it_once(project, pytester):
    """The one that starts them tells what stands in addopts, and refuses what is typed."""
    in_addopts(project, "--harness-concurrency=2", "--harness-provider=parrot")

    noted = pytester.runpytest_subprocess("-n2", "scenarios/shop/only-echo.yaml").stdout.str()
    refused = pytester.runpytest_subprocess("-n2", "--harness-fail-on=shape")

    assert noted.count("--harness-concurrency: it has no effect in mode 'replay'") == 1
    assert noted.count("--harness-provider=parrot: no collected scenario") == 1
    assert refused.ret == pytest.ExitCode.USAGE_ERROR
    assert refused.stderr.str().count("--harness-fail-on: it has no effect") == 1


def test_a_provider_that_nothing_plays_against_is_noted(run):
    """Every collected scenario names another one, so choosing it has no effect."""
    result = run("scenarios/shop", "--harness-provider=parrot", "-k", "only")
    alone = run("scenarios/shop/only-echo.yaml", "--harness-provider=parrot")
    both = run(
        "scenarios/shop/only-echo.yaml", "--harness-provider=parrot", "--harness-provider=echo"
    )

    assert notes(result) == []
    both.assert_outcomes(passed=1)
    expected = (
        "--harness-provider=parrot: no collected scenario uses it; they name other "
        "providers, or are in a project without it [no-effect]"
    )
    assert notes(alone) == [expected]
    assert notes(both) == [expected]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("HARNESS_MOD", "did you mean 'HARNESS_MODE'?"),
        ("HARNES_MODE", "did you mean 'HARNESS_MODE'?"),
        ("harness_mode", "did you mean 'HARNESS_MODE'?"),
        ("HARNESS_HISTROY", "did you mean 'HARNESS_HISTORY'?"),
        ("HARNESS_HISTORY_URL", "did you mean 'HARNESS_HISTORY'?"),
        ("HARNESS_PROVIDER", "use --harness-provider"),
        ("HARNESS_FAIL_ON", "use --harness-fail-on"),
    ],
)
def test_a_misspelt_variable_is_noted(run, monkeypatch, name, hint):
    """It changes nothing, and looks as if it should."""
    monkeypatch.setenv(name, "live")

    result = run(GREETING)

    result.assert_outcomes(passed=1)
    assert notes(result) == [
        f"{name}: this variable is set, but nothing reads it; {hint} [no-effect]"
    ]


@pytest.mark.parametrize("name", ["HARNESS_BUILD_ID", "HARNESS_UPDATE_GOLDENS", "HARNESSED"])
def test_variables_of_other_tools_are_nothing_to_note(run, monkeypatch, name):
    """The prefix is not ours alone."""
    monkeypatch.setenv(name, "1")

    assert notes(run(GREETING)) == []


def test_a_variable_that_harness_yaml_names_is_read(run, project, monkeypatch):
    """However it is spelt, the project uses it."""
    file = project / "harness.yaml"
    file.write_text(file.read_text().replace("env.ECHO_API_KEY", "env.HARNESS_MODEL"))
    monkeypatch.setenv("HARNESS_MODEL", "small")

    assert notes(run(GREETING)) == []


def test_every_variable_that_is_read_is_known():
    """A further one would have to be entered, or its misspellings pass in silence."""
    top = Path(package.__file__).parent
    texts = [file.read_text(encoding="utf-8") for file in top.rglob("*.py")]
    found = {name for text in texts for name in re.findall(r"\bHARNESS_[A-Z_]+\b", text)}

    assert found == {*VARIABLES}
