"""The network: sends requests to real servers. A replay does not import this package."""

from harness.transport.live.limits import LiveLimits
from harness.transport.live.live_transport import LiveCheckpoint, LiveTransport

__all__ = ["LiveCheckpoint", "LiveLimits", "LiveTransport"]
