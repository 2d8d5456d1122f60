from __future__ import annotations

import pytest

from harness.conversation import Outcome
from harness.transport.cassette import read_cassette
from tests.recordings.importer import ROOT


def test_what_is_written(importer):
    """Messages, and expectations of what was answered; the places are printed."""
    file = importer.foreign("connectly/pink-dress")

    result = importer.call(file, "connectly", "--scenario", "dress")

    assert result.output == (
        "scenarios/connectly/dress.yaml: written, 2 turns\n"
        "cassettes/connectly/dress.yaml: written, 2 interactions\n"
    )
    assert (importer.folder / "scenarios/connectly/dress.yaml").read_text() == (
        "scenario: dress\n"
        "provider: connectly\n"
        "turns:\n"
        '  - assistant: "Welcome to my store! How can I help?"\n'
        "  - user: Do you offer free shipping?\n"
        "    expect:\n"
        "      schema: connectly/reply\n"
        "      replies:\n"
        '        - contains: "We do offer free shipping on all orders over $50!"\n'
        "        - contains: Can I help you find a product?\n"
        "  - user: Yes I want a pink dress for my daughters 10th birthday\n"
        "    expect:\n"
        "      schema: connectly/reply\n"
        "      replies:\n"
        "        - contains: Do either of these dresses stand out to you?\n"
        "        - contains: Does she also like purple?\n"
        "      products: {count: 2}\n"
    )


@pytest.mark.parametrize(
    "name",
    [
        "enthusiast/failed-task",
        "connectly/unknown-state",
        "superoffice/languages--de",
        "superoffice/selected-properties",
        "superoffice-xml/as-xml",
        "mister-turing-raw/both-framings",
        "mister-turing/mister-turing-blank-message",
    ],
)
def test_conversations_of_other_kinds(importer, name):
    """Refusals, `session:`, queries, XML, raw streams and blank messages are taken over too."""
    provider = name.partition("/")[0]

    result = importer.call(importer.foreign(name), provider, "--scenario", "taken")
    assert result.exit_code == 0, result.exception

    assert importer.replay(provider, "taken").outcome is Outcome.PASSED


def test_our_own_cassettes_keep_their_times(importer):
    """A recording of ours becomes another scenario, whose replies took as long."""
    source = ROOT / "cassettes/enthusiast/plan-costs.yaml"
    recorded = read_cassette(source)

    importer.call(source, "enthusiast", "--scenario", "taken")
    taken = read_cassette(importer.folder / "cassettes/enthusiast/taken.yaml")

    assert [one.response.seconds for one in taken.interactions] == [
        one.response.seconds
        for one in recorded.interactions
        if not one.request.origin.step.startswith("history")
    ]
    assert taken.head.recorded_at == recorded.head.recorded_at


def test_nothing_is_overwritten(importer):
    """Neither the scenario nor the cassette, nor is an id used twice, but with --force."""
    file = importer.foreign("superoffice/password-reset")
    again = "--force replaces it, or choose another --scenario [import-exists]"
    importer.call(file, "superoffice", "--scenario", "taken")

    second = importer.call(file, "superoffice", "--scenario", "taken")
    (importer.folder / "scenarios/superoffice/taken.yaml").rename(
        importer.folder / "scenarios/a.yaml"
    )
    third = importer.call(file, "superoffice", "--scenario", "taken")
    other = importer.call(file, "superoffice-xml", "--scenario", "taken")
    forced = importer.call(file, "superoffice", "--scenario", "taken", "--force")

    there = "the file already exists"
    assert str(second.exception) == f"scenarios/superoffice/taken.yaml: {there}; {again}"
    assert str(third.exception) == f"cassettes/superoffice/taken.yaml: {there}; {again}"
    assert str(other.exception) == (
        "scenarios/a.yaml: the id 'taken' is already used; choose another --scenario "
        "[import-exists]"
    )
    assert forced.exit_code == 0


def test_requests_that_are_not_the_conversations(importer):
    """What belongs to no step is named with the nearest one, and left out."""

    def with_more(rows):
        health = rows[0]["uri"].partition("/api")[0] + "/health"
        return [{**rows[0], "method": "GET"}, *rows, {**rows[0], "uri": health}]

    file = importer.foreign("superoffice/password-reset", with_more)
    result = importer.call(file, "superoffice", "--out", "scenarios/reset.yaml")
    assert result.exit_code == 0, result.exception

    path = "/api/v1/Agents/AI/GetChatbotResponse"
    assert result.output == (
        "scenarios/reset.yaml: written, 1 turn\n"
        "cassettes/superoffice/foreign.yaml: written, 1 interaction\n"
        f"note: interaction 1 of 3: GET {path} is not a request of the definition; the "
        "nearest step is send.1, "
        f"POST {path}: the method differs; left out\n"
        "note: interaction 3 of 3: POST /health is not a request of the definition; the "
        "nearest step is history.1, POST /api/v1/Agents/AI/GetChatbotTurns: the path "
        "differs; left out\n"
    )


