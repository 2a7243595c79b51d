"""The types of events that organizations learn of, and the schemas of their data, read from the list beside this."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TESTED = "webhook_endpoint.tested"
"""What sendTestEvent sends: nothing has happened, and no outbox knows of it."""
EVERYTHING, _ALL_OF = "*", ".*"

_KINDS: Mapping[str, Mapping[str, Any]] = {
    "text": {"type": "string"},
    "digits": {"type": "string", "pattern": "^-?[0-9]+$"},
    "number": {"type": "integer"},
    "flag": {"type": "boolean"},
    "texts": {"type": "array", "items": {"type": "string"}},
}


@dataclass(frozen=True, slots=True)
class EventType:
    """One type of event; `data_schema` is a JSON Schema of what its data hold."""

    type: str
    data_schema: Mapping[str, Any]


def fits(pattern: str, event_type: str) -> bool:
    """Whether a type is meant: by its name, by its noun as invoice.*, or because all are (*)."""
    if pattern in (EVERYTHING, event_type):
        return True
    return pattern.endswith(_ALL_OF) and event_type.startswith(pattern.removesuffix(EVERYTHING))


def _read(lines: list[str]) -> Iterator[EventType]:
    for line in lines:
        if not line.startswith("#"):
            event_type, *fields = line.split()
            yield EventType(event_type, _schema(fields))


def _schema(fields: list[str]) -> Mapping[str, Any]:
    properties, required = {}, []
    for field in fields:
        name, _, kind = field.partition(":")
        schema = _KINDS[kind or "text"]
        if name.endswith("?"):
            schema = {"anyOf": [schema, {"type": "null"}]}
        else:
            required.append(name)
        properties[name.removesuffix("?")] = schema
    return {"type": "object", "properties": properties, "required": required}


_LIST = Path(__file__).with_suffix(".txt")
EVENT_TYPES: Mapping[str, EventType] = {one.type: one for one in _read(_LIST.read_text("utf-8").splitlines())}
