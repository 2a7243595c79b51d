"""The exported schema keeps the conventions of the API, all of it, always."""

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_introspection_type,
    is_specified_scalar_type,
)

from schema.api import schema, sdl
from schema.shapes import SHOWS

BUILT = build_schema(sdl())
ROOTS = {"Query", "Mutation", "Subscription"}


def own_types() -> list[GraphQLNamedType]:
    return [
        kind
        for kind in BUILT.type_map.values()
        if not is_introspection_type(kind) and not is_specified_scalar_type(kind)
    ]


def fields() -> Iterator[tuple[str, str, GraphQLField]]:
    for kind in own_types():
        if isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType)):
            for name, field in kind.fields.items():
                yield kind.name, name, field


def mutations() -> dict[str, GraphQLField]:
    root = BUILT.mutation_type
    assert root is not None
    return root.fields


def coordinates_without_description() -> Iterator[str]:
    for kind in own_types():
        if not kind.description:
            yield kind.name
        if isinstance(kind, GraphQLEnumType):
            yield from (f"{kind.name}.{name}" for name, value in kind.values.items() if not value.description)
        if isinstance(kind, GraphQLInputObjectType):
            yield from (f"{kind.name}.{name}" for name, field in kind.fields.items() if not field.description)
    for owner, name, field in fields():
        if not field.description:
            yield f"{owner}.{name}"
        yield from (f"{owner}.{name}({arg}:)" for arg, value in field.args.items() if not value.description)


def test_the_checked_in_schema_is_the_schema_of_the_code() -> None:
    path = Path(__file__).parents[2] / "schema" / "schema.graphql"
    assert path.read_text() == sdl(), "run `python -m server sdl` and commit schema/schema.graphql"


def test_everything_has_a_description() -> None:
    assert list(coordinates_without_description()) == []


def test_every_type_with_an_id_is_a_node() -> None:
    strays = [
        kind.name
        for kind in own_types()
        if isinstance(kind, GraphQLObjectType)
        and "id" in kind.fields
        and "Node" not in {interface.name for interface in kind.interfaces}
    ]
    assert strays == []


def test_mutations_take_one_input_and_return_their_own_payload_or_a_refusal() -> None:
    for name, field in mutations().items():
        title = name[0].upper() + name[1:]
        assert list(field.args) == ["input"], name
        assert str(field.args["input"].type) == f"{title}Input!", name
        assert str(field.type) == f"{title}Result!", name
        union = get_named_type(field.type)
        assert isinstance(union, GraphQLUnionType)
        assert [member.name for member in union.types] == [f"{title}Payload", "Refusal"], name


def test_a_keyed_mutation_says_whether_it_was_replayed() -> None:
    for name, field in mutations().items():
        input_type = get_named_type(field.args["input"].type)
        result = get_named_type(field.type)
        assert isinstance(input_type, GraphQLInputObjectType)
        assert isinstance(result, GraphQLUnionType)
        payload = result.types[0]
        assert ("idempotencyKey" in input_type.fields) == ("replayed" in payload.fields), name


def test_names_follow_the_conventions() -> None:
    for owner, name, field in fields():
        assert re.fullmatch(r"[a-z][A-Za-z0-9]*", name), f"{owner}.{name}"
        for argument in field.args:
            assert re.fullmatch(r"[a-z][A-Za-z0-9]*", argument), f"{owner}.{name}({argument}:)"
    for kind in own_types():
        assert re.fullmatch(r"[A-Z][A-Za-z0-9]*", kind.name), kind.name
        if isinstance(kind, GraphQLEnumType):
            for value in kind.values:
                assert re.fullmatch(r"[A-Z][A-Z0-9_]*", value), f"{kind.name}.{value}"


def test_instants_end_in_at_and_dates_in_on() -> None:
    for owner, name, field in fields():
        named = get_named_type(field.type).name
        if named == "DateTime":
            assert name.endswith(("At", "From", "To", "Before")) or name in {"at", "asOf", "now"}, f"{owner}.{name}"
        if named == "Date":
            assert name.endswith("On") or name.startswith("day"), f"{owner}.{name}"


def test_lists_of_the_root_are_pages() -> None:
    query = BUILT.query_type
    assert query is not None
    for name, field in query.fields.items():
        if get_named_type(field.type).name.endswith("Connection"):
            assert {"first", "last", "after", "before"} <= set(field.args), name
            assert isinstance(field.type, GraphQLNonNull), name


def test_every_field_without_a_resolver_exists_on_the_class_it_shows() -> None:
    missing = []
    for kind in schema.schema_converter.type_map.values():
        definition: Any = kind.definition
        shown = getattr(getattr(definition, "origin", None), SHOWS, None)
        if shown is None:
            continue
        known = {field.name for field in dataclasses.fields(shown)} | set(dir(shown))
        missing += [
            f"{definition.name}.{field.python_name}"
            for field in definition.fields
            if field.base_resolver is None and field.python_name not in known
        ]
    assert missing == []


def test_every_mutation_names_who_may_call_it() -> None:
    for name, field in mutations().items():
        assert field.description is not None
        assert "Needs: " in field.description, name
