"""Prompts of a project's own, which harness.yaml names."""

from __future__ import annotations

import pytest

from harness.core import ConfigurationError
from harness.project.project import Project


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("$seen $criteria $delimiter $delimiter", "the prompt has no place ${data}"),
        ("$seen $criteria $delimiter $data", "the prompt has ${delimiter} only once"),
        ("$seen $criterias $delimiter $data $delimiter", "an unknown place ${criterias}"),
        ("costs $5: $seen $criteria $delimiter $data $delimiter", "a '$' that begins no place"),
        (None, "'mine.txt' is neither a built-in prompt nor a text file of the project"),
    ],
)
def test_a_prompt_that_cannot_be_used_is_an_error(judged, text, said):
    """It is named at its line of harness.yaml, before anything is asked."""
    if text is not None:
        (judged.folder / "mine.txt").write_text(text)
    judged.configure("prompt: mine.txt")

    with pytest.raises(ConfigurationError) as wrong:
        Project.at(judged.folder / "harness.yaml")

    assert said in str(wrong.value)
    assert "harness.yaml:8:" in str(wrong.value)
