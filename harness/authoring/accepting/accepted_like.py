"""What `like` may say instead: placeholders and keys of the author stay where they hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from harness.authoring.accepting.seen import CannotAccept, Proposal, Wanted, said
from harness.authoring.proposing import like as like_of
from harness.checks import Subject
from harness.checks.like import EVERY, SOME, UNORDERED
from harness.checks.placeholders import placeholder_name
from harness.core import Json, Path
from harness.formats.json_path import path_text


def like(wanted: Wanted) -> Iterator[Proposal]:
    """The shape of the payloads, in the form that the author gave it."""
    loosened: list[str] = []
    payloads = [seen.subject.payload for seen in wanted.seen]
    value = _shape(wanted, wanted.written, payloads, loosened, ())
    notes = (f"placeholders at {', '.join(loosened)}",) if loosened else ()
    yield Proposal(value=value, loosened=notes)


def _shape(
    wanted: Wanted, written: Json, values: Sequence[Json], loosened: list[str], at: Path
) -> Json:
    if _fits(wanted, written, values):
        return written
    is_mapping = isinstance(written, Mapping) and all(isinstance(one, Mapping) for one in values)
    if is_mapping and not any(map(placeholder_name, written)):  # type: ignore[arg-type]  # as asked
        return _mapping(wanted, written, values, loosened, at)  # type: ignore[arg-type]  # as asked
    lists = [one for one in values if isinstance(one, list)]
    if len(lists) == len(values):
        if isinstance(written, Mapping) and len(written) == 1:
            return _marked(next(iter(written)), lists, loosened, at)
        if isinstance(written, list) and all(len(one) == len(written) for one in lists):
            columns = zip(*lists, strict=True)
            return [
                _shape(wanted, inner, list(column), loosened, (*at, index))
                for index, (inner, column) in enumerate(zip(written, columns, strict=True))
            ]
    return _leaf(wanted, values, loosened, at)


def _marked(mark: str, lists: Sequence[list[Json]], loosened: list[str], at: Path) -> Json:
    """What a mark such as `<every>` says of lists, if it can; else the lists as they are."""
    items = [item for one in lists for item in one]
    if mark == EVERY and items:
        return {mark: like_of(items, loosened, at)}
    if mark == UNORDERED and len({len(one) for one in lists}) == 1:
        return {mark: like_of(lists, loosened, at)}
    if mark == SOME and all(lists):
        return {mark: like_of([one[0] for one in lists], loosened, at)}
    return like_of(lists, loosened, at)


def _mapping(
    wanted: Wanted,
    written: Mapping[str, Json],
    values: Sequence[Mapping[str, Json]],
    loosened: list[str],
    at: Path,
) -> Json:
    new = {}
    for key, inner in written.items():
        where = (*at, key)
        if not all(key in value for value in values):
            raise CannotAccept(
                f"{path_text(where)} is missing", "remove the key by hand if it may be missing"
            )
        new[key] = _shape(wanted, inner, [value[key] for value in values], loosened, where)
    return new


def _leaf(wanted: Wanted, values: Sequence[Json], loosened: list[str], at: Path) -> Json:
    if all(isinstance(value, str) for value in values):
        for names in wanted.namings():
            texts = {
                said(str(value), seen, names)
                for value, seen in zip(values, wanted.seen, strict=True)
            }
            written = {text.written for text in texts}
            if len(written) == 1 and any(len(text.parts) > 1 for text in texts):
                return written.pop()
    return like_of(values, loosened, at)


def _fits(wanted: Wanted, written: Json, values: Sequence[Json]) -> bool:
    """Whether a part of the shape holds for a value of each play."""
    subjects = [Subject(payload={"v": value}) for value in values]
    return wanted.of({"v": written}, subjects, "like").holds_for_all({"v": written})
