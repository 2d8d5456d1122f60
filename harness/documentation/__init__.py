"""The documentation as it is installed: its pages, and what they say about an error code."""

from harness.documentation.document_pages import (
    DocumentPage,
    PageMatch,
    UnknownPage,
    all_pages,
    find_page,
    pages_by_section,
    search_pages,
)
from harness.documentation.error_codes import Explanation, all_codes, explain_code

__all__ = [
    "DocumentPage",
    "Explanation",
    "PageMatch",
    "UnknownPage",
    "all_codes",
    "all_pages",
    "explain_code",
    "find_page",
    "pages_by_section",
    "search_pages",
]
