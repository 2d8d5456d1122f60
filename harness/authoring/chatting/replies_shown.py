"""How a chat shows turns."""

from __future__ import annotations

import json
from collections.abc import Iterator

from harness.authoring.chatting.metadata import metadata_text
from harness.authoring.chatting.terminal_protocol import Style
from harness.conversation import Reply, ReplyMessage, Turn, UserMessage
from harness.core import counted, shorten

Shown = tuple[str, Style]
USER, BOT, TOOL = "you> ", "bot> ", "tool> "
_ATTACHED = 80
"""Characters of the content of a file that are shown."""


def said_lines(message: UserMessage) -> Iterator[Shown]:
    """A message that was not typed just now."""
    text = f"[{message.display_text}]" if message.display_text else message.text
    yield _under(USER, text), Style.PLAIN
    for one in message.attachments:
        yield f"     with the file {one.name}".rstrip(), Style.NOTE
    if message.metadata:
        yield f"     with {metadata_text(message.metadata)}", Style.NOTE


def reply_lines(turn: Turn) -> Iterator[Shown]:
    """The answer to a message: what the bot said, its buttons, and what else came."""
    if turn.refusal is not None:
        yield _under("refused> ", str(turn.refusal)), Style.BAD
        return
    reply = turn.reply
    if reply is None:
        return
    for call in reply.tools or ():
        if call.result is not None:
            failed = "failed: " if call.result.is_error else ""
            result = f"{failed}{call.result.text}"
            yield _under(TOOL, f"{call.name} {call.arguments_json} → {result}"), Style.NOTE
    for message in reply.messages:
        yield message_line(message)
    if not reply.messages:
        yield f"{BOT}(no text)", Style.BOT
    yield from _parts(reply)


def message_line(message: ReplyMessage, seconds: float | None = None) -> Shown:
    """A message of the bot; a late one with the seconds after the reply."""
    late = f"  ({seconds:.1f} s after the reply)" if seconds is not None else ""
    return _under(BOT, message.text or "(no text)") + late, Style.BOT


def _parts(reply: Reply) -> Iterator[Shown]:
    for number, label in enumerate(reply.actions, 1):
        yield f"  {number:>2}  {label}", Style.PLAIN
    for call in reply.tools or ():
        if call.result is None:
            yield f"     calls {call.name} {call.arguments_json}", Style.NOTE
    if reply.products:
        yield f"     {counted(len(reply.products), 'product')}; /payload shows them", Style.NOTE
    for one in reply.attachments:
        yield f"     file {one.name} {shorten(one.content, _ATTACHED)}".rstrip(), Style.NOTE


def payload_text(turn: Turn) -> str:
    """The payload of a reply, or the body of a refusal."""
    if turn.reply is not None:
        return json.dumps(turn.reply.payload, indent=2, ensure_ascii=False)
    response = turn.answer.response if turn.answer is not None else None
    return response.body.decode("utf-8", "replace") if response is not None else "(no answer)"


def _under(label: str, text: str) -> str:
    """A text after its label; its other lines are indented, so that none looks like a label."""
    return label + text.replace("\n", f"\n{' ' * len(label)}")
