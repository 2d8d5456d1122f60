"""The network: requests that really travel. The only package that imports httpx."""

from harness.transport.live.limits import LiveLimits
from harness.transport.live.live_transport import LiveCheckpoint, LiveTransport

__all__ = ["LiveCheckpoint", "LiveLimits", "LiveTransport"]
