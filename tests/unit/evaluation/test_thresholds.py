from __future__ import annotations

import pytest

from harness.checks import kinds_in
from harness.core import ConfigurationError
from harness.evaluation.whatif.thresholds import Threshold, read_thresholds, thresholds_in
from harness.project.vocabulary import Vocabulary

VOCABULARY = Vocabulary(kinds_in("reply_checks"), None)


def _changed(path, written, name, value):
    found = Threshold(path=path, written=written).changed(name, value)
    return None if found is None else found[0]


@pytest.mark.parametrize(
    ("path", "written", "name", "value", "changed"),
    [
        ("max_words", "5", "max_words", 50, 5),
        ("max_words", "many", "max_words", 50, "many"),
        ("contains", "5", "contains", "12", "5"),
        ("latency.under", "1s", "latency", {"under": "2s"}, {"under": "1s"}),
        ("messages.count", "1", "messages", {"count": 2}, {"count": 1}),
        (
            "json.$.a.b.less_than",
            "1.5",
            "json",
            {"$.a.b": {"less_than": 2, "at_least": 0}, "$.a": 1},
            {"$.a.b": {"less_than": 1.5, "at_least": 0}, "$.a": 1},
        ),
        ("max_words", "5", "not", {"max_words": 50}, {"max_words": 5}),
        (
            "max_words",
            "5",
            "any_of",
            [{"contains": "a"}, {"all_of": [{"max_words": 50}]}],
            [{"contains": "a"}, {"all_of": [{"max_words": 5}]}],
        ),
        (
            "max_words",
            "5",
            "messages",
            {"count": 2, "each": {"max_words": 50}},
            {"count": 2, "each": {"max_words": 5}},
        ),
    ],
    ids=[
        "a-number",
        "not-a-number",
        "a-text-stays-one",
        "a-key",
        "a-number-at-a-key",
        "a-path",
        "inside-not",
        "inside-two-blocks",
        "inside-messages",
    ],
)
def test_a_threshold_is_replaced(path, written, name, value, changed):
    """The rest of the value stays, and the new value has the type of the old one if it can."""
    assert _changed(path, written, name, value) == changed


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("latency.over", "latency", {"under": "2s"}),
        ("latency", "latency", {"under": "2s"}),
        ("max_words", "min_words", 3),
        ("max_words", "like", {"max_words": 3}),
        ("max_words.x", "max_words", 3),
        ("contains", "contains", ["a", "b"]),
        ("messages.count", "messages", None),
    ],
    ids=[
        "another-key",
        "a-mapping",
        "another-check",
        "a-payload",
        "a-key-of-a-number",
        "a-list",
        "nothing",
    ],
)
def test_what_is_not_the_threshold_stays(path, name, value):
    """None says that the check is judged as before."""
    assert _changed(path, "5", name, value) is None


def test_a_value_is_not_changed_in_place():
    """The value of the expectation is shared by all conversations."""
    value = {"each": {"max_words": 50}}

    _changed("max_words", "5", "messages", value)

    assert value == {"each": {"max_words": 50}}


def test_values_are_read_in_order_and_once():
    """Each is a threshold of its own; spaces around it do not count."""
    found = read_thresholds("json.$[?@.a=='b'].c=1, 2,1", VOCABULARY)

    assert [(one.path, one.written) for one in found] == [
        ("json.$[?@.a=='b'].c", "1"),
        ("json.$[?@.a=='b'].c", "2"),
    ]


@pytest.mark.parametrize(
    "given", ["", "=", "max_words", "max_words=", "=5", "max_words=1,,2", "words=1"]
)
def test_what_is_not_a_threshold_is_refused(given):
    """A check, an equals sign and at least one value are required."""
    with pytest.raises(ConfigurationError):
        list(read_thresholds(given, VOCABULARY))


def test_every_threshold_of_a_value_has_a_name():
    """The names are those by which they can be changed, so a hint can propose them."""
    value = {"count": 2, "each": {"max_words": 50, "not": {"contains": "sorry"}}}
    names = sorted({*thresholds_in("messages", value)})

    assert names == [
        "contains",
        "max_words",
        "messages.count",
        "messages.each.max_words",
        "messages.each.not.contains",
    ]
    assert all(_changed(name, "5", "messages", value) is not None for name in names)
