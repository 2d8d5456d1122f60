from __future__ import annotations

import pytest

GREET = "cassettes/echo/greet.yaml"


@pytest.fixture
def recorded_at(here):
    """Moves the moment that a recording was made at."""

    def move(moment: str) -> None:
        here.rehead(GREET, recorded_at=moment)

    return move


def configured(here, line: str) -> None:
    file = here.folder / "harness.yaml"
    file.write_text(f"{line}\n{file.read_text()}")


def test_the_project_says_what_is_old(here, recorded_at):
    """`max_age` of harness.yaml counts where `--max-age` is not given."""
    recorded_at("2020-02-03T04:05:06+00:00")
    configured(here, "max_age: 12w")

    result = here.call("check")

    assert result.exit_code == 1
    assert "greet.yaml: it was recorded 2020-02-03, " in result.output
    assert result.output.endswith("5 cassettes, 1 finding: 1 cassette-old\n")


def test_the_option_counts_more_than_the_project(here, recorded_at):
    """`--max-age` takes the place of `max_age`, in both directions."""
    recorded_at("2020-02-03T04:05:06+00:00")
    configured(here, "max_age: 12w")

    result = here.call("check", "--max-age", "99999d")

    assert (result.exit_code, result.output) == (0, "5 cassettes, 0 findings\n")


@pytest.mark.parametrize(
    ("moment", "days"),
    [
        ("2019-12-31T23:30:00-10:00", "2019-12-31"),
        ("2020-03-29T02:30:00+01:00", "2020-03-29"),
        ("2020-10-25T02:30:00+02:00", "2020-10-25"),
    ],
    ids=["another-day-in-utc", "skipped-by-daylight-saving", "twice-by-daylight-saving"],
)
def test_a_moment_with_an_offset_has_one_age(here, recorded_at, moment, days, monkeypatch):
    """Age is a difference of moments, whatever the zone that the check runs in."""
    recorded_at(moment)
    seen = []
    for zone in ("UTC", "Europe/Oslo", "Pacific/Kiritimati"):
        monkeypatch.setenv("TZ", zone)
        seen.append(here.call("check", "--max-age", "1d", GREET).output)

    assert f"it was recorded {days}, " in seen[0]
    assert len(set(seen)) == 1


@pytest.mark.parametrize(
    "moment",
    ["2999-01-01T00:00:00+00:00", "", "yesterday", "2020-02-03T04:05:06"],
    ids=["the-future", "none", "no-moment", "no-zone"],
)
def test_a_moment_that_says_no_age_is_not_old(here, recorded_at, moment):
    """A clock that ran ahead, or a moment that cannot be told, is no finding and no crash."""
    recorded_at(moment)

    result = here.call("check", "--max-age", "1d", GREET)

    assert result.output == "1 cassette, 0 findings\n"
