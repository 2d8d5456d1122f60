import pytest
from check_samples import judge, turn_bringing
from hypothesis import given
from hypothesis import strategies as st

from harness.checks import PASS, BadExpectation
from harness.checks.value_matchers import AS_NUMBER
from harness.conversation.outcome import Outcome
from harness.core.errors import CheckCrashed
from harness.core.typing import is_same
from harness.formats.json_path import compile_path, path_text

VAIN = {
    "names-nothing-that-is-there": ({"properties": {"txt": {"type": "string"}}}, {"text": "a"}),
    "a-type": ({"type": "object"}, {"text": "a"}),
    "items-of-nothing": ({"items": {"required": ["id"]}}, []),
    "no-key-is-there": ({"properties": {"text": {"type": "string"}}}, {}),
    "any-of-nothing": ({"anyOf": [{"properties": {"a": {"const": 1}}}, True]}, {"text": "a"}),
}
SAYING = {
    "requires": ({"required": ["text"]}, {"text": "a"}),
    "a-kind": ({"properties": {"text": {"type": "string"}}}, {"text": "a"}),
    "no-other-key": ({"properties": {"text": True}, "additionalProperties": False}, {"text": "a"}),
    "items": ({"items": {"type": "string"}}, ["a"]),
    "at-least-one-item": ({"type": "array", "minItems": 1}, [1]),
    "scalar": ({"type": "string"}, "a"),
}


@pytest.mark.parametrize(("schema", "payload"), VAIN.values(), ids=VAIN)
def test_a7_a_schema_that_says_nothing_of_the_payload_is_noted(schema, payload):
    """It holds, and the verdict tells that anything else would have held."""
    verdict = judge("schema", schema, turn_bringing(payload))

    assert verdict.outcome is Outcome.PASSED
    assert verdict.reason.startswith("asserts nothing about this payload")


@pytest.mark.parametrize(("schema", "payload"), SAYING.values(), ids=SAYING)
def test_a7_a_schema_that_says_something_is_not_noted(schema, payload):
    """One that another payload would break holds without a word."""
    assert judge("schema", schema, turn_bringing(payload)) == PASS


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("$.response.id", 7),
        ("$.response.id", 7.0),
        ("$.response.error", None),
        ("$.response.is_final", True),
        ("$.response.tags", ["sale", "pink", "sale"]),
        ("$.response.tags[-1]", "sale"),
        ("$['response']['unit price']", 3),
        ("$.response.meta", {"equals": {}}),
        ("$.response.products[*].id", [1, 2]),
        ("$.response.products[?@.price > 200].name", ["red dress"]),
        ("$..nothing", []),
        ("$.response.products[*].price", {"less_than": 300}),
        ("$.response.products[*].price", {"every": {"less_than": 300}}),
        ("$.response.products", {"every": {"type": "object"}}),
        ("$..name", {"some": "red dress"}),
        ("$..name", {"none": {"contains": "blue"}}),
        ("$..nothing", {"exists": False}),
        ("$..nothing", {"length": 0}),
        ("$..price", {"length": 3}),
        ("$.response.tags", {"length": {"between": [2, 3]}}),
        ("$.response.text", {"length": 3}),
        ("$.response.products[0]", {"length": 3}),
        ("$.response.nothing", {"exists": False}),
        ("$.response.error", {"exists": True}),
        ("$.response.error", {"type": "null"}),
        ("$.response.id", {"type": "integer"}),
        ("$.response.id", {"type": ["string", "number"]}),
        ("$..name", {"unique": True}),
        ("$.response.tags", {"unique": False}),
        ("$.response.tags", {"contains": "pink"}),
        ("$.response.tags", {"not": {"contains": "red"}}),
        ("$.response.text", {"matches": "^Y"}),
        ("$.response.text", {"one_of": ["No", "Yes"]}),
        ("$.response.price", {"greater_than": 49, "less_than": 50}),
        ("$.response.price", {"at_least": 49.5, "at_most": 49.5}),
        ("$.response.price", {"at_least": 30, "greater_than": 40}),
        ("$.response.price", {"at_most": 60, "less_than": 50}),
        ("$.response.id", {"not": {"one_of": [1, 2]}}),
        ("$..name", {"not": {"length": 3}}),
        ("$.response.products", {"every": {"not": {"length": 2}}}),
        ("$", {"type": "object"}),
    ],
    ids=str,
)
def test_a_path_that_holds(path, wanted):
    """Every matcher and kind of literal passes where it holds."""
    assert judge("json", {path: wanted}) is PASS


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("$.response.id", True),
        ("$.response.is_final", 1),
        ("$.response.error", False),
        ("$.response.nothing", None),
        ("$.response.nothing", {"not": 1}),
        ("$..nothing", {"every": 1}),
        ("$..nothing", {"some": 1}),
        ("$..nothing", {"none": 1}),
        ("$..nothing", {"not": 1}),
        ("$.response.meta", {"every": 1}),
        ("$.response.text", {"less_than": 3}),
        ("$.response.is_final", {"at_least": 0}),
        ("$.response.is_final", {"type": "number"}),
        ("$.response.price", {"type": "integer"}),
        ("$.response.id", {"length": 1}),
        ("$.response.tags", {"contains": "pin"}),
        ("$.response.id", {"contains": "7"}),
        ("$.response.id", {"matches": "7"}),
        ("$..price", {"not": {"greater_than": 200}}),
    ],
    ids=str,
)
def test_a_path_that_does_not_hold(path, wanted):
    """Kinds are not mixed up, and what is not there fulfils nothing."""
    assert judge("json", {path: wanted}).outcome is Outcome.FAILED


