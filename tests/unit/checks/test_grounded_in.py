"""`grounded_in`: figures that are in no source."""

import json
from dataclasses import replace

import pytest
from check_samples import REPLY, turn, written

from harness.checks import KINDS, PASS, BadExpectation, Options, conversation_of, subject_of
from harness.checks.figures import figures_in
from harness.checks.goldens import Goldens
from harness.conversation import (
    Outcome,
    Reply,
    ReplyMessage,
    ToolCall,
    ToolResult,
    Transcript,
    UserMessage,
)
from harness.core.errors import CheckCrashed
from harness.evaluation.strength.text_changes import with_other_numbers

FILE = "scenarios/shop/prices.yaml"
PRICES = {"products": [{"id": "p-1", "price": 79.9}, {"id": "p-2", "price": 150}]}


def saying(*texts, payload=None, user="Hi", **parts):
    """A turn in which the bot says texts, besides a payload."""
    messages = tuple(ReplyMessage(text=text) for text in texts)
    reply = Reply(messages=messages, payload=payload, **parts)
    return turn(reply=reply, user=UserMessage(text=user))


def judged(of, sources, figures="all", *, earlier=(), files=None):
    """The verdict on a turn."""
    turns = tuple(replace(one, number=number) for number, one in enumerate((*earlier, of), 1))
    transcript = Transcript(scenario="prices", provider="shop", turns=turns)
    judge = KINDS["grounded_in"].compile(
        {"sources": sources, "figures": figures}, Options(goldens=files)
    )
    return judge(subject_of(turns[-1], transcript=transcript, file=FILE))


@pytest.fixture
def project(tmp_path):
    """Writes a file of a project, and gives its files."""
    for folder in ("scenarios/shop", "schemas"):
        (tmp_path / folder).mkdir(parents=True)

    def write(name, content):
        (tmp_path / name).write_text(content, encoding="utf-8")
        return Goldens(tmp_path, tmp_path / "schemas")

    return write


def test_figures_of_the_payload():
    """A price stands at the path; another one does not, and the nearest is named."""
    path = "$.products[*].price"

    assert judged(saying("It costs $79.90.", payload=PRICES), path) is PASS
    assert written(judged(saying("It costs $80.90.", payload=PRICES), [path])) == (
        "failed: the reply says '$80.90', which is not in the source\n"
        "  expected: $.products[*].price: 79.9, 150\n"
        "  actual: It costs $80.90.\n"
        "  '$80.90' in 'It costs $80.90.': the nearest is '79.9' in $.products[0].price"
    )


def test_the_words_of_the_user_so_far():
    """Those of earlier turns and of the turn itself are a source, also the label of a button."""
    first = saying("Which one?", user="My order is 4711")
    pressed = turn(
        user=UserMessage(text="size_36", display_text="Size 36, 2nd floor"),
        reply=Reply(messages=(ReplyMessage(text="Order 4711 in 36 on floor 2."),)),
    )

    assert judged(pressed, "user", earlier=[first]) is PASS
    assert judged(pressed, "user").outcome is Outcome.FAILED
    assert judged(first, "user").outcome is Outcome.SKIPPED


def test_what_the_user_says_later_is_no_source():
    """A figure must be known when the bot says it; over the whole conversation, order is free."""
    first, second = saying("Is it 4711?"), saying("Yes.", user="It is 4711")
    turns = (first, replace(second, number=2))
    transcript = Transcript(scenario="a", provider="shop", turns=turns)
    judge = KINDS["grounded_in"].compile({"sources": ["user"], "figures": "all"}, Options())

    assert judge(subject_of(first, transcript=transcript)).outcome is Outcome.FAILED
    assert judge(conversation_of(transcript)) is PASS


def test_earlier_replies():
    """Their payloads are a source of their own, without what the bot said in them."""
    payload = {"products": [{"title": "Dress 36"}], "text": "It costs 50 EUR today."}
    first = saying("It costs 50 EUR today.", payload=payload)
    second = saying("Dress 36 is in your cart.", payload={"products": []})
    titles, texts = {"earlier": "$.products[*].title"}, {"earlier": "$.text"}

    assert judged(second, [titles], earlier=[first]) is PASS
    assert judged(second, "$..title", earlier=[first]).outcome is Outcome.FAILED
    assert judged(saying("It costs 50 EUR."), [texts], earlier=[first]).outcome is Outcome.FAILED
    found = judged(saying("Dress 38"), [titles], earlier=[first, second]).finding
    assert found.expected == "earlier $.products[*].title: 36"
    assert found.difference == (
        "'38' in 'Dress 38': the nearest is '36' in $.products[0].title in turn 1",
    )
    assert judged(first, [titles]).finding.difference[-1] == (
        "note: nothing at $.products[*].title in an earlier reply"
    )


def test_results_of_tools():
    """What tools returned is a source, in earlier turns too; what the bot asked for is not."""
    call = ToolCall(
        name="get_order", arguments={"days": 9}, result=ToolResult(value={"total": "12.50 EUR"})
    )
    calling = saying("You paid 12,50 €.", tools=(call,))

    assert judged(calling, "tools") is PASS
    assert judged(saying("Again: 12.50", tools=()), "tools", earlier=[calling]) is PASS
    found = judged(saying("It takes 9 days.", tools=(call,)), "tools").finding
    assert found.difference == (
        "'9' in 'It takes 9 days.': the nearest is '12.50 EUR' in the result of get_order",
    )


