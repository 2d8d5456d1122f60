from __future__ import annotations

import subprocess
import sys
from dataclasses import field, replace
from pathlib import Path

import pytest

from harness.core.values import value_class

ROOT = Path(__file__).parents[2]


@value_class(frozen=True, slots=True, kw_only=True)
class Point:
    x: int
    names: tuple[str, ...] = field(default=())


def test_a_value_is_equal_and_hashed_by_what_it_holds():
    """Two values with the same parts are one key, and a replaced part makes another."""
    found = {Point(x=1): "first", replace(Point(x=1), x=2): "second"}

    assert found[Point(x=1)] == "first"
    assert found[Point(x=2)] == "second"


def test_a_value_is_shown_as_a_dataclass_is():
    """Its class and its parts, by name."""
    assert repr(Point(x=1, names=("a",))) == "Point(x=1, names=('a',))"


def test_values_of_two_classes_are_never_equal():
    """Also where they hold the same."""

    @value_class(frozen=True, slots=True, kw_only=True)
    class Other:
        x: int
        names: tuple[str, ...] = ()

    assert Point(x=1) != Other(x=1)


def test_what_a_class_says_itself_is_kept():
    """As where a part does not count for equality."""

    @value_class(frozen=True, slots=True)
    class Named:
        name: str
        place: int = field(default=0, compare=False, repr=False)

        def __hash__(self) -> int:
            return 7

    assert (Named("a", 1), hash(Named("a"))) == (Named("a", 2), 7)
    assert repr(Named("a", 1)).endswith("Named(name='a')")


def test_a_value_is_made_by_the_rules_of_dataclasses():
    """Positions, names, defaults and a new list for each value."""

    @value_class(frozen=True, slots=True)
    class Route:
        start: str
        stops: list[str] = field(default_factory=list)
        fare: float = field(default=1.5, kw_only=True)
        length: int = field(init=False)

        def __post_init__(self) -> None:
            self.length = len(self.stops)

    first, second = Route("a"), Route("a", ["b"], fare=2.0)

    assert (first.start, first.stops, first.fare, first.length) == ("a", [], 1.5, 0)
    assert (second.stops, second.fare, second.length) == (["b"], 2.0, 1)
    assert Route("a").stops is not first.stops
    assert replace(second, stops=["b", "c"]) == Route("a", ["b", "c"], fare=2.0)


def test_a_subclass_has_its_own_parts():
    """It takes those of its base first, whichever of the two is used first."""

    @value_class(frozen=True, slots=True)
    class Place:
        line: int

    @value_class(frozen=True, slots=True)
    class Span(Place):
        length: int = 1

    assert (Span(3, 2).line, Span(3).length, Place(4).line) == (3, 1, 4)


@pytest.mark.parametrize("given", [{}, {"x": 1, "y": 2}], ids=["missing", "unknown"])
def test_wrong_parts_are_named(given):
    """The error has the name of the class, as that of a dataclass."""

    @value_class(frozen=True, slots=True, kw_only=True)
    class Mark:
        x: int

    with pytest.raises(TypeError, match=r"Mark\.__init__\(\) .*'[xy]'"):
        Mark(**given)


def test_a_value_holds_nothing_else():
    """A misspelt attribute is an error at run time too."""
    with pytest.raises(AttributeError):
        Point(x=1).y = 2


def test_the_type_checker_forbids_to_change_it(tmp_path):
    """Mypy refuses an assignment to a part."""
    file = tmp_path / "changing.py"
    file.write_text(
        "from harness.core.values import value_class\n\n\n"
        "@value_class(frozen=True, slots=True)\nclass Point:\n    x: int\n\n\n"
        "def move(point: Point) -> None:\n    point.x = 2\n"
    )

    # In a process of its own, and with the cache of `make types`: here it would hold 300 MB.
    command = [sys.executable, "-m", "mypy", str(file)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    assert 'Property "x" defined in "Point" is read-only' in ended.stdout
