"""The public home of the errors: `from harness.errors import Refused`."""

from harness.core.errors import *  # noqa: F403
