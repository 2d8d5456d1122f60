"""How many conversations are held at once, by provider and in all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from harness.config import Config

PROVIDER_CONCURRENCY = 8
"""Conversations at once with a provider, where neither its entry nor the option says how many."""
ALL = "all providers"
"""Names the places that every conversation needs, beside those of its provider."""


class Lanes:
    """What the conversations of a project take places in, and how many places there are."""

    def __init__(self, config: Config, wanted: int | None) -> None:
        """`wanted` is what an option says for all projects of the run; None where it is not given.

        All projects then share the places of every conversation.
        """
        self._config = config
        self._wanted = wanted
        self._prefix = hashlib.blake2s(str(config.root).encode(), digest_size=4).hexdigest()

    def of(self, provider: str) -> tuple[str, str]:
        """Those of a conversation: its provider's, and that of every conversation."""
        return f"{self._prefix}-{provider}", ALL if self._wanted else f"{self._prefix}-{ALL}"

    @property
    def limits(self) -> Mapping[str, int]:
        """Conversations at once in each lane."""
        otherwise = self._wanted or PROVIDER_CONCURRENCY
        limits = {
            self.of(name)[0]: provider.concurrency or otherwise
            for name, provider in self._config.providers.items()
        }
        return {**limits, self.of("")[1]: self._wanted or self._config.concurrency}
