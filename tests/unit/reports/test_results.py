"""results.json: written line by line, read whole or cut, merged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.core.typing import Json
from harness.reports.results import NoResults, ResultsWriter, read_results, run_head
from harness.reports.results.merging import Crashes, gather, merge
from harness.reports.run_events import EarlierAttempt
from harness.reports.run_origin import RunOrigin


def written(path: Path, *names: str, is_whole: bool = True, outcome: str = "passed") -> Path:
    """A file with a conversation for each name."""
    writer = ResultsWriter(path, run_head("replay", "shop"))
    for name in names:
        writer.add({"id": name, "scenario": name, "outcome": outcome, "title": "a\nb"})
    if is_whole:
        writer.finish(errors=[{"file": "x.yaml", "message": "no"}], exit_status=1)
    else:
        writer.abandon()
    return path


def ids(path: Path) -> list[str]:
    return [one["id"] for one in read_results(path)]


def test_the_file_is_json_that_any_tool_reads(tmp_path: Path) -> None:
    """Written as a stream, it is one JSON document when the run has ended."""
    path = written(tmp_path / "results.json", "a", "b")

    value = json.loads(path.read_text())

    assert [one["id"] for one in value["conversations"]] == ["a", "b"]
    assert (value["version"], value["mode"], value["project"]) == (1, "replay", "shop")
    assert (value["exit_status"], value["errors"][0]["file"]) == (1, "x.yaml")


def test_head_and_tail_are_known_without_reading_the_conversations(tmp_path: Path) -> None:
    """What stands behind the conversations is part of the head that a reader gets."""
    results = read_results(written(tmp_path / "results.json", "a"))

    assert results.is_whole
    assert results.head["exit_status"] == 1
    assert "conversations" not in results.head


def test_a_run_of_nothing_is_read(tmp_path: Path) -> None:
    """No conversation is a result as well."""
    assert ids(written(tmp_path / "results.json")) == []


def test_wherever_a_killed_run_was_cut_the_finished_conversations_are_read(tmp_path: Path) -> None:
    """A file cut at any byte behind its head gives the lines that are whole, and says it is cut."""
    path = written(tmp_path / "results.json", "a", "b", is_whole=False)
    content = path.read_bytes()
    start = content.index(b"\n") + 1
    second = content.index(b"\n", start) + 1

    for end in range(start, len(content) + 1):
        path.write_bytes(content[:end])
        results = read_results(path)
        expected = ["a", "b"] if end == len(content) else ["a"] if end >= second else []

        assert not results.is_whole
        assert [one["id"] for one in results] == expected


def test_a_file_that_was_laid_out_anew_is_read(tmp_path: Path) -> None:
    """Another tool may have pretty-printed it."""
    path = written(tmp_path / "results.json", "a", "b")
    path.write_text(json.dumps(json.loads(path.read_text()), indent=2))

    assert ids(path) == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "this is not JSON"),
        ("[]", "expected a mapping"),
        ('{"version": 1}', "there are no 'conversations'"),
        ('{"version": 99, "conversations": []}', "expected version 1 of the format, found 99"),
        ('{"conversations": []}', "expected version 1 of the format, found no version"),
    ],
)
def test_what_holds_no_results_is_named(tmp_path: Path, text: str, reason: str) -> None:
    """A sentence with the file and what is wrong with it."""
    path = tmp_path / "other.json"
    path.write_text(text)

    with pytest.raises(NoResults, match=reason):
        read_results(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The path stands in the message."""
    with pytest.raises(NoResults, match=r"gone\.json: there is no such file"):
        read_results(tmp_path / "gone.json")


def test_merging_keeps_the_order_and_takes_the_later_of_two(tmp_path: Path) -> None:
    """A run of what had failed mends the results of the run before."""
    first = read_results(written(tmp_path / "1.json", "a", "b", outcome="failed"))
    second = read_results(written(tmp_path / "2.json", "b", "c"))

    count = merge([first, second], tmp_path / "all.json")

    found = {one["id"]: one["outcome"] for one in read_results(tmp_path / "all.json")}
    assert count == 3
    assert found == {"a": "failed", "b": "passed", "c": "passed"}
    assert list(found) == ["a", "b", "c"]


