from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading

import pytest

from harness.core.hashing import content_key
from harness.formats import parsed_cache as module
from harness.formats.parsed_cache import ParsedCache
from tests.system_limits import as_an_ordinary_user


@pytest.fixture
def opened(tmp_path):
    """Open caches on files below a folder, and close them at the end."""
    caches = []

    def open_(name="parsed.sqlite"):
        cache = ParsedCache(tmp_path / name)
        caches.append(cache)
        return cache

    yield open_
    for cache in caches:
        cache.close()


VALUES = [{"a": [1, 2.5, None, True]}, [], "text", 0, False, "ü👗\u2028", {"": {}}]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_what_is_kept_comes_back(value, opened):
    """A value is read back at once, and by the next run."""
    first = opened()
    first.put("k", value)

    assert first.get("k") == value
    first.flush()
    assert opened().get("k") == value


def test_nothing_is_kept_without_a_file():
    """Without a file the cache is empty, and nothing fails."""
    cache = ParsedCache(None)
    cache.put("k", 1)
    cache.flush()
    cache.close()

    assert cache.get("k") is None


def test_an_unknown_key_is_none(opened):
    """What was not kept is not there."""
    assert opened().get("k") is None


def test_the_last_value_counts(opened):
    """A key that is kept again has the new value."""
    cache = opened()
    cache.put("k", 1)
    cache.flush()
    cache.put("k", 2)
    cache.flush()

    assert opened().get("k") == 2


def test_closing_writes_and_may_come_twice(opened):
    """What was put before closing is there for the next run."""
    cache = opened()
    cache.put("k", 1)
    cache.close()
    cache.close()
    cache.put("other", 2)

    assert cache.get("k") is None
    assert opened().get("k") == 1