def test_none_of_nothing_says_what_may_be_meant():
    """A path that leads nowhere proves nothing; that nothing is there has words of its own."""
    verdict = judge("json", {"$.response.prodcts[*].name": {"none": "red dress"}})

    assert verdict.finding.difference == (
        "did you mean 'products'?",
        "to expect no items, write 'length: 0' or 'exists: false'",
    )


@pytest.mark.parametrize(
    ("value", "code", "path", "hint"),
    [
        (
            {"$.a": {"les_than": 1}},
            "unknown-matcher",
            ("$.a", "les_than"),
            "did you mean 'less_than'?",
        ),
        (
            {"$.a": {"colour": "x"}},
            "unknown-matcher",
            ("$.a", "colour"),
            "for an object with these keys, write {equals: {…}}",
        ),
        ({"$.a": {}}, "unknown-matcher", ("$.a",), "for an empty object, write {equals: {}}"),
        (
            {"$.a": {"every": {"lenght": 1}}},
            "unknown-matcher",
            ("$.a", "every", "lenght"),
            "did you mean 'length'?",
        ),
        ({"a.b": 1}, "invalid-path", ("a.b",), "a path starts with '$', such as $.response.text"),
        ({"$.a[": 1}, "invalid-path", ("$.a[",), ""),
        ({"$[?@.a = 1]": 1}, "invalid-path", ("$[?@.a = 1]",), ""),
        ({"$.a": {"less_than": "3"}}, "wrong-value", ("$.a", "less_than"), AS_NUMBER),
        ({"$.a": {"less_than": "three"}}, "wrong-value", ("$.a", "less_than"), ""),
        ({"$.a": "<uuid>"}, "wrong-value", ("$.a",), None),
        ({"$.a": {"less_than": True}}, "wrong-value", ("$.a", "less_than"), ""),
        ({"$.a": {"between": [1]}}, "wrong-value", ("$.a", "between"), ""),
        ({"$.a": {"between": [2, 1]}}, "wrong-value", ("$.a", "between"), ""),
        ({"$.a": {"between": [1, "2"]}}, "wrong-value", ("$.a", "between", 1), AS_NUMBER),
        ({"$.a": {"one_of": "x"}}, "wrong-value", ("$.a", "one_of"), ""),
        ({"$.a": {"exists": "no"}}, "wrong-value", ("$.a", "exists"), "write false"),
        ({"$.a": {"unique": 1}}, "wrong-value", ("$.a", "unique"), ""),
        ({"$.a": {"type": "strin"}}, "wrong-value", ("$.a", "type"), "did you mean 'string'?"),
        ({"$.a": {"type": ["null", "txt"]}}, "wrong-value", ("$.a", "type", 1), None),
        ({"$.a": {"matches": "(["}}, "invalid-pattern", ("$.a", "matches"), ""),
        ({"$.a": {"matches": ".*"}}, "matches-everything", ("$.a", "matches"), None),
        ({"$.a": {"contains": ""}}, "matches-everything", ("$.a", "contains"), ""),
        ({}, "wrong-value", (), ""),
        ([], "wrong-value", (), ""),
        ("$.a", "wrong-value", (), ""),
    ],
    ids=lambda part: str(part)[:40],
)
def test_a_bad_value_is_named_with_its_place(value, code, path, hint):
    """What makes no sense is refused when it is compiled, and its path leads to it."""
    with pytest.raises(BadExpectation) as caught:
        judge("json", value)

    assert (caught.value.code, caught.value.path) == (code, path)
    assert hint is None or caught.value.hint == hint


def test_a_text_where_a_number_is():
    """A text of the same digits is not the number, and the message says how to make it one."""
    message = judge("json", {"$.response.price": "49.5"}).finding.message

    assert message == f"$.response.price is 49.5, expected '49.5', a text; {AS_NUMBER}"


