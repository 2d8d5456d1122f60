"""What each check says where it fails, word by word."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from check_samples import REPLY, exchange, judge, turn, turn_bringing, turn_saying, written

from harness.checks.table import KIND_NAMED
from harness.conversation import ToolCall

GOLDEN = Path(__file__).parent / "findings"
LONG = "The quick brown fox jumps over the lazy dog. " * 100

CALLING = turn(
    reply=replace(
        REPLY,
        tools=(
            ToolCall(name="search", arguments={"query": "pink"}),
            ToolCall(name="order", arguments="{broken"),
        ),
        usage={"total_tokens": 450, "cost": 0.02},
    )
)
ANSWER = exchange()
STREAMED = turn(
    exchanges=(
        replace(ANSWER, response=replace(ANSWER.response, first_byte=0.8, chunks=((0.8, 2),))),
    )
)
CASES = {
    "equals": ("equals", "Yes, we offer free shipping on orders over $60.\nAnything else?", None),
    "equals-one-line": (
        "equals",
        "We deliver on Monday, by noon",
        turn_saying("We deliver on Sunday"),
    ),
    "contains": ("contains", "free shiping", None),
    "contains-without-messages": ("contains", "$129", turn(reply=replace(REPLY, messages=()))),
    "contains-in-an-empty-message": ("contains", "$129", turn_saying("")),
    "D1-equals-crlf": ("equals", "line one\nline two", turn_saying("line one\r\nline two")),
    "D1-equals-line-end-at-the-end": ("equals", "line one", turn_saying("line one\n")),
    "D1-equals-blank-at-the-start": ("equals", "hello", turn_saying(" hello")),
    "D1-equals-two-blanks": ("equals", "a b", turn_saying("a  b")),
    "D1-equals-backslash-n": ("equals", r"two\nlines", turn_saying("two\nlines")),
    "D1-contains-zero-width-space": (
        "contains",
        "password",
        turn_saying("The pass\u200bword is wrong."),
    ),
    "D1-contains-soft-hyphen": ("contains", "Kranken", turn_saying("Kran\u00adkenhaus")),
    "D1-contains-cyrillic-letter": ("contains", "paypal", turn_saying("Pay by p\u0430ypal.")),
    "D1-contains-line-end": ("contains", "two lines", turn_saying("two\nlines")),
    "D1-contains-quotation-mark": ("contains", "don't", turn_saying("We don\u2019t.")),
    "D1-starts-with-byte-order-mark": ("starts_with", "Welcome", turn_saying("\ufeffWelcome back")),
    "D1-ends-with-line-end": ("ends_with", "?", turn_saying("Anything else?\n")),
    "D1-matches-crlf": ("matches", r"one\nline", turn_saying("line one\r\nline two")),
    "D1-matches-each-line": ("matches", "one$", turn_saying("line one\nline two")),
    "D1-matches-each-line-crlf": ("matches", "one$", turn_saying("line one\r\nline two")),
    "D1-matches-case": ("matches", "^line", turn_saying("Line one")),
    "D1-json-crlf": ("json", {"$.text": "one\ntwo"}, turn_bringing({"text": "one\r\ntwo"})),
    "D1-json-several": (
        "json",
        {"$.text": "paypal", "$.n": 1},
        turn_bringing({"text": "p\u0430ypal", "n": 2}),
    ),
    "D1-like": ("like", {"text": "paypal"}, turn_bringing({"text": "p\u0430ypal"})),
    "D1-schema": (
        "schema",
        {"properties": {"kind": {"const": "text"}}, "required": ["kind"]},
        turn_bringing({"kind": "te\u200bxt"}),
    ),
    "D1-actions": ("actions", "Help", turn(reply=replace(REPLY, actions={"Help\u200b": "help"}))),
    "contains-case": ("contains", "Free Shipping", None),
    "contains-long-reply": ("contains", "cat", turn_saying(LONG)),
    "contains-list": ("contains", ["shipping", "refund", "return"], None),
    "contains-any": ("contains_any", ["refund", "return"], None),
    "contains-all": ("contains_all", ["refund", "free"], None),
    "not-contains": ("not_contains", ["Anything", "refund", "Yes"], None),
    "matches": ("matches", r"over €\d+", None),
    "not-matches": ("not_matches", r"\$\d+", None),
    "starts-with": ("starts_with", "No", None),
    "ends-with": ("ends_with", ".", None),
    "json-value": ("json", {"$.response.id": 8}, None),
    "json-kind": ("json", {"$.response.id": "7"}, None),
    "json-bool-is-no-number": ("json", {"$.response.is_final": 1}, None),
    "json-missing-key": ("json", {"$.response.txt": "Yes"}, None),
    "json-missing-deep": ("json", {"$.response.text.de": "Ja"}, None),
    "json-missing-item": ("json", {"$.response.products[2].id": 3}, None),
    "json-missing-in-empty": ("json", {"$.response.meta.id": 3}, None),
    "json-nothing-matches": ("json", {"$..colour": {"every": "pink"}}, None),
    "json-null-payload": ("json", {"$.a": 1}, turn_bringing(None)),
    "json-each": ("json", {"$.response.products[*].price": {"less_than": 200}}, None),
    "json-every": ("json", {"$.response.products": {"every": {"type": "string"}}}, None),
    "json-some": ("json", {"$..name": {"some": {"contains": "blue"}}}, None),
    "json-none": ("json", {"$..name": {"none": {"contains": "red"}}}, None),
    "json-length": ("json", {"$.response.products": {"length": {"at_least": 3}}}, None),
    "json-matches-counted": ("json", {"$..price": {"length": 1}}, None),
    "json-unique": ("json", {"$.response.tags": {"unique": True}}, None),
    "json-exists": ("json", {"$.response.error": {"exists": False}}, None),
    "json-not": ("json", {"$.response.text": {"not": "Yes"}}, None),
    "json-one-of": ("json", {"$.response.text": {"one_of": ["No", "Maybe"]}}, None),
    "json-between": ("json", {"$.response.price": {"between": [50, 60]}}, None),
    "json-type": ("json", {"$.response.price": {"type": ["string", "null"]}}, None),
    "json-quoted-key": ("json", {"$.response['unit price']": 4}, None),
    "json-list": ("json", {"$.response.tags": ["sale", "red"]}, None),
    "json-list-of-matches": ("json", {"$..id": [7, 1, 3]}, None),
    "json-object": (
        "json",
        {"$.response.products[0]": {"equals": {"id": 1, "name": "dress", "size": "M"}}},
        None,
    ),
    "json-several": ("json", {"$.response.id": 8, "$.response.text": "Yes", "$.nothing": 1}, None),
    "schema": (
        "schema",
        {
            "required": ["request"],
            "properties": {"response": {"properties": {"id": {"type": "string"}}}},
        },
        None,
    ),
    "status": ("status", 201, None),
    "status-list": ("status", [201, 202], None),
    "headers": ("headers", {"content-type": {"contains": "xml"}}, None),
    "headers-missing": ("headers", {"X-Request": {"exists": True}}, None),
    "messages-count": ("messages", {"count": {"at_most": 1}}, None),
    "messages-each": ("messages", {"each": {"ends_with": "."}}, None),
    "messages-any": ("messages", {"any": {"contains": "refund"}}, None),
    "messages-first": ("messages", {"first": {"starts_with": "No"}}, None),
    "messages-last": ("messages", {"last": {"equals": "Anything more?"}}, None),
    "messages-none": ("messages", {"any": {"contains": "x"}}, turn_bringing({})),
    "latency": ("latency", {"under": "1s"}, None),
    "actions": ("actions", ["Contact Suport"], None),
    "actions-count": ("actions", {"count": 3}, None),
    "actions-not": ("actions", {"not_contains": "Show dresses"}, None),
    "products-count": ("products", {"count": {"greater_than": 2}}, None),
    "products-every": ("products", {"every": {"$.price": {"less_than": 200}}}, None),
    "products-any": ("products", {"any": {"$.name": {"contains": "blue"}}}, None),
    "products-none": ("products", {"any": {"$.name": "x"}}, turn_saying("Hi")),
    "attachments-count": ("attachments", {"count": 2}, None),
    "attachments-any": ("attachments", {"any": {"ends_with": ".png"}}, None),
    "not": ("not", {"contains": "free shipping", "status": 200}, None),
    "any-of": ("any_of", [{"contains": "refund"}, {"messages": {"count": 1}}], None),
    "all-of": ("all_of", [{"contains": "refund"}, {"matches": r"\$"}, {"status": 201}], None),
    "replies-missing": ("replies", [{"contains": "free"}, {"contains": "refund"}], None),
    "replies-left-over": ("replies", [{"contains": "free"}], None),
    "replies-order": ("replies", [{"ends_with": "?"}, {"contains": "free"}], None),
    "replies-none": (
        "replies",
        [{"optional": True, "contains": "Hi"}, {"any_of": [{"contains": "x"}]}],
        turn_bringing({}),
    ),
    "tools-none": ("tools", "none", CALLING),
    "tools-missing": ("tools", "serch", CALLING),
    "tools-several-missing": ("tools", ["serch", "delete", "update"], CALLING),
    "tools-arguments": (
        "tools",
        {"contains": [{"name": "search", "arguments": {"query": "red"}}]},
        CALLING,
    ),
    "tools-no-json": ("tools", [{"name": "order", "exact_arguments": {"id": 1}}], CALLING),
    "tools-exactly": ("tools", {"exactly": ["search"]}, CALLING),
    "tools-order": ("tools", ["order", "search"], CALLING),
    "tools-not": ("tools", {"not_contains": ["order"]}, CALLING),
    "tools-count": ("tools", {"count": 1}, CALLING),
    "tools-not-read": ("tools", "none", None),
    "usage": ("usage", {"total_tokens": {"at_most": 400}}, CALLING),
    "usage-name": ("usage", {"total_token": 400}, CALLING),
    "usage-not-told": ("usage", {"total_tokens": 400}, turn(reply=replace(REPLY, usage={}))),
    "first-token": ("first_token", {"under": "500ms"}, STREAMED),
    "first-token-no-stream": ("first_token", {"under": "500ms"}, None),
    "like": (
        "like",
        {
            "response": {
                "id": "<string>",
                "txt": "Yes",
                "price": "<number 50..60>",
                "products": {"<unordered>": [{"id": 2}, {"id": 3}]},
            }
        },
        None,
    ),
    "like-one": ("like", {"response": {"id": "<uuid>", "meta": {}}}, None),
    "like-list": ("like", {"response": {"tags": ["sale", "pink"]}}, None),
    "max-words": ("max_words", 5, None),
    "min-words": ("min_words", 50, None),
    "max-characters": ("max_characters", 20, None),
    "language": ("language", ["de", "fr"], None),
    "language-too-short": ("language", "en", turn_saying("Hi there")),
    "reading": ("reading", {"ease": {"at_least": 110}}, None),
    "json-sorted": ("json", {"$..price": {"sorted": "descending"}}, None),
    "questions": ("questions", 0, None),
    "grounded-in": (
        "grounded_in",
        {"sources": ["$.response.products[*].price", "user"], "figures": "all"},
        None,
    ),
    "grounded-in-nothing": ("grounded_in", {"sources": "$.respons", "figures": "all"}, None),
    "grounded-in-no-figures": (
        "grounded_in",
        {"sources": "user", "figures": "all"},
        turn_saying("Hello"),
    ),
    "no-time": ("latency", {"under": "1s"}, turn(exchanges=())),
    "no-answer": ("status", 200, turn(exchanges=())),
}


@pytest.mark.parametrize("case", CASES)
def test_what_a_check_says(case):
    """A check's finding is the text in its golden file; HARNESS_UPDATE_GOLDENS=1 writes it anew."""
    name, value, of = CASES[case]
    found = written(judge(name, value, of)) + "\n"
    file = GOLDEN / f"{case}.txt"
    if os.environ.get("HARNESS_UPDATE_GOLDENS") == "1":
        file.parent.mkdir(exist_ok=True)
        file.write_text(found, encoding="utf-8")

    assert found == file.read_text(encoding="utf-8")


def test_every_check_has_a_failure_text():
    """What a new check says is reviewed too; some need more than a turn, and other tests."""
    shown = {name for name, _, _ in CASES.values()}

    asking = {"judge", "similar_to"}
    assert {*KIND_NAMED} - shown == {"same_as", "turns", "repeats", "asks_again"} | asking
