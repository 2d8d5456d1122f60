import json

import pytest
from check_samples import exchange, judge, turn
from jsonschema import Draft202012Validator

from harness.checks import KINDS, PASS, BadExpectation, history_of, subject_of
from harness.checks.answer import STATUS
from harness.checks.check import Options
from harness.checks.json_paths import JSON
from harness.checks.table import KIND_NAMED, block_definitions
from harness.conversation.outcome import Outcome
from harness.core.errors import Refused
from harness.formats.json_schema import SchemaFolder


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", 200),
        ("status", [200, 201]),
        ("headers", {"content-type": "application/json"}),
        ("headers", {"CONTENT-TYPE": {"contains": "json"}}),
        ("headers", {"Vary": "a, b"}),
        ("headers", {"X-Nothing": {"exists": False}}),
        ("messages", {"count": 2}),
        ("messages", {"count": {"one_of": [1, 2]}, "first": {"starts_with": "Yes"}}),
        ("messages", {"any": {"contains": "else"}, "last": {"ends_with": "?"}}),
        ("messages", {"each": {"contains": "N", "ignore_case": True}}),
        ("latency", {"under": "2s"}),
        ("actions", "Contact Support"),
        ("actions", ["Contact Support", "Show dresses"]),
        ("actions", {"count": 2, "contains": "Show dresses", "not_contains": "Buy"}),
        ("products", {"count": {"at_least": 1}, "every": {"$.price": {"less_than": 300}}}),
        ("products", {"any": {"$.name": "red dress", "$.id": 2}}),
        ("attachments", {"count": 1, "any": {"ends_with": ".pdf"}}),
        ("schema", {"type": "object", "required": ["response"]}),
        ("schema", {"not": False, "required": ["response"]}),
    ],
    ids=str,
)
def test_a_check_that_holds(name, value):
    """Each check passes on the sample reply."""
    assert judge(name, value) is PASS


def test_what_http_has_as_a_status_can_be_expected():
    """The schema of files refuses other numbers."""
    schema = Draft202012Validator(STATUS.schema)

    assert [number for number in range(98, 602) if schema.is_valid(number)] == [*range(100, 600)]


@pytest.mark.parametrize("empty", [{}, []], ids=["mapping", "list"])
@pytest.mark.parametrize("name", sorted({*KIND_NAMED} - {"like", "schema"}))
def test_nothing_cannot_be_expected(name, empty):
    """The schema of files refuses an empty value of every check but those of a whole payload."""
    block = "reply_checks" if name in KINDS else "conversation_checks"
    schema = {"$ref": f"#/$defs/{block}", "$defs": block_definitions()}

    assert not Draft202012Validator(schema).is_valid({name: empty})


@pytest.mark.parametrize(
    ("name", "value", "code", "path"),
    [
        ("status", "200", "wrong-value", ()),
        ("status", True, "wrong-value", ()),
        ("status", [], "wrong-value", ()),
        ("headers", {}, "wrong-value", ()),
        ("headers", {"a": {"contain": 1}}, "unknown-matcher", ("a", "contain")),
        ("messages", 2, "wrong-value", ()),
        ("messages", {"cuont": 2}, "unknown-key", ("cuont",)),
        ("messages", {"count": "2"}, "wrong-value", ("count",)),
        ("messages", {"count": {"contains": 2}}, "unknown-matcher", ("count", "contains")),
        ("messages", {"any": {"containz": "x"}}, "unknown-check", ("any", "containz")),
        ("messages", {"any": {"matches": "(["}}, "invalid-pattern", ("any", "matches")),
        (
            "messages",
            {"any": {"contains": ["a", ""]}},
            "matches-everything",
            ("any", "contains", 1),
        ),
        ("latency", {"under": 2}, "wrong-value", ("under",)),
        ("latency", {"over": "2s"}, "wrong-value", ()),
        ("latency", "2s", "wrong-value", ()),
        ("actions", {"label": "x"}, "unknown-key", ("label",)),
        ("products", {"any": {"price": 1}}, "invalid-path", ("any", "price")),
        ("attachments", {"any": "x"}, "wrong-value", ("any",)),
        ("schema", "shop/reply", "unknown-schema", ()),
        ("schema", 5, "wrong-value", ()),
        ("schema", {"type": "txt"}, "invalid-schema", ()),
        ("schema", {"type": "object", "propertys": {}}, "invalid-schema", ()),
        ("schema", {}, "matches-everything", ()),
        ("schema", True, "matches-everything", ()),
        ("schema", {"title": "any reply", "$defs": {}}, "matches-everything", ()),
        ("schema", {"$ref": "http://example.com/x"}, "remote-ref", ()),
    ],
    ids=lambda part: str(part)[:40],
)
def test_a_bad_value_is_named_with_its_place(name, value, code, path):
    """What makes no sense is refused when it is compiled, and its path leads to it."""
    with pytest.raises(BadExpectation) as caught:
        judge(name, value)

    assert (caught.value.code, caught.value.path) == (code, path)


