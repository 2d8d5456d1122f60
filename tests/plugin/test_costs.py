"""What runs cost, with the emulator of Chat Completions, which counts tokens."""

from __future__ import annotations

import json
import re

import pytest
from defusedxml import ElementTree

import harness
from harness.emulators import EMULATORS
from harness.emulators import serving as serving_emulators

pytestmark = pytest.mark.once

HARNESS_YAML = """\
providers:
  bot:
    definition: openai-chat
    settings:
      base_url: ${env.OPENAI_BASE_URL}
      api_key: ${env.OPENAI_API_KEY}
      model: gpt-4.1-mini
    prices: {prompt_tokens: 2.00, completion_tokens: 8}
"""
RECORD, REPORTS = "--harness-mode=record", "--harness-reports=reports"


@pytest.fixture(scope="module")
def emulator():
    with serving_emulators(["openai-chat"]) as running:
        yield running.urls["openai-chat"]


@pytest.fixture
def model(pytester, emulator, monkeypatch):
    """A project with five scenarios whose bot is the emulator, and no recording."""
    monkeypatch.setenv("OPENAI_BASE_URL", emulator)
    monkeypatch.setenv("OPENAI_API_KEY", EMULATORS["openai-chat"].environment["OPENAI_API_KEY"])
    monkeypatch.delenv("HARNESS_MODE", raising=False)
    (pytester.path / "harness.yaml").write_text(HARNESS_YAML)
    (pytester.path / "scenarios").mkdir()
    for number in range(1, 6):
        write_scenario(pytester.path, f"hello-{number}")
    return pytester.path


def write_scenario(project, name, more=""):
    text = f"scenario: {name}\n{more}turns: [{{user: Hello, expect: {{matches: .}}}}]\n"
    (project / f"scenarios/{name}.yaml").write_text(text)


def records(project):
    return json.loads((project / "reports/results.json").read_text())["conversations"]


def amount(charges):
    """Tokens and cost of a list of charges, from the numbers that the emulator counted."""
    [charge] = charges
    usage = charge["usage"]
    exact = 2 * usage["prompt_tokens"] + 8 * usage["completion_tokens"]
    assert float(charge["cost"]) == pytest.approx(exact / 1_000_000)
    assert charge["tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    return charge["tokens"], exact


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "with xdist"])
def test_a_run_tells_what_it_spent_and_a_replay_what_was_spent(model, run_here, workers):
    """Per conversation in results.json and junit.xml, and of the run in one closing line."""
    recorded = run_here(RECORD, REPORTS, *workers)
    paid = [amount(record["spent"]) for record in records(model)]
    replayed = run_here(REPORTS, "--junit-xml=junit.xml", *workers)
    was_paid = [amount(record["spent"]) for record in records(model)]

    tokens, millionths = (sum(column) for column in zip(*paid, strict=True))
    told = f"{tokens} tokens, {millionths / 1_000_000:.6f}".rstrip("0") + " USD"
    assert f"spent: {told}" in recorded.outlines
    assert (
        f"recorded: {told} at the prices of harness.yaml, spent when the recordings were made"
        in (replayed.outlines)
    )
    assert paid == was_paid
    assert all(one["spent"][0]["recorded"] for one in records(model))
    names = {node.get("name") for node in ElementTree.parse(model / "junit.xml").iter("property")}
    assert {"recorded_tokens", "recorded_cost_USD"} <= names
    assert not {"tokens", "cost_USD"} & names


def test_the_takes_of_a_scenario_add_up(model, run_here):
    """The scenario's record has the sum of its takes, each of which has its own."""
    write_scenario(model, "often", "repeat: 3\n")

    run_here(RECORD, REPORTS, "scenarios/often.yaml")

    [record] = records(model)
    each = [amount(take["spent"])[0] for take in record["takes"]]
    assert amount(record["spent"])[0] == sum(each)
    assert len(each) == record["spent"][0]["replies"] == 3


def test_a_price_that_nothing_reports_is_told(model, run_here):
    """With its line and the name that was probably meant; the cost is then not known."""
    file = model / "harness.yaml"
    file.write_text(HARNESS_YAML.replace("prompt_tokens", "promt_tokens"))

    result = run_here(RECORD, "scenarios/hello-1.yaml")

    assert (
        "note: harness.yaml:8:14: provider bot: no reply of this run reports 'promt_tokens', which"
        " has a price; did you mean 'prompt_tokens'? [unused-price]"
    ) in result.outlines