def test_tools_that_nobody_knows():
    """Without a place for calls in the definition it is BROKEN; unknown results are told."""
    call = ToolCall(name="search")
    unread = judged(saying("It is 5."), "tools")

    assert (unread.outcome, unread.code) == (Outcome.BROKEN, "not-told")
    assert judged(saying("It is 5.", tools=(call,)), "tools").finding.difference == (
        "'5' in 'It is 5.': no source has a number",
        "note: the results of the tools are not known",
    )


@pytest.mark.parametrize(
    ("name", "file", "content", "place"),
    [
        ("facts.json", "scenarios/shop/facts.json", '{"free": {"above": 50}}', " at $.free.above"),
        ("facts.yaml", "schemas/facts.yaml", "free: over $50\n", " at $.free"),
        ("facts.md", "schemas/facts.md", "Free over **$50**.\n", ""),
        ("../rules.txt", "scenarios/rules.txt", "Free over 50 USD.\n", ""),
    ],
    ids=str,
)
def test_a_file_of_facts(project, name, file, content, place):
    """JSON, YAML or a text, next to the scenario or in schemas/; a failure names the place."""
    files = project(file, content)

    assert judged(saying("Free over $50.00!"), name, files=files) is PASS
    found = judged(saying("Free over $51!"), name, files=files).finding
    assert found.difference[0].endswith(f"{file}{place}")


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("fact.json", "facts-missing", "there is no file of facts 'scenarios/shop/fact.json'"),
        ("../../../facts.json", "facts-outside", "would be outside the project"),
        ("bad.json", "unreadable-facts", "'schemas/bad.json' cannot be read: line 1: "),
        ("bad.txt", "unreadable-facts", "it is not UTF-8"),
        ("a\0.txt", "facts-outside", "is not a valid name"),
    ],
    ids=str,
)
def test_a_file_of_facts_that_cannot_be_read(project, tmp_path, name, code, words):
    """It is BROKEN, and never a source without figures."""
    (tmp_path / "schemas" / "bad.txt").write_bytes(b"\xff\xfe")
    files = project("schemas/bad.json", "{")

    with pytest.raises(CheckCrashed) as caught:
        judged(saying("It is 5."), name, files=files)

    assert caught.value.code == code
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("value", "code", "path", "words"),
    [
        ({"sources": ["usr"], "figures": "all"}, "wrong-value", ("sources", 0), "mean 'user'"),
        ({"sources": [], "figures": "all"}, "wrong-value", ("sources",), "is empty"),
        ({"sources": ["products[0].id"], "figures": "all"}, "wrong-value", ("sources", 0), "'$'"),
        ({"sources": ["$.a["], "figures": "all"}, "invalid-path", ("sources", 0), "JSONPath"),
        ({"sources": "$", "figures": "all"}, "matches-everything", ("sources",), "itself"),
        ({"sources": "$..*", "figures": "all"}, "matches-everything", ("sources",), "itself"),
        (
            {"sources": [{"earlier": "$"}], "figures": "all"},
            "matches-everything",
            ("sources", 0, "earlier"),
            "itself",
        ),
        (
            {"sources": [{"earlir": "$.a"}], "figures": "all"},
            "unknown-key",
            ("sources", 0, "earlir"),
            "earlier",
        ),
        (
            {"sources": {"earlier": 1}, "figures": "all"},
            "wrong-value",
            ("sources", "earlier"),
            "a JSONPath",
        ),
        ({"sources": "/facts.json", "figures": "all"}, "facts-outside", ("sources",), "not a path"),
        ({"sources": "user", "figures": "prices"}, "wrong-value", ("figures",), "known: "),
        ({"sources": "user", "figures": []}, "wrong-value", ("figures",), "is empty"),
        ({"sources": "user"}, "missing-key", (), "figures: all"),
        ({"figures": "all"}, "missing-key", (), "sources:"),
        ({"sources": "user", "claims": {}}, "unknown-key", ("claims",), "claims"),
    ],
    ids=str,
)
def test_a_value_that_makes_no_sense(value, code, path, words):
    """It is refused at its place, with a hint."""
    with pytest.raises(BadExpectation) as caught:
        KINDS["grounded_in"].compile(value, Options())

    assert (caught.value.code, caught.value.path) == (code, path)
    assert words in str(caught.value)


def test_a_path_that_matches_nothing():
    """One that may match a single value fails, any other has a note; both name the likely key."""
    payload = {"total": 12, "items": []}
    reply = saying("You pay 12.", payload=payload)

    single = judged(reply, ["$.totl", "$.total"])
    several = judged(reply, ["$..itms[*]", "$.total"])

    assert single.finding.message.startswith("nothing at $.totl; the deepest part that exists is $")
    assert single.finding.difference == ("did you mean 'total'?",)
    assert several.outcome is Outcome.PASSED
    assert several.reason == "nothing at $..itms[*]"
    lines = judged(saying("13", payload=payload), "$..itms[*]").finding.difference
    assert lines[1].startswith("note: nothing at $..itms[*]")


