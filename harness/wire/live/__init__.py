"""The network: requests that really travel. The only package that imports httpx."""

from harness.wire.live.limits import LiveLimits
from harness.wire.live.wire import LeftWire, LiveWire

__all__ = ["LeftWire", "LiveLimits", "LiveWire"]
