"""The catalogue of events: complete, in order, and readable by whoever knows JSON Schema."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.event_types import EVENT_TYPES, fits
from domain.events import Recorder
from persistence.mapping import map_domain

ROOT = Path(__file__).parents[2]
INSIDE = {
    # Of people, sessions and staff: no organization learns of them.
    "account_request",
    "cash_reconciliation",
    "credit_package",
    "credit_unit_price",
    "experiment",
    "fee_policy",
    "impersonation",
    "money_exception",
    "notification",
    "one_time_token",
    "promotion",
    "provider_account",
    "session",
    "two_factor",
    "user",
    "webhook",
}
"""Nouns whose events concern no organization."""


def recorded() -> Iterator[str]:
    """The types of events that classes record about themselves, read from the sources."""
    for path in sorted((ROOT / "domain").glob("*.py")):
        for kind in ast.walk(ast.parse(path.read_text())):
            subject = _subject(kind) if isinstance(kind, ast.ClassDef) else None
            if subject is not None and subject not in INSIDE:
                yield from (verb if "." in verb else f"{subject}.{verb}" for verb in _verbs(kind))


def _subject(kind: ast.ClassDef) -> str | None:
    for one in kind.body:
        is_named = isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name) and one.target.id == "SUBJECT"
        if is_named and isinstance(one.value, ast.Constant):
            return str(one.value.value)
    return None


def _verbs(kind: ast.AST) -> Iterator[str]:
    for one in ast.walk(kind):
        if isinstance(one, ast.Call) and ast.unparse(one.func) == "self.record":
            verb = one.args[0]
            either = (verb.body, verb.orelse) if isinstance(verb, ast.IfExp) else (verb,)
            yield from (text.value for text in either if isinstance(text, ast.Constant))


def test_every_event_that_an_object_records_about_itself_is_in_the_catalogue() -> None:
    assert sorted(set(recorded()) - EVENT_TYPES.keys()) == [], "add them to domain/event_types.txt"


def test_the_catalogue_is_in_order_and_names_nothing_twice() -> None:
    lines = (ROOT / "domain" / "event_types.txt").read_text().splitlines()
    names = [line.split()[0] for line in lines if not line.startswith("#")]
    assert names == sorted(set(names))
    assert list(EVENT_TYPES) == names


def test_the_subjects_of_the_inside_are_subjects() -> None:
    map_domain()
    waiting, subjects = Recorder.__subclasses__(), set()
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        subjects.add(getattr(kind, "SUBJECT", None))
    assert INSIDE - subjects == set()


def test_a_schema_says_what_must_be_there_and_what_may_be_null() -> None:
    number, nothing = {"type": "integer"}, {"type": "null"}
    assert EVENT_TYPES["contract.ended"].data_schema == {
        "type": "object",
        "properties": {"isTerminated": {"type": "boolean"}, "feeMinor": {"anyOf": [number, nothing]}},
        "required": ["isTerminated"],
    }


@pytest.mark.parametrize(
    ("pattern", "event_type", "is_meant"),
    [
        ("*", "invoice.paid", True),
        ("invoice.paid", "invoice.paid", True),
        ("invoice.*", "invoice.paid", True),
        ("invoice.*", "invoice_x.paid", False),
        ("invoice.pai", "invoice.paid", False),
        (".*", "invoice.paid", False),
        ("", "invoice.paid", False),
    ],
)
def test_a_type_is_meant_by_its_name_its_noun_or_as_one_of_all(pattern: str, event_type: str, is_meant: bool) -> None:
    assert fits(pattern, event_type) is is_meant
