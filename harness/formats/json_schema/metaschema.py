"""Says what is wrong with a schema itself."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import jsonschema_rs

from harness.core.errors import Problem
from harness.core.typing import Json, pointer
from harness.formats.json_schema.keywords import draft_of
from harness.formats.json_schema.library import Locate
from harness.formats.json_schema.wording import word


def invalidity(name: str, document: Json, draft: str, locate: Locate) -> Iterator[Problem]:
    """What keeps a document from being a schema of a draft; nothing where it is one."""
    draft = draft_of(document) or draft
    if _metaschema(draft).is_valid(document):
        return
    # Loaded only here: it takes 0.14 s, and most schemas are right.
    from jsonschema import Draft7Validator, Draft202012Validator  # noqa: PLC0415
    from jsonschema.exceptions import best_match  # noqa: PLC0415

    judge = Draft7Validator if draft == "07" else Draft202012Validator
    told = set()
    for error in judge(judge.META_SCHEMA).iter_errors(document):
        nearest = best_match([error]) or error
        if nearest.context:
            # Of "one of these words, or a list", the words say more.
            nearest = next((one for one in nearest.context if one.validator != "type"), nearest)
        path = tuple(nearest.absolute_path)
        message = word(str(nearest.validator), nearest.validator_value, nearest.instance, path)
        if (path, message) not in told:
            told.add((path, message))
            where = f"{name}#{pointer(path)}"
            place = locate(name, path)
            is_null = "type" in path and nearest.instance is None
            hint = "write 'null' in quotes" if is_null else ""
            yield Problem(
                code="invalid-schema", message=message, place=place, where=where, hint=hint
            )


@cache
def _metaschema(draft: str) -> jsonschema_rs.Validator:
    # Not jsonschema_rs.meta: it would fetch an unknown `$schema`.
    if draft == "07":
        return jsonschema_rs.Draft7Validator(
            {"$ref": "http://json-schema.org/draft-07/schema"}, offline=True
        )
    return jsonschema_rs.Draft202012Validator(
        {"$ref": "https://json-schema.org/draft/2020-12/schema"}, offline=True
    )
