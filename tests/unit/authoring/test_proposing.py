"""What is proposed for replies: it holds for them, and fails for others."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.authoring.passages import common_passages, passages
from harness.authoring.proposed_text import proposed_text
from harness.authoring.proposing import checks_of, like, varying_note
from harness.checks import KINDS, Options, Subject
from harness.checks.regular_expression import Pattern
from harness.checks.varying import pattern_for, placeholder_for, varying_in
from harness.conversation import Attachment, Outcome, Reply, ReplyMessage, ToolCall
from harness.core import Json
from harness.formats.template import compile_template

UUID = "0b0f7a1e-5a43-4c5e-9d0e-1f2a3b4c5d6e"
LONG = (
    "Thank you for asking about it. It costs 79.90 USD. We hope that you like it."
    " It takes 3 days to reach you. Bye."
)
ULID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


def _outcome(name: str, value: Json, subject: Subject) -> Outcome:
    options = Options(texts={name: kind for name, kind in KINDS.items() if kind.on == "text"})
    return KINDS[name].compile(compile_template(value).render({}), options)(subject).outcome


@pytest.mark.parametrize(
    ("value", "placeholder"),
    [
        (UUID, "<uuid>"),
        ("2026-03-02", "<date>"),
        ("2026-03-02T10:15:30.123Z", "<datetime>"),
        ("2026-03-02 10:15", "<datetime>"),
        (1_772_445_600, "<integer 1000000000..>"),
        (1_772_445_600_123, "<integer 1000000000..>"),
        (1_772_445_600.5, "<number 1000000000..>"),
        (f"https://shop.test/orders/{UUID}", "<url>"),
        ("10:15", {"<string>": {"matches": r"^\d+:\d+$"}}),
        ("2 March 2026", {"<string>": {"matches": r"^\d+ [A-Za-z]+ \d+$"}}),
        ("chatcmpl-9Xk2LmP0qR7s", {"<string>": {"matches": "^chatcmpl-[A-Za-z0-9_.-]+$"}}),
        ("4f6a8c0e2b4d6f8a", {"<string>": {"matches": "^[0-9a-f]+$"}}),
        (ULID, {"<string>": {"matches": "^[A-Za-z0-9_.-]+$"}}),
    ],
    ids=lambda value: str(value)[:24],
)  # fmt: skip
def test_values_that_vary(value: Json, placeholder: Json) -> None:
    """A value that another conversation has differently gets the placeholder of its form."""
    assert placeholder_for(value) == placeholder


@pytest.mark.parametrize(
    "value",
    ["Pink dress", "sales@shop.test", "https://shop.test/help", "claude-haiku-4-5", "gpt-4.1-mini",
     "A-1042", "handed_over", "12345", "", 42, 79.9, True, None],
    ids=str,
)  # fmt: skip
def test_values_that_stay(value: Json) -> None:
    """A word, an amount, a model's name, a fixed address and a short number are no ids."""
    assert placeholder_for(value) is None


def test_one_payload() -> None:
    """Of one payload, what varies by its form becomes a placeholder; the rest stays as it is."""
    loosened: list[str] = []
    payload = {"id": UUID, "items": [{"price": 79.9, "at": "2026-03-02"}], "open": {}, "next": None}

    proposed = like([payload], loosened)

    assert proposed == {
        "id": "<uuid>",
        "items": [{"price": 79.9, "at": "<date>"}],
        "open": {"<any>": {"equals": {}}},
        "next": None,
    }
    assert loosened == ["$.id", "$.items[0].at"]


def test_several_payloads() -> None:
    """Of several payloads, the keys of all are kept, and values that differ become placeholders."""
    loosened: list[str] = []
    values: Sequence[Json] = [
        {"n": 1, "who": "Anna", "tags": ["a"], "mixed": 1, "only": True, "list": [1]},
        {"n": 2, "who": "Ben", "tags": ["a"], "mixed": "x", "list": []},
    ]

    proposed = like(values, loosened)

    assert proposed == {
        "n": "<integer>",
        "who": "<string 1..>",
        "tags": ["a"],
        "mixed": {"<any>": {"type": ["integer", "string"]}},
        "list": {"<any>": {"type": "array"}},
    }
    assert loosened == ["$.n", "$.who", "$.mixed", "$.list"]


