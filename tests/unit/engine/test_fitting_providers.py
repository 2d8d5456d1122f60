"""What a scenario tells a provider that its definition never sends."""

from __future__ import annotations

import pytest

from harness.core.errors import ScenarioError
from harness.project.fitting_providers import blind_checks
from harness.project.loading import load_scenario
from harness.project.project import Project

HARNESS = "provider: desk\nproviders: {desk: {definition: desk/}, other: {definition: other/}}\n"
DESK = """\
definition: desk
settings: {base_url: {type: string}}
open:
  - request: {post: /open, json: {land: '${session.country}', by: "${session['channel'] or 'web'}"}}
send:
  - request:
      post: /say
      json:
        text: '${message.text}'
        said: {for_each: turns, as: turn, yield: '${turn.user.text}'}
    reply: {text: $.text}
"""
OTHER = """\
definition: other
settings: {base_url: {type: string}}
open:
  - request: {post: /open, json: {for_each: session | items, as: one, yield: '${one[0]}'}}
send:
  - request: {post: /say, json: {message: '${message}'}}
    reply: {text: $.text, usage: $.usage}
"""


@pytest.fixture
def problems(tmp_path):
    """What is wrong with a scenario of these keys and this message."""
    for name, text in (("desk", DESK), ("other", OTHER)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "provider.yaml").write_text(text)
    (tmp_path / "harness.yaml").write_text(HARNESS)
    file = tmp_path / "scenarios/a.yaml"
    file.parent.mkdir()

    def of(keys: str, user: str = "Hello", expect: str = "{contains: Hi}"):
        text = f"scenario: a\n{keys}turns:\n  - user: {user}\n    expect: {expect}\n"
        file.write_text(text)
        project = Project.at(tmp_path / "harness.yaml")
        try:
            return list(blind_checks(project, load_scenario(project, file)))
        except ScenarioError as error:
            return list(error.problems)

    return of


def test_answers_to_tools_that_are_never_sent(problems):
    """No step sends them back, so they would have no effect."""
    (problem,) = problems("answers: {search: {returns: 1}}\n")

    assert problem.code == "never-sent"
    assert problem.message == "the definition of 'desk' sends no answers to tool calls"
    assert problem.place.line == 2


def test_a_session_key_that_is_never_read(problems):
    """It would be ignored in silence, so it is named at its place with the likely key."""
    (problem,) = problems("session: {countrie: France, channel: app}\n")

    assert (problem.code, problem.hint) == ("unknown-key", "did you mean 'country'?")
    assert problem.message.endswith("the definition of 'desk' takes only channel, country")
    assert (problem.place.line, problem.place.column) == (2, 11)


@pytest.mark.parametrize(
    ("user", "what"),
    [
        ("{text: Hello, metadata: {page: start}}", "metadata"),
        ("{text: Hello, attachments: [{name: a.pdf}]}", "attachments"),
    ],
)
def test_what_is_never_sent(problems, user, what):
    """Metadata and attachments that no template of the definition names are refused."""
    (problem,) = problems("", user)

    assert problem.code == "never-sent"
    assert problem.message == f"the definition of 'desk' sends no {what}"


@pytest.mark.parametrize("provider", ["other", "[desk, other]"])
def test_a_definition_that_takes_all_is_told_all(problems, provider):
    """Nothing is wrong where a definition of the scenario takes the whole."""
    keys = f"provider: {provider}\nsession: {{anything: 1}}\n"

    assert problems(keys, "{text: Hello, metadata: {page: start}}") == []


PAGED = DESK.replace(
    "said: {for_each",
    "page: '${message.metadata.page}'\n        files:\n"
    "          for_each: message.attachments\n          as: file\n"
    "          yield: {name: '${file.name}'}\n        said: {for_each",
)


@pytest.fixture
def paged(problems, tmp_path):
    """As `problems`, of a definition that sends one key of `metadata` and names of files."""
    (tmp_path / "desk/provider.yaml").write_text(PAGED)
    return problems


