"""The errors, where they were once imported from."""

from harness.core.errors import *  # noqa: F403
