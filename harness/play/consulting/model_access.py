"""What it takes to ask a provider, or to find what it was asked."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from harness.core import value_class
from harness.play.context import ConversationContext
from harness.play.context_factory import ContextFactory
from harness.play.preparing import Preparing
from harness.project.project import Project
from harness.project_file import JudgeMode

NOT_RECORDED = "judge-not-recorded"
"""The code of a question that a replay would have to ask."""
OVER_BUDGET = "judge-over-budget"
"""The code of a question that the budget of the run does not allow."""


@value_class(frozen=True, slots=True, kw_only=True)
class ModelAccess:
    """What it takes to ask a provider, or to find what it was asked."""

    project: Project
    contexts: ContextFactory
    preparing: Preparing
    mode: JudgeMode
    opened: Callable[[ConversationContext], AbstractContextManager[ConversationContext]]
    """Lets the end of the run interrupt what is asked."""
