"""Everything that a schema has, each by its coordinate: `Gig`, `Gig.title`, `Query.gigs(first:)`, `GigStatus.OPEN`."""

from collections.abc import Iterator
from typing import NamedTuple

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    is_introspection_type,
)


class Member(NamedTuple):
    """A type, field, argument or enum value; `deprecation` is the reason, None while it is not deprecated."""

    coordinate: str
    description: str
    deprecation: str | None


def members(schema: GraphQLSchema) -> Iterator[Member]:
    """In the order of the schema; what is built into GraphQL is left out, but for scalars that are used."""
    for name, type_ in schema.type_map.items():
        if is_introspection_type(type_):
            continue
        yield Member(name, type_.description or "", None)
        if isinstance(type_, GraphQLEnumType):
            for key, value in type_.values.items():
                yield Member(f"{name}.{key}", value.description or "", value.deprecation_reason)
        elif isinstance(type_, (GraphQLObjectType, GraphQLInterfaceType, GraphQLInputObjectType)):
            for key, field in type_.fields.items():
                yield Member(f"{name}.{key}", field.description or "", field.deprecation_reason)
                if isinstance(field, GraphQLField):
                    for argument, one in field.args.items():
                        yield Member(f"{name}.{key}({argument}:)", one.description or "", one.deprecation_reason)
