"""The results of conversations that broke, for every report."""

from __future__ import annotations

from dataclasses import replace

from harness.conversation import Stop, Transcript
from harness.core import AuthoringError, InternalError, PlayError, Source
from harness.core.python_file import own_traceback
from harness.formats.template import compile_template
from harness.play.result import ScenarioResult
from harness.project.plan import Play
from harness.scenario import Scenario
from harness.secrets.redaction import Redactor

ESCAPED = (Exception, SystemExit)
"""What code that is run for a conversation can raise: `sys.exit()` in a check does not end the run.

`KeyboardInterrupt` is not in it: that ends the run.
"""


def broken_at_once(scenario: Scenario, provider: str, error: PlayError) -> ScenarioResult:
    """The result of a conversation that did not begin."""
    return ScenarioResult(
        scenario=scenario,
        transcript=Transcript(
            scenario=scenario.id, provider=provider, stop=Stop(turn=0, error=error)
        ),
    )


def unread(play: Play, shown: str, line: int, error: BaseException) -> ScenarioResult:
    """The result of a scenario that cannot be read, or whose provider cannot; it has no turns.

    `shown` is its file as people see it.
    """
    scenario = Scenario(
        id=play.scenario,
        session=compile_template({}),
        turns=(),
        place=Source(path=shown, text="").place(line, 1),
    )
    return broken_at_once(scenario, play.provider, as_play_error(error))


def as_play_error(error: BaseException) -> PlayError:
    """An exception as the reason for which a conversation is BROKEN."""
    if isinstance(error, PlayError):
        return error
    if isinstance(error, AuthoringError):
        first = error.problems[0]
        where = f"{first.place or first.where}: " if first.place or first.where else ""
        return PlayError(first.code, f"{where}{first.message}", first.hint)
    return internal_error(error)


def internal_error(error: BaseException, redactor: Redactor | None = None) -> InternalError:
    """The error for an unexpected exception, with its traceback; known secrets are redacted."""
    lines = own_traceback(error, is_whole=True)
    message = f"the harness could not continue: {type(error).__name__}: {error}"
    if redactor is not None:
        message, lines = redactor.text(message), tuple(map(redactor.text, lines))
    return InternalError(
        "internal-error",
        message,
        "if the traceback does not contain your own code, please report it",
        details=lines,
    )


def stopped_by(transcript: Transcript, error: BaseException, redactor: Redactor) -> Transcript:
    """The transcript of a conversation that could not be judged."""
    last = transcript.turns[-1].number if transcript.turns else 0
    return replace(transcript, stop=Stop(turn=last, error=internal_error(error, redactor)))
