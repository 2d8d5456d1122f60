"""Whether two JSON values are alike where order or a little difference does not matter."""

from __future__ import annotations

from collections.abc import Mapping

from harness.checks.pairing import unpaired
from harness.core.typing import Json, is_same
from harness.core.values import value_class


@value_class(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How much alike two values must be."""

    unordered: bool = False
    """Lists may have their items in any order."""
    tolerance: float = 0.0
    """How far two numbers may lie apart."""

    def holds(self, one: Json, other: Json) -> bool:
        """Whether the values are alike."""
        if is_same(one, other):
            return True
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            return one.keys() == other.keys() and all(
                self.holds(one[key], other[key]) for key in one
            )
        if isinstance(one, list | tuple) and isinstance(other, list | tuple):
            if len(one) != len(other):
                return False
            if all(map(self.holds, one, other)):
                return True
            return self.unordered and not unpaired(one, other, self.holds)[0]
        return self._is_near(one, other)

    def _is_near(self, one: Json, other: Json) -> bool:
        if isinstance(one, bool) or isinstance(other, bool) or not self.tolerance:
            return False
        if not isinstance(one, int | float) or not isinstance(other, int | float):
            return False
        try:
            return abs(one - other) <= self.tolerance
        except OverflowError:
            # A whole number beyond every float is near no float.
            return False


EXACTLY = Likeness()
"""Equal, in the same order."""
