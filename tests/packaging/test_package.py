"""What `make dist` builds."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
from email import message_from_bytes
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
PAGES = "harness/documentation/pages/"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder with wheel and sdist."""
    folder = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def wheel(built):
    with ZipFile(next(built.glob("*.whl"))) as archive:
        yield archive


def test_the_wheel_has_every_page_of_the_docs(wheel):
    """`harness docs` needs no network and no checkout."""
    docs = ROOT / "docs"
    pages = {page.relative_to(docs).as_posix() for page in docs.rglob("*.md")}

    assert pages
    assert {name.removeprefix(PAGES) for name in wheel.namelist() if PAGES in name} == pages


def test_the_wheel_has_the_package_alone(wheel):
    """Types are published; tests and benchmarks are not."""
    names = wheel.namelist()

    assert "harness/py.typed" in names
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"harness"}


def test_the_description_has_no_link_into_the_repository(wheel):
    """On PyPI, a relative link leads nowhere."""
    name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    metadata = message_from_bytes(wheel.read(name))
    links = re.findall(r"\]\(([^)\s]+)\)", metadata.get_payload())

    assert links
    assert not [link for link in links if not link.startswith("https://")]
    assert {line.split(",")[0] for line in metadata.get_all("Project-URL")} == {
        "Documentation",
        "Changelog",
        "Source",
    }


def test_the_source_has_what_its_tests_need(built):
    """Who packages it for a distribution can run them."""
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    assert {"tests/conftest.py", "docs/index.md", "harness.yaml", "Makefile"} <= names
    assert {"website/build.py", ".pre-commit-hooks.yaml"} <= names


def test_pypi_would_show_it(built):
    """Twine finds nothing wrong with the description."""
    files = map(str, built.iterdir())
    command = [sys.executable, "-m", "twine", "check", "--strict", *files]
    ended = subprocess.run(command, check=False, capture_output=True, text=True)

    assert ended.returncode == 0, ended.stdout
