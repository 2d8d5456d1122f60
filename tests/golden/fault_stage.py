"""Plays a case of a misbehaving server, and what was recorded of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from fault_cases import Case, InTurn
from golden_texts import compare, without_what_varies
from misbehaving import serving
from shop import CASSETTE, JOURNAL, NOWHERE, play_dress, shop_runner, write_shop
from typer.testing import CliRunner

from harness.cli.app import app
from harness.conversation import Response
from harness.play.result import ScenarioResult
from harness.project.plan import Mode
from harness.reports.failure import failure_screen


@dataclass(frozen=True, slots=True)
class Stage:
    """A project with one case; the current folder is in it."""

    path: Path
    case: Case
    environment: pytest.MonkeyPatch

    def __post_init__(self) -> None:
        """Write the project's files."""
        case = self.case
        write_shop(self.path, case.scenario, steps=case.steps, timeout=case.timeout)

    @property
    def cassette(self) -> Path:
        """Where the recording stands."""
        return self.path / CASSETTE

    @property
    def journal(self) -> Path:
        """Where what was heard stands until then."""
        return self.path / JOURNAL

    def allow(self, host: str) -> None:
        """Let redirects lead there."""
        self.configure(f"hosts: ['{host}']")

    def configure(self, line: str) -> None:
        """Add a line to the provider's entry."""
        with (self.path / "harness.yaml").open("a") as config:
            config.write(f"    {line}\n")

    def serve(self, mode: Mode) -> tuple[ScenarioResult, int]:
        """Play against the server of the case; also gives how many requests it got."""
        script = InTurn(self.case.answers)
        with serving(script) as address:
            result = self.play(mode, f"http://{address}")
        return result, script.asked

    def play(self, mode: Mode, url: str = NOWHERE) -> ScenarioResult:
        """Play against an address."""
        self.environment.setenv("SHOP_URL", url)
        return play_dress(self.path, shop_runner(self.path, mode))

    def recover(self, *options: str) -> str:
        """What `harness cassettes recover` says."""
        return CliRunner().invoke(app, ["cassettes", "recover", *options]).output

    def screen(self, result: ScenarioResult) -> str:
        """The failure screen, with ports, waits and what the case names replaced."""
        screen = without_what_varies(failure_screen(result))
        if self.case.varies:
            screen = re.sub(
                self.case.varies, lambda hit: re.sub(r"\d+|(?<=then: ).+", "N", hit[0]), screen
            )
        return f"{screen}\n"

    def assert_replayed(self, recorded: ScenarioResult, golden: str) -> None:
        """A replay sends nothing, ends with the golden screen, and has the same answers."""
        replayed = self.play(Mode.REPLAY)

        compare(golden, self.screen(replayed))
        assert replayed.outcome is recorded.outcome
        assert answers(replayed) == [
            kept and (*kept[:2], only(kept[2], of), *kept[3:])
            for kept, of in zip(answers(recorded), answers(replayed), strict=True)
        ]


Kept = tuple[int, str, tuple[tuple[str, str], ...], bytes, tuple[int, ...]]


def answers(result: ScenarioResult) -> list[Kept | None]:
    """Every answer: status, reason, headers, body and lengths of chunks; None where none came."""
    exchanges = [one for turn in result.transcript.turns for one in turn.exchanges]
    return [one.response and _kept(one.response) for one in exchanges]


def only(headers: tuple[tuple[str, str], ...], of: Kept | None) -> tuple[tuple[str, str], ...]:
    """Those headers, in order, whose names the other answer has."""
    names = {name for name, _ in of[2]} if of else set()
    return tuple(pair for pair in headers if pair[0] in names)


def _kept(response: Response) -> Kept:
    lengths = tuple(length for _, length in response.chunks)
    return response.status, response.reason, response.headers, response.body, lengths
