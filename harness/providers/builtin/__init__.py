"""The definitions that come with the package; entry points lead here, as to anybody's."""

from pathlib import Path

_HERE = Path(__file__).parent

BIGHUMMINGBIRD = _HERE / "bighummingbird"
CONNECTLY = _HERE / "connectly"
ENTHUSIAST = _HERE / "enthusiast"
MISTER_TURING = _HERE / "mister-turing"
SUPEROFFICE = _HERE / "superoffice"
