"""A mock of model APIs that nobody here wrote, and its conversations."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.npm_packages import required_program

PACKAGE = "@copilotkit/aimock"
VERSION = "1.43.0"
_READY = "listening on "
FIXTURES = [
    {
        "match": {"userMessage": "capital of France"},
        "response": {"content": "The capital of France is Paris, on the Seine."},
    },
    {
        "match": {"userMessage": "and how old is it", "turnIndex": 1},
        "response": {"content": "Paris is more than 2000 years old."},
    },
    {
        "match": {"userMessage": "weather", "hasToolResult": False},
        "response": {"toolCalls": [{"name": "get_weather", "arguments": {"city": "Paris"}}]},
    },
    {
        "match": {"userMessage": "weather", "hasToolResult": True},
        "response": {"content": "It is 21 °C in Paris."},
    },
    {
        "match": {"userMessage": "too many"},
        "response": {
            "error": {"message": "Slow down.", "type": "rate_limit_error"},
            "status": 429,
        },
    },
]


@contextmanager
def serving_mock(folder: Path, **chaos: float) -> Iterator[str]:
    """Serve the mock; gives its address. `chaos` are rates by the names of its options."""
    program = required_program(PACKAGE, VERSION, "llmock")
    fixtures = folder / "fixtures.json"
    fixtures.write_text(json.dumps({"fixtures": FIXTURES}), encoding="utf-8")
    options = [f"--chaos-{name}={rate}" for name, rate in chaos.items()]
    command = [str(program), "--port=0", f"--fixtures={fixtures}", "--strict", *options]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            assert process.stdout is not None
            lines = iter(process.stdout.readline, "")
            line = next((line for line in lines if _READY in line), "")
            assert line, "the mock did not start"
            yield line.partition(_READY)[2].strip()
        finally:
            process.kill()
