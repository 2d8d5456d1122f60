"""Says how much a green run of a scenario proves: what its checks can notice, and what hides it."""

from harness.evaluation.trust.judged_conversation import Observation
from harness.evaluation.trust.scenario_trust import ScenarioTrust, trust_of
from harness.evaluation.trust.trust_meter import PlayTrust, TrustMeter
from harness.evaluation.trust.vacuity import Vacuity

__all__ = ["Observation", "PlayTrust", "ScenarioTrust", "TrustMeter", "Vacuity", "trust_of"]
