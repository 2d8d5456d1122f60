import pytest
from check_samples import exchange, judge, turn, turn_bringing

from harness.checks import PASS, BadExpectation
from harness.conversation.outcome import Outcome

SOON = "2026-03-02T09:30:00.0000000+00:00"
HOLDING = [
    ("<any>", None),
    ("<any>", [1]),
    ("<string>", ""),
    ("<string 1..3>", "abc"),
    ("<string 2..>", "ab"),
    ("<number>", -1.5),
    ("<number 1..5>", 5),
    ("<number ..5>", -3),
    ("<number 0.5..>", 0.5),
    ("<number -2..-1>", -1),
    ("<integer>", 3.0),
    ("<integer 1..5>", 1),
    ("<boolean>", False),
    ("<uuid>", "0197f4c2-8a6b-7c3d-9e1f-5a2b3c4d5e6f"),
    ("<uuid>", "0197F4C2-8A6B-7C3D-9E1F-5A2B3C4D5E6F"),
    ("<url>", "https://example.com/a?b=c"),
    ("<email>", "anna@mail.example.com"),
    ("<date>", "2024-02-29"),
    ("<date 2026-01-01..>", "2026-01-01"),
    ("<datetime>", "2026-03-02T09:30:00Z"),
    ("<datetime>", "2026-03-02 09:30"),
    ("<datetime 2026-03-02..2026-03-03>", "2026-03-02T12:00:00+05:00"),
    ({"<number>": {"between": [1, 5]}}, 3),
    ({"<number 1..5>": {"not": 3}}, 4),
    ({"<any>": {"equals": "<br>"}}, "<br>"),
    ({"<string>": {"matches": "^a"}}, "abc"),
    ("a <b> c", "a <b> c"),
    ({}, {"a": 1}),
    ([], []),
    (None, None),
    (1, 1.0),
]
FAILING = [
    ("<string>", None),
    ("<string 1..3>", "abcd"),
    ("<string>", 7),
    ("<number>", True),
    ("<number>", "1"),
    ("<number 1..5>", 5.01),
    ("<number 1..5>", True),
    ("<integer>", 2.5),
    ("<integer 1..5>", 6),
    ("<boolean>", 1),
    ("<uuid>", "0197f4c28a6b7c3d9e1f5a2b3c4d5e6f"),
    ("<uuid>", "{0197f4c2-8a6b-7c3d-9e1f-5a2b3c4d5e6f}"),
    ("<uuid>", 7),
    ("<url>", "example.com"),
    ("<url>", "https://"),
    ("<url>", "javascript:alert(1)"),
    ("<url>", "https://exa mple.com"),
    ("<email>", "anna@mail"),
    ("<email>", "anna.mail.example.com"),
    ("<date>", "2026-02-29"),
    ("<date>", "20260302"),
    ("<date>", SOON),
    ("<date 2026-01-01..>", "2025-12-31"),
    ("<datetime>", "2026-03-02"),
    ("<datetime>", "2026-03-02T25:00:00Z"),
    ("<datetime 2026-03-02..>", "2026-03-02T01:00:00+05:00"),
    ({"<number>": {"between": [1, 5]}}, "3"),
    ({"<number>": {"between": [1, 5]}}, 6),
    (True, 1),
    ("7", 7),
    ({}, []),
    ([], [1]),
]


@pytest.mark.parametrize(("shape", "value"), HOLDING, ids=str)
def test_a_value_that_is_like_it(shape, value):
    """Each placeholder, range and literal takes what it stands for."""
    assert judge("like", {"a": shape}, turn_bringing({"a": value, "b": 1})) is PASS


@pytest.mark.parametrize(("shape", "value"), FAILING, ids=str)
def test_a_value_that_is_not_like_it(shape, value):
    """Each placeholder, range and literal refuses what it does not stand for."""
    verdict = judge("like", {"a": shape}, turn_bringing({"a": value, "b": 1}))

    assert verdict.outcome is Outcome.FAILED
    assert verdict.finding.message.startswith(("$.a is ", "$.a has "))


def test_the_time_of_dot_net_is_a_datetime():
    """Seven digits of a second, as .NET writes them, are read."""
    assert judge("like", "<datetime>", turn_bringing(SOON)) is PASS


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        ([1, 2], [1, 2]),
        ({"<unordered>": [1, 2]}, [2, 1]),
        # The first could take either; it must leave the one that the second needs.
        ({"<unordered>": ["<number>", 1]}, [1, 2]),
        ({"<unordered>": [{"a": 1}, {"b": 2}]}, [{"a": 1, "b": 2}, {"a": 1}]),
        ({"<every>": {"a": "<number>"}}, [{"a": 1}, {"a": 2, "b": 3}]),
        ({"<some>": {"a": 2}}, [{"a": 1}, {"a": 2}]),
        pytest.param([*range(300)], [*range(300)], id="300 items"),
    ],
    ids=str,
)
def test_a_list_that_is_like_it(shape, value):
    """A list has its items in order, or as its mark says."""
    assert judge("like", shape, turn_bringing(value)) is PASS


