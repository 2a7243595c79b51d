"""The contract: every request and every answer is held to Stripe's description, and counted."""

from collections.abc import Iterable, Mapping
from typing import Any

import jsonschema_rs

from standins.counts import Counts
from standins.stripe import brackets, description
from standins.stripe.description import Schema

COUNTS = Counts()
"""Of all stand-ins in this process, unless one is given its own."""


class Outside(Exception):
    """Something that Stripe does not describe, and where."""


class Contract:
    """The operations that are served. Validators are compiled when the first request needs them."""

    def __init__(self, operations: Iterable[str], counts: Counts = COUNTS) -> None:
        self.counts = counts
        self._operations = tuple(operations)

    def read_request(
        self, operation: str, path: Mapping[str, str], query: str, form: str, version: str | None
    ) -> dict[str, Any]:
        """All that was sent, typed as it is described; raises Outside for anything that is not."""
        self.counts.requests += 1
        if version not in (None, description.version()):
            raise self._outside(f"{operation}: the version {version} is not the one that is described")
        schema = _request_schema(operation)
        try:
            parts = {"path": dict(path), "query": brackets.read(query), "form": brackets.read(form)}
        except brackets.Unreadable as error:
            raise self._outside(f"{operation}: {error}") from None
        typed: dict[str, Any] = brackets.typed(schema, parts)
        self._check(_request_validator(operation), typed, f"request {operation}")
        return {**typed["path"], **typed["query"], **typed["form"]}

    def check_answer(self, operation: str, status: int, answer: object) -> None:
        """Raises Outside where the stand-in says what Stripe never would."""
        self.counts.answers += 1
        part = operation if status == 200 else "error"
        self._check(_answers_validator(self._operations), {part: answer}, f"answer {status} of {operation}")

    def check_event(self, event: Mapping[str, Any]) -> None:
        """An event and the object that it is about."""
        self.counts.events += 1
        thing = event["data"]["object"]
        parts = {"event": event, thing["object"]: thing}
        self._check(_answers_validator(self._operations), parts, f"event {event['type']}")

    def _check(self, validator: jsonschema_rs.Validator, value: object, what: str) -> None:
        for error in validator.iter_errors(value):
            place = "/".join(str(step) for step in error.instance_path)
            raise self._outside(f"{what}: {place}: {error.message[:500]}")

    def _outside(self, what: str) -> Outside:
        self.counts.outside.append(what)
        return Outside(what)


_SCHEMAS: dict[str, Schema] = {}
_VALIDATORS: dict[str, jsonschema_rs.Validator] = {}
_ANSWERS: dict[tuple[str, ...], jsonschema_rs.Validator] = {}


def _request_schema(operation: str) -> Schema:
    if operation not in _SCHEMAS:
        parts = {
            "path": description.path_schema(operation),
            "query": description.query_schema(operation),
            "form": description.form_schema(operation),
        }
        _SCHEMAS[operation] = {"type": "object", "properties": parts}
    return _SCHEMAS[operation]


def _request_validator(operation: str) -> jsonschema_rs.Validator:
    if operation not in _VALIDATORS:
        _VALIDATORS[operation] = jsonschema_rs.validator_for(_request_schema(operation))
    return _VALIDATORS[operation]


_EVENT_SUBJECTS = (
    "account",
    "charge",
    "checkout.session",
    "customer",
    "dispute",
    "event",
    "invoice",
    "payment_intent",
    "payment_method",
    "payout",
    "refund",
    "subscription",
    "transfer",
)


def _answers_validator(operations: tuple[str, ...]) -> jsonschema_rs.Validator:
    """One validator for all: nearly every object of Stripe's refers to every other, so that one costs what all do."""
    if operations not in _ANSWERS:
        parts = {operation: description.answer_schema(operation) for operation in operations}
        parts |= {name: {"$ref": f"#/components/schemas/{name}"} for name in _EVENT_SUBJECTS}
        parts["error"] = description.error_schema()
        _ANSWERS[operations] = jsonschema_rs.validator_for(
            {
                "type": "object",
                "properties": parts,
                "additionalProperties": False,
                "components": {"schemas": description.components(parts.values())},
            }
        )
    return _ANSWERS[operations]
