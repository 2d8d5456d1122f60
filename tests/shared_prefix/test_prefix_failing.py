"""A beginning that fails is not gone on from; and what keeps a conversation from being shared."""

from __future__ import annotations

from collections import Counter

import pytest

from harness.conversation import Outcome
from harness.project.plan import Mode, Play
from tests.shared_prefix.dresses import (
    DRESS,
    FIRST,
    FOUR,
    HUMAN,
    ONCE,
    PASSED,
    PURPLE,
    ROWS,
    SHIPPING,
    outcomes,
    verdicts,
)
from tests.shared_prefix.watched import TOKEN


@pytest.mark.parametrize("concurrency", [1, 8])
def test_the_first_breaks_off_before_the_branch(concurrency, shop):
    """The others then say the beginning themselves, or go on from one that got through."""
    shop.write(FOUR)
    shop.seen.refused = DRESS

    results = shop.run(Mode.RECORD, shop.plays("", "human", "purple"), concurrency=concurrency)

    assert Counter(outcomes(results).values()) == {Outcome.PASSED: 2, Outcome.BROKEN: 1}
    assert shop.seen.said.count(SHIPPING) == 1
    assert shop.seen.said.count(DRESS) == 2


@pytest.mark.parametrize("order", [1, -1], ids=["first-to-last", "last-to-first"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("products: {count: 2}", "products: {count: 3}"),
        ("{products: {count: 2}}", "{products: {count: 3}}\n    on_fail: stop"),
        ("..products[0].title", "..products[0].nothing"),
        (f"user: {SHIPPING}, expect", f"user: {SHIPPING}, error: {{status: 403}}, unexpected"),
        ("id: dress\n", "id: dress\n    on_fail: stop\n"),
    ],
    ids=["check", "check-that-stops", "capture", "refusal", "stops-never"],
)
def test_a_beginning_that_fails_is_told_as_without_sharing(old, new, order, shop):
    """A failed check, a missing capture and a refusal that did not come have the same verdicts."""
    shop.write(FOUR.replace(old, new).replace(", unexpected: {contains: free shipping}", ""))
    plays = {name: shop.plays(*ROWS[::order], provider=name) for name in ("shop", "alone")}

    shared = shop.run(Mode.RECORD, plays["shop"])
    alone = shop.run(Mode.RECORD, plays["alone"])

    assert verdicts(shared) == verdicts(alone)


def test_a_failed_check_does_not_keep_others_from_going_on(shop):
    """It is about the conversation that it is written in; the beginning itself was held."""
    shop.write(FOUR.replace("products: {count: 2}", "products: {count: 3}"))

    results = shop.run(Mode.RECORD, shop.plays(*ROWS))

    assert outcomes(results) == {**PASSED, "": Outcome.FAILED}
    assert Counter(shop.seen.said) == Counter(ONCE)


def test_a_refusal_that_is_expected_is_shared(shop):
    """A turn before the branch that the provider refuses, as the scenario says, is asked once."""
    refused = "    error: {status: 500}\n"
    text = FOUR.replace("    expect: {products: {count: 2}}\n", refused)
    shop.write(
        text.replace("    capture: {title: '$..products[0].title'}\n", "").replace(
            "contains: '${title}'", "contains: cart"
        )
    )
    shop.seen.refused = DRESS

    results = shop.run(Mode.RECORD, shop.plays("", "human"))
    replayed = shop.run(Mode.REPLAY, shop.plays("human"))

    assert outcomes(results)["human"] is Outcome.PASSED
    assert shop.seen.said == [SHIPPING, DRESS, FIRST, HUMAN]
    assert outcomes(replayed) == {"human": Outcome.PASSED}


def test_headers_that_one_conversation_checks(shop):
    """The recording of whoever goes on holds the headers that it checks before the branch."""
    shop.write(FOUR.replace("{products: {count: 2}}", "{headers: {Server: uvicorn}}"))
    shop.run(Mode.RECORD, shop.plays(*ROWS[::-1]))

    replayed = shop.run(Mode.REPLAY, shop.plays(*ROWS))

    assert outcomes(replayed) == PASSED
    assert shop.seen.said.count(DRESS) == 1


def test_secrets_that_are_captured(shop):
    """A conversation that captures a secret says all by itself, and hides it as ever."""
    secret = "{key: {json: '$..products[0].productId', secret: true}"
    shop.write(FOUR.replace("{title:", f"{secret}, title:"))

    results = shop.run(Mode.RECORD, shop.plays("", "human"))

    assert set(outcomes(results).values()) == {Outcome.PASSED}
    assert shop.seen.said.count(DRESS) == 2
    texts = [shop.cassette(play).read_text() for play in shop.plays("", "human")]
    assert not any("018c6302-ec34-02f2-cc2c-c5f1f38a7a03" in text for text in texts)


