"""Values that are never changed, without the cost of frozen dataclasses.

A scenario of five turns makes more than 100 values. To make a frozen one takes Python almost three
times as long, which was a twentieth of a replay. Python also compiles four methods for each class,
of which all but one are the same for every class: that was a twentieth of the start-up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as value_class
else:
    from dataclasses import dataclass, fields
    from operator import attrgetter
    from reprlib import recursive_repr

    def value_class(*, frozen: bool, **options: bool):  # noqa: ANN201  # type checkers read the other branch
        """A `dataclass` whose `frozen` only the type checker enforces. It can be hashed."""

        def made(plain: type) -> type:
            own = set(vars(plain))
            value = dataclass(repr=False, eq=False, **options)(plain)
            for name, method in _methods(value).items():
                if name not in own:
                    setattr(value, name, method)
            return value

        assert frozen  # noqa: S101  # a value that changes cannot be hashed
        return made

    def _methods(value: type):  # noqa: ANN202
        compared = tuple(field.name for field in fields(value) if field.compare)
        shown = tuple(field.name for field in fields(value) if field.repr)
        # Without a field, all values are equal.
        key = attrgetter(*compared) if compared else lambda _: ()

        def __eq__(self, other: object) -> bool:  # noqa: ANN001, N807
            return key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented

        def __hash__(self) -> int:  # noqa: ANN001, N807
            return hash(key(self))

        @recursive_repr()
        def __repr__(self) -> str:  # noqa: ANN001, N807
            said = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
            return f"{self.__class__.__qualname__}({said})"

        return {"__eq__": __eq__, "__hash__": __hash__, "__repr__": __repr__}


__all__ = ["value_class"]
