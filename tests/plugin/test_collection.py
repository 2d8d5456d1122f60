from __future__ import annotations

import json
import shutil

import pytest

from tests.plugin.project import GREET, scenario_text

BOTH = ("--harness-provider=echo", "--harness-provider=parrot")


def _ids(result: pytest.RunResult) -> list[str]:
    """The node ids that `--collect-only -q` printed."""
    return [line for line in result.outlines if "::" in line]


@pytest.fixture
def collect(run):
    """The node ids that a run with these arguments would play."""
    return lambda *arguments: _ids(run("--collect-only", "-q", *arguments))


def test_node_ids_name_file_scenario_provider_and_row(collect):
    """A scenario is one item a provider and row, named so that it can be pasted back."""
    assert collect() == [
        "scenarios/greet.yaml::greet[echo]",
        "scenarios/shop/colours.yaml::colours[echo-red]",
        "scenarios/shop/colours.yaml::colours[echo-blue]",
        "scenarios/shop/only-echo.yaml::only-echo[echo]",
    ]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(["-k", "blue"], ["colours[echo-blue]"], id="keyword-of-a-row"),
        pytest.param(["-k", "shop and not blue"], ["colours[echo-red]", "only-echo[echo]"], id="k"),
        pytest.param(["-m", "smoke"], ["greet[echo]", "only-echo[echo]"], id="tag"),
        pytest.param(["-m", "smoke and not named"], ["greet[echo]"], id="tags"),
        pytest.param(["scenarios/greet.yaml"], ["greet[echo]"], id="file"),
        pytest.param(
            ["scenarios/shop/colours.yaml::colours"],
            ["colours[echo-red]", "colours[echo-blue]"],
            id="scenario-with-all-its-variants",
        ),
        pytest.param(
            ["scenarios/shop/colours.yaml::colours[echo-blue]"],
            ["colours[echo-blue]"],
            id="one-variant",
        ),
    ],
)
def test_selection_is_pytests_own(collect, arguments, expected):
    """-k, -m, paths and node ids select scenarios as they select tests."""
    found = collect("--strict-markers", *arguments)

    assert [node_id.split("::")[1] for node_id in found] == expected


def test_a_tag_is_a_known_marker(run):
    """Tags need no declaration under --strict-markers, and no warning is given for them."""
    result = run("--strict-markers", "-W", "error", "-m", "smoke")

    result.assert_outcomes(passed=2, deselected=2)


def test_an_undeclared_tag_is_an_error_where_tags_are_declared(run, project):
    """A misspelt tag would never be selected; where tags are declared, it is told."""
    config = project / "harness.yaml"
    config.write_text(config.read_text() + "tags: {smok: the shortest proof}\n")

    result = run("--collect-only", "scenarios/greet.yaml")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*scenarios/greet.yaml:3:8: unknown tag 'smoke'*"])
    result.stdout.fnmatch_lines(["*did you mean 'smok'?*"])


def test_x_stops_at_the_first_bad_scenario(run, project):
    """-x ends the run after the first scenario that did not pass."""
    (project / "scenarios/early.yaml").write_text(scenario_text("early"))

    result = run("-x")

    result.assert_outcomes(errors=1)


def test_lf_plays_only_what_did_not_pass(run, project):
    """--lf remembers scenarios from run to run."""
    (project / "scenarios/unheard.yaml").write_text(scenario_text("unheard"))
    run().assert_outcomes(errors=1, passed=4)

    result = run("--lf")

    result.assert_outcomes(errors=1)


def test_collect_only_plays_nothing(run, project):
    """A scenario without a recording is listed, and nothing is said of the recording."""
    (project / "scenarios/unheard.yaml").write_text(scenario_text("unheard"))

    result = run("--collect-only", "scenarios/unheard.yaml")

    result.assert_outcomes()
    result.stdout.fnmatch_lines(["*<ScenarioItem unheard[[]echo[]]>*", "*1 test collected*"])
    result.stdout.no_fnmatch_line("*conversations (replay)*")


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["one process", "two workers"])
def test_a_cache_folder_that_cannot_be_made_is_gone_without(run, project, workers):
    """A project that is read-only, or on a full disk, is replayed as any other is."""
    (project / "no-folder").write_text("")

    result = run("scenarios", "-o", "cache_dir=no-folder/cache", "-W", "ignore", *workers)

    result.assert_outcomes(passed=4)


def test_several_providers_are_played_in_one_run(collect):
    """--harness-provider may be given again; each scenario is played against each."""
    assert collect(*BOTH, "scenarios/shop/colours.yaml") == [
        "scenarios/shop/colours.yaml::colours[echo-red]",
        "scenarios/shop/colours.yaml::colours[echo-blue]",
        "scenarios/shop/colours.yaml::colours[parrot-red]",
        "scenarios/shop/colours.yaml::colours[parrot-blue]",
    ]


def test_a_scenario_that_names_providers_keeps_to_them(collect):
    """Of the chosen providers, a scenario is played against those that it names."""
    assert collect(*BOTH, "scenarios/shop/only-echo.yaml") == [
        "scenarios/shop/only-echo.yaml::only-echo[echo]"
    ]


