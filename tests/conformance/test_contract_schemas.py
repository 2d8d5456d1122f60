from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from harness.providers.builtin import FOLDERS
from tests.conformance.body_variants import MISSING, Variants, varied
from tests.conformance.contract_bodies import BROKEN, FITTING, PAGES
from tests.conformance.shape_variants import MISSHAPEN, SHAPES

ROOT = Path(__file__).parents[2]
BASE = "https://contracts.invalid/"
CONTRACTS = {
    f"{system}/{file.name.removesuffix('.schema.json')}": file
    for system, folder in FOLDERS.items()
    for file in sorted((folder / "schemas").glob("*.schema.json"))
}
QA = {name: ROOT / f"schemas/{name}.schema.json" for name in SHAPES}
FILES = (*CONTRACTS.values(), *QA.values())
DOCUMENTS = {
    BASE + file.relative_to(ROOT).as_posix(): json.loads(file.read_text("utf-8")) for file in FILES
}

Examples = dict[str, tuple[Any, ...]]
Fits = Callable[[Path, Any], bool]
Errors = Callable[[Path, Any], list[str]]


@pytest.fixture(scope="module")
def fits() -> Fits:
    """Whether a body fits the schema in a file; `format` is asserted, as in a run."""
    registry = jsonschema_rs.Registry(list(DOCUMENTS.items()), draft=jsonschema_rs.Draft202012)

    def judge(file: Path, body: Any) -> bool:
        top = {"$ref": BASE + file.relative_to(ROOT).as_posix()}
        validator = jsonschema_rs.Draft202012Validator(
            top, registry=registry, validate_formats=True
        )
        return validator.is_valid(body)

    return judge


@pytest.fixture(scope="module")
def errors() -> Errors:
    """What the reference implementation finds wrong in a body."""
    registry: Registry[Any] = Registry().with_resources(
        (uri, DRAFT202012.create_resource(document)) for uri, document in DOCUMENTS.items()
    )

    def judge(file: Path, body: Any) -> list[str]:
        top = {"$ref": BASE + file.relative_to(ROOT).as_posix()}
        found = Draft202012Validator(top, registry=registry).iter_errors(body)
        return [f"{error.json_path}: {error.message}" for error in found]

    return judge


def bodies(examples: Examples) -> list[Any]:
    """The examples as test parameters."""
    return [
        pytest.param(name, body, id=f"{name}-{number}")
        for name, some in examples.items()
        for number, body in enumerate(some, 1)
    ]


def variants(of: Variants, examples: Examples) -> list[Any]:
    """The variants of first examples as test parameters."""
    return [
        pytest.param(name, varied(examples[name][0], where, value), id=shown(name, where, value))
        for name, changes in of.items()
        for where, value in changes
    ]


def shown(name: str, where: str, value: Any) -> str:
    """A variant's name in a report."""
    text = "missing" if value is MISSING else json.dumps(value)[:30]
    return f"{name} {where or 'all'} {text}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_a_schema_is_valid_and_says_what_it_describes(file: Path) -> None:
    """Every schema is one of draft 2020-12, has a title and a sentence, and is laid out alike."""
    text = file.read_text("utf-8")
    document = json.loads(text)

    Draft202012Validator.check_schema(document)
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert document["title"]
    assert document["description"].endswith(".")
    assert text == json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def test_every_contract_has_an_example_and_a_broken_body() -> None:
    """No contract goes untested: each has a page's sample, and a body that it must refuse."""
    assert set(CONTRACTS) == set(PAGES)
    assert set(CONTRACTS) == set(BROKEN)


def test_every_shape_has_a_misshapen_body() -> None:
    """No shape that the suite expects of replies goes untested."""
    assert set(SHAPES) == set(MISSHAPEN)


@pytest.mark.parametrize(("name", "body"), bodies(PAGES))
def test_a_contract_takes_the_samples_of_its_page(
    name: str, body: Any, fits: Fits, errors: Errors
) -> None:
    """What a vendor's page shows fits its schema, by both validators."""
    assert errors(CONTRACTS[name], body) == []
    assert fits(CONTRACTS[name], body)


@pytest.mark.parametrize(("name", "body"), variants(FITTING, PAGES))
def test_a_contract_takes_what_the_page_leaves_open(
    name: str, body: Any, fits: Fits, errors: Errors
) -> None:
    """Nulls, optional keys and further keys of answers fit, by both validators."""
    assert errors(CONTRACTS[name], body) == []
    assert fits(CONTRACTS[name], body)


@pytest.mark.parametrize(("name", "body"), variants(BROKEN, PAGES))
def test_a_contract_refuses_a_broken_body(name: str, body: Any, fits: Fits) -> None:
    """A required key that is missing, a wrong type, and a request's unknown key are refused."""
    assert not fits(CONTRACTS[name], body)


@pytest.mark.parametrize(("name", "body"), bodies(SHAPES))
def test_a_shape_takes_a_good_reply(name: str, body: Any, fits: Fits, errors: Errors) -> None:
    """A reply such as a vendor's page shows has the shape that the example suite expects."""
    assert errors(QA[name], body) == []
    assert fits(QA[name], body)


@pytest.mark.parametrize(("name", "body"), variants(MISSHAPEN, SHAPES))
def test_a_shape_refuses_a_poor_reply(name: str, body: Any, fits: Fits) -> None:
    """A reply that says nothing, or lacks what its shape is about, is refused."""
    assert not fits(QA[name], body)
