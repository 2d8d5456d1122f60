"""`--harness-part` and `--harness-plan`: plays only one part of what was collected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.cassettes.divided_plays import divided
from harness.cassettes.recorded_seconds import RecordedTakes, recorded_takes
from harness.core import counted, printable
from harness.parallel.dividing import part_from
from harness.parallel.part_of_plan import ChosenPart, PartOfPlan, plan_of_parts
from harness.parallel.plan_format import PlanFile, PlannedTakes
from harness.project.suite_digests import differing, suite_digests
from harness.pytest_plugin.notes import notes_of
from harness.pytest_plugin.plan_option import plan_error, plan_of
from harness.pytest_plugin.repeated_items import RepeatedItem
from harness.pytest_plugin.scenario_items import ScenarioItem
from harness.pytest_plugin.scenario_session import ScenarioSession

OPTIONS = ("provider", "judge", "repeat", "fail-on")
"""Of a run, besides its mode: those of which the parts of a plan must have the same."""
_PLAN = "harness_part_of_plan"
MOST_NAMED = 3
"""Plays that a message names."""


class PartOnly:
    """Deselects what is not in the part. A pytest plugin of its own.

    Without a plan, Python tests are divided as well, each as a play that is not recorded.
    """

    def __init__(self, config: pytest.Config, session: ScenarioSession) -> None:
        """Raises `UsageError` if the plan is of another state of the project."""
        self._config = config
        self._session = session
        self._plan: PlanFile | None = plan_of(config)
        given = config.getoption("--harness-part") or "1/1"
        self._part = ChosenPart(part_from(given))
        self._line = ""
        self._files: set[Path] | None = None
        """The only files that are collected; None if all are."""
        if self._plan is not None:
            self._require_same(self._plan)
        if config.getoption("--harness-part"):
            # All of a plan is a run like any other.
            session.part = self._part

    @pytest.hookimpl
    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Leave out files without a play of the part before they are read."""
        if self._files is None or collection_path in self._files or collection_path.is_dir():
            return None
        return True

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Deselect what is not in the part."""
        plan = self._plan
        mine = self._divided(items) if plan is None else self._planned(plan, items)
        left_out = [item for item in items if item not in mine]
        if left_out:
            self._config.hook.pytest_deselected(items=left_out)
            items[:] = [item for item in items if item in mine]
        self._line = f"part {self._part.number}: {self._summary()}"
        if hasattr(self._config, "workerinput"):
            notes_of(self._config).add(self._line)

    @pytest.hookimpl
    def pytest_report_collectionfinish(self) -> str:
        """Say how much of the plan is played."""
        return printable(self._line)

    # Before xdist, whose workers hand over what is in `workeroutput`.
    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """A part with nothing in it passes."""
        output: dict[str, Any] | None = getattr(self._config, "workeroutput", None)
        if output is not None:
            output[_PLAN] = self._part.plan_json
        if self._part.is_empty and exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
            session.exitstatus = pytest.ExitCode.OK

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:  # noqa: ANN401  # xdist names no type
        """Take from a worker of xdist what it knows of the plan."""
        content = getattr(node, "workeroutput", {}).get(_PLAN)
        if content is not None:
            self._part.of_plan = PartOfPlan.from_json(content)

    def _divided(self, items: Sequence[pytest.Item]) -> set[pytest.Item]:
        """The items of the part, of what was collected."""
        takes = {item.nodeid: _takes_of(item, self._session) for item in items}
        plays = divided(takes, self._part.number.count)
        numbers = plays.of_part(self._part.number.number)
        mine = {item for item in items if item.nodeid in numbers}
        plan = plan_of_parts(
            seconds=plays.seconds,
            parts=self._part.number.count,
            plays=len(items),
            project=self._digests(),
            options=self._options(),
        )
        self._part.of_plan = replace(
            plan,
            conversations=_positions(items, mine, is_scenario=True),
            takes=_leave_others(mine, numbers),
            tests=_positions(items, mine, is_scenario=False),
        )
        return mine

    def _planned(self, plan: PlanFile, items: Sequence[pytest.Item]) -> set[pytest.Item]:
        """The items of the part, of what the plan lists. Raises `UsageError` if any is missing."""
        numbers = self._numbers(plan)
        known = {_key(item): item for item in items if isinstance(item, ScenarioItem)}
        missing = [key for key in numbers if key not in known]
        if missing and not self._config.option.collectonly:
            listed = ", ".join("::".join(key) for key in missing[:MOST_NAMED])
            more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
            raise plan_error(
                plan,
                f"it lists what was not collected: {listed}{more}",
                "play it without paths, -k, -m and other options that choose",
            )
        found = {key: known[key] for key in numbers if key in known}
        of_plan = plan_of_parts(
            seconds={play["id"]: play["seconds"] for play in plan.content["plays"]},
            parts=plan.parts,
            plays=len(plan.content["plays"]),
            project=self._digests(),
            options={**self._options(), "--plan": plan.content["plan"]},
        )
        planned = {item.nodeid: numbers[key] for key, item in found.items()}
        takes = {nodeid: one.takes for nodeid, one in planned.items()}
        self._part.of_plan = replace(
            of_plan,
            conversations={nodeid: one.position for nodeid, one in planned.items()},
            takes=_leave_others(found.values(), takes),
        )
        return set(found.values())

    def _numbers(self, plan: PlanFile) -> dict[tuple[str, str], PlannedTakes]:
        """What the part has of each play; all of it without `--harness-part`."""
        is_part = bool(self._config.getoption("--harness-part"))
        return plan.of_part(self._part.number.number if is_part else 0)

    def _require_same(self, plan: PlanFile) -> None:
        """Raise `UsageError` unless the plan has such a part, and is of the project as it is."""
        if self._config.getoption("--harness-part") and plan.parts != self._part.number.count:
            message = f"it has {counted(plan.parts, 'part')}, but --part is {self._part.number}"
            hint = f"write --part {min(self._part.number.number, plan.parts)}/{plan.parts}"
            raise plan_error(plan, message, hint)
        suites = self._session.suites
        if len(suites) != 1:
            raise plan_error(plan, f"it is of one project, and this run plays {len(suites)}")
        project = suites[0].project
        names = differing(plan.content["project"], suite_digests(project))
        if names:
            verb = "differs" if len(names) == 1 else "differ"
            message = f"it is of another state of the project: {', '.join(names)} {verb}"
            raise plan_error(plan, message, "make it again: harness plan --out plan.json")
        self._files = {project.config.root / file for file, _ in self._numbers(plan)}

    def _digests(self) -> dict[str, str]:
        digests: dict[str, str] = {}
        for suite in self._session.suites:
            above = f"{suite.folder}/" if suite.folder else ""
            digests |= {f"{above}{k}": v for k, v in suite_digests(suite.project).items()}
        return digests

    def _options(self) -> dict[str, str]:
        given = {name: self._config.getoption(f"--harness-{name}") for name in OPTIONS}
        texts = {
            f"--{name}": ", ".join(value) if isinstance(value, list) else str(value or "")
            for name, value in given.items()
        }
        return {"--mode": self._session.mode.value, **{n: t for n, t in texts.items() if t}}

    def _summary(self) -> str:
        if self._part.of_plan is None:
            return ""
        of_all = counted(self._part.of_plan.plays, "play")
        return f"{self._part.of_plan.played} of {of_all}, plan {self._part.of_plan.id}"


def _takes_of(item: pytest.Item, session: ScenarioSession) -> RecordedTakes:
    """The takes of an item; a Python test is one that is not recorded."""
    if not isinstance(item, ScenarioItem):
        return RecordedTakes(provider="", seconds=(None,))
    return recorded_takes(
        item.suite.project,
        item.play,
        item.repeat,
        # Those of a comparison and of an expected failure are judged as one.
        is_divisible=not session.mode.is_compared
        and not any(map(item.get_closest_marker, ("skip", "xfail"))),
    )


def _leave_others(
    items: Iterable[pytest.Item], numbers: Mapping[str, tuple[int, ...]]
) -> dict[str, tuple[int, ...]]:
    """Let items play the takes of the part; those of which other parts have the rest."""
    takes = {item.nodeid: numbers[item.nodeid] for item in items if numbers[item.nodeid]}
    for item in items:
        if isinstance(item, RepeatedItem) and item.nodeid in takes:
            item.play_only(takes[item.nodeid])
    return takes


def _positions(
    items: Sequence[pytest.Item], mine: set[pytest.Item], *, is_scenario: bool
) -> dict[str, int]:
    return {
        item.nodeid: position
        for position, item in enumerate(items)
        if item in mine and isinstance(item, ScenarioItem) is is_scenario
    }


def _key(item: ScenarioItem) -> tuple[str, str]:
    """The file and the name of a play, as a plan has them."""
    return item.suite.project.config.shown(item.play.file), item.play.name
