from __future__ import annotations

import re
from pathlib import Path

import pytest
from golden_texts import SECRET, TEXTS

FILES = sorted(
    file
    for file in TEXTS.rglob("*.txt")
    if file.parent.name != "reports" and file.read_text(encoding="utf-8").strip()
)
"""Texts of messages; reports are documents of their own, and what passed has no message."""
PAGE = Path(__file__).parents[2] / "docs" / "errors.md"
KNOWN = set(re.findall(r"`([a-z0-9_-]+)`", PAGE.read_text(encoding="utf-8")))
OWN_CHECKS = {"dividing", "polite_words"}
"""Checks of the projects that the cases play in."""
FRAGMENTS = {
    "takes/summary",
    "judging/request",
    "new-provider/written",
    "new-provider/without-source",
    "provider-check/enthusiast",
}
"""Texts without a problem: a summary, commands that succeed or lack an option, a request."""
SCREENS = {"chat", "drift", "init", "strength"}
"""Folders of whole screens, on which there can be nothing wrong, or the use of an option."""
CODE = re.compile(r"\[(?:(?:never|history) )?(?:[a-z_]+, )?([a-z0-9_-]+)\]$", re.MULTILINE)
PLACE = re.compile(r"(?:warning: )?\S+\.(?i:ya?ml):(\d+):(\d+): ")
WHOLE_FILE = re.compile(r"warning: \S+\.y(?:aml|mal): ")
LINE_OF_THE_FILE = re.compile(r"^ *\d+ \| .*$", re.MULTILINE)


def name(file):
    return file.relative_to(TEXTS).with_suffix("").as_posix()


@pytest.mark.parametrize("file", FILES, ids=name)
def test_every_message_has_the_form(file):
    """A message has a place, ends in a documented code, and shows neither secret nor traceback."""
    text = file.read_text(encoding="utf-8")
    codes = CODE.findall(LINE_OF_THE_FILE.sub("", text))

    assert codes or name(file) in FRAGMENTS or file.parent.name in SCREENS
    assert set(codes) <= KNOWN | OWN_CHECKS
    assert "Traceback" not in text
    assert SECRET not in text
    assert "pytest-of-" not in text
    assert not re.search(r"<[\w.]+ object at 0x|<class '|NoneType|dict_keys", text)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text)


@pytest.mark.parametrize(
    "file", [file for file in FILES if "scenario-files" in file.parts], ids=name
)
def test_every_problem_of_a_file_has_its_place(file):
    """Each problem begins with file, line and column, and its caret stands under that column."""
    lines = file.read_text(encoding="utf-8").splitlines()
    heads = [index for index, line in enumerate(lines) if PLACE.match(line)]

    assert heads or WHOLE_FILE.match(lines[0])
    for index in heads:
        number, column = PLACE.match(lines[index]).groups()
        if lines[index + 1 : index + 2] and re.match(r" *\d+ \| ", lines[index + 1]):
            assert lines[index + 1].split(" | ")[0].strip() == number
            caret = lines[index + 2].index("^")
            is_cut = "| …" in lines[index + 1]
            assert is_cut or caret - len("      | ") == int(column) - 1
