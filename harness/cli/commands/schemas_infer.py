"""`harness schemas infer`: the tightest schema of recorded payloads, beside the authored ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.cli.commands.recorded_plays import recorded_plays
from harness.cli.here import project_here
from harness.cli.terminal import echo, show, writing
from harness.core import (
    CassetteError,
    ConfigurationError,
    Json,
    Problem,
    SchemaError,
    counted,
    on_one_line,
)
from harness.evaluation.schema_fit.judged_payloads import AuthoredSchema, JudgedPayloads
from harness.evaluation.schema_fit.looseness import tightest_of
from harness.evaluation.schema_fit.schema_fit import fit_of, fit_sections
from harness.play.runner import Runner
from harness.project.plan import Mode
from harness.project.project import Project

MADE = "Inferred from recordings by harness schemas infer."
"""The `$comment` of such a schema: a file without it is not replaced."""
STDOUT = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class InferOptions:
    """The options of the command."""

    provider: str
    output: str
    """A file, `-` for the standard output, or empty for the default."""
    against: str
    """The name of a schema that all payloads are compared with; empty for those that judge them."""
    as_json: bool
    replaces: bool


def infer_schemas(options: InferOptions) -> None:
    """Write the schema, and print where the authored ones differ from it.

    Raises `AuthoringError` if an option or a file is wrong, or nothing is recorded.
    """
    project = project_here()
    judged, missing = _judged(project, options.provider)
    if not judged.payloads:
        raise _nothing(options.provider, missing)
    values = [payload.value for payload in judged.payloads]
    schema: dict[str, Json] = {"$comment": MADE, **tightest_of(values)}
    fits = [fit_of(one) for one in _authored(project, judged, options.against)]
    text = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    if options.output == STDOUT:
        echo(text.rstrip())
        return
    file = _written(project, options, text)
    if options.as_json:
        found: Json = {
            "file": str(file),
            "payloads": len(values),
            "schemas": [fit.as_json() for fit in fits],
            "not_read": missing,
        }
        echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    show(fit_sections(fits))
    if not fits:
        echo("no schema judges these payloads; name one with --against to compare it")
    for reason in missing:
        echo(f"note: {on_one_line(reason)}")
    echo(f"wrote {file}: {counted(len(values), 'payload')} of {options.provider}")


def _judged(project: Project, provider: str) -> tuple[JudgedPayloads, list[str]]:
    """The payloads of the recordings, and why others have none."""
    project.provider_config(provider)
    judged, missing = JudgedPayloads(project, provider), []
    runner = Runner(project, Mode.REPLAY)
    plays, _ = recorded_plays(project, (), (provider,), ())
    for one in plays:
        result = runner.run(one.play)
        if isinstance(result.error, CassetteError):
            missing.append(f"{one.id}: {result.error}")
        else:
            judged.add(one.id, result)
    return judged, missing


def _authored(project: Project, judged: JudgedPayloads, against: str) -> Iterator[AuthoredSchema]:
    if not against:
        yield from judged.authored
        return
    try:
        schema = project.schemas.schema(against)
    except SchemaError as error:
        raise ConfigurationError(error.problems) from error
    yield AuthoredSchema(name=against, schema=schema, payloads=judged.payloads)


def _written(project: Project, options: InferOptions, text: str) -> Path:
    file = Path(options.output)
    if not options.output:
        file = project.config.schemas / options.provider / "inferred.schema.json"
        file = Path(project.config.shown(file)) if Path.cwd() == project.config.root else file
    is_ours = not file.exists() or MADE in file.read_text(encoding="utf-8", errors="replace")
    if not (is_ours or options.replaces):
        raise ConfigurationError(
            Problem(
                code="file-exists",
                where=str(file),
                message="the file exists, and was not made by this command",
                hint="name another one with --output, or add --force",
            )
        )
    with writing(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return file


def _nothing(provider: str, missing: list[str]) -> ConfigurationError:
    return ConfigurationError(
        Problem(
            code="no-payload-recorded",
            where=provider,
            message="no recording of this provider has a payload",
            hint=missing[0] if missing else "record its scenarios first",
        )
    )
