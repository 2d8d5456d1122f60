"""The check `judge`: its question to a model, and how its answers are read and counted."""

from harness.checks.judge.judge_check import JUDGE
from harness.checks.judge.judge_finding import answer_lines
from harness.checks.judge.judge_settings import (
    NO_JUDGES,
    Judges,
    JudgeSettings,
    Prompt,
    built_in_prompt,
    prompt_names,
)

__all__ = [
    "JUDGE",
    "NO_JUDGES",
    "JudgeSettings",
    "Judges",
    "Prompt",
    "answer_lines",
    "built_in_prompt",
    "prompt_names",
]