def test_a_scenario_that_names_other_providers_is_left_out(collect):
    """Where none of the chosen providers is named by a scenario, it is not played."""
    assert collect("--harness-provider=parrot", "-m", "smoke") == [
        "scenarios/greet.yaml::greet[parrot]"
    ]


def test_an_unknown_provider_is_wrong_use(run):
    """A misspelt --harness-provider ends the run before collection and names the likely one."""
    result = run("--harness-provider=parot")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*unknown provider 'parot'; did you mean 'parrot'?*"])


def test_an_unknown_mode_in_the_environment_is_wrong_use(run, monkeypatch):
    """HARNESS_MODE is held against the known modes as --harness-mode is."""
    monkeypatch.setenv("HARNESS_MODE", "rekord")

    result = run()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*HARNESS_MODE is 'rekord', expected one of replay, record*"])


def test_yaml_elsewhere_is_no_scenario(collect, project):
    """YAML outside the scenario folder, harness.yaml and cassettes included, is left alone."""
    (project / "compose.yaml").write_text("services: {}\n")

    assert not [node_id for node_id in collect() if not node_id.startswith("scenarios/")]


def test_yaml_elsewhere_is_a_scenario_where_it_is_named(collect, project):
    """A file that is named outright is read as a scenario, wherever it lies."""
    (project / "draft.yaml").write_text(scenario_text("draft"))

    assert collect("draft.yaml") == ["draft.yaml::draft[echo]"]


def test_a_wrong_scenario_is_told_without_a_traceback(run, project):
    """Every problem of a file is told at collection, in order, with its line; nothing else is."""
    wrong = "scenario: wrong\ntitel: x\nturns:\n  - user: Hi\n    expect: {containz: Hi}\n"
    (project / "scenarios/wrong.yaml").write_text(wrong)

    result = run()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR collecting scenarios/wrong.yaml*",
            "scenarios/wrong.yaml:2:1: unknown key 'titel'*",
            "*did you mean 'title'?*",
            "scenarios/wrong.yaml:5:14: turn 1: unknown check 'containz'*",
            "*did you mean 'contains'?*",
        ],
        consecutive=False,
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*.py:*")


def test_an_id_that_is_taken_names_both_places(run, project):
    """Two files with one id would share a cassette: the second is an error that names the first."""
    (project / "scenarios/shop/greet-again.yaml").write_text(GREET.replace("greet", "Greet"))

    result = run()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            (
                "scenarios/shop/greet-again.yaml:1: the id 'Greet' is already used by "
                "scenarios/greet.yaml:1;*"
            )
        ]
    )


def test_a_folder_without_harness_yaml_is_left_alone(run_here, pytester):
    """Where there is no harness.yaml, the plugin collects nothing and says nothing."""
    pytester.mkdir("scenarios")
    (pytester.path / "scenarios/greet.yaml").write_text(GREET)
    pytester.makepyfile("def test_own(): pass")

    result = run_here()

    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*conversations*")
    assert result.errlines == []


TOLD = {
    "attachments": "turns:\n  - user: {text: Hi, attachments: [{name: a, content: b}]}\n",
    "metadata": "turns:\n  - user: {text: Hi, metadata: {page: product}}\n",
    "session": "session: {language: en}\nturns:\n  - user: Hi\n",
    "credentials": "credentials: wrong\nturns:\n  - user: Hi\n",
    "nothing": "turns:\n  - user: Hi\n",
}
ODD = """\
  odd:
    definition: definitions/odd
    settings: {base_url: '${env.ECHO_URL}', api_key: '${env.ECHO_API_KEY}'}
"""


@pytest.fixture
def odd(project):
    """A provider whose definition names a schema that is not there; gives the schema."""
    shutil.copytree(project / "definitions/echo", project / "definitions/odd")
    with (project / "harness.yaml").open("a") as config:
        config.write(ODD)
    schema = project / "definitions/odd/schemas/answer.schema.json"
    schema.unlink()
    return schema


def _tell_odd(project, told: str) -> None:
    text = f"scenario: odd\nprovider: odd\n{TOLD[told]}    expect: {{contains: Hi}}\n"
    (project / "scenarios/odd.yaml").write_text(text)


@pytest.mark.parametrize("told", TOLD)
def test_a_faulty_definition_breaks_the_scenarios_of_its_provider_alone(
    run, echo, project, odd, told
):
    """Whatever a scenario tells the provider, it is BROKEN and reported; the others are played."""
    _tell_odd(project, told)

    result = run("scenarios", "--harness-mode=live", "--harness-reports=out")

    result.assert_outcomes(passed=4, errors=1)
    result.stdout.fnmatch_lines(["*there is no schema 'answer'*", "*[[]unknown-schema]*"])
    told_of = json.loads((project / "out/results.json").read_text())["conversations"]
    assert [one["outcome"] for one in told_of if "odd" in one["id"]] == ["broken"]


def test_what_was_not_looked_at_is_told_once_the_definition_is_right(run, project, odd):
    """Nothing of a scenario is kept as right that was not held against its definition."""
    _tell_odd(project, "metadata")
    run("scenarios").assert_outcomes(passed=4, errors=1)

    odd.write_bytes((project / "definitions/echo/schemas/answer.schema.json").read_bytes())

    run("scenarios").stdout.fnmatch_lines(["*sends no metadata*", "*never-sent]*"])