def test_an_answer_that_holds_a_secret(shop):
    """Where the bot repeats a secret setting, nobody goes on from there, and it is hidden."""
    key = shop.seen.environment["CONNECTLY_API_KEY"]
    shop.write(
        f"scenario: dress\nturns:\n  - assistant: Welcome, {key}\n"
        "  - {id: told, user: What did you say first?, expect: {contains: first said}}\n"
        f"  - {{user: {HUMAN}, expect: none}}\n"
        f"  - branch: {{from: told, name: human}}\n  - {{user: {HUMAN}, expect: none}}\n"
    )

    results = shop.run(Mode.RECORD, shop.plays("", "human"))

    assert set(outcomes(results).values()) == {Outcome.PASSED}
    assert shop.seen.opened == 2
    assert not any(key in shop.cassette(play).read_text() for play in shop.plays("", "human"))


def test_a_token_that_was_prepared(shop):
    """What the preparation gave is hidden in the recording of whoever goes on, too."""
    definition = shop.folder / "definitions/alone/provider.yaml"
    text = definition.read_text().replace("forks: false", "forks: true")
    prepare = "prepare:\n  - {request: {get: /token}, capture: {token: $.token}}\nsend:\n"
    text = text.replace("send:\n", prepare, 1).replace("      schema: invoke-request\n", "")
    definition.write_text(
        text.replace("        inputEvents:", "        mine: ${token}\n        inputEvents:")
    )
    shop.write(FOUR)

    results = shop.run(Mode.RECORD, shop.plays("", "human", provider="alone"))

    assert set(outcomes(results).values()) == {Outcome.PASSED}
    assert Counter(shop.seen.said)[DRESS] == Counter(shop.seen.said)["/token"] == 1
    texts = [shop.cassette(play).read_text() for play in shop.plays("", "human", provider="alone")]
    assert all("<redacted:token>" in text and TOKEN not in text for text in texts)


DESK = """\
scenario: dress
provider: desk
turns:
  - id: reset
    user: Reset my password, please
    expect: {actions: {count: 2}}
    capture: {asked: {history: '$[0].UserPrompt'}}
  - user: {press: Contact Support}
    expect: {contains: 'about: ${asked}'}
  - branch: {from: reset, name: opened}
  - user: {press: Open Password Reset Page}
    expect: {contains: Forgot Password}
"""


def test_cookies_that_the_server_set_go_along(shop):
    """Whoever goes on sends the cookies of the log-in, which is done once, and presses buttons."""
    shop.write(DESK)

    results = shop.run(Mode.RECORD, shop.plays("", "opened", provider="desk"))
    replayed = shop.run(Mode.REPLAY, shop.plays("opened", provider="desk"))

    assert set(outcomes(results).values()) == {Outcome.PASSED}
    assert verdicts(replayed)["opened"] == verdicts(results)["opened"]
    assert shop.seen.said.count("/login") == 1
    assert len([path for path in shop.seen.said if path.endswith("GetChatbotResponse")]) == 3


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{contains: Forgot Password}", "{history: {json: {$: {length: 2}}}}"),
        ("{actions: {count: 2}}", "{history: {json: {$: {length: 1}}}}"),
    ],
    ids=["after", "before-and-not-captured"],
)
def test_the_record_is_that_of_one_conversation(old, new, shop):
    """Where a check looks up the record, conversations share nothing that would be told there."""
    own = "{asked: {history: '$[0].UserPrompt'}}"
    text = DESK if old.startswith("{contains") else DESK.replace(own, "{asked: $.UserPrompt}")
    shop.write(text.replace(old, new))

    results = shop.run(Mode.RECORD, shop.plays("", "opened", provider="desk"))
    replayed = shop.run(Mode.REPLAY, shop.plays("", "opened", provider="desk"))

    assert shop.seen.said.count("/login") == 2
    assert set(outcomes(results).values()) == {Outcome.PASSED}
    assert verdicts(replayed) == verdicts(results)


LIBRARY = """\
scenario: dress
provider: library
turns:
  - {id: hello, user: What books do you have?, expect: none}
  - {user: And which is the first?, expect: none}
  - branch: {from: hello, name: other}
  - {user: And which is the last?, expect: none}
"""


def test_a_provider_that_keeps_the_conversation(shop):
    """Where the server holds what was said, each branch opens a conversation and says it all."""
    shop.write(LIBRARY)

    results = shop.run(Mode.RECORD, shop.plays("", "other", provider="library"))

    assert set(outcomes(results).values()) == {Outcome.PASSED}
    assert shop.seen.said.count("/api/conversations") == 2


def test_a_branch_of_another_file(shop):
    """A scenario that goes on from a turn of another file says that file's turns itself."""
    shop.write(FOUR)
    shop.write(
        "scenario: other\nbranch: {file: dress.yaml, from: purple}\n"
        f"turns: [{{user: {HUMAN}, expect: {{contains: colleague}}}}]\n",
        "other",
    )
    other = Play(file=shop.folder / "scenarios/other.yaml", scenario="other", provider="shop")

    shop.run(Mode.LIVE, [*shop.plays("purple"), other])

    assert shop.seen.said == [SHIPPING, PURPLE, SHIPPING, PURPLE, HUMAN]