BROKEN = {
    "no database": b"this is no database, and long enough to be looked at as one" * 20,
    "cut": b"SQLite format 3\x00" + bytes(50),
    "empty": b"",
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_no_fault(case, tmp_path, opened):
    """Parsing goes on where the file cannot be used."""
    (tmp_path / "parsed.sqlite").write_bytes(BROKEN[case])

    cache = opened()
    cache.put("k", 1)
    cache.flush()

    assert cache.get("k") in (1, None)


def test_a_file_that_breaks_meanwhile(tmp_path, opened):
    """A file that is damaged while it is open gives nothing, and no error."""
    cache = opened()
    for number in range(2000):
        cache.put(f"k{number}", "x" * 100)
    cache.flush()
    file = tmp_path / "parsed.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    file.write_bytes(b"garbage" * 50_000)

    cache.put("new", 1)
    cache.flush()
    assert opened().get("k1999") in (None, "x" * 100)


def test_a_table_of_another_shape(tmp_path, opened):
    """A table that somebody else made is not used."""
    with sqlite3.connect(tmp_path / "parsed.sqlite") as connection:
        connection.execute("CREATE TABLE parsed (other INTEGER)")
    connection.close()

    cache = opened()
    cache.put("k", 1)
    cache.flush()

    assert opened().get("k") is None


def test_a_value_that_is_no_json(tmp_path, opened):
    """A row that somebody else wrote, and that is not JSON, is as if it were not there."""
    opened().close()
    with sqlite3.connect(tmp_path / "parsed.sqlite") as connection:
        connection.execute("INSERT INTO parsed VALUES ('k', '{')")
    connection.close()

    assert opened().get("k") is None


def test_a_folder_in_place_of_the_file(tmp_path, opened):
    """Where a folder stands, nothing is kept."""
    (tmp_path / "parsed.sqlite").mkdir()
    cache = opened()
    cache.put("k", 1)
    cache.flush()

    assert cache.get("k") is None


def test_a_file_in_place_of_the_folder(tmp_path, opened):
    """Where the folder cannot be made, nothing is kept."""
    (tmp_path / "cache").write_text("")
    cache = opened("cache/parsed.sqlite")
    cache.put("k", 1)

    assert cache.get("k") is None


@pytest.mark.skipif(os.name != "posix", reason="other systems have no modes")
@pytest.mark.parametrize("made", [None, 0o755, 0o777, 0o700], ids=["new", "755", "777", "700"])
def test_the_folder_is_for_its_owner_alone(tmp_path, opened, made):
    """Also one that was made before, such as by pytest; a scenario may hold a secret."""
    folder = tmp_path / "cache"
    if made is not None:
        folder.mkdir()
        folder.chmod(made)

    opened("cache/parsed.sqlite").put("k", 1)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_git_ignores_the_folder(tmp_path, opened):
    """Whatever folder pytest is told to keep its cache in; a file of the user's stays."""
    opened("new/parsed.sqlite").put("k", 1)
    (tmp_path / "own").mkdir()
    (tmp_path / "own/.gitignore").write_text("*.sqlite*\n")
    opened("own/parsed.sqlite").put("k", 1)
    git = ("git", "-C", str(tmp_path))
    subprocess.run([*git, "init", "-q"], check=True)

    shown = subprocess.run(
        [*git, "status", "--porcelain", "-uall"], check=True, capture_output=True, text=True
    )

    assert list((tmp_path / "new").glob("parsed.sqlite*"))
    assert shown.stdout == "?? own/.gitignore\n"


def test_a_read_only_folder(tmp_path, opened):
    """Where nothing may be written, nothing is kept."""
    (tmp_path / "locked").mkdir(mode=0o500)

    def kept():
        cache = opened("locked/parsed.sqlite")
        cache.put("k", 1)
        cache.flush()
        found = cache.get("k")
        cache.close()
        return found

    assert as_an_ordinary_user(kept) is None
    assert list((tmp_path / "locked").iterdir()) == []


def test_a_read_only_database_is_read(tmp_path, opened):
    """What an earlier run kept is read, although nothing can be added."""
    first = opened()
    first.put("k", 1)
    first.close()
    (tmp_path / "parsed.sqlite").chmod(0o400)

    second = opened()
    second.put("other", 2)
    second.flush()

    assert second.get("k") in (1, None)


def size_of(folder):
    """Bytes of the database, with what is not merged into it yet."""
    return sum(file.stat().st_size for file in folder.iterdir())


def test_b14_an_earlier_version_is_dropped(tmp_path, opened):
    """A file that changed is kept once, and the cache grows by nothing."""
    cache = opened()
    for version in range(20):
        cache.put(f"k{version}", [str(version) * 1_000_000], "cassette x.yaml")
        cache.flush()
    cache.put("other", 1, "cassette y.yaml")
    cache.close()

    again = opened()
    assert [again.get(f"k{version}") is None for version in range(20)] == [True] * 19 + [False]
    assert again.get("other") == 1
    assert size_of(tmp_path) < 6_000_000


def test_b14_the_cache_is_bound_by_bytes(tmp_path, opened, monkeypatch):
    """Beyond the limit the oldest entries go, and a value that alone is too large is not kept."""
    monkeypatch.setattr(module, "MAX_BYTES", 4_000_000)
    cache = opened()
    for number in range(300):
        cache.put(f"k{number}", "x" * 100_000)
    cache.put("large", "x" * 2_100_000)
    cache.flush()

    assert cache.get("k299") == "x" * 100_000
    assert (cache.get("k0"), cache.get("large")) == (None, None)
    cache.close()
    assert size_of(tmp_path) < 10_000_000


WRITER = """
import sys
from pathlib import Path
from harness.formats.parsed_cache import ParsedCache
cache = ParsedCache(Path(sys.argv[1]))
for number in range(300):
    cache.put(f"{sys.argv[2]}-{number}", number)
    if number % 50 == 0:
        cache.flush()
cache.close()
"""


def test_two_processes_share_one_file(tmp_path, opened):
    """Two processes write at once, and nothing of either is lost."""
    file = tmp_path / "parsed.sqlite"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, file, name]) for name in ("one", "two")
    ]
    statuses = [writer.wait(60) for writer in writers]
    cache = opened()

    assert statuses == [0, 0]
    for name in ("one", "two"):
        assert [cache.get(f"{name}-{number}") for number in range(300)] == list(range(300))


def test_threads_share_one_cache(opened):
    """Threads put and get at once without an error."""
    cache = opened()
    wrong = []

    def work(name):
        for number in range(700):
            cache.put(f"{name}-{number}", number)
            if cache.get(f"{name}-{number}") != number:
                wrong.append((name, number))

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []


def test_old_entries_are_dropped(opened, monkeypatch):
    """The file does not grow without an end: the oldest entries go."""
    monkeypatch.setattr(module, "MAX_ENTRIES", 10)
    cache = opened()
    for number in range(30):
        cache.put(f"k{number}", number)
        cache.flush()

    assert cache.get("k0") is None
    assert cache.get("k29") == 29


def test_keys_know_kind_and_content():
    """A key is that of its content; parts cannot run into one another."""
    assert content_key("a", "x") == content_key("a", b"x")
    assert content_key("a", "x") != content_key("b", "x")
    assert content_key("a", "xy", "z") != content_key("a", "x", "yz")
    assert content_key("a", "x") != content_key("a", "x", "")