@pytest.mark.parametrize("name", ["status", "headers", "latency"])
def test_a14_what_was_not_recorded_is_broken(name):
    """Where there is no HTTP answer or time, a check could not look, and says why."""
    value = {"status": 200, "headers": {"a": "b"}, "latency": {"under": "1s"}}[name]

    verdict = judge(name, value, turn(exchanges=()))

    assert (verdict.outcome, verdict.code) == (Outcome.BROKEN, "not-told")
    assert verdict.reason.startswith("the check could not be made: ")


def test_a14_a_recording_without_times_is_broken():
    """A latency that was not recorded is neither a pass nor a failure."""
    verdict = judge("latency", {"under": "1s"}, turn(exchanges=(exchange(seconds=None),)))

    assert verdict.outcome is Outcome.BROKEN
    assert verdict.reason == "the check could not be made: no time was recorded for this turn"


def refused(body):
    """A turn whose message the provider refused with an answer."""
    return turn(
        reply=None,
        refusal=Refused("refused", "the status is 403", status=403),
        exchanges=(exchange(body, status=403),),
    )


def test_a_refusal_is_judged_by_its_answer():
    """The checks of a refused turn see the status, text and JSON of the answer."""
    of = refused(b'{"error": {"code": "no_access"}}')

    assert judge("status", 403, of) is PASS
    assert judge("contains", "no_access", of) is PASS
    assert judge("json", {"$.error.code": "no_access"}, of) is PASS
    assert judge("contains", "x", of).finding.message == "the refusal does not contain 'x'"


def test_a_refusal_that_is_no_json():
    """A payload check on an answer that is not JSON fails and shows the answer."""
    finding = judge("json", {"$.a": 1}, refused(b"<html>Forbidden</html>")).finding

    assert finding.message == "the refusal is not JSON"
    assert finding.actual == "<html>Forbidden</html>"
    assert (
        judge("schema", {"type": "object"}, refused(b"\xff")).finding.message
        == "the refusal is not JSON"
    )


def test_the_history_is_judged_as_a_payload():
    """The provider's own record is the payload and, as JSON, the text."""
    subject = history_of(turn(history=[{"role": "user", "text": "Hi"}]))

    assert JSON.compile({"$[0].role": "user"}, Options())(subject) is PASS
    assert '"Hi"' in subject.text
    assert subject.name == "the history"


def test_a_reply_is_judged_with_all_that_came():
    """A subject has the reply's parts, its exchange and its time."""
    subject = subject_of(turn(), is_recorded=True)

    assert subject.latency == 1.5
    assert subject.exchange is not None
    assert subject.is_recorded
    assert len(subject.messages) == 2


def test_a_file_that_allows_everything(tmp_path):
    """A schema in a file that judges nothing is refused as an inline one is."""
    (tmp_path / "reply.schema.json").write_text(json.dumps({"title": "later"}))
    schemas = SchemaFolder(tmp_path, "schemas")

    with pytest.raises(BadExpectation) as caught:
        judge("schema", "reply", schemas=schemas)

    assert caught.value.code == "matches-everything"
    assert "'reply.schema.json' matches every payload" in caught.value.message


def test_a_schema_by_name(tmp_path):
    """A name leads into the project's schemas, and a misspelt one has a suggestion."""
    (tmp_path / "reply.schema.json").write_text(json.dumps({"required": ["request"]}))
    schemas = SchemaFolder(tmp_path, "schemas")

    verdict = judge("schema", "reply", schemas=schemas)
    with pytest.raises(BadExpectation) as caught:
        judge("schema", "replly", schemas=schemas)

    assert verdict.finding.difference == ("'request' is missing (reply.schema.json#/required)",)
    assert (caught.value.code, caught.value.hint) == ("unknown-schema", "did you mean 'reply'?")
