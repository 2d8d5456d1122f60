"""Measures how strong expectations are: changes recorded replies and sees what notices."""

from harness.evaluation.strength.cheapest_check import CheapestCheck
from harness.evaluation.strength.measuring import ChangedReply, Circumstances, mutants_of
from harness.evaluation.strength.mutant import Aspect, Fate, Harmless, Mutant, Mutator
from harness.evaluation.strength.recorded_conversation import (
    CannotMeasure,
    RecordedConversation,
    recorded_conversation,
)
from harness.evaluation.strength.strength_meter import MeasuredPlay, StrengthMeter
from harness.evaluation.strength.strength_score import StrengthScore, score_of
from harness.evaluation.strength.unseen_parts import SeenReply, TextPiece, seen_reply

__all__ = [
    "Aspect",
    "CannotMeasure",
    "ChangedReply",
    "CheapestCheck",
    "Circumstances",
    "Fate",
    "Harmless",
    "MeasuredPlay",
    "Mutant",
    "Mutator",
    "RecordedConversation",
    "SeenReply",
    "StrengthMeter",
    "StrengthScore",
    "TextPiece",
    "mutants_of",
    "recorded_conversation",
    "score_of",
    "seen_reply",
]