def test_a_reply_without_figures():
    """There is nothing to look for, so it is skipped; also if no figure is of the wanted kind."""
    assert judged(saying("Hello!"), "user").reason == "the reply has no figures"
    assert judged(saying(), "user").outcome is Outcome.SKIPPED
    assert judged(saying("It is 5."), "user", ["dates", "urls"]).outcome is Outcome.SKIPPED


def test_some_kinds_of_figures():
    """Only the figures of these kinds must be in a source."""
    reply = saying("Order 5 by 2 March, at https://x.io.", user="By 2026-03-02?")

    assert judged(reply, "user", "dates") is PASS
    assert judged(reply, "user", ["dates", "urls"]).finding.message == (
        "the reply says 'https://x.io', which is not in the source"
    )


@pytest.mark.parametrize(
    "payload",
    [
        {"text": "It is 5 EUR."},
        {"messages": [{"text": "Hello"}, {"text": "It is 5 EUR."}]},
        {"raw": "<p>It is  5\nEUR.</p>"},
        {"events": [{"delta": {"text": piece}} for piece in ("It is", " 5", " EUR.")]},
    ],
    ids=["message", "messages", "part", "pieces"],
)
def test_the_reply_is_not_its_own_source(payload):
    """A path to the words of the reply, whole or in pieces, is as one that matches nothing."""
    key = next(iter(payload))
    path = f"$.{key}[*]" if isinstance(payload[key], list) else f"$.{key}"
    found = judged(saying("It is 5 EUR.", payload=payload), path).finding

    assert found.expected == f"{path}: no figures"
    assert found.difference[-1].endswith("leads to the words of the reply itself")


def test_a_short_reply_is_in_other_texts_by_chance():
    """Only a text that is the whole reply is then the reply."""
    payload = {"text": "36", "title": "Dress 36"}

    assert judged(saying("36", payload=payload), "$.title") is PASS
    assert judged(saying("36", payload=payload), "$.text").outcome is Outcome.FAILED


def test_the_text_of_a_stream_is_not_a_source():
    """It is the whole answer as it was received, with the reply in it; its events are."""
    events = [{"total": 5}, {"delta": "It is "}, {"delta": "5"}]
    stream = {"framing": "ndjson", "text": '{"total": 5}', "events": events}
    reply = saying("It is 5", payload=stream)

    assert judged(reply, "$.text").outcome is Outcome.FAILED
    assert judged(reply, "$.events[*].total") is PASS


def test_names_of_products_are_a_source():
    """A text of the payload that the reply repeats is not the reply."""
    payload = {"text": "Dress 36 is here.", "products": [{"title": "Dress 36"}]}

    assert judged(saying("Dress 36 is here.", payload=payload), "$.products[*].title") is PASS


def test_a_payload_that_is_not_json():
    """A path cannot be followed, which is a failure as for `json`."""
    subject = replace(subject_of(turn(reply=REPLY)), has_payload=False)
    judge = KINDS["grounded_in"].compile({"sources": "$.a", "figures": "all"}, Options())

    assert judge(subject).finding.message == "the reply is not JSON"


@pytest.mark.parametrize(
    "text",
    [
        "We do offer free shipping on orders over $50!",
        "It costs 1,299.00 EUR, or 1.250,50 kr for 3 of them.",
        "Your order ORD-4711 has 2 items; see https://shop.example/orders/4711.",
        "You reach us at +47 22 33 44 55 or team7@shop.example.",
        "Version 1.2.3 weighs 5kg, 20 % less.",
    ],
    ids=str,
)
def test_a_changed_number_is_noticed(project, text):
    """A reply whose figures are in a source fails as soon as one of its numbers is another."""
    files = project("schemas/facts.txt", text)
    mutants = list(with_other_numbers(text))

    assert judged(saying(text), "facts.txt", files=files) is PASS
    assert mutants
    for mutant in mutants:
        assert figures_in(mutant) != figures_in(text)
        assert judged(saying(mutant), "facts.txt", files=files).outcome is Outcome.FAILED


def test_figures_are_named_with_their_words():
    """Each is named with the words around it, and at most five are in the sentence."""
    texts = [f"Item {number} is here." for number in range(11, 18)]
    found = judged(saying(*texts, payload={"ids": [10]}), "$.ids").finding

    assert found.message == (
        "the reply says '11', '12', '13', '14' and '15' (and 2 more), which are not in the source"
    )
    assert found.difference[0] == "'11' in 'Item 11 is here.': the nearest is '10' in $.ids[0]"


def test_a_source_is_shortened():
    """A source with many figures does not fill the screen."""
    found = judged(saying("5"), "$.ids", files=None).finding
    long = judged(saying("5", payload={"ids": list(range(100, 999))}), "$.ids").finding

    assert found.expected == "$.ids: no figures"
    assert len(long.expected) < 200
    assert json.dumps(long.expected).count("more") == 1
