"""`products`: the products that a reply shows."""

from __future__ import annotations

from harness.checks.arguments import OptionalKeys, keys_schema
from harness.checks.check import Decided, Judge, Kind, Options, Subject, decided_by_count
from harness.checks.json_paths import PATHS, PathRules, verdict_of
from harness.checks.matchers import COUNT, Count
from harness.checks.verdict import PASS, Verdict, failed
from harness.core import Json, show

MOST_SHOWN = 10
"""How many products a failure describes."""


def _compile(value: Json, options: Options) -> Judge:
    parts = OptionalKeys(value, ("count", "any", "every"))
    count = parts.make("count", lambda found: Count(found, "product", options))
    any_, every = (
        parts.make(key, lambda found: PathRules(found, options)) for key in ("any", "every")
    )

    def judge(subject: Subject) -> Verdict:
        number = len(subject.products)
        if count is not None and (failure := count.failure(number, subject.name)):
            return failure
        if not number and (any_ is not None or every is not None):
            return failed(f"{subject.name} has no products", expected="a product", actual="none")
        for index, product in enumerate(subject.products, 1):
            if every is not None and (faults := every.faults(product)):
                return verdict_of(faults, f"product {index} of {subject.name}: ")
        if any_ is not None and all(any_.faults(one) for one in subject.products):
            return _no_product(any_, subject)
        return PASS

    return judge


def _no_product(rules: PathRules, subject: Subject) -> Verdict:
    faults = [rules.faults(product) for product in subject.products]
    lines = (f"product {number}: {found[0].message}" for number, found in enumerate(faults, 1))
    return failed(
        f"no product of {subject.name} matches",
        expected="\n".join(fault.expected for fault in faults[0]),
        actual=show(list(subject.products)),
        difference=tuple(lines)[:MOST_SHOWN],
    )


PRODUCTS = Kind(
    name="products",
    schema={
        **keys_schema(
            {
                "count": {**COUNT, "description": "How many products there are."},
                "any": {**PATHS, "description": "JSONPaths that match in at least one product."},
                "every": {**PATHS, "description": "JSONPaths that match in every product."},
            }
        ),
        "description": "The products that the reply shows.",
        "examples": [{"count": {"at_least": 1}, "every": {"$.price": {"less_than": 200}}}],
    },
    compile=_compile,
    decides=decided_by_count(Decided.PRODUCTS),
    needs="products",
    lacks="does not say where products are",
    other_words="cards items carousel",
)
