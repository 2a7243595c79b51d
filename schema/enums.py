"""Registering the domain's own enums, every value with its description."""

from enum import Enum

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition


def describe(kind: type[Enum], description: str, **values: str) -> None:
    """Makes a domain enum a GraphQL enum in place; it is an error to leave a value undescribed."""
    strawberry.enum(kind, description=description)
    definition: StrawberryEnumDefinition = getattr(kind, "__strawberry_definition__")
    missing = {member.name for member in kind} ^ set(values)
    if missing:
        raise LookupError(f"{kind.__name__}: describe exactly its values; differing: {sorted(missing)}")
    for value in definition.values:
        value.description = values[value.name]
