"""Stripe's form notation, `metadata[key]=value&expand[0]=charge`, read as nested values of a schema's types."""

import re
from typing import Any
from urllib.parse import parse_qsl

from standins.stripe.description import Schema

_KEY = re.compile(r"^[^\[\]]+(\[[^\[\]]*\])*$")
_WHOLE = re.compile(r"^-?\d{1,18}$")
_NUMBER = re.compile(r"^-?\d+(\.\d+)?$")
_BOOLEANS = {"true": True, "false": False}


class Unreadable(Exception):
    """The form is not one."""


def read(encoded: str) -> dict[str, Any]:
    """Nested objects and lists of strings: nothing says yet what is a number."""
    root: dict[str, Any] = {}
    for key, value in parse_qsl(encoded, keep_blank_values=True):
        if not _KEY.match(key):
            raise Unreadable(f"{key!r} is not a key of a form")
        steps = re.split(r"\]?\[", key.removesuffix("]"))
        place = root
        for step in steps[:-1]:
            place = place.setdefault(step, {})
            if not isinstance(place, dict):
                raise Unreadable(f"{key!r} is a value and an object at once")
        last = steps[-1] if steps[-1] else str(len(place))
        if last in place:
            raise Unreadable(f"{key!r} is given twice")
        place[last] = value
    return {key: _with_lists(value) for key, value in root.items()}


def typed(schema: Schema, value: object) -> Any:
    """The value with numbers and booleans where the schema has them; what does not fit stays as it is."""
    if "anyOf" in schema:
        for branch in schema["anyOf"]:
            attempt = typed(branch, value)
            if _is_of(branch, attempt):
                return attempt
        return value
    if isinstance(value, str):
        return _typed_text(schema, value)
    if isinstance(value, list):
        return [typed(schema.get("items", {}), item) for item in value]
    if isinstance(value, dict):
        named, others = schema.get("properties", {}), schema.get("additionalProperties", {})
        others = others if isinstance(others, dict) else {}
        return {key: typed(named.get(key, others), item) for key, item in value.items()}
    return value


def _typed_text(schema: Schema, text: str) -> object:
    kind = schema.get("type")
    if kind == "integer" and _WHOLE.match(text):
        return int(text)
    if kind == "number" and _NUMBER.match(text):
        return float(text)
    if kind == "boolean":
        return _BOOLEANS.get(text, text)
    return text


_TYPES: dict[str, type] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "array": list,
    "object": dict,
}


def _is_of(schema: Schema, value: object) -> bool:
    if "anyOf" in schema:
        return any(_is_of(branch, value) for branch in schema["anyOf"])
    if "enum" in schema:
        return value in schema["enum"]
    return isinstance(value, _TYPES.get(schema.get("type", ""), object))


def _with_lists(value: object) -> object:
    """Objects whose keys are 0, 1, 2 … are lists."""
    if not isinstance(value, dict):
        return value
    inner = {key: _with_lists(item) for key, item in value.items()}
    if inner and all(key == str(position) for position, key in enumerate(inner)):
        return list(inner.values())
    return inner
