"""The `conversation` fixture's conversations, and what is reported of them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

import pytest

from harness.conversation import Outcome
from harness.core.typing import Json
from harness.play.result import ScenarioResult
from harness.pytest_plugin.attempts import ItemAttempt
from harness.pytest_plugin.scenario_session import ScenarioSession
from harness.pytest_plugin.suite import Suite
from harness.reports.earlier import Earlier
from harness.reports.failure import failure_screen
from harness.reports.properties import Properties, properties_of_chat
from harness.testing import Chat, PythonTest, open_chat

OpenChat = Callable[..., Chat]

CHATS: pytest.StashKey[list[Chat]] = pytest.StashKey()
"""The conversations of a test, in the order opened."""
RAISED: pytest.StashKey[BaseException] = pytest.StashKey()
"""What a test raised first, besides skipping itself."""
PROPERTIES: pytest.StashKey[Properties] = pytest.StashKey()
"""Those that a test was given for its conversations."""
NAME = "harness_chats"


@contextmanager
def opening(suite: Suite, node: pytest.Item) -> Iterator[OpenChat]:
    """Gives a function that opens chats for one test; closes them all at the end."""
    plugins = node.config.pluginmanager
    if not plugins.has_plugin(NAME):
        # With the first of them, so that a run of scenarios alone pays nothing.
        plugins.register(ChatReports(suite.session), NAME)
    chats = node.stash[CHATS] = []

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
                suite.session.mode,
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
        """Take away the properties of an earlier attempt."""
        own = item.stash.get(PROPERTIES, [])
        if own:
            item.user_properties[:] = [one for one in item.user_properties if one not in own]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note what the test raised."""
        report = yield
        is_told = call.excinfo is not None and (report.failed or hasattr(report, "wasxfail"))
        if is_told and CHATS in item.stash and RAISED not in item.stash:
            assert call.excinfo is not None  # noqa: S101  # asked above
            item.stash[RAISED] = call.excinfo.value
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
                self._over(item, [chat.result(raised) for chat in chats])
                # A run shall not hold all its transcripts.
                del item.stash[CHATS]
            if RAISED in item.stash:
                del item.stash[RAISED]

    def _over(self, item: pytest.Item, results: list[ScenarioResult]) -> None:
        expected = item.get_closest_marker("xfail") is not None
        waived = [expected and result.outcome is Outcome.FAILED for result in results]
        own = item.stash[PROPERTIES] = [
            told
            for number, result in enumerate(results, 1)
            for told in properties_of_chat(number, result, is_waived=waived[number - 1])
        ]
        item.user_properties += own
        bad = [result for result in results if result.outcome.is_bad]
        came = Earlier(
            outcome=(bad or results)[0].outcome.value,
            codes=tuple(dict.fromkeys(code for result in bad for code in result.codes)),
            reason=failure_screen(bad[0]).partition("\n")[0] if bad else "",
        )

        def tell(earlier: Sequence[Earlier]) -> None:
            for result, is_waived in zip(results, waived, strict=True):
                self._session.tally.add_chat(result, is_waived=is_waived)
            self._session.report_chats(item, results, earlier)

        allure = item.config.pluginmanager.get_plugin("harness_allure")
        if allure is not None:
            allure.add_chats(results)
        self._session.attempts.over(ItemAttempt(item=item, came=came, tell=tell))


def _python_test(node: pytest.Item, number: int) -> PythonTest:
    return PythonTest(
        file=node.path,
        name=node.name if number == 1 else f"{node.name}-{number}",
        line=(node.location[1] or 0) + 1,
        tags=tuple(dict.fromkeys(mark.name for mark in node.own_markers)),
    )
