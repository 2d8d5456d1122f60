"""Values that nobody changes, without what it costs to forbid it.

A scenario of five turns makes more than 100 values. Python makes a frozen one in almost three times
the time of one that is not, which was a twentieth of a replay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as value_class
else:
    from dataclasses import dataclass

    def value_class(*, frozen: bool, **options: bool):  # noqa: ANN201  # type checkers read the other branch
        """`dataclass` whose `frozen` is held by the type checker alone. It can be hashed."""
        return dataclass(unsafe_hash=frozen, **options)


__all__ = ["value_class"]
