"""What runs cost, with the emulator of Chat Completions, which counts tokens."""

from __future__ import annotations

import json

import pytest
from defusedxml import ElementTree

from harness.emulators import EMULATORS
from harness.emulators import serving as serving_emulators

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
