"""What looks wrong in the answers of a provider, although they could be read."""

from __future__ import annotations

from collections.abc import Iterator

from harness.authoring.defining.guesses import guess_buttons
from harness.authoring.provider_check.live_check import LiveCheck, StepRun
from harness.conversation import Reply, ReplyMessage
from harness.core import Json, Problem, counted, quote, shorten
from harness.formats.json_path import find_all
from harness.formats.unmatched_path import explain_nothing
from harness.providers.conditions import Exists, holds
from harness.providers.definition import Step
from harness.providers.reply import messages_in
from harness.providers.reply_plan import ReplyPlan
from harness.providers.stream import reader_for

_SHORTEST = 3
"""Messages of one word each from which they look like the pieces of one text."""
_END = "[DONE]"
"""An event with which many streams end."""


def doubts_in_check(check: LiveCheck) -> Iterator[Problem]:
    """What people should look at, in the order of the steps."""
    for run in check.runs:
        if run.step is None:
            continue
        yield from _ended_at_once(run, run.step)
        yield from _never_ends(run, run.step)
        yield from _last_event(run, run.step)
        if run.step.reply is not None:
            yield from _read_nothing(run.step, run.step.reply, run.payload)
            yield from _buttons(run.step, run.step.reply, run.payload)
            yield from _pieces(run.step, check.reply)


def _ended_at_once(run: StepRun, step: Step) -> Iterator[Problem]:
    plan = step.poll
    if plan is not None and len(run.exchanges) == 1 and holds(plan.until, run.payload):
        yield _problem(
            "until-at-once",
            step,
            "was already true in the first answer",
            "'until'",
            "if the bot cannot have answered so soon, check its paths and values",
        )


def _never_ends(run: StepRun, step: Step) -> Iterator[Problem]:
    """Paths of `until` that match nothing in an answer that something else has ended."""
    for path, wanted in step.poll.until.items() if step.poll is not None else ():
        awaits_a_value = not any(isinstance(value, Exists) for value in wanted)
        if awaits_a_value and not find_all(path, run.payload):
            message, hint = explain_nothing(path, run.payload)
            hint = hint or "if an answer should have it, check the path"
            yield _problem("unmatched-path", step, f"matches {message}", "'until'", hint)


def _last_event(run: StepRun, step: Step) -> Iterator[Problem]:
    """A last event that never came, or that is read as a part of the reply."""
    plan, response = step.stream, run.exchanges[-1].response
    if plan is None or response is None:
        return
    reader = reader_for(step)
    reader.feed(response.body)
    reader.finish()
    last = reader.events[-1].data if reader.events else ""
    if plan.shown_end and not reader.ended:
        yield _problem(
            "done-missing",
            step,
            f"did not come: the stream ended without an event {plan.shown_end},"
            f" after {shorten(last)}",
            "'done'",
            "if it is not optional, check its text or condition, and remove 'optional'",
        )
    elif not plan.shown_end and last.strip() == _END:
        yield _problem(
            "done-missing",
            step,
            f"is not set, but the last event of the stream is {quote(last)}",
            "'done'",
            f"add done: {quote(_END)}, so that a stream that is cut does not pass",
        )


def _read_nothing(step: Step, plan: ReplyPlan, payload: Json) -> Iterator[Problem]:
    """Paths of the reply that match nothing in this answer."""
    paths = {
        "messages": plan.messages,
        "actions": plan.actions,
        "products": plan.products,
        "attachments": plan.attachments,
        "usage": plan.usage,
        "tools": plan.tools.path if plan.tools is not None else "",
    }
    for key, path in paths.items():
        if path and not find_all(path, payload):
            yield _unmatched(step, key, f"matches nothing in the answer: {path}")
    messages = messages_in(plan, payload)
    without = {"id": [one for one in messages if plan.id and not one.id]}
    without["text"] = [one for one in messages if not one.text]
    for key, those in without.items():
        if those:
            yield _unmatched(step, key, f"matches nothing in {_of(those, messages)}")


def _buttons(step: Step, plan: ReplyPlan, payload: Json) -> Iterator[Problem]:
    """Labels that nothing reads."""
    path = guess_buttons(payload) if not plan.actions else ""
    if path:
        labels = shorten(", ".join(map(quote, find_all(path, payload))))
        message = f"reads no buttons, but the answer has texts that look like them: {labels}"
        hint = f"if they are buttons, add actions: {path}"
        yield _problem("unread-buttons", step, message, "the reply", hint)


def _of(those: list[ReplyMessage], messages: list[ReplyMessage]) -> str:
    if len(messages) == 1:
        return "the message"
    return f"{len(those)} of {counted(len(messages), 'message')}"


def _unmatched(step: Step, key: str, message: str) -> Problem:
    hint = "if this answer should have it, check the path"
    return _problem("unmatched-path", step, message, f"'{key}' of the reply", hint)


def _pieces(step: Step, reply: Reply | None) -> Iterator[Problem]:
    """Messages that look like the pieces of one text."""
    texts = [one.text for one in reply.messages if one.text] if reply is not None else []
    if len(texts) >= _SHORTEST and all(len(text.split()) <= 1 for text in texts):
        shown = shorten(", ".join(map(quote, texts)))
        yield _problem(
            "token-stream",
            step,
            f"has {len(texts)} messages of one word each: {shown}",
            "the reply",
            "if they are pieces of one text, join them: text: {join: …}",
        )


def _problem(code: str, step: Step, message: str, what: str, hint: str) -> Problem:
    return Problem(
        code=code,
        message=f"{what} {message}",
        where=str(step.place),
        subject=f"step {step.name}",
        hint=hint,
    )
