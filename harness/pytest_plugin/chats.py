"""The `conversation` fixture's conversations, and what is reported of them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest

from harness.conversation import Outcome
from harness.conversation.spending import NOTHING_SPENT
from harness.core import Json
from harness.play.result import RecordingUse, ScenarioResult
from harness.project.plan import Mode
from harness.pytest_plugin.attempts import ItemAttempt
from harness.pytest_plugin.scenario_items import expected_failure
from harness.pytest_plugin.scenario_session import ScenarioSession
from harness.pytest_plugin.suite import Suite
from harness.reports.failure import failure_headline
from harness.reports.run_events import ChatsEnded, EarlierAttempt, Identity, ScenarioFinished
from harness.reports.summary import Properties, properties_of, summary_of
from harness.testing import Chat, PythonTest, open_chat

OpenChat = Callable[..., Chat]

CHATS: pytest.StashKey[list[Chat]] = pytest.StashKey()
"""The conversations of a test, in the order opened."""
RAISED: pytest.StashKey[BaseException] = pytest.StashKey()
"""What a test raised first, unless it skipped itself."""
PROPERTIES: pytest.StashKey[Properties] = pytest.StashKey()
"""The properties of a test that describe its conversations."""
NAME = "harness_chats"


@contextmanager
def opening(session: ScenarioSession, suite: Suite, node: pytest.Item) -> Iterator[OpenChat]:
    """A function that opens chats for one test; all of them are closed at the end."""
    plugins = node.config.pluginmanager
    if not plugins.has_plugin(NAME):
        # With the first of them, so that a run of scenarios alone pays nothing.
        plugins.register(ChatReports(session), NAME)
    chats = node.stash[CHATS] = []
    mode = session.mode

    with ExitStack() as stack:

        def conversation(
            provider: str = "",
            *,
            session: Mapping[str, Json] | None = None,
            credentials: str = "valid",
        ) -> Chat:
            """Open a conversation with a provider of harness.yaml; the default without a name."""
            __tracebackhide__ = True
            chat = open_chat(
                suite.project,
                suite.runner,
                mode,
                _python_test(node, len(chats) + 1),
                provider=provider,
                session=session,
                credentials=credentials,
            )
            chats.append(chat)
            stack.callback(chat.close)
            return chat

        yield conversation


class ChatReports:
    """Reports the conversations of a test when it is over. A pytest plugin of its own."""

    def __init__(self, session: ScenarioSession) -> None:
        self._session = session

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Remove the properties of an earlier attempt."""
        own = item.stash.get(PROPERTIES, [])
        if own:
            item.user_properties[:] = [one for one in item.user_properties if one not in own]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note what the test raised."""
        report = yield
        has_chats, is_expected = CHATS in item.stash, hasattr(report, "wasxfail")
        if has_chats and call.excinfo is not None and (report.failed or is_expected):
            item.stash.setdefault(RAISED, call.excinfo.value)
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, object, object]:
        """Report, once the fixtures are gone and the conversations closed."""
        try:
            return (yield)
        finally:
            chats = item.stash.get(CHATS, None)
            if chats:
                raised = item.stash.get(RAISED, None)
                self._over(item, [self._noted(chat.result(raised)) for chat in chats])
                # All transcripts of a run do not fit into memory.
                del item.stash[CHATS]
            if RAISED in item.stash:
                del item.stash[RAISED]

    def _noted(self, result: ScenarioResult) -> ScenarioResult:
        """The result, which says in `record` that its recording was used."""
        is_used = self._session.mode is Mode.RECORD and result.transcript.is_recorded
        return replace(result, recording=RecordingUse.REPLAYED) if is_used else result

    def _over(self, item: pytest.Item, results: list[ScenarioResult]) -> None:
        expected = expected_failure(item)
        summaries = [
            summary_of(result, is_waived=expected is not None and result.outcome is Outcome.FAILED)
            for result in results
        ]
        own = item.stash[PROPERTIES] = [
            each
            for number, summary in enumerate(summaries, 1)
            for each in (("conversation", str(number)), *properties_of(summary))
        ]
        item.user_properties += own
        bad = [result for result in results if result.outcome.is_bad]
        as_earlier = EarlierAttempt(
            outcome=(bad or results)[0].outcome.value,
            codes=tuple(dict.fromkeys(code for result in bad for code in result.codes)),
            reason=failure_headline((bad or results)[0]),
            spent=sum((result.spent for result in results), NOTHING_SPENT),
        )

        def finish(earlier: Sequence[EarlierAttempt]) -> None:
            for number, (result, summary) in enumerate(zip(results, summaries, strict=True), 1):
                name = item.nodeid if number == 1 else f"{item.nodeid}#{number}"
                event = ScenarioFinished(
                    id=item.nodeid,
                    summary=summary,
                    expected=expected,
                    earlier=tuple(earlier),
                    number=number,
                )
                self._session.finish(event, Identity(id=name), result)

        self._session.emit(ChatsEnded(id=item.nodeid, results=tuple(results)))
        self._session.attempts.over(ItemAttempt(item=item, as_earlier=as_earlier, finish=finish))


def _python_test(node: pytest.Item, number: int) -> PythonTest:
    return PythonTest(
        file=node.path,
        name=node.name if number == 1 else f"{node.name}-{number}",
        line=(node.location[1] or 0) + 1,
        tags=tuple(dict.fromkeys(mark.name for mark in node.own_markers)),
    )
