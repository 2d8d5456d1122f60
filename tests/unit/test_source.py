from __future__ import annotations

from harness.core.source import WIDTH, Source
from harness.secrets.redaction import Redactor

SECRET = "s3cret-of-twenty-four-ch"
HIDE = Redactor({"key": SECRET}).text


def test_a_secret_is_hidden_before_a_line_is_cut():
    """No half of a secret is left at the edge of a long line, wherever the window ends."""
    for before in range(WIDTH - len(SECRET), WIDTH + 2):
        text = "x" * before + SECRET + "y" * 100
        excerpt = Source(path="a", text=text).place(1, 3, 2).excerpt(hide=HIDE)

        assert SECRET[:4] not in excerpt
        assert SECRET[-4:] not in excerpt


def test_the_caret_stays_under_its_stretch():
    """Where a secret before it becomes a mark, the caret moves with the text."""
    place = Source(path="a", text=f"key: {SECRET}, name: here").place(1, 38, 4)

    shown, carets = place.excerpt(hide=HIDE).split("\n")

    assert shown == "    1 | key: <redacted:key>, name: here"
    assert carets.index("^") == shown.index("here")
    assert carets.count("^") == 4