def test_without_prices_tokens_are_told_alone(model, run_here):
    """Nothing is said of money, and a provider that reports no usage adds no line."""
    file = model / "harness.yaml"
    file.write_text(HARNESS_YAML.partition("    prices")[0])

    result = run_here(RECORD, REPORTS)

    [line] = [line for line in result.outlines if line.startswith("spent:")]
    assert line.endswith(" tokens")
    assert not any("cost" in one["spent"][0] for one in records(model))


def test_a_python_test_tells_what_its_conversations_spent(model, run_here):
    """Its conversations count like those of scenarios."""
    (model / "test_bot.py").write_text(
        "def test_hello(conversation):\n    conversation('bot').say('Hello').expect(matches='.')\n"
    )

    result = run_here(RECORD, REPORTS, "test_bot.py")

    [record] = records(model)
    assert f"spent: {amount(record['spent'])[0]} tokens" in result.stdout.str()


LIMITED = ("--harness-concurrency=1", RECORD, REPORTS)


@pytest.mark.parametrize("budget", ["20tokens", "0.00013USD"])
def test_a_budget_ends_a_run_and_keeps_what_was_paid_for(model, run_here, budget):
    """What was not played is BROKEN and named; what was recorded replays, and is not paid again."""
    first = run_here(f"--harness-budget={budget}", *LIMITED)
    outcomes = [(one["outcome"], one.get("codes", [])) for one in records(model)]
    played = [name for name, _ in outcomes].count("passed")
    recordings = sorted((model / "cassettes/bot").iterdir())
    again = run_here("--harness-budget=1000000tokens", *LIMITED)

    assert first.ret == pytest.ExitCode.TESTS_FAILED
    assert 1 <= played < 5
    assert outcomes[played:] == [("broken", ["budget-used-up"])] * (5 - played)
    assert len(recordings) == played
    left = f"; {5 - played} conversations were not played"
    [line] = [line for line in first.outlines if line.startswith("budget: ")]
    assert line.endswith(left)
    assert again.ret == pytest.ExitCode.OK
    assert len([one for one in records(model) if "recorded" in one["spent"][0]]) == played


def test_a_refresh_that_runs_out_of_budget_keeps_the_old_recordings(model, run_here):
    """Only what was played anew is replaced; everything still replays."""
    run_here(RECORD)
    before = {file.name: file.read_bytes() for file in (model / "cassettes/bot").iterdir()}

    result = run_here("--harness-mode=refresh", "--harness-budget=1tokens", LIMITED[0])

    after = {file.name: file.read_bytes() for file in (model / "cassettes/bot").iterdir()}
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert sum(before[name] != after[name] for name in after) == 1
    assert run_here().ret == pytest.ExitCode.OK


def test_takes_beyond_the_budget_are_not_played(model, run_here):
    """The takes that were played are kept; the scenario is BROKEN, as its result is open."""
    write_scenario(model, "often", "repeat: 4\n")

    run_here("--harness-budget=1tokens", *LIMITED, "scenarios/often.yaml")

    [record] = records(model)
    assert (record["outcome"], record["codes"]) == ("broken", ["budget-used-up"])
    assert [take["outcome"] for take in record["takes"]] == ["passed", "broken", "broken", "broken"]
    assert not any("attempts" in take for take in record["takes"])


def test_a_python_test_begins_no_conversation_beyond_the_budget(model, run_here):
    """Its conversations count like those of scenarios, and are refused like them."""
    (model / "test_bot.py").write_text(
        "import pytest\n"
        "@pytest.mark.parametrize('number', range(3))\n"
        "def test_hello(conversation, number):\n"
        "    conversation('bot').say('Hello').expect(matches='.')\n"
    )

    result = run_here("--harness-budget=1tokens", "--harness-mode=live", "test_bot.py")

    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(
        ["*BudgetUsedUp: it was not played, because the budget of 1 token*"]
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(
            ["--harness-budget=2.50USD"], "it has no effect in mode 'replay'", id="replay"
        ),
        pytest.param(
            ["--harness-mode=live", "--harness-budget=2.50"],
            "'2.50' is not a budget; write 2.50USD or 100000tokens",
            id="no unit",
        ),
        pytest.param(
            ["--harness-mode=live", "--harness-budget=0USD"], "'0USD' is not a budget", id="nothing"
        ),
        pytest.param(
            ["--harness-mode=live", "--harness-budget=1tokens", "-n2"],
            "the processes of pytest-xdist do not count together",
            id="xdist",
        ),
        pytest.param(
            ["--harness-mode=live", "--harness-budget=2.50EUR"],
            "provider bot: it has no prices in EUR, so the budget does not count its costs",
            id="another currency",
        ),
    ],
)
def test_a_budget_that_cannot_be_kept_is_refused(model, run_here, arguments, said):
    """Nothing is asked: the run ends with a wrong command line."""
    result = run_here(*arguments)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert said in f"{result.stdout}{result.stderr}"


