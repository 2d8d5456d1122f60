"""Values that are never changed, without the cost of frozen dataclasses.

A scenario of five turns makes more than 100 values. To make a frozen one takes Python almost three
times as long, which was a twentieth of a replay. Python also compiles four methods for each class,
of which all but one are the same for every class: that was a twentieth of the start-up. The one is
compiled with the first value, because a run makes values of half of the classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as value_class
else:
    from dataclasses import MISSING, dataclass, fields
    from operator import attrgetter
    from reprlib import recursive_repr

    def value_class(*, frozen: bool, **options: bool):  # noqa: ANN201  # type checkers read the other branch
        """A `dataclass` whose `frozen` only the type checker enforces. It can be hashed.

        A field with `init=False` gets its value in `__post_init__`.
        """

        def made(plain: type) -> type:
            own = set(vars(plain))
            value = dataclass(init=False, repr=False, eq=False, **options)(plain)
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

        def __init__(self, *values: object, **named: object) -> None:  # noqa: ANN001, N807
            value.__init__ = _init_of(value)
            value.__init__(self, *values, **named)

        return {"__eq__": __eq__, "__hash__": __hash__, "__init__": __init__, "__repr__": __repr__}

    def _init_of(value: type):  # noqa: ANN202
        names: dict[str, object] = {"MISSING": MISSING}
        parameters, keywords, lines = ["self"], [], []
        for field in fields(value):
            if not field.init:
                continue
            parameter = given = name = field.name
            if field.default_factory is not MISSING:
                names[f"make_{name}"] = field.default_factory
                parameter = f"{name}=MISSING"
                given = f"make_{name}() if {name} is MISSING else {name}"
            elif field.default is not MISSING:
                names[f"default_{name}"] = field.default
                parameter = f"{name}=default_{name}"
            (keywords if field.kw_only else parameters).append(parameter)
            lines.append(f"    self.{name} = {given}")
        lines.append("    self.__post_init__()" if hasattr(value, "__post_init__") else "    pass")
        head = ", ".join([*parameters, "*", *keywords] if keywords else parameters)
        exec("\n".join([f"def __init__({head}):", *lines]), names)  # noqa: S102  # names alone
        names["__init__"].__qualname__ = f"{value.__qualname__}.__init__"
        return names["__init__"]


__all__ = ["value_class"]