@pytest.mark.parametrize("text", ["<uuid>", "see <number 1..5> of them", "${name}", "<any>"])
def test_texts_with_a_meaning_of_their_own(text: str) -> None:
    """A literal text that `like` or a template would read otherwise is written out."""
    proposed = like([{"a": text}])

    assert _outcome("like", proposed, Subject(payload={"a": text})) is Outcome.PASSED
    assert _outcome("like", proposed, Subject(payload={"a": "other"})) is Outcome.FAILED


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 3 * 10**9) | st.text(max_size=12)
    | st.sampled_from([UUID, ULID, "2026-03-02", "<uuid>", "${x}", "x <any> y", "10:15"]),
    lambda inner: st.lists(inner, max_size=2)
    | st.dictionaries(st.text(max_size=6), inner, max_size=2),
    max_leaves=6,
)  # fmt: skip
PAYLOADS = st.dictionaries(st.sampled_from("abc") | st.just("<every>"), VALUES, min_size=1)


@given(st.lists(PAYLOADS, min_size=1, max_size=3))
def test_like_holds_for_all(payloads: list[dict[str, Json]]) -> None:
    """`like` holds for every payload that it is made of, and fails for an empty reply."""
    proposed = like(payloads)

    for payload in payloads:
        assert _outcome("like", proposed, Subject(payload=payload)) is Outcome.PASSED
    assert _outcome("like", proposed, Subject(payload=[])) is Outcome.FAILED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes, we do.", ["Yes, we do."]),
        (
            LONG,
            [
                "Thank you for asking about it.",
                "It costs 79.90 USD.",
                "It takes 3 days to reach you.",
            ],
        ),
        (f"Your order {UUID} is booked.", ["Your order", "is booked."]),
        ("Two lines\nare 2 passages", ["Two lines", "are 2 passages"]),
        ("Booked for 2 March 2026 at 10:15, see you!", ["Booked for", "see you!"]),
        (f"Your ticket ({UUID}) is open.", ["Your ticket", "is open."]),
        ("!", []),
        (f"  {UUID}", []),
        ("word " * 60, ["word " * 39 + "word"]),
    ],
    ids=["short", "long", "id", "lines", "dates", "brackets", "sign", "only an id", "too long"],
)  # fmt: skip
def test_passages(text: str, expected: list[str]) -> None:
    """A short text is expected whole; of a long one, its first sentence and those with figures."""
    assert list(passages(text)) == expected


@given(st.text(max_size=200))
def test_passages_are_in_the_text(text: str) -> None:
    """Each passage is a part of its text, and is not empty."""
    for passage in passages(text):
        assert passage
        assert passage in text


def test_common_passages() -> None:
    """Of several texts, the passages of all are found, those with figures first."""
    texts = [f"Hello {name}! We are open. It costs 5 USD.\nSee you." for name in ("Anna", "Ben")]

    assert list(common_passages(texts)) == ["It costs 5 USD.", "We are open.", "See you."]


@given(
    st.text(max_size=40), st.sampled_from([UUID, ULID, "2026-03-02", "10:15", "order_8Yq2f0Kk31"])
)
def test_patterns(text: str, varying: str) -> None:
    """The pattern for a text matches it, also with what varies in it."""
    whole = f"{text} {varying} (a+b)?"

    assert Pattern(f"^{pattern_for(whole)}$").found(whole) is not None
    assert list(varying_in(whole))


def test_a_whole_reply() -> None:
    """Text, buttons, products, files and tools of a reply have a check each."""
    reply = Reply(
        messages=(ReplyMessage(text="Pay ${amount} now?"), ReplyMessage(text="Yes or no?")),
        actions={"Yes": "yes", "No": "no"},
        products=({"id": 1},),
        attachments=(Attachment(name="a.pdf"),),
        tools=(ToolCall(name="search"),),
    )

    assert checks_of(reply) == {
        "replies": [{"contains": "Pay $${amount} now?"}, {"contains": "Yes or no?"}],
        "tools": ["search"],
        "actions": ["Yes", "No"],
        "products": {"count": 1},
        "attachments": {"count": 1},
    }


