"""What scenarios depend on, found by what a changed file may have in common with them."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from harness.project.file_graph import FileGraph, Needs
from harness.project.named_files import NamedFiles

NAMES = ("a", "b", "B", "shop/a", "rows.csv")
NEEDS = st.builds(
    Needs,
    file=st.sampled_from([Path("/p/one.yaml"), Path("/p/two.yaml"), Path("/p/three.yaml")]),
    id=st.sampled_from(NAMES),
    parts=st.frozensets(st.sampled_from(NAMES)),
    named=st.builds(
        NamedFiles, names=st.lists(st.sampled_from(NAMES)).map(tuple), is_any=st.booleans()
    ),
    is_known=st.booleans(),
)


@given(kept=st.lists(NEEDS), gone=st.lists(NEEDS), name=st.sampled_from(NAMES))
def test_everything_is_found_that_a_search_of_all_finds(kept, gone, name):
    """What was added and removed again is not found, even where other needs are equal to it."""
    graph = FileGraph([*gone[::2], *kept, *gone[1::2]])
    for needs in gone:
        graph.discard(needs)

    def found(some):
        return sorted(map(id, some))

    last = name.rpartition("/")[2]
    assert found(graph) == found(kept)
    assert {*graph.files} == {needs.file for needs in kept}
    assert {*graph.parts} == {part for needs in kept for part in needs.parts}
    assert found(graph.unknown()) == found(one for one in kept if not one.is_known)
    assert found(graph.with_id(name)) == found(
        one for one in kept if one.id.casefold() == name.casefold()
    )
    assert found(graph.with_part(name)) == found(one for one in kept if name in one.parts)
    assert {*map(id, graph.naming(last))} == {
        id(one)
        for one in kept
        if one.named.is_any or last in [text.rpartition("/")[2] for text in one.named.names]
    }
    for file in graph.files:
        assert found(graph.of(file)) == found(one for one in kept if one.file == file)
