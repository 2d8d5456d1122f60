"""Asks models what checks want to know of a conversation, before it is judged."""

from harness.play.consulting.consulting import Consultation, Consulting
from harness.play.consulting.model_access import NOT_RECORDED, ModelAccess

__all__ = ["NOT_RECORDED", "Consultation", "Consulting", "ModelAccess"]