@pytest.mark.parametrize(
    ("text", "checks", "by_form", "left_out"),
    [
        (
            f"Renewed until 2027-01-15. Your receipt is {UUID}.",
            {"matches": r"Renewed until \d+-\d+-\d+\. Your receipt is [0-9a-fA-F-]{36}\."},
            ("2027-01-15", UUID),
            (),
        ),
        (
            f"{LONG} It is booked for 2. March 2026. Your order is {UUID}.",
            {
                "contains": ["Thank you for asking about it.", "It costs 79.90 USD."],
                "matches": r"It is booked for \d+\. [A-Za-z]+ \d+\.",
            },
            ("2. March 2026",),
            (UUID,),
        ),
        (f"{UUID}\n10:15", {}, (), (UUID, "10:15")),
        ("Yes, we do.", {"contains": "Yes, we do."}, (), ()),
    ],
    ids=["short", "long", "nothing else", "nothing"],
)
def test_what_varies_in_a_text(text, checks, by_form, left_out):
    """The first sentence with such values is expected by its form; the rest of them is named."""
    proposed = proposed_text(text)

    assert proposed.checks == checks
    assert (proposed.by_form, proposed.left_out) == (by_form, left_out)


WORDS = st.sampled_from(["Your", "order", "(it", "is", "+1)", "booked.", "Today!", "$5", "\n", "["])
VARYING = st.sampled_from([UUID, ULID, "2026-03-02", "10:15", "2. March 2026", "order_8Yq2f0Kk31"])


@given(st.lists(WORDS | VARYING, min_size=1, max_size=40).map(" ".join))
def test_proposals_hold_for_the_text(text: str) -> None:
    """Whatever is proposed for a text holds for it."""
    for name, value in proposed_text(text).checks.items():
        assert _outcome(name, value, Subject(text=text)) is Outcome.PASSED


def test_a_note_on_what_varies() -> None:
    """It names the values, unless a check of the author names them."""
    texts = (f"{LONG} Booked for 2026-03-02.", f"See {UUID}.\nYour order is {ULID}.")
    reply = Reply(messages=tuple(ReplyMessage(text=text) for text in texts))

    assert varying_note(reply) == (
        f"only the form is expected of 2026-03-02, {ULID}; left out as varying: {UUID}"
    )
    assert varying_note(reply, f"{UUID} and {ULID}") == "only the form is expected of 2026-03-02"
    assert not varying_note(Reply())


def test_a_very_short_reply() -> None:
    """A reply of a few signs is expected as a whole, since most texts contain such a part."""
    assert checks_of(Reply(messages=(ReplyMessage(text="No"),))) == {"equals": "No"}
    assert checks_of(Reply(messages=(ReplyMessage(text="5"),))) == {"equals": "5"}


def test_a_check_for_each_message() -> None:
    """Of several messages, each is expected, in order; also an empty one, and one with an id."""
    texts = ("Which book?", "", UUID, "OK", f"{LONG} Booked for 2026-03-02.")
    reply = Reply(messages=tuple(ReplyMessage(text=text) for text in texts))

    assert checks_of(reply) == {
        "replies": [
            {"contains": "Which book?"},
            {"equals": ""},
            {"matches": "^[0-9a-fA-F-]{36}$"},
            {"equals": "OK"},
            {
                "contains": ["Thank you for asking about it.", "It costs 79.90 USD."],
                "matches": r"Booked for \d+-\d+-\d+\.",
            },
        ]
    }
    assert varying_note(reply) == f"only the form is expected of {UUID}, 2026-03-02"


def test_a_reply_without_a_text() -> None:
    """A reply that says nothing stable is expected by its number of messages."""
    assert checks_of(Reply(messages=(ReplyMessage(text=UUID),))) == {"messages": {"count": 1}}
    assert checks_of(Reply(messages=(ReplyMessage(text=""),) * 2)) == {"messages": {"count": 2}}
    assert checks_of(Reply()) == {"messages": {"count": 0}}
