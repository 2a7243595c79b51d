"""Inputs: fields with descriptions, and their conversion to domain values that names every wrong field at once."""

from dataclasses import is_dataclass
from typing import Any
from uuid import UUID

import strawberry
from strawberry.scalars import ID

from domain.checks import camel
from domain.refusals import Problem, Refused, invalid_fields
from schema.ids import read_any_id, read_id
from schema.scalars import Malformed

_ANY_TYPE = "any type"


def value(graphql_type: Any, description: str) -> Any:
    """A required field of an input."""
    return strawberry.field(graphql_type=graphql_type, description=description)


def optional(graphql_type: Any, description: str, default: Any = None) -> Any:
    """A field that may be left out or null; then it is `default`."""
    return strawberry.field(
        graphql_type=graphql_type | None,
        description=description,
        default=strawberry.UNSET,
        metadata={"default": default},
    )


def patch(graphql_type: Any, description: str, default: Any = None) -> Any:
    """A field of an update: left out, the value stays; null, it becomes `default` (cleared, unless one is given)."""
    return strawberry.field(
        graphql_type=graphql_type | None,
        description=description,
        default=strawberry.UNSET,
        metadata={"when_null": default},
    )


def an_id(type_name: str, description: str) -> Any:
    """A required global id of one type."""
    return strawberry.field(graphql_type=ID, description=description, metadata={"id_of": type_name})


def optional_id(type_name: str, description: str) -> Any:
    return strawberry.field(
        graphql_type=ID | None,
        description=description,
        default=strawberry.UNSET,
        metadata={"id_of": type_name, "default": None},
    )


def optional_ids(type_name: str, description: str) -> Any:
    """Global ids of one type; left out or null it is None, which is not the same as none of them."""
    return strawberry.field(
        graphql_type=list[ID] | None,
        description=description,
        default=strawberry.UNSET,
        metadata={"id_of": type_name, "default": None},
    )


def any_id(description: str) -> Any:
    """An optional global id of whichever type."""
    return strawberry.field(
        graphql_type=ID | None,
        description=description,
        default=strawberry.UNSET,
        metadata={"id_of": _ANY_TYPE, "default": None},
    )


def patch_id(type_name: str, description: str) -> Any:
    return strawberry.field(
        graphql_type=ID | None, description=description, default=strawberry.UNSET, metadata={"id_of": type_name}
    )


def ids(type_name: str, description: str) -> Any:
    return strawberry.field(
        graphql_type=list[ID], description=description, default_factory=list, metadata={"id_of": type_name}
    )


def read_input(source: Any) -> dict[str, Any]:
    """The values of an input object as domain values, by Python name. Fields left out of an update are not there.

    Refuses INVALID with all fields that do not parse: malformed scalars and ids of another type, however deep.
    """
    problems: list[Problem] = []
    values = _values(source, (), problems)
    if problems:
        raise invalid_fields(problems)
    return values


def read_argument(given: Any, name: str) -> Any:
    """The value of an argument that stands by itself, as a domain value; refuses INVALID what does not parse."""
    problems: list[Problem] = []
    value = _convert(given, (name,), None, problems)
    if problems:
        raise invalid_fields(problems)
    return value


def filter_conditions(source: Any) -> tuple[tuple[str, Any], ...]:
    """A filter input as hashable (name, value) pairs of the conditions that were given."""
    if source is None:
        return ()
    return tuple(
        (name, tuple(given) if isinstance(given, list) else given)
        for name, given in read_input(source).items()
        if given is not None
    )


def _values(source: Any, path: tuple[str, ...], problems: list[Problem]) -> dict[str, Any]:
    definition = source.__strawberry_definition__
    values = {}
    for field in definition.fields:
        given = getattr(source, field.python_name)
        if given is strawberry.UNSET or given is None:
            if "default" in field.metadata:
                values[field.python_name] = field.metadata["default"]
            elif given is None:
                values[field.python_name] = field.metadata.get("when_null")
            continue
        name = field.graphql_name or camel(field.python_name)
        values[field.python_name] = _convert(given, (*path, name), field.metadata.get("id_of"), problems)
    return values


def _convert(given: Any, path: tuple[str, ...], id_of: str | None, problems: list[Problem]) -> Any:
    if isinstance(given, list):
        return [_convert(one, (*path, str(position)), id_of, problems) for position, one in enumerate(given)]
    if isinstance(given, Malformed):
        problems.append(Problem(path, f"Give {given.expected}."))
        return None
    if isinstance(given, str) and "\x00" in given:
        problems.append(Problem(path, "Leave out the character NUL: it cannot be stored."))
        return None
    if id_of is not None and isinstance(given, str):
        return _id(given, id_of, path, problems)
    if is_dataclass(given) and hasattr(given, "__strawberry_definition__"):
        before = len(problems)
        values = _values(given, path, problems)
        build = getattr(given, "build", None)
        return build(**values) if build is not None and len(problems) == before else values
    return given


def _id(text: str, type_name: str, path: tuple[str, ...], problems: list[Problem]) -> UUID | None:
    try:
        return read_any_id(text, *path)[1] if type_name == _ANY_TYPE else read_id(text, type_name, *path)
    except Refused as refusal:
        problems += refusal.problems
        return None
