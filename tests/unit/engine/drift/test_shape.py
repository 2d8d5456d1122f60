from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.play.drift.shape import DEEPEST, shape_differences, shape_of, without_items

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=12,
)


def differences(recorded, now, *, is_xml: bool = False) -> list[str]:
    return list(shape_differences(shape_of(recorded, is_xml=is_xml), shape_of(now, is_xml=is_xml)))


@pytest.mark.parametrize(
    ("recorded", "now"),
    [
        ({"id": "a1", "at": "2026-01-01"}, {"id": "b2", "at": "2026-02-02"}),
        ({"price": 20}, {"price": 19.99}),
        ({"a": 1, "b": 2}, {"b": 3, "a": 4}),
        ({"found": []}, {"found": [{"name": "x"}]}),
        ({"found": [{"name": "x"}]}, {"found": []}),
        ([1, 2], [3]),
        ([{"a": 1}, {"a": 2, "b": 3}], [{"a": 1}]),
        ([{"a": 1}, {"a": 2, "b": 3}], [{"b": 1, "a": 2}]),
        ([{"a": 1}, {"a": None}], [{"a": None}]),
        ({"1731": {"n": 1}}, {"1732": {"n": 2}, "1733": {"n": 3}}),
        (
            {"by": {"0d8f3b1e-6a55-4c0e-9d5b-2f6c3a1b4c5d": 1}},
            {"by": {"77c0a9b2-11aa-4bbb-8ccc-9d9d9d9d9d9d": 2}},
        ),
        ({"by": {"msg_01ab45cd67ef89ab23": 1}}, {"by": {"msg_99ab45cd67ef89ab24": 1}}),
        ({"days": {"2026-01-01": 1}}, {"days": {"2026-01-02": 1, "2026-01-03": 1}}),
        ({"by": {"17": 1}}, {"by": {}}),
    ],
    ids=[
        "values",
        "whole-and-other-numbers",
        "order-of-keys",
        "list-filled",
        "list-emptied",
        "length-of-a-list",
        "key-that-some-lacked",
        "key-that-some-had",
        "null-that-some-had",
        "keys-that-are-numbers",
        "keys-that-are-uuids",
        "keys-that-are-ids",
        "keys-that-are-days",
        "no-key-that-is-a-number",
    ],
)
def test_values_are_no_shape(recorded, now):
    """Payloads that differ in values, ids, times or counts only have one shape."""
    assert differences(recorded, now) == []


@pytest.mark.parametrize(
    ("recorded", "now", "line"),
    [
        ({"a": 1}, {"a": "1"}, "$.a: recorded a number, now a text"),
        ({"a": "x"}, {"a": None}, "$.a: recorded a text, now null"),
        ({"a": None}, {"a": "x"}, "$.a: recorded null, now a text"),
        ({"a": True}, {"a": 1}, "$.a: recorded true or false, now a number"),
        ({"a": 1}, {"a": 1, "b c": []}, "$['b c']: not recorded, now a list"),
        ({"a": 1, "b": {}}, {"a": 1}, "$.b: recorded a mapping, now missing"),
        ([{"a": 1}], [{"a": 1}, {}], "$[*].a: recorded everywhere, now missing in places"),
        ([1], [1, "x"], "$[*]: recorded a number, now a number or a text"),
        ({"a": [1]}, {"a": {"b": 1}}, "$.a: recorded a list, now a mapping"),
        ({"by": {"17": 1}}, {"by": {"18": "x"}}, "$.by.*: recorded a number, now a text"),
        ({}, [], "$: recorded a mapping, now a list"),
        ({"a": [[{"b": 1}]]}, {"a": [[{"b": []}]]}, "$.a[*][*].b: recorded a number, now a list"),
    ],
    ids=[
        "type",
        "became-null",
        "was-null",
        "true-and-1",
        "key-added",
        "key-missing",
        "key-missing-in-places",
        "type-in-places",
        "list-and-mapping",
        "below-an-id",
        "top",
        "deep",
    ],
)
def test_a_change_of_shape_is_told_with_its_path(recorded, now, line):
    """Each difference is one line: where, what was recorded, what came."""
    assert differences(recorded, now) == [line]


def test_an_optional_key_a_type_and_a_new_key_are_told_apart():
    """In elements of lists in lists, an optional key is nothing, and the others a line each."""
    recorded = {"found": [{"offers": [{"price": 1, "old": 2}, {"price": 1}]}]}
    now = {"found": [{"offers": [{"price": "1", "new": {"since": 1}}]}]}

    assert differences(recorded, now) == [
        "$.found[*].offers[*].price: recorded a number, now a text",
        "$.found[*].offers[*].new: not recorded, now a mapping",
    ]


def test_xml_has_no_lists():
    """An XML element that stands once or several times has one shape; its content still counts."""
    once, twice = {"item": {"name": "x"}}, {"item": [{"name": "x"}, {"name": "y"}]}

    assert differences(once, twice, is_xml=True) == []
    assert differences(twice, {"item": {"title": "x"}}, is_xml=True) != []


def test_what_lies_too_deep_is_not_looked_at():
    """A payload of very many levels is compared down to a limit, and breaks nothing."""
    recorded: object = 1
    now: object = "x"
    for _ in range(DEEPEST + 1):
        recorded, now = [recorded], [now]

    assert differences(recorded, now) == []
    assert differences([1], now) != []


@pytest.mark.parametrize(
    "nest", [lambda inner: [inner], lambda inner: {"a": inner}], ids=["list", "mapping"]
)
def test_an_item_that_lies_too_deep_is_not_looked_for(nest):
    """Items of lists are left out down to the same limit, however many levels there are."""
    item = {"text": "Hello"}
    deep: object = [item]
    for _ in range(5_000):
        deep = nest(deep)

    assert without_items(deep, [item]) is not None
    assert without_items(nest([item, 1]), [item]) == nest([1])


@given(JSON)
def test_a_payload_has_its_own_shape(payload):
    """Whatever the payload, it does not differ from itself."""
    assert differences(payload, payload) == []


@given(JSON, JSON)
def test_a_list_allows_each_of_its_elements(one, other):
    """A list of two payloads has the shape of both, so each of them alone is no difference."""
    assert differences([one, other], [one]) == []
    assert differences([one, other], [other]) == []
