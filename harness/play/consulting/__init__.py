"""Asks models what checks want to know of a conversation, before it is judged."""

from harness.play.consulting.consulting import Consultation, Consulting
from harness.play.consulting.model_access import ModelAccess

__all__ = ["Consultation", "Consulting", "ModelAccess"]