@pytest.mark.parametrize(
    ("user", "told", "column"),
    [
        (
            "{text: Hi, metadata: {paeg: start}}",
            "unknown key 'paeg': of metadata the definition of 'desk' sends only page",
            33,
        ),
        (
            "{text: Hi, attachments: [{name: a.pdf, content: JVBERi0=}]}",
            "unknown key 'content': of attachments the definition of 'desk' sends only name",
            50,
        ),
    ],
    ids=["metadata", "attachments"],
)
def test_a8_a_key_of_a_message_that_is_never_sent(paged, user, told, column):
    """It would be sent nowhere, so it is named at its place, as a key of `session:` is."""
    (problem,) = paged("", user)

    assert (problem.code, problem.message) == ("unknown-key", told)
    assert (problem.place.line, problem.place.column) == (3, column)


def test_a8_what_is_sent_is_right(paged):
    """Keys that a template reads are no problem."""
    user = "{text: Hi, metadata: {page: start}, attachments: [{name: a.pdf}]}"

    assert paged("", user) == []


def test_a8_a_key_in_a_fragment(paged, tmp_path):
    """A message of a fragment is held against the providers of the scenario that includes it."""
    (tmp_path / "scenarios/part.yaml").write_text(
        "turns:\n  - user: {text: Hi, metadata: {asq: true}}\n    expect: none\n"
    )

    (problem,) = paged("setup: [{include: part.yaml}]\n")

    assert problem.message.startswith("unknown key 'asq'")
    assert str(problem.place).startswith("scenarios/part.yaml:2:")


@pytest.mark.parametrize(
    "sent",
    ["'${message.attachments}'", "{for_each: message.attachments, as: file, yield: '${file}'}"],
    ids=["all", "each"],
)
def test_a8_attachments_that_are_sent_whole(problems, tmp_path, sent):
    """Nothing of them is left out, so nothing is told."""
    text = DESK.replace("said: {for_each", f"files: {sent}\n        said: {{for_each")
    (tmp_path / "desk/provider.yaml").write_text(text)

    assert problems("", "{text: Hi, attachments: [{name: a.pdf, content: YQ==}]}") == []


@pytest.mark.parametrize(
    ("expect", "code"),
    [
        ("{tools: none}", "not-told"),
        ("{tools: {not_contains: refund}}", "not-told"),
        ("{tools: {exactly: [refund]}}", "not-told"),
        ("{tools: {count: 0}}", "not-told"),
        ("{tools: {count: {between: [0, 2]}}}", "not-told"),
        ("{tools: {not_contains: '${uuid()}'}}", "not-told"),
        ("{not: {tools: refund}}", "not-told"),
        ("{any_of: [{contains: Hi}, {not: {tools: refund}}]}", "not-told"),
        ("{usage: {total: {less_than: 9}}}", "not-told"),
        ("{first_token: {under: 1s}}", "not-told"),
        ("{tools: refund}", ""),
        ("{tools: {contains: [refund], count: {at_least: 1}}}", ""),
        ("{usage: {total: {at_least: 1}}}", ""),
    ],
    ids=lambda value: f"A14-{value}" if value.startswith("{") else value or "skipped",
)
def test_a_check_that_cannot_look(problems, expect, code):
    """What forbids something is an error at its place; what asks for something is skipped."""
    (problem,) = problems("", expect=expect)

    assert problem.code == code
    assert problem.message.startswith("'" + ("tools" if "tools" in expect else expect[1:6]))
    assert ("cannot be checked" if code else "is skipped") in problem.message
    assert problem.place.line == 4


def test_a14_never_turns_a_check_round(problems):
    """Of a scenario's own blocks as well; a definition that reads it has no problem."""
    (never,) = problems("expect: {never: {tools: refund}}\n")
    told = problems("provider: other\n", expect="{usage: {total: {less_than: 9}}}")

    assert (never.code, told) == ("not-told", [])