@pytest.mark.parametrize("slash", ["", "/"])
def test_e11_a_slash_at_the_end_is_no_difference(importer, slash):
    """Clients of one system ask with and without it, as its servers redirect."""

    def asked(rows):
        return [
            {**row, "uri": row["uri"].rstrip("/") + slash} if "task_status" in row["uri"] else row
            for row in rows
        ]

    file = importer.foreign("enthusiast/fiberup-sla", asked)
    result = importer.call(file, "enthusiast", "--scenario", "taken")

    assert result.exit_code == 0, result.output
    assert "not a request of the definition" not in result.output
    assert importer.replay("enthusiast", "taken").outcome is Outcome.PASSED


def _redirected(rows):
    """Each message is first sent to another address, as to a server that moved."""
    moved = []
    for row in rows:
        if "GetChatbotResponse" in row["uri"]:
            location = [["location", f"{row['uri']}/"]]
            moved += [
                {**row, "status": 307, "headers": location, "body": "elsewhere"},
                {**row, "uri": f"{row['uri']}/"},
            ]
        else:
            moved.append(row)
    return moved


def test_redirects_are_followed(importer):
    """What is imported is the answer behind them, and the note tells where it stood."""
    file = importer.foreign("superoffice/password-reset", _redirected)

    result = importer.call(file, "superoffice", "--scenario", "moved")

    assert result.exit_code == 0, result.exception
    assert "written, 1 turn\n" in result.output
    assert (
        "note: interaction 2 of 2: it is a redirect target: its answer belongs to "
        "interaction 1; left out\n"
    ) in result.output
    assert "elsewhere" not in (importer.folder / "cassettes/superoffice/moved.yaml").read_text()
    assert importer.replay("superoffice", "moved").outcome is Outcome.PASSED


def test_a_redirect_whose_target_was_not_recorded(importer):
    """The redirect is not taken for the bot's answer, and nothing is written."""
    file = importer.foreign("superoffice/password-reset", lambda rows: _redirected(rows)[:1])

    result = importer.call(file, "superoffice", "--scenario", "moved")

    assert str(result.exception) == (
        f"{file}: interaction 1 of 1, send.1: it redirects to "
        "/api/v1/Agents/AI/GetChatbotResponse/, which was not recorded; nothing was written"
        " [import-unmatched]"
    )
    assert importer.files() == []


def _without_polls(rows):
    return [row for row in rows if "task_status" not in row["uri"]]


def _twice(rows):
    return [*rows, *rows]


def _nobody_speaks(rows):
    return rows[:1]


def _breaks_the_contract(rows):
    row = rows[-1]
    return [*rows[:-1], {**row, "body": row["body"].replace('"role"', '"part"')}]


@pytest.mark.parametrize(
    ("keep", "expected"),
    [
        pytest.param(
            _without_polls,
            "turn 1 cannot be reproduced: turn 1, step send.2 was not recorded: GET "
            "/api/task_status/",
            id="a part is missing",
        ),
        pytest.param(
            _twice,
            "interaction 7 of 12, open.1: it opens a second conversation; nothing was written"
            " [import-unmatched]",
            id="two conversations",
        ),
        pytest.param(
            _nobody_speaks,
            "it contains no message that a send step of enthusiast would send; nothing was"
            " written [import-no-message]",
            id="no message",
        ),
        pytest.param(
            _breaks_the_contract,
            "turn 1: the answer contains no new message [no-reply]; nothing was written"
            " [import-not-green]",
            id="another shape",
        ),
    ],
)
def test_what_cannot_be_imported(importer, keep, expected):
    """It is said which interaction it is and why, and nothing is written."""
    file = importer.foreign("enthusiast/fiberup-sla", keep)

    result = importer.call(file, "enthusiast")

    assert f"foreign.yaml: {expected}" in str(result.exception)
    assert importer.files() == []


def test_a_closing_that_was_not_recorded(importer):
    """An empty answer stands for it, which a note says."""
    file = importer.foreign("bighummingbird/plan-a-trip", lambda rows: rows[:-1])

    result = importer.call(file, "bighummingbird", "--scenario", "taken")

    assert (
        "close.1 was not recorded: an empty answer with status 200 takes its place"
    ) in result.output
    assert importer.replay("bighummingbird", "taken").outcome is Outcome.PASSED


def test_what_looks_like_a_secret_is_not_written(importer):
    """A token that the bot says, of which nobody knows, stops the import."""
    token = "ghp_" + "a1B2" * 9

    def leaking(rows):
        body = rows[-1]["body"].replace("To reset your password", f"Use {token}")
        return [{**rows[-1], "body": body}]

    result = importer.call(importer.foreign("superoffice/password-reset", leaking), "superoffice")

    assert "secret-in-cassette" in str(result.exception)
    assert token not in str(result.exception)
    assert importer.files() == []


@pytest.mark.parametrize("name", ["a--b", "../a", ""])
def test_an_id_that_no_scenario_may_have(importer, name):
    """It is refused before anything is read; the file's name makes an id that is allowed."""
    file = importer.foreign("superoffice/password-reset")
    renamed = file.rename(importer.folder / "a -- b.v2.yaml")

    result = importer.call(renamed, "superoffice", "--scenario", name)

    assert importer.files() == ([] if name else _written("a-b-v2"))
    assert name == "" or "[wrong-id]" in str(result.exception)


def _written(name):
    return [f"cassettes/superoffice/{name}.yaml", f"scenarios/superoffice/{name}.yaml"]
