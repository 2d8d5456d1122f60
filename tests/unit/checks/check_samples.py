"""A turn to judge, and how a verdict is written in a golden file."""

from harness.checks import KINDS, Options, subject_of
from harness.conversation import (
    Attachment,
    Exchange,
    Origin,
    Reply,
    ReplyMessage,
    Request,
    Response,
    Turn,
    UserMessage,
)

PAYLOAD = {
    "response": {
        "id": 7,
        "text": "Yes",
        "price": 49.5,
        "is_final": True,
        "error": None,
        "tags": ["sale", "pink", "sale"],
        "unit price": 3,
        "meta": {},
        "products": [
            {"id": 1, "name": "pink dress", "price": 150},
            {"id": 2, "name": "red dress", "price": 250},
        ],
    }
}
REPLY = Reply(
    messages=(
        ReplyMessage(text="Yes, we offer free shipping on orders over $50.", payload={"n": 1}),
        ReplyMessage(text="Anything else?", payload={"n": 2}),
    ),
    payload=PAYLOAD,
    actions={"Contact Support": "contact", "Show dresses": "dresses"},
    products=tuple(PAYLOAD["response"]["products"]),
    attachments=(Attachment(name="guide.pdf"),),
)


def exchange(body=b"", status=200, seconds=1.5):
    """An exchange with an answer."""
    return Exchange(
        request=Request(method="GET", url="http://shop/", origin=Origin(turn=1, step="send.1")),
        response=Response(
            status=status,
            reason="OK" if status == 200 else "Forbidden",
            headers=(("Content-Type", "application/json"), ("Vary", "a"), ("vary", "b")),
            body=body,
            seconds=seconds,
        ),
    )


def turn(**changes):
    """A turn whose reply is the sample."""
    made = {"number": 1, "user": UserMessage(text="Hi"), "reply": REPLY, "exchanges": (exchange(),)}
    return Turn(**{**made, **changes})


def turn_saying(text):
    """A turn whose reply is one text."""
    return turn(reply=Reply(messages=(ReplyMessage(text=text),)))


def turn_bringing(payload):
    """A turn whose reply is one payload."""
    return turn(reply=Reply(payload=payload))


def judge(name, value, of=None, **options):
    """The verdict of one check on a turn."""
    return KINDS[name].compile(value, Options(**options))(subject_of(of or turn()))


def written(verdict):
    """A verdict as it stands in a golden file."""
    finding = verdict.finding
    if finding is None:
        return f"{verdict.outcome} {verdict.reason}".strip()
    parts = [f"{verdict.outcome}: {finding.message}"]
    for word, text in (("expected", finding.expected), ("actual", finding.actual)):
        parts += [f"  {word}: {line}" for line in text.splitlines()]
    parts += [f"  {line}".rstrip() for line in finding.difference]
    return "\n".join(parts)
