"""A made-up run of a shop's assistants: some of everything that a report shows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.reports.results import VERSION, ResultsWriter

HEAD: dict[str, Any] = {
    "version": VERSION,
    "harness": "0.1.0",
    "run": "5f0c1d2e3a4b",
    "started": "2026-03-02T09:14:05.120+00:00",
    "mode": "live",
    "project": "shop-assistants",
    "branch": "main",
    "commit": "4be1c0d9a7f2e6b1",
    "changed": True,
    "command": "harness run scenarios --mode live --tag smoke",
}
PROVIDERS = ("connectly", "enthusiast", "superoffice")
TOPICS = (
    "Free shipping above fifty dollars",
    "An order that is on its way",
    "A parcel that was sent back",
    "Sizes of a winter coat",
    "Opening hours on Sundays",
    "A voucher that has run out",
    "Paying by invoice",
    "A gift for a child of ten",
)


def check(name: str, turn: int, line: int, outcome: str = "passed", **more: Any) -> dict[str, Any]:
    """A check of a turn; `more` is what a failed one tells."""
    return {"name": name, "outcome": outcome, "turn": turn, "line": line, **more}


def exchange(turn: int, seconds: float, sent: Any, came: Any, **more: Any) -> dict[str, Any]:
    """A request of the chat API with its answer; `more` belongs to the answer."""
    body = came if isinstance(came, str) else json.dumps(came)
    return {
        "step": "send.1",
        "turn": turn,
        "method": "POST",
        "url": "https://api.example.com/v1/sessions/8c1f/messages",
        "headers": [["Content-Type", "application/json"], ["X-Api-Key", "<redacted:api_key>"]],
        "body": json.dumps(sent),
        "response": {
            "status": 200,
            "reason": "OK",
            "headers": [["content-type", "application/json"], ["x-request-id", f"req-{turn}"]],
            "body": body,
            "started": turn * 2.0,
            "first_byte": round(seconds * 0.7, 4),
            "seconds": seconds,
            **more,
        },
    }


def turn(number: int, user: str, reply: str, seconds: float = 0.8, **more: Any) -> dict[str, Any]:
    """A turn with one message as its reply; `more` stands in the reply."""
    payload = {"reply": {"text": reply, "score": 1.0, "id": 9007199254740993}}
    return {
        "number": number,
        "user": {"text": user},
        "reply": {"messages": [{"text": reply}], "payload": payload, **more},
        "exchanges": [exchange(number, seconds, {"text": user}, payload)],
    }


def conversation(
    name: str, title: str, provider: str, turns: list[dict[str, Any]], **more: Any
) -> dict[str, Any]:
    """A conversation that passed, if `more` tells nothing else."""
    file = f"scenarios/{provider}/{name}.yaml"
    numbers = [one["number"] for one in turns]
    return {
        "id": f"{file}::{name}[{provider}]",
        "scenario": name,
        "title": title,
        "tags": ["smoke"],
        "file": file,
        "line": 2,
        "provider": provider,
        "outcome": "passed",
        "plan": [{"turn": number, "line": 5 + 6 * number} for number in numbers],
        "checks": [check("contains", number, 7 + 6 * number) for number in numbers],
        "transcript": {"scenario": name, "provider": provider, "turns": turns},
        **more,
    }


def failed() -> dict[str, Any]:
    """One whose second reply is wrong in two ways; with buttons, products and an opening line."""
    dresses = [
        {"name": "Rosa, a pink dress", "price": 149.0, "currency": "USD", "stock": 3},
        {"name": "Flamingo party dress", "price": 219.5, "currency": "USD", "stock": 1},
    ]
    turns = [
        turn(1, "Do you offer free shipping?", "Yes! Shipping is free on orders over $50.", 0.62),
        turn(
            2,
            "I want a pink dress for my daughter's 10th birthday",
            "Here are two dresses in red that she will love.",
            1.94,
            products=dresses,
            actions={"Show more": "show more dresses", "Contact Support": "talk to a human"},
        ),
    ]
    turns[0]["user"]["metadata"] = {"page": "product", "visits": 3, "known": True, "cart": None}
    turns[1]["user"] |= {
        "pressed": "A dress, please",
        "attachments": [{"name": "party.jpg", "content": "https://example.com/party.jpg"}],
    }
    turns[1]["reply"]["attachments"] = [{"name": "sizes.pdf", "content": "JVBERi0x"}]
    wrong = [
        check("contains", 1, 10),
        check(
            "contains", 2, 15, "failed",
            column=17,
            excerpt="  15 |       contains: pink\n     |                 ^^^^",
            expected="a text with 'pink'",
            actual="'Here are two dresses in red that she will love.'",
            difference=["- pink dresses", "+ dresses in red", "?         ^^^^^^"],
        ),
        check(
            "json", 2, 17, "failed",
            column=9,
            excerpt="  17 |         $..products[*].price: {every: {less_than: 200}}\n"
            "     |                               ^^^^^^^^^^^^^^^^^^^^^^^^^^",
            expected="every value less than 200 at $..products[*].price",
            actual="219.5 at $.reply.products[1].price",
        ),
        check("latency", 2, 18),
        check("never", 0, 21),
    ]  # fmt: skip
    plan = [
        {"assistant": "Welcome to my store! How can I help?"},
        {"turn": 1, "line": 7},
        {"turn": 2, "line": 12, "id": "dress"},
        {"turn": 3, "line": 20},
    ]
    return conversation(
        "pink-dress", "From free shipping to a pink dress", "connectly", turns,
        tags=["sales", "smoke"], outcome="failed", codes=["contains", "json"], plan=plan,
        checks=wrong, latency=2.56, description="The shop's most frequent conversation.",
        failure="scenarios/connectly/pink-dress.yaml:15:17: turn 2: contains: the text is missing",
    )  # fmt: skip


def broken() -> dict[str, Any]:
    """One that a provider ended, after two attempts."""
    said = turn(1, "Where is my order 4711?", "Let me look.", 0.4)
    refused = exchange(
        2, 3.2, {"text": "Is it late?"}, {"error": "overloaded"},
        status=503, reason="Service Unavailable",
        attempts=[{"status": 503, "reason": "overloaded", "waited": 1.0}],
    )  # fmt: skip
    unheard = {"number": 2, "user": {"text": "Is it late?"}, "exchanges": [refused]}
    one = conversation("late-order", "An order that is late", "enthusiast", [said, unheard])
    stop = {
        "turn": 2,
        "code": "unexpected-status",
        "message": "POST https://api.example.com/v1/sessions/8c1f/messages answered 503, "
        "expected 200",
        "hint": "The server is overloaded; play it again later.",
    }
    one["transcript"]["stop"] = stop
    return {**one, "outcome": "broken", "codes": ["unexpected-status"], "checks": one["checks"][:1]}


def repeated() -> dict[str, Any]:
    """A scenario of five takes, of which three passed and four must."""
    takes = []
    for number in range(1, 6):
        is_red = number in (2, 4)
        reply = "We are closed." if is_red else "We open at nine on Mondays."
        said = [turn(1, "When do you open on Mondays?", reply, 0.5 + number / 10)]
        take = conversation("opening-hours", "Opening hours on Mondays", "superoffice", said)
        if is_red:
            take["outcome"], take["codes"] = "failed", ["contains"]
            take["checks"] = [
                check("contains", 1, 13, "failed", expected="'nine'", actual=f"'{reply}'")
            ]
        takes.append({**take, "take": number})
    whole = {name: value for name, value in takes[0].items() if name not in _OF_A_TAKE}
    repeat = {"passed": 3, "told": 5, "wanted": 4, "interval": [0.230724, 0.882379]}
    told = {"outcome": "failed", "codes": ["repeat", "contains"], "repeat": repeat}
    return {**whole, **told, "takes": takes}


_OF_A_TAKE = ("plan", "checks", "transcript", "take", "latency")


def drifted() -> dict[str, Any]:
    """One whose wording differs from its recording."""
    now = [turn(1, "Can I pay by invoice?", "You can pay by invoice within 30 days.", 0.7)]
    drift = {
        "turn": 1,
        "kind": "wording",
        "lines": [
            "- Yes, you can pay by invoice within 14 days.",
            "+ You can pay by invoice within 30 days.",
        ],
        "recorded": ["Yes, you can pay by invoice within 14 days."],
    }
    return conversation("invoice", "Paying by invoice", "connectly", now, drift=[drift])


def streamed() -> dict[str, Any]:
    """One whose answer came as a stream of three chunks."""
    chunks = ["data: Good \n\n", "data: morning\n\n", "data: [DONE]\n\n"]
    said = turn(1, "Hello", "Good morning", 1.2)
    response = said["exchanges"][0]["response"]
    response["body"] = "".join(chunks)
    response["chunks"] = [[0.4 * (index + 1), len(text)] for index, text in enumerate(chunks)]
    return conversation("greeting", "A greeting, streamed", "enthusiast", [said])


def waived() -> Iterator[dict[str, Any]]:
    """One that was skipped and one that was expected to fail."""
    skipped = conversation("returns", "A parcel that was sent back", "superoffice", [])
    for name in ("plan", "checks", "transcript"):
        del skipped[name]
    yield {**skipped, "outcome": "skipped", "notes": ["the returns desk is being rebuilt"]}
    known = conversation(
        "voucher", "A voucher that has run out", "connectly",
        [turn(1, "Is SPRING valid?", "Yes, it is valid.", 0.9)],
    )  # fmt: skip
    wrong = check("contains", 1, 13, "failed", expected="'run out'", actual="'Yes, it is valid.'")
    yield {
        **known,
        "outcome": "failed",
        "codes": ["contains"],
        "checks": [wrong],
        "expected_failure": "known since May, ticket 812",
    }


def many(count: int, turns: int = 5) -> Iterator[dict[str, Any]]:
    """So many that passed, over all providers."""
    for number in range(count):
        topic = TOPICS[number % len(TOPICS)]
        said = [
            turn(
                one,
                f"{topic}, please? I ask for order {number * 7919 % 100_000}.",
                f"About {topic.lower()}: your number is {number}-{one}, and it is taken care of.",
                round(0.2 + (number * 37 + one * 101) % 900 / 700, 3),
            )
            for one in range(1, turns + 1)
        ]
        yield conversation(f"topic-{number}", topic, PROVIDERS[number % len(PROVIDERS)], said)


def shop() -> Iterator[dict[str, Any]]:
    """The whole run."""
    yield from (failed(), broken(), repeated(), drifted(), streamed())
    yield from waived()
    yield from many(56, turns=3)


def write_results(path: Path, conversations: Iterator[dict[str, Any]]) -> Path:
    """Write a file of results."""
    writer = ResultsWriter(path, HEAD)
    for one in conversations:
        writer.add(one)
    writer.finish(exit_status=1)
    return path
