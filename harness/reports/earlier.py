"""What came of attempts that do not count, where a plugin ran a test again."""

from __future__ import annotations

from harness.core.typing import Json
from harness.core.values import value_class


@value_class(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An earlier attempt at a conversation, which does not count."""

    outcome: str
    codes: tuple[str, ...] = ()
    reason: str = ""
    """The first line of its failure."""

    def json(self) -> Json:
        """As it stands among the `attempts` of a record, without what is empty."""
        stored = {"outcome": self.outcome, "codes": list(self.codes), "failure": self.reason}
        return {name: value for name, value in stored.items() if value}
