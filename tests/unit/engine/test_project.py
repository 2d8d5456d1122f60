from __future__ import annotations

import pytest
from conversations import project, scenario

from harness.config import ProviderConfig
from harness.core.errors import ConfigurationError
from harness.formats.yaml import read
from harness.project.project import LAST_SCENARIOS, Project

NODE = read(b"definition: connectly\n", "harness.yaml").at()


def of(default="", names=("a", "b", "c")):
    providers = {name: ProviderConfig(name=name, definition="x", node=NODE) for name in names}
    return project(provider=default, providers=providers)


CHOICES = {
    "the default": ("a", (), (), ("a",)),
    "no default": ("", (), (), ()),
    "one that the scenario names": ("a", ("b",), (), ("b",)),
    "several that the scenario names": ("a", ("c", "b"), (), ("c", "b")),
    "a chosen one": ("a", (), ("b",), ("b",)),
    "several chosen ones": ("a", (), ("c", "b"), ("c", "b")),
    "a chosen one twice": ("a", (), ("b", "b"), ("b",)),
    "a chosen one of those that are named": ("a", ("b", "c"), ("c",), ("c",)),
    "a chosen one that is not named": ("a", ("b",), ("c",), ()),
    "the order of the scenario": ("a", ("b", "c"), ("c", "b"), ("b", "c")),
}


@pytest.mark.parametrize("case", CHOICES)
def test_which_providers_a_scenario_is_played_against(case):
    """A scenario's own providers, those chosen for the run, and the default decide together."""
    default, named, chosen, wanted = CHOICES[case]

    assert of(default).providers_of(named, chosen) == wanted


def test_an_unknown_provider_is_named_with_the_nearest_one():
    """A misspelt provider is told with a hint."""
    with pytest.raises(ConfigurationError, match=r"unknown provider 'shopp'; did you mean 'shop'"):
        of(names=("shop",)).provider_config("shopp")


def test_the_fingerprint_knows_what_a_scenario_may_say():
    """Other providers or tags read scenario files in another way; the same ones do not."""
    assert of().fingerprint == of().fingerprint
    assert of().fingerprint != of(names=("a",)).fingerprint
    assert of().fingerprint != project(tags={"smoke": "short"}).fingerprint


def test_a_changed_definition_is_a_changed_project(tmp_path):
    """What was told of a scenario beside a definition is told anew when the definition changes."""
    (tmp_path / "harness.yaml").write_text(
        "provider: bot\nproviders:\n  bot: {definition: definitions/bot}\n"
    )
    file = tmp_path / "definitions/bot/provider.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("definition: bot\n")
    before = Project.at(tmp_path / "harness.yaml").fingerprint

    file.write_text("definition: bot\ntitle: Another\n")

    assert Project.at(tmp_path / "harness.yaml").fingerprint != before


def test_a_changed_scenario_takes_no_further_room():
    """Of each file the last one is kept, so that all files of the collection stay."""
    kept = of()
    kept.room_for_early = LAST_SCENARIOS + 2
    old, new = (
        scenario("  - {user: Hi, expect: none}\n"),
        scenario("  - {user: Ho, expect: none}\n"),
    )
    names = [f"{number}.yaml" for number in range(kept.room_for_early)]

    for key, one in (("old", old), ("new", new)):
        for name in names:
            kept.keep(name, key, one)

    assert [kept.scenario(name, "new") for name in names] == [new] * len(names)
    assert kept.scenario(names[0], "old") is None
