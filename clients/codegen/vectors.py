"""Test vectors for clients in any language: answers of today's and tomorrow's servers, and signed webhooks."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from clients.codegen.model import Api, Field, Operation, Selection, TypeKind
from clients.codegen.samples import Samples

Steps = tuple[str | int, ...]
LARGEST_INT64 = "9223372036854775807"
VALUE, TYPE = "ADDED_LATER", "AddedLater"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a sample: the object, the field selected of it, and the way there from the answer's root."""

    holder: dict[str, Any]
    field: Field
    steps: Steps


def vectors(api: Api) -> dict[str, str]:
    """The files by name."""
    return {"answers.json": _json(list(_answers(api))), "webhooks.json": _json(list(_webhooks()))}


def _answers(api: Api) -> Iterator[dict[str, Any]]:
    """For each surprise the first query, mutation and subscription that can meet it; and each as it is today."""
    samples = Samples(api)
    for name, surprise in _SURPRISES.items():
        met = set()
        for operation in api.operations:
            data = samples.answer(operation)
            expected = surprise(operation, data) if operation.kind not in met else None
            if expected is not None:
                met.add(operation.kind)
                yield {"surprise": name, "operation": operation.name, "data": data, "expected": expected}


def _today(operation: Operation, data: dict[str, Any]) -> list[dict[str, Any]]:
    return []


def _unknown_field(operation: Operation, data: dict[str, Any]) -> list[dict[str, Any]] | None:
    root = operation.root and data[operation.root.key]
    if not isinstance(root, dict):
        return None
    root["addedLater"] = {"anything": [1, None]}
    return []


def _unknown_value(operation: Operation, data: dict[str, Any]) -> list[dict[str, Any]] | None:
    place = _first(operation, data, lambda field: field.type.kind is TypeKind.ENUM and field.type.item is None)
    return None if place is None else _put(place, VALUE)


def _unknown_type(operation: Operation, data: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Of a type that no fragment names an answer has what is selected of all types."""
    place = _first(operation, data, lambda field: bool(field.selection and field.selection.arms))
    if place is None or place.field.selection is None:
        return None
    today = place.holder[place.field.key]
    shared = {one.key: today[one.key] for one in place.field.selection.fields}
    _put(place, {"__typename": TYPE, **shared})
    return [{"path": [*place.steps, "__typename"], "value": TYPE}]


def _large_number(operation: Operation, data: dict[str, Any]) -> list[dict[str, Any]] | None:
    place = _first(operation, data, lambda field: field.type.name == "Int64" and field.type.item is None)
    return None if place is None else _put(place, LARGEST_INT64)


def _missing_value(operation: Operation, data: dict[str, Any]) -> list[dict[str, Any]] | None:
    """A nullable field is not in the answer at all."""
    place = _first(operation, data, lambda field: field.type.nullable and field is not operation.root)
    if place is None:
        return None
    del place.holder[place.field.key]
    return [{"path": list(place.steps), "value": None}]


_SURPRISES: dict[str, Callable[[Operation, dict[str, Any]], list[dict[str, Any]] | None]] = {
    "none": _today,
    "unknown-field": _unknown_field,
    "unknown-enum-value": _unknown_value,
    "unknown-type": _unknown_type,
    "largest-int64": _large_number,
    "missing-nullable": _missing_value,
}


def _put(place: Place, value: Any) -> list[dict[str, Any]]:
    place.holder[place.field.key] = value
    return [{"path": list(place.steps), "value": value}]


def _first(operation: Operation, data: dict[str, Any], fits: Callable[[Field], bool]) -> Place | None:
    return next((place for place in _places(operation.selection, data, ()) if fits(place.field)), None)


def _places(selection: Selection, data: dict[str, Any], steps: Steps) -> Iterator[Place]:
    """All fields of an answer, outer ones first."""
    arms = {arm.type_name: arm for arm in selection.arms}
    fields = arms.get(data.get("__typename", ""), selection).fields
    for field in fields:
        yield Place(data, field, (*steps, field.key))
    for field in fields:
        value, here = data[field.key], (*steps, field.key)
        if field.selection is None:
            continue
        if isinstance(value, list):
            yield from _places(field.selection, value[0], (*here, 0))
        else:
            yield from _places(field.selection, value, here)


def _webhooks() -> Iterator[dict[str, Any]]:
    """Deliveries with the seconds at which they are looked at, and whether they are to be believed."""
    old, new = (f"whsec_{base64.b64encode(bytes([number]) * 32).decode()}" for number in (1, 2))
    subject = {"type": "Invoice", "id": "inv_0193a5c2f7e87c0d9b1f3e5a7c9d1b2e", "version": 3}
    event = {"id": "evt_1", "type": "invoice.paid", "occurredAt": "2026-03-01T12:00:00Z", "schemaVersion": "1"}
    body = json.dumps(event | {"subject": subject, "data": {"note": "Grüße"}}, ensure_ascii=False)
    at = 1_772_366_400
    good, other = _signature(new, "evt_1", at, body), _signature(old, "evt_1", at, body)
    cases = [
        ("signed", good, [new], at, None),
        ("signed by both secrets of a rotation", f"{other} {good}", [new], at, None),
        ("signed by the old secret, which is still accepted", other, [new, old], at, None),
        ("beside a signature of another version", f"v1a,AAAA {good}", [new], at, None),
        ("at the end of the tolerance", good, [new], at + 300, None),
        ("a second too late", good, [new], at + 301, "TIMESTAMP"),
        ("a second too early", good, [new], at - 301, "TIMESTAMP"),
        ("signed by somebody else", other, [new], at, "SIGNATURE"),
        ("signed over another body", _signature(new, "evt_1", at, f"{body} "), [new], at, "SIGNATURE"),
        ("not signed", "", [new], at, "HEADERS"),
        ("with a signature that is no base64", "v1,%%%", [new], at, "SIGNATURE"),
    ]
    for name, signature, secrets, now, refused in cases:
        headers = {"webhook-id": "evt_1", "webhook-timestamp": str(at), "webhook-signature": signature}
        yield {"name": name, "body": body, "headers": headers, "secrets": secrets, "now": now, "refused": refused}


def _signature(secret: str, id_: str, at: int, body: str) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = hmac.new(key, f"{id_}.{at}.{body}".encode(), hashlib.sha256)
    return f"v1,{base64.b64encode(signed.digest()).decode()}"


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