def test_errors_that_stand_in_several_parts_are_told_once(tmp_path: Path) -> None:
    """Every shard of CI collects the same broken file."""
    parts = [read_results(written(tmp_path / f"{n}.json", str(n))) for n in (1, 2)]

    merge(parts, tmp_path / "all.json")

    assert len(read_results(tmp_path / "all.json").head["errors"]) == 1


def test_merging_a_part_that_was_cut_gives_a_file_that_is_cut(tmp_path: Path) -> None:
    """Nobody takes a half run for a whole one."""
    parts = [
        read_results(written(tmp_path / "1.json", "a")),
        read_results(written(tmp_path / "2.json", "b", is_whole=False)),
    ]

    merge(parts, tmp_path / "all.json")

    merged = read_results(tmp_path / "all.json")
    assert (ids(merged.path), merged.is_whole) == (["a", "b"], False)


def test_a_part_is_not_written_over(tmp_path: Path) -> None:
    """The target may be none of the parts."""
    part = read_results(written(tmp_path / "1.json", "a"))

    with pytest.raises(ValueError, match="is one of the files"):
        merge([part], tmp_path / "1.json")


def test_what_workers_wrote_is_put_into_the_order_of_the_run(tmp_path: Path) -> None:
    """Each worker's lines say where they stand; a worker that was killed gives what it had."""
    lines = [[(0, "a"), (3, "d")], [(2, "c"), (1, "b")]]
    workers = []
    for number, played in enumerate(lines):
        path = tmp_path / f"gw{number}.json"
        writer = ResultsWriter(path, run_head("replay"))
        for index, name in played:
            writer.add({"id": name, "index": index})
        writer.abandon()
        workers.append(read_results(path))

    found = [json.loads(line)["id"] for line in gather(workers)]

    assert found == ["a", "b", "c", "d"]


FIRST = EarlierAttempt(outcome="broken", codes=("worker-crashed",))


@pytest.mark.parametrize(
    ("crashes", "expected"),
    [
        (
            Crashes(earlier=[FIRST]),
            [{"id": "a", "outcome": "passed", "attempts": [FIRST.json(), {"outcome": "failed"}]}],
        ),
        (
            Crashes(earlier=[FIRST], last={"id": "a", "outcome": "broken"}),
            [{"id": "a", "outcome": "broken", "attempts": [FIRST.json()]}],
        ),
    ],
    ids=["played-again", "was-the-last"],
)
def test_what_a_dead_worker_wrote_counts_unless_it_was_the_last(
    crashes: Crashes, expected: list[dict[str, object]], tmp_path: Path
) -> None:
    """A conversation stands once, with the attempts that ended with their worker."""
    writer = ResultsWriter(tmp_path / "gw0.json", run_head("replay"))
    attempts: list[Json] = [{"outcome": "failed"}]
    writer.add({"id": "a", "outcome": "passed", "attempts": attempts, "index": 0})
    writer.abandon()

    told = [json.loads(line) for line in gather([read_results(writer.path)], {0: crashes})]

    assert [{name: one[name] for name in one if name != "index"} for one in told] == expected


def test_merged_results_say_where_they_come_from_if_all_parts_agree(tmp_path: Path) -> None:
    """Shards of a commit have one commit and several commands; one may have changed files."""
    parts = []
    for number in (1, 2):
        origin = RunOrigin(
            commit="c0ffee", branch="main", command=f"harness run {number}", is_changed=number == 2
        )
        writer = ResultsWriter(tmp_path / f"{number}.json", run_head("replay", origin=origin))
        writer.finish()
        parts.append(read_results(writer.path))

    merge(parts, tmp_path / "all.json")

    head = read_results(tmp_path / "all.json").head
    found = {name: head.get(name) for name in ("commit", "branch", "changed", "command")}
    assert found == {"commit": "c0ffee", "branch": "main", "changed": True, "command": None}
