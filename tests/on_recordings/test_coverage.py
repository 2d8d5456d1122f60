"""`harness coverage` with recordings of the example suite."""

from __future__ import annotations

import json
import shutil

from harness.core.sections import Section
from harness.reports.html.section_page import write_sections
from tests.on_recordings.conftest import ROOT

MORE_THAN_TEXT = "scenarios/connectly/more-than-text.yaml"
CONTENT = "$.response.responseEvents[*].messageEvent.content"


def _of(example, *words, provider):
    result = example.call("coverage", *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.output)["providers"][provider]


def test_fields_of_payloads_are_counted(example):
    """The elements of a list are one field; each payload counts once."""
    found = _of(example, "scenarios/connectly/pink-dress.yaml", provider="connectly")

    fields = {one["field"]: one["payloads"] for one in found["fields"]}
    assert fields["$.response.stateId"] == 2
    path = "$.response.responseEvents[*].recommendationEvent.products[*].price"
    assert fields[path] == 1


def test_buttons_that_nobody_presses_are_named(example):
    """A button is covered if any conversation presses it."""
    found = _of(example, "scenarios/connectly", provider="connectly")

    buttons = {one["name"]: one["pressed"] for one in found["buttons"]}
    assert 0 in buttons.values()
    assert any(buttons.values())


def test_error_branches_that_no_scenario_expects_are_named(example):
    """A refusal that a scenario expects plays the branch of its step."""
    every = _of(example, "scenarios/connectly", provider="connectly")
    one = _of(example, "scenarios/connectly/pink-dress.yaml", provider="connectly")

    assert any(branch["played"] for branch in every["error_branches"])
    assert not any(branch["played"] for branch in one["error_branches"])


def test_tools_that_were_declared_and_never_called_are_named(example):
    """Those of a request's body are known, as are those that the bot called."""
    for folder in ("scenarios", "cassettes"):
        shutil.copytree(ROOT / folder / "openai-chat", example.folder / folder / "openai-chat")

    found = _of(
        example, "scenarios/openai-chat", "--provider", "openai-chat", provider="openai-chat"
    )

    assert {one["name"] for one in found["tools"] if one["called"]}


def test_scenarios_are_listed_beside_providers(example):
    """Each scenario has its own counts, over its rows and takes."""
    result = example.call("coverage", "scenarios/connectly/any-colour.yaml", "--json")

    (scenario,) = json.loads(result.output)["scenarios"].items()
    assert scenario[0] == "any-colour"
    assert scenario[1]["conversations"] == 5


def test_takes_that_a_gate_did_not_need_are_not_missed(example):
    """Four of five takes decide `{takes: 5, pass: 4}`, so the fifth may have no recording."""
    (example.folder / "cassettes/connectly/any-colour.take-05.yaml").unlink()

    result = example.call("coverage", "scenarios/connectly/any-colour.yaml", "--quick", "--json")

    found = json.loads(result.output)
    assert (found["conversations"], found["not_read"]) == (4, {})


def test_a_recording_that_is_missing_is_named(example):
    """It is not covered in silence."""
    (example.folder / "cassettes/connectly/pink-dress.yaml").unlink()

    result = example.call("coverage", "scenarios/connectly")

    assert "1 conversation not read" in result.output
    assert "pink-dress[connectly]" in result.output


def test_a_project_without_recordings_is_refused(example):
    """There is nothing to cover anything."""
    shutil.rmtree(example.folder / "cassettes")

    result = example.call("coverage", "scenarios/connectly/pink-dress.yaml")

    assert "[nothing-judged]" in str(result.exception)


def test_fields_that_a_check_notices_are_told_from_others(example):
    """A field is changed in every reply that has it; the check that notices it first is named."""
    found = _of(example, MORE_THAN_TEXT, provider="connectly")

    noticed = {one["field"]: one for one in found["fields"]}
    assert noticed[f"{CONTENT}.imageContent.url"]["noticed"] == "always"
    assert noticed[f"{CONTENT}.audioContent.url"]["noticed"] == "never"
    assert noticed[f"{CONTENT}.audioContent.url"]["by"] == {}
    assert "json" in noticed[f"{CONTENT}.imageContent.url"]["by"]


def test_what_is_noticed_follows_the_expectations(example):
    """A check that looks at a field notices changes of it that its rule does not allow."""
    example.edit(
        MORE_THAN_TEXT,
        "$..audioContent: {length: 1}",
        "$..audioContent.url: {every: {matches: '^https://'}}",
    )

    found = _of(example, MORE_THAN_TEXT, provider="connectly")

    noticed = {one["field"]: one for one in found["fields"]}
    assert noticed[f"{CONTENT}.audioContent.url"]["noticed"] == "sometimes"
    assert set(noticed[f"{CONTENT}.audioContent.url"]["by"]) == {"json"}


def test_quick_only_counts_fields(example):
    """Nothing is changed, so nothing is said about what is noticed."""
    found = _of(example, "scenarios/connectly/pink-dress.yaml", "--quick", provider="connectly")

    assert not any("noticed" in one for one in found["fields"])


def test_the_page_has_every_field(example):
    """Also those that are always noticed, which the terminal leaves out."""
    words = ("coverage", "scenarios/connectly/pink-dress.yaml", "--html", "pages/coverage.html")

    result = example.call(*words)

    page = (example.folder / "pages/coverage.html").read_text(encoding="utf-8")
    price = "$.response.responseEvents[*].recommendationEvent.products[*].price"
    assert f'<td class="">{price}</td>' in page
    assert '<td class="good">always</td>' in page
    assert price not in result.output


def test_a_page_shows_texts_of_bots_as_texts(tmp_path):
    """What a bot wrote cannot become an element of the page."""
    hostile = "<script>alert(1)</script>"
    sections = [Section(title=hostile, heads=("name",), rows=[(hostile,)], lines=[hostile])]

    write_sections(tmp_path / "page.html", hostile, sections)

    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 6


def test_a_page_that_cannot_be_written_is_an_error(example):
    """The message has the reason of the system."""
    (example.folder / "file").write_text("")

    result = example.call("coverage", "scenarios/connectly/greeting.yaml", "--html", "file/c.html")

    assert "[not-written]" in str(result.exception)
