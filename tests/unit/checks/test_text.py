import pytest
from check_samples import judge, turn, turn_saying

from harness.checks import KINDS, PASS, BadExpectation, Options, conversation_of
from harness.checks.regular_expression import LONGEST_TEXT
from harness.conversation import Reply, ReplyMessage, Transcript
from harness.conversation.outcome import Outcome
from harness.core.errors import CheckCrashed
from harness.core.repetition import MOST_REPEATED


def outcome(name, value, text, **options):
    """What comes of one text check on one text."""
    return judge(name, value, turn_saying(text), **options).outcome


def test_d1_a_message_without_text_adds_no_empty_line():
    """A card beside a text leaves the text of the reply, and of the conversation, as it is."""
    card = ReplyMessage(text="", payload={"image": "x.png"})
    reply = Reply(messages=(card, ReplyMessage(text="Here you are."), card))
    held = Transcript(scenario="a", provider="b", turns=(turn(reply=reply),) * 2)

    whole = KINDS["equals"].compile("Here you are.\nHere you are.", Options())

    assert judge("equals", "Here you are.", turn(reply=reply)).outcome is Outcome.PASSED
    assert judge("messages", {"count": 3}, turn(reply=reply)).outcome is Outcome.PASSED
    assert whole(conversation_of(held)).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("name", "value", "text", "note"),
    [
        (
            "not_contains",
            "password",
            "The pass\u200bword is wrong.",
            "passes, but what looks like 'password' has U+200B ZERO WIDTH SPACE after 'pass'",
        ),
        (
            "not_contains",
            ["sorry", "Kranken"],
            "Im Kran\u00adkenhaus",
            "passes, but what looks like 'Kranken' has U+00AD SOFT HYPHEN after 'Kran'",
        ),
        (
            "not_contains",
            "paypal",
            "Pay by p\u0430ypal.",
            (
                "passes, but what looks like 'paypal' has U+0430 CYRILLIC SMALL LETTER A after 'p',"
                " expected U+0061 LATIN SMALL LETTER A"
            ),
        ),
        (
            "not_matches",
            "pass ?word",
            "The pass\u200bword is wrong.",
            "passes, but would not if the text had no U+200B ZERO WIDTH SPACE",
        ),
        (
            "not_matches",
            "password",
            "The pass\x7fword is wrong.",
            "passes, but would not if the text had no U+007F DELETE",
        ),
        (
            "not_matches",
            "password",
            "The pass\ufe0fword is wrong.",
            "passes, but would not if the text had no U+FE0F VARIATION SELECTOR-16",
        ),
        ("not_contains", "password", "Grüße", ""),
        ("not_matches", "password", "a\r\nb", ""),
    ],
)
def test_d1_what_looks_like_a_forbidden_text_is_noted(name, value, text, note):
    """The check holds by its letters, and people are told that a reader sees it otherwise."""
    verdict = judge(name, value, turn_saying(text))

    assert (verdict.outcome, verdict.reason) == (Outcome.PASSED, note)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("equals", "Yes.", "Yes."),
        ("equals", "", ""),
        ("contains", "free", "for free"),
        ("contains", ["a", "b"], "b a"),
        ("contains", 50, "over $50"),
        ("contains_all", ["a", "b"], "b a"),
        ("contains_any", ["x", "b"], "b a"),
        ("not_contains", "x", "b a"),
        ("not_contains", ["x", "y"], "b a"),
        ("matches", r"^\$\d+$", "$50"),
        ("matches", r"(?m)^second$", "first\nsecond"),
        ("not_matches", r"\d", "none"),
        ("starts_with", "Wel", "Welcome"),
        ("ends_with", "come", "Welcome"),
    ],
)
def test_a_check_that_holds(name, value, text):
    """Each text check passes on a text that fulfils it, with the one shared verdict."""
    assert judge(name, value, turn_saying(text)) is PASS


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ("caf\u00e9", "cafe\u0301"),
        ("cafe\u0301", "caf\u00e9"),
        ("5 €", "5\u00a0€"),
        ("1 000", "1\u202f000"),
        ("\u1112\u1161\u11ab", "\ud55c"),
    ],
    ids=["composed", "decomposed", "no-break-space", "narrow-space", "hangul"],
)
@pytest.mark.parametrize("name", ["equals", "contains", "starts_with", "ends_with", "matches"])
def test_texts_that_look_alike_are_alike(name, wanted, text):
    """Composed and decomposed characters and kinds of spaces make no difference."""
    assert outcome(name, wanted, text) is Outcome.PASSED