def test_a_budget_is_kept_where_only_judges_are_asked(model, run_here):
    """A replay that asks judges costs something, so that the option has an effect."""
    run_here(RECORD)

    result = run_here("--harness-judge=record", "--harness-budget=1tokens")

    assert result.ret == pytest.ExitCode.OK
    assert "budget: 0 tokens spent of 1 token" in result.outlines


def test_a_provider_that_the_budget_does_not_count_is_told(model, run_here):
    """If others are counted, the run goes on, and a note names it."""
    entry = HARNESS_YAML.partition("\n")[2].replace("bot:", "free:").partition("    prices")[0]
    (model / "harness.yaml").write_text(f"provider: bot\n{HARNESS_YAML}{entry}")
    both = ("--harness-provider=bot", "--harness-provider=free")

    result = run_here("--harness-mode=live", "--harness-budget=1USD", *both)

    assert result.ret == pytest.ExitCode.OK
    assert (
        "note: --harness-budget: provider free: it has no prices in USD, so the budget does not"
        " count its costs; add its 'prices' to harness.yaml, or give the budget in tokens"
        " [not-counted]"
    ) in result.outlines


def test_allure_has_what_a_scenario_spent(model, run_here):
    """As a parameter that is no part of the test's identity."""
    run_here(RECORD, "--alluredir=allure", "scenarios/hello-1.yaml")

    [file] = (model / "allure").glob("*-result.json")
    parameters = {one["name"]: one for one in json.loads(file.read_text())["parameters"]}
    assert parameters["spent"]["value"] == "9 tokens, 0.00006 USD"
    assert parameters["spent"]["excluded"] is True


BRANCHES = """\
scenario: greeting
turns:
  - {id: first, user: Hello, expect: {matches: .}}
  - {user: Hello, expect: {matches: .}}
  - branch: {from: first, name: other}
  - {user: Bye, expect: {matches: .}}
"""


def test_a_beginning_that_branches_share_is_paid_once(model, run_here):
    """Live, the one that sent it has it; each recording holds it, so that a replay has it twice."""
    (model / "scenarios/greeting.yaml").write_text(BRANCHES)

    run_here(RECORD, REPORTS, "scenarios/greeting.yaml")
    live = [one["spent"][0]["replies"] for one in records(model)]
    turns = [len(one["transcript"]["turns"]) for one in records(model)]
    run_here(REPORTS, "scenarios/greeting.yaml")
    replayed = [one["spent"][0]["replies"] for one in records(model)]

    assert turns == replayed == [2, 2]
    assert sorted(live) == [1, 2]


def test_a_budget_can_be_given_in_python(model):
    """`harness.run` plays as `harness run` does, and its records name what was not played."""
    plan = harness.plan(config=model / "harness.yaml")

    found = list(harness.run(plan, mode="live", concurrency=1, budget="1tokens"))

    assert [one["outcome"] for one in found] == ["passed", *["broken"] * 4]
    assert all(one["codes"] == ["budget-used-up"] for one in found[1:])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"mode": "replay", "budget": "1USD"}, "'budget' has no effect in the mode replay"),
        ({"mode": "live", "budget": "1 dollar"}, "'1 dollar' is not a budget"),
        ({"mode": "live", "budget": "1EUR"}, "the budget 1EUR counts the costs of no provider"),
    ],
    ids=["replay", "no unit", "another currency"],
)
def test_a_budget_without_effect_is_a_value_error(model, options, said):
    """It is told before anything is played."""
    plan = harness.plan(config=model / "harness.yaml")

    with pytest.raises(ValueError, match=re.escape(said)):
        harness.run(plan, **options)