@pytest.mark.parametrize(
    ("shape", "value", "message"),
    [
        ([1, 2], [2, 1], "$[0] is 2, expected 1 (and 1 more)"),
        ([1], [1, 2], "$ has 2 items, expected 1"),
        ([1], {"0": 1}, '$ is {"0": 1}, expected the list [1]'),
        ({"<unordered>": [1, 2]}, [1, 1], "$[1] is 1, expected 2"),
        ({"<unordered>": [1, 1]}, [1, 2], "$[1] is 2, expected 1"),
        ({"<unordered>": [1, 2]}, [1, 2, 3], "$ has 3 items, expected 2"),
        ({"<unordered>": [1, 2]}, [3, 4], "no item of $ is 1 (and 1 more)"),
        ({"<unordered>": [1]}, 1, "$ is 1, expected the items [1] in any order"),
        ({"<every>": 1}, [], "$ is [], expected a list whose every item is 1"),
        ([{"a": 1, "b": {}}], [2], "$[0] is 2, expected an object with {a: 1, b: an object}"),
        ({"<every>": 1}, [1, 2], "$[1] is 2, expected 1"),
        ({"<some>": 1}, [2, 3], "no item of $ is 1"),
    ],
    ids=str,
)
def test_a_list_that_is_not_like_it(shape, value, message):
    """What is wrong with a list is told at the item, where one item is meant."""
    assert judge("like", shape, turn_bringing(value)).finding.message == message


def test_the_nearest_item_is_told():
    """Of a list without the wanted item, the item that departs least says what it lacks."""
    items = [{"a": 1, "b": 1}, {"a": 1, "b": 2}, {"a": 9, "b": 9}]

    verdict = judge("like", {"<some>": {"a": 1, "b": 3}}, turn_bringing(items))

    assert verdict.finding.actual == "$: 3 items"
    assert verdict.finding.difference == ("the nearest item: $[0].b is 1, expected 3",)


def test_a_missing_key_is_not_a_wrong_value():
    """A key that is not there is told as missing, with the likely one; a null is a value."""
    payload = {"id": None, "sessionId": 1}

    verdict = judge("like", {"id": "<uuid>", "sesionId": 1}, turn_bringing(payload))

    assert verdict.finding.difference == (
        "$.id is null, expected a UUID",
        "$.sesionId is missing, expected 1; did you mean 'sessionId'?",
    )


def test_only_what_differs_is_told_and_no_more_than_fits():
    """Of many places that differ, 12 are told and the rest is counted."""
    shape = {"same": "<any>", **{f"k{number}": 1 for number in range(20)}}
    payload = {"same": "quiet", **{f"k{number}": 2 for number in range(20)}}

    finding = judge("like", shape, turn_bringing(payload)).finding

    assert finding.message == "$.k0 is 2, expected 1 (and 19 more)"
    assert len(finding.difference) == 13
    assert finding.difference[-1] == "… and 8 more"
    assert len(finding.expected.splitlines()) == 12
    assert "quiet" not in "".join(finding.difference)


def test_upper_and_lower_case_can_be_the_same():
    """`ignore_case` reaches the texts of a shape."""
    assert judge("like", {"a": ["YES"]}, turn_bringing({"a": ["yes"]}), ignore_case=True) is PASS


@pytest.mark.parametrize(
    ("value", "code", "path", "hint"),
    [
        ({"a": "<uid>"}, "unknown-placeholder", ("a",), "did you mean '<uuid>'?"),
        ({"a": ["<datetme>"]}, "unknown-placeholder", ("a", 0), "did you mean '<datetime>'?"),
        (
            {"a": {"<unorderd>": [1]}},
            "unknown-placeholder",
            ("a", "<unorderd>"),
            "did you mean '<unordered>'?",
        ),
        ({"a": {"<nmber>": {}}}, "unknown-placeholder", ("a", "<nmber>"), None),
        ({"a": "<number 5..1>"}, "wrong-value", ("a",), ""),
        ({"a": "<number 5>"}, "wrong-value", ("a",), "such as 1..5, 1.. or ..5"),
        ({"a": "<number ..>"}, "wrong-value", ("a",), "such as 1..5, 1.. or ..5"),
        ({"a": "<number a..b>"}, "wrong-value", ("a",), ""),
        ({"a": "<date 2026..>"}, "wrong-value", ("a",), ""),
        ({"a": "<uuid 1..2>"}, "wrong-value", ("a",), ""),
        ({"a": {"<unordered>": 1}}, "wrong-value", ("a", "<unordered>"), ""),
        ({"a": {"<unordered>": ["<uid>"]}}, "unknown-placeholder", ("a", "<unordered>", 0), None),
        (
            {"a": {"<number>": {"les_than": 1}}},
            "unknown-matcher",
            None,
            "did you mean 'less_than'?",
        ),
        ({"a": {"<number>": {}, "b": 1}}, "wrong-value", ("a", "<number>"), "remove 'b'"),
        ({"a": {"!": 1, "<number>": {}}}, "wrong-value", ("a", "<number>"), "remove '!'"),
        ({"a": "< uuid >"}, "wrong-value", ("a",), "write '<uuid>'"),
        (
            {"a": "<number> USD"},
            "wrong-value",
            ("a",),
            "for a text around it, write {<string>: {matches: …}}",
        ),
        ({}, "matches-everything", (), None),
        ("<any>", "matches-everything", (), None),
    ],
    ids=str,
)
def test_a_shape_that_makes_no_sense_is_refused(value, code, path, hint):
    """A misspelt placeholder or an empty range is told when the file is read, at its place."""
    with pytest.raises(BadExpectation) as caught:
        judge("like", value)

    assert caught.value.code == code
    assert path is None or caught.value.path == path
    assert hint is None or caught.value.hint == hint


def test_an_answer_that_is_no_json_fails():
    """Where there is no payload, the check fails and says so."""
    refused = turn(reply=None, exchanges=(exchange(b"<html>", status=403),))

    assert judge("like", {"a": "<any>"}, refused).finding.message == "the refusal is not JSON"
