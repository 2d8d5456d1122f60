"""The options of commands that make a definition from a request."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

FromCurl = Annotated[
    str, typer.Option(metavar="COMMAND", help="A curl command in quotes; - reads it.")
]
FromHar = Annotated[Path | None, typer.Option(help="A HAR file of a browser, or a cassette.")]
FromOpenapi = Annotated[Path | None, typer.Option(help="An OpenAPI document, YAML or JSON.")]
Message = Annotated[
    str, typer.Option(help="JSONPath to the user's message in the body or the query.")
]
ReplyPath = Annotated[str, typer.Option(help="JSONPath to the text of the reply in the answer.")]
Secrets = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=VARIABLE",
        help="A header, parameter or key that is secret, and the variable that holds it.",
    ),
]
Answer = Annotated[Path | None, typer.Option(help="File with a sample answer.")]
Live = Annotated[bool, typer.Option("--live", help="Send the request once to get a sample answer.")]
Yes = Annotated[bool, typer.Option("--yes", help="Take the likely answers without asking.")]
