"""The network: requests that really travel. The only package that imports httpx."""

from harness.transport.live.limits import LiveLimits
from harness.transport.live.wire import LeftWire, LiveWire

__all__ = ["LeftWire", "LiveLimits", "LiveWire"]
