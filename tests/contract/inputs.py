"""Inputs made from the schema itself, so that what is added to it is tried without being listed anywhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import uuid4

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_composite_type,
    is_required_argument,
    is_required_input_field,
)

from resolvers.guards import Rule
from schema.api import schema, sdl

BUILT: Any = build_schema(sdl())
_SAMPLES: dict[str, Any] = {
    "String": "Some words",
    "Int": 1,
    "Boolean": False,
    "Int64": "1000",
    "Decimal": "1",
    "Currency": "EUR",
    "CountryCode": "MK",
    "Email": "somebody@example.com",
    "URL": "https://example.com/",
    "TimeZone": "UTC",
    "Date": "2030-01-01",
    "DateTime": "2030-01-01T00:00:00Z",
}
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """An id to be put in one place of an input, with all that leads there."""

    at: Path = ()
    id: str = ""

    def is_below(self, path: Path) -> bool:
        return self.at[: len(path)] == path


@dataclass(frozen=True, slots=True)
class Mutation:
    """A mutation as the schema declares it."""

    name: str
    needs: Rule
    is_sensitive: bool = False
    """Whether the caller must just have shown who they are."""
    is_writable_as_another: bool = False
    """Whether staff who act as somebody else may make it, with READ_WRITE."""

    @property
    def input(self) -> GraphQLInputObjectType:
        kind: GraphQLInputObjectType = BUILT.type_map[f"{self.name[0].upper()}{self.name[1:]}Input"]
        return kind

    def places(self) -> list[tuple[Path, str]]:
        """Where its input takes an id, however deep, and of which type."""
        return list(_places(self.input, ()))

    def complete(self, ids: Mapping[str, str], wanted: Wanted = Wanted()) -> dict[str, Any]:
        """All required fields with plausible values, ids by their type; and the wanted id in its place."""
        return _object(self.input, ids, (), wanted)


def mutations() -> list[Mutation]:
    """All of them, in the order of the schema."""
    declared = _metadata("Mutation").items()
    traits = ("needs", "sensitive", "writable_as_another")
    return [Mutation(name, *(metadata[trait] for trait in traits)) for name, metadata in declared]


@dataclass(frozen=True, slots=True)
class Query:
    """A root field of queries as the schema declares it."""

    name: str

    @property
    def needs(self) -> Rule:
        """Who may ask it."""
        rule: Rule = _metadata("Query")[self.name]["needs"]
        return rule

    @property
    def shows(self) -> str:
        """The type it leads to."""
        return str(get_named_type(BUILT.query_type.fields[self.name].type).name)

    @property
    def is_by_id(self) -> bool:
        return list(BUILT.query_type.fields[self.name].args) == ["id"]

    @property
    def document(self) -> str:
        """Takes all required arguments as variables of the same names."""
        field = BUILT.query_type.fields[self.name]
        required = {name: one.type for name, one in field.args.items() if is_required_argument(one)}
        declared = ", ".join(f"${name}: {kind}" for name, kind in required.items())
        passed = ", ".join(f"{name}: ${name}" for name in required)
        selection = _selection(get_named_type(field.type))
        return f"query{declared and f'({declared})'} {{ {self.name}{passed and f'({passed})'}{selection} }}"

    def variables(self, ids: Mapping[str, str]) -> dict[str, Any]:
        args = BUILT.query_type.fields[self.name].args
        id_of = self.shows if self.shows in ids else "Gig"
        return {
            name: _value(one.type, id_of, ids, (name,), Wanted())
            for name, one in args.items()
            if is_required_argument(one)
        }


def _selection(kind: Any) -> str:
    """The name of what is found or, where that may be a refusal, why."""
    if not is_composite_type(kind):
        return ""
    may_refuse = isinstance(kind, GraphQLUnionType) and "Refusal" in [one.name for one in kind.types]
    return " { __typename ... on Refusal { code message } }" if may_refuse else " { __typename }"


def queries() -> list[Query]:
    """All of them, in the order of the schema."""
    return [Query(name) for name in BUILT.query_type.fields]


def rules_of_feeds() -> dict[str, Rule]:
    """Who may follow each subscription, in the order of the schema."""
    return {name: metadata["needs"] for name, metadata in _metadata("Subscription").items()}


def _places(kind: GraphQLInputObjectType, path: Path) -> Iterator[tuple[Path, str]]:
    for name, field in kind.fields.items():
        here = (*path, name, "0") if _is_list(field.type) else (*path, name)
        named = get_named_type(field.type)
        if isinstance(named, GraphQLInputObjectType):
            yield from _places(named, here)
        elif named.name == "ID":
            yield here, _metadata(kind.name)[name]["id_of"]


def _object(kind: GraphQLInputObjectType, ids: Mapping[str, str], path: Path, wanted: Wanted) -> dict[str, Any]:
    metadata = _metadata(kind.name)
    return {
        name: _value(field.type, metadata[name].get("id_of"), ids, (*path, name), wanted)
        for name, field in kind.fields.items()
        if is_required_input_field(field) or wanted.is_below((*path, name))
    }


def _value(kind: GraphQLInputType, id_of: str | None, ids: Mapping[str, str], path: Path, wanted: Wanted) -> Any:
    if isinstance(kind, GraphQLNonNull):
        return _value(kind.of_type, id_of, ids, path, wanted)
    if isinstance(kind, GraphQLList):
        return [_value(kind.of_type, id_of, ids, (*path, "0"), wanted)]
    if isinstance(kind, GraphQLInputObjectType):
        return _object(kind, ids, path, wanted)
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if kind.name == "ID":
        return wanted.id if wanted.at == path else ids[id_of or ""]
    return str(uuid4()) if kind.name == "UUID" else _SAMPLES[kind.name]


@cache
def _metadata(type_name: str) -> dict[str, Mapping[Any, Any]]:
    """What the declaration of a type says about its fields besides their types."""
    definition: Any = schema.get_type_by_name(type_name)
    name_of = schema.config.name_converter.get_graphql_name
    return {name_of(field): field.metadata for field in definition.fields}


def _is_list(kind: GraphQLInputType) -> bool:
    return isinstance(kind.of_type if isinstance(kind, GraphQLNonNull) else kind, GraphQLList)