@pytest.mark.parametrize(
    ("wanted", "text"),
    [("don't", "don\u2019t"), ("a b", "a  b"), ("a b", "a\nb"), ("a-b", "a\u2013b")],
    ids=["apostrophe", "two-spaces", "newline", "dash"],
)
def test_texts_that_differ_stay_different(wanted, text):
    """Curly quotes, dashes and runs of spaces are not made alike."""
    assert outcome("contains", wanted, text) is Outcome.FAILED


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("equals", "STRASSE", "Straße"),
        ("contains", "free", "FREE shipping"),
        ("contains_any", ["X", "FREE"], "free"),
        ("matches", "free", "FREE"),
        ("starts_with", "wel", "Welcome"),
        ("ends_with", "É", "caf\u00e9"),
        ("contains", "ά", "ΆΛΦΑ"),
    ],
)
def test_case_is_ignored_where_it_is_asked_for(name, value, text):
    """`ignore_case` makes upper and lower case the same, in all scripts; else they differ."""
    assert outcome(name, value, text, ignore_case=True) is Outcome.PASSED
    assert outcome(name, value, text) is Outcome.FAILED


def test_ignoring_case_turns_not_contains_stricter():
    """A forbidden word in another case is found where case is ignored."""
    assert outcome("not_contains", "sorry", "Sorry!") is Outcome.PASSED
    assert outcome("not_contains", "sorry", "Sorry!", ignore_case=True) is Outcome.FAILED


@pytest.mark.parametrize(
    ("wanted", "lines"),
    [
        ("free shiping", ("the text contains 'free shipping' instead of 'free shiping'",)),
        ("offer free shiping", ()),
    ],
    ids=["two of two words", "three of two words"],
)
def test_the_nearest_passage_has_as_many_words(wanted, lines):
    """A passage of fewer words than the wanted text is not shown instead of it."""
    finding = judge("contains", wanted, turn_saying("free shipping")).finding

    assert finding.difference == lines


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ("We are open from 9 to 17.", "'We are open from 9 to 18.'"),
        ("open from 9 to 17", "'open from 9 to 18'"),
    ],
    ids=["a sentence", "words of it"],
)
def test_the_nearest_passage_ends_as_the_wanted_text(wanted, shown):
    """The full stop is shown if the wanted text has one, and left out if it has none."""
    finding = judge("contains", wanted, turn_saying("Hello! We are open from 9 to 18.")).finding

    assert finding.difference == (f"the text contains {shown} instead of '{wanted}'",)


@pytest.mark.parametrize("name", ["matches", "not_matches"])
@pytest.mark.parametrize(
    "pattern", ["", ".*", "a*", "(x|)", "(?s).*", r"\b|$", "[a-z]*?", "(a+)?", "^", "()"]
)
def test_a_pattern_that_matches_everything_is_refused(name, pattern):
    """A pattern that says nothing is refused when it is compiled."""
    with pytest.raises(BadExpectation) as caught:
        judge(name, pattern)

    assert caught.value.code == "matches-everything"


@pytest.mark.parametrize(
    "pattern", [".", ".+", "^$", r"\w", "(?!x)y|z", "(?s)^(?!.*error)", "a*b", r"^\s*$"]
)
def test_a_pattern_that_says_something_is_accepted(pattern):
    """Patterns that some text does not match are accepted, negative ones too."""
    assert judge("matches", pattern).outcome in (Outcome.PASSED, Outcome.FAILED)


