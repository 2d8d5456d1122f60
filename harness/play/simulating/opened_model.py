"""Opens the model of a simulated user for one play."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.play.consulting import ModelAccess
from harness.play.conversation_state import ConversationState
from harness.project.plan import Play
from harness.scenario import Scenario

if TYPE_CHECKING:
    from harness.play.simulating.user_model import UserModel


@contextmanager
def opened_model(
    scenario: Scenario,
    play: Play,
    state: ConversationState,
    access: ModelAccess,
) -> Iterator[UserModel | None]:
    """The model of a scenario's simulated user, in one conversation; None if it has none.

    Raises `CassetteError`, and `AuthoringError` for settings.
    """
    by = scenario.simulation.by if scenario.simulation is not None else ""
    if not by:
        yield None
        return
    # Late: most scenarios ask no model.
    from harness.play.simulating.user_model import UserModel  # noqa: PLC0415

    of_model = replace(play, provider=by)
    with access.opened(access.contexts.simulating(by, state.context)) as context:
        model = UserModel(
            scenario.id, context, state, lambda own: access.preparing.of(scenario, of_model, own)
        )
        yield model
        if context.replayer is not None:
            state.notes += context.replayer.leftovers()
