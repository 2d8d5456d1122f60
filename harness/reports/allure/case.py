"""What is known of a scenario's test when Allure writes its result."""

from __future__ import annotations

from dataclasses import dataclass

from harness.conversation import Outcome
from harness.evaluation import Takes
from harness.play.result import ScenarioResult
from harness.project.plan import Play
from harness.scenario import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class AllureCase:
    """A scenario's test: what was to be played, and what came of it."""

    play: Play
    file: str
    """As people see it."""
    folder: str = ""
    """Of the project, below pytest's root folder; two projects may use the same ids."""
    folders: tuple[str, ...]
    """Below the folder of the scenarios, its name where the file lies directly in it; behind the
    project's own."""
    scenario: Scenario | None = None
    """None where the file could not be read."""
    result: ScenarioResult | Takes | None = None
    """None where it was not played."""
    reason: str = ""
    """Why it is skipped or expected to fail; empty for any other."""

    @property
    def name(self) -> str:
        """The title, or the id where there is none."""
        title = self.scenario.title if self.scenario else ""
        return title or self.play.scenario

    @property
    def outcome(self) -> Outcome | None:
        """What came of it; None where it was not played."""
        return self.result.outcome if self.result else None

    @property
    def skip_reason(self) -> str:
        """Why nothing could be measured; empty where anything was."""
        result = self.result
        return result.skip_reason if result and result.outcome is Outcome.SKIPPED else ""

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of what went wrong."""
        return self.result.codes if self.result else ()