@pytest.mark.parametrize(
    "pattern", ["([", "(?<", "*", "a{2,1}", r"\\1(", "(?P<1>a)", "[z-a]", "a{" + "3" * 5_000]
)
def test_an_invalid_pattern_is_refused(pattern):
    """A text that is not a regular expression is refused when it is compiled."""
    with pytest.raises(BadExpectation) as caught:
        judge("matches", pattern)

    assert caught.value.code == "invalid-pattern"
    assert "is not a regular expression" in caught.value.message


@pytest.mark.parametrize("name", ["contains", "not_contains", "starts_with", "ends_with"])
def test_an_empty_text_is_refused(name):
    """The empty text stands in every text."""
    with pytest.raises(BadExpectation) as caught:
        judge(name, "")

    assert caught.value.code == "matches-everything"


def test_an_empty_text_in_a_list_has_its_place():
    """The path of a bad item leads to the item."""
    with pytest.raises(BadExpectation) as caught:
        judge("contains_any", ["a", ""])

    assert caught.value.path == (1,)


@pytest.mark.parametrize("value", [True, None, {}, [], [None], {"a": 1}], ids=repr)
@pytest.mark.parametrize("name", ["contains", "contains_all", "contains_any", "not_contains"])
def test_what_is_no_text_is_refused(name, value):
    """A filled-in variable of a wrong kind is named, not compared."""
    with pytest.raises(BadExpectation) as caught:
        judge(name, value)

    assert caught.value.code == "wrong-value"


@pytest.mark.parametrize("name", ["matches", "not_matches"])
def test_b4_a_pattern_at_its_limit_and_beyond(name):
    """Counted repetitions may add 10,000 elements to a pattern; the next one is refused."""
    assert judge(name, f"a{{{MOST_REPEATED + 1}}}").outcome in (Outcome.PASSED, Outcome.FAILED)

    with pytest.raises(BadExpectation) as caught:
        judge(name, f"a{{{MOST_REPEATED + 2}}}")

    assert caught.value.code == "pattern-too-large"


def test_b4_a_pattern_that_is_nested_too_deeply():
    """Groups inside one another are followed until Python cannot go deeper."""
    with pytest.raises(BadExpectation) as caught:
        judge("matches", "(" * 3000 + "a" + ")" * 3000)

    assert caught.value.code == "pattern-too-large"


def test_a_costly_pattern_is_stopped():
    """A pattern that would search for ages is given up at its limit, as broken."""
    with pytest.raises(CheckCrashed) as caught:
        outcome("matches", "^(a|aa)+$", "a" * 100 + "b")

    assert caught.value.code == "pattern-timeout"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("matches", "traceback"),
        ("not_matches", "traceback"),
        ("not", {"matches": "traceback"}),
        ("json", {"$": {"not": {"matches": "traceback"}}}),
    ],
    ids=["A17-matches", "A17-not_matches", "A17-not", "A17-json"],
)
def test_a_text_beyond_the_limit_of_patterns_is_not_judged(name, value):
    """A pattern judges a text of a million characters, and says of a longer one that it cannot."""
    at_limit = "a" * (LONGEST_TEXT - 9) + "traceback"

    def saying(text):
        return turn(reply=Reply(messages=(ReplyMessage(text=text),), payload=text))

    found = judge(name, value, saying(at_limit)).outcome
    with pytest.raises(CheckCrashed) as caught:
        judge(name, value, saying(f"a{at_limit}"))

    assert found is (Outcome.PASSED if name == "matches" else Outcome.FAILED)
    assert caught.value.code == "pattern-text-too-long"
    assert "1,000,001 characters, the limit is 1,000,000" in str(caught.value)


def test_the_messages_of_a_reply_are_one_text():
    """A text check sees all messages, one a line."""
    assert judge("matches", r"\$50\.\nAnything").outcome is Outcome.PASSED
