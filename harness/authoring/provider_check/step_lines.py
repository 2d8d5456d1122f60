"""What a step sent and received, as lines of a report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.authoring.provider_check.live_check import StepRun
from harness.conversation import Exchange
from harness.core import Json, counted, shorten
from harness.formats.template.filters import to_json
from harness.providers.definition import Step
from harness.providers.payload import excerpt
from harness.secrets.redaction import Redactor


def step_lines(run: StepRun, redactor: Redactor) -> Iterator[str]:
    """The request, the answer, and what was read from it, without secrets."""
    last = run.shown[-1]
    yield f"  {run.name:<10} {last.request.method} {last.request.url}"
    if last.request.body:
        yield _line("sent", excerpt(last.request.body))
    is_poll = run.step is not None and run.step.poll is not None
    if is_poll or run.shown[1:]:
        yield _line("asked", "once" if len(run.shown) == 1 else f"{len(run.shown)} times")
    yield _line("answered", _answer(last, run))
    for name, value in run.captured.items():
        yield _line("captured", f"{name} = {_value(name, value, run.step, redactor)}")


def _line(word: str, text: str) -> str:
    return f"    {word:<9} {text}"


def _answer(last: Exchange, run: StepRun) -> str:
    response = last.response
    if response is None:
        return "nothing"
    events = run.payload.get("events") if isinstance(run.payload, Mapping) else None
    is_stream = run.step is not None and run.step.stream is not None
    count = f" {counted(len(events), 'event')}:" if is_stream and isinstance(events, list) else ""
    return f"{response.status}{count} {excerpt(response.body)}".rstrip()


def _value(name: str, value: Json, step: Step | None, redactor: Redactor) -> str:
    if step is not None and name in step.secret_captures:
        return "(secret)"
    return shorten(redactor.text(value if isinstance(value, str) else to_json(value)))
