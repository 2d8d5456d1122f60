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
OpenCurl = Annotated[
    str,
    typer.Option(metavar="COMMAND", help="The curl command that opens a conversation, in quotes."),
]
OpenAnswer = Annotated[Path | None, typer.Option(help="File with the answer of --open-curl.")]
OpenId = Annotated[
    str,
    typer.Option(
        metavar="JSONPATH",
        help="In the answer of --open-curl, the id that the request sends; default: the likeliest.",
    ),
]
Live = Annotated[bool, typer.Option("--live", help="Send each request once to get an answer.")]
Yes = Annotated[bool, typer.Option("--yes", help="Take the likely answers without asking.")]