def test_case_is_ignored_in_texts():
    """`ignore_case` reaches equals, contains, one_of and matches, also in lists."""
    rules = {
        "$.response.text": "YES",
        "$.response.tags": {"contains": "PINK"},
        "$..name": {"every": {"matches": "DRESS"}},
    }

    assert judge("json", rules, ignore_case=True) is PASS
    assert judge("json", rules).outcome is Outcome.FAILED


def test_a_payload_deeper_than_a_search_goes_breaks_the_check():
    """A search through deep nesting ends with an error, not with a recursion."""
    payload = []
    for _ in range(500):
        payload = [payload]

    with pytest.raises(CheckCrashed) as caught:
        judge("json", {"$..a": 1}, turn_bringing(payload))

    assert caught.value.code == "path-failed"


@pytest.mark.parametrize(("pattern", "is_doubted"), [("^.", True), ("^Y", False)])
@pytest.mark.parametrize("name", ["matches", "json"])
def test_only_a_pattern_that_says_little_is_doubted(name, pattern, is_doubted):
    """A pattern that matches every text is doubted; one that names a letter is not."""
    doubts = []

    judge(name, pattern if name == "matches" else {"$.a": {"matches": pattern}}, doubts=doubts)

    assert bool(doubts) is is_doubted


@pytest.mark.parametrize(
    ("path", "wanted", "is_doubted"),
    [
        pytest.param("$.price", {"exists": False}, False, id="one key"),
        pytest.param("$..price", {"exists": False}, False, id="a key anywhere"),
        pytest.param("$", {"exists": True}, True, id="the whole payload"),
        pytest.param("$..*", {"length": {"at_least": 0}}, True, id="any number of values"),
    ],
)
def test_a_path_that_says_little_is_doubted(path, wanted, is_doubted):
    """That one key must be missing is not, although most payloads do not have it."""
    doubts = []

    judge("json", {path: wanted}, doubts=doubts)

    assert bool(doubts) is is_doubted


def test_a_missing_key_is_told_with_the_first_keys_that_exist():
    """Of many keys, 12 are named and the rest is counted."""
    payload = {f"k{number}": 1 for number in range(15)}

    message = judge("json", {"$.other": 1}, turn_bringing(payload)).finding.message

    assert message.endswith("k10, k11 and 3 more")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "a"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "x y"]), inner, max_size=3)
    ),
    max_leaves=10,
)
steps = st.lists(st.sampled_from(["a", "b", "x y", 0, 1, -1]), max_size=4)


@given(payload=json_values, path=steps)
def test_a_single_path_is_followed_as_the_library_follows_it(payload, path):
    """Our short way through keys and indexes finds what the JSONPath library finds."""
    text = "$" + "".join(f"[{step!r}]" for step in path)
    library = [node.value for node in compile_path(text).find(payload)]

    wanted = {"equals": library[0]} if library else {"exists": False}

    assert judge("json", {text: wanted}, turn_bringing(payload)) is PASS


@given(path=steps.map(lambda path: [step for step in path if step != -1]), payload=json_values)
def test_a_place_is_written_as_a_path(path, payload):
    """The places in findings are JSONPaths that lead there."""
    found = compile_path(path_text(tuple(path))).find(payload)

    assert [node.location for node in found] in ([], [tuple(path)])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        (None, False, False),
        ("1", 1, False),
        ([1, {"a": 2}], [1.0, {"a": 2.0}], True),
        ([1], [True], False),
        ({"a": 1}, {"a": 1, "b": None}, False),
        ([1, 2], [2, 1], False),
    ],
)
def test_equality_is_json_equality(one, other, same):
    """1 is 1.0 and not true; the order of items counts."""
    assert is_same(one, other) is same


@pytest.mark.parametrize(
    ("items", "is_unique"),
    [([1, 1.0], False), ([1, True], True), ([{"a": [2.0]}, {"a": [2]}], False), (["1", 1], True)],
    ids=["1 and 1.0", "1 and true", "inside", "a text"],
)
def test_items_that_are_equal_as_json_are_alike(items, is_unique):
    """`unique` takes 1 and 1.0 for one number, as `equals` does."""
    verdict = judge("json", {"$": {"unique": is_unique}}, turn_bringing(items))

    assert verdict.outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("wanted", "outcome"),
    [
        ({"not": {"length": 2}}, Outcome.PASSED),
        ({"not": {"length": 3}}, Outcome.FAILED),
        ({"not": {"unique": True}}, Outcome.PASSED),
    ],
)
def test_what_judges_all_values_together_can_be_negated(wanted, outcome):
    """`not` around a matcher of all values judges them together as well."""
    payload = {"items": ["a", "b", "a"]}

    verdict = judge("json", {"$.items[*]": wanted}, turn_bringing(payload))

    assert verdict.outcome is outcome
