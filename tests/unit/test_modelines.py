"""What editors need: every file that an author writes names its format in the first line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from harness.scenario import FileKind, kind_of

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = ROOT / "scenarios"
WRITTEN = [(kind_of(file, SCENARIOS), file) for file in sorted(SCENARIOS.rglob("*.yaml"))]
FILES = {
    **{kind.value: [file for found, file in WRITTEN if found is kind] for kind in FileKind},
    "definition": sorted((ROOT / "harness" / "providers" / "builtin").rglob("provider.yaml")),
    "harness": [ROOT / "harness.yaml"],
}
CASES = [(name, file) for name, files in FILES.items() for file in files]


@pytest.mark.parametrize(
    ("name", "file"), CASES, ids=[str(file.relative_to(ROOT)) for _, file in CASES]
)
def test_the_first_line_leads_to_the_format(name, file):
    """The modeline is a path, seen from the file, to the generated schema of its format."""
    first = file.read_text(encoding="utf-8").splitlines()[0]

    match = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert match is not None
    schema = (file.parent / match[1]).resolve()
    assert schema == ROOT / "schemas" / f"{name}.schema.json"
    assert json.loads(schema.read_text(encoding="utf-8"))["type"] == "object"
