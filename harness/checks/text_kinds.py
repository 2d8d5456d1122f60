"""The checks on a text."""

from __future__ import annotations

from collections.abc import Mapping

from harness.checks.check import Kind
from harness.checks.contains import CONTAINS, CONTAINS_ALL, CONTAINS_ANY, NOT_CONTAINS
from harness.checks.edges import ENDS_WITH, STARTS_WITH
from harness.checks.equals import EQUALS
from harness.checks.matches import MATCHES, NOT_MATCHES

TEXT_KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        EQUALS,
        CONTAINS,
        CONTAINS_ANY,
        CONTAINS_ALL,
        NOT_CONTAINS,
        MATCHES,
        NOT_MATCHES,
        STARTS_WITH,
        ENDS_WITH,
    )
}
