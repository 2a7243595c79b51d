"""Examples: the operations that ship with the clients, and one for each root field that none of them asks."""

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLUnionType,
    OperationType,
    get_named_type,
    get_nullable_type,
    get_operation_ast,
    is_leaf_type,
    is_list_type,
    is_required_argument,
    is_required_input_field,
    parse,
    print_ast,
    type_from_ast,
)

from clients.codegen.model import Api, Operation

NEW_UUID = "00000000-0000-4000-8000-000000000000"
"""Stands where each request needs a key of its own; the explorer puts a fresh one in its place."""

_SAMPLES: dict[str, object] = {
    "Int": 1,
    "Float": 1.0,
    "Boolean": True,
    "ID": "",
    "String": "",
    "UUID": NEW_UUID,
    "Int64": "10000",
    "Decimal": "1.00",
    "Currency": "EUR",
    "CountryCode": "MK",
    "TimeZone": "Europe/Skopje",
    "Locale": "en",
    "Date": "2030-01-31",
    "DateTime": "2030-01-31T12:00:00Z",
    "Email": "nora@northwind.example",
    "URL": "https://example.com",
    "JSON": {},
}


@dataclass(frozen=True, slots=True)
class Example:
    """An operation to start from: `variables` has what must be given; `fields` are the root fields it asks.

    `noun` is the file it comes from, `input` the variable whose fields generated functions take directly; both are
    empty where they do not apply: what is generated here is in no client.
    """

    name: str
    kind: str
    noun: str
    input: str
    about: str
    text: str
    variables: dict[str, object]
    fields: tuple[str, ...]


def examples(schema: GraphQLSchema, api: Api) -> list[Example]:
    """At least one for each root field; those that ship come first."""
    shipped = [_shipped(schema, one) for one in api.operations]
    shown = {(one.kind, field) for one in shipped for field in one.fields}
    generated = [
        _generated(schema, operation.value, name, field)
        for operation in OperationType
        for name, field in _root_fields(schema, operation)
        if (operation.value, name) not in shown
    ]
    return shipped + generated


def _root_fields(schema: GraphQLSchema, operation: OperationType) -> Iterator[tuple[str, GraphQLField]]:
    root = schema.get_root_type(operation)
    yield from root.fields.items() if root else ()


def _shipped(schema: GraphQLSchema, operation: Operation) -> Example:
    document = parse(operation.text)
    definition = get_operation_ast(document)
    assert definition is not None, "a document that is sent has one operation"
    fragments = [one for one in document.definitions if one is not definition]
    variables = {}
    for one in definition.variable_definitions or ():
        type_ = type_from_ast(schema, one.type)
        if isinstance(type_, GraphQLNonNull) and one.default_value is None:
            variables[one.variable.name.value] = _sample(type_)
    return Example(
        name=operation.name,
        kind=operation.kind.value,
        noun=operation.noun,
        input=operation.input or "",
        about=operation.description,
        text="\n\n".join(print_ast(one) for one in (definition, *fragments)),
        variables=variables,
        fields=tuple(field.name for field in operation.selection.fields),
    )


def _generated(schema: GraphQLSchema, kind: str, name: str, field: GraphQLField) -> Example:
    given = {key: one for key, one in field.args.items() if is_required_argument(one)}
    declared = ", ".join(f"${key}: {one.type}" for key, one in given.items())
    passed = ", ".join([*(f"{key}: ${key}" for key in given), *_page_size(field.args)])
    title = name[0].upper() + name[1:]
    head = f"{kind} {title}{f'({declared})' if declared else ''}"
    call = f"{name}{f'({passed})' if passed else ''} {_selection(schema, field.type)}"
    return Example(
        name=title,
        kind=kind,
        noun="",
        input="",
        about=(field.description or "").partition("\n")[0],
        text=print_ast(parse(f"{head} {{ {call} }}")),
        variables={key: _sample(one.type) for key, one in given.items()},
        fields=(name,),
    )


def _page_size(arguments: dict[str, GraphQLArgument]) -> list[str]:
    return ["first: 10"] if "first" in arguments and not is_required_argument(arguments["first"]) else []


def _selection(schema: GraphQLSchema, output: GraphQLOutputType, depth: int = 0) -> str:
    """What says most of a type: leaves, of a page its nodes, of a union each member; of neighbours who they are."""
    type_ = get_named_type(output)
    if is_leaf_type(type_):
        return ""
    if isinstance(type_, GraphQLUnionType):
        members = [f"... on {one.name} {_selection(schema, one, depth)}" for one in type_.types]
        return f"{{ __typename {' '.join(members)} }}"
    assert isinstance(type_, (GraphQLObjectType, GraphQLInterfaceType)), "what has no fields is a leaf or a union"
    if "pageInfo" in type_.fields and "nodes" in type_.fields:
        nodes = _selection(schema, type_.fields["nodes"].type, depth)
        return f"{{ nodes {nodes} pageInfo {{ hasNextPage endCursor }} }}"
    chosen = _named(type_) if depth > 1 else [_shown(schema, name, one, depth) for name, one in type_.fields.items()]
    return f"{{ {' '.join(one for one in chosen if one) or '__typename'} }}"


def _shown(schema: GraphQLSchema, name: str, field: GraphQLField, depth: int) -> str:
    type_ = get_named_type(field.type)
    if field.deprecation_reason or any(is_required_argument(one) for one in field.args.values()):
        return ""
    if is_leaf_type(type_):
        return name
    if type_.name.endswith("Connection") or (depth > 0 and is_list_type(get_nullable_type(field.type))):
        return ""
    return f"{name} {_selection(schema, field.type, 2)}"


def _named(type_: GraphQLObjectType | GraphQLInterfaceType) -> list[str]:
    """Who an object is; what has no id is small and shown with all its leaves."""
    leaves = [name for name, one in type_.fields.items() if is_leaf_type(get_named_type(one.type)) and not one.args]
    return [name for name in leaves if name in ("id", "number", "title", "name")] if "id" in leaves else leaves


def _sample(type_: GraphQLInputType, seen: frozenset[str] = frozenset()) -> object:
    """A value of the right shape: required fields only, the first value of an enum."""
    nullable = get_nullable_type(type_)
    if is_list_type(nullable):
        named = get_named_type(nullable)
        return [] if named.name in seen else [_sample(nullable.of_type, seen)]
    if isinstance(nullable, GraphQLEnumType):
        return next(iter(nullable.values))
    if isinstance(nullable, GraphQLInputObjectType):
        inside = seen | {nullable.name}
        return {
            name: _sample(field.type, inside)
            for name, field in nullable.fields.items()
            if is_required_input_field(field)
        }
    return _SAMPLES.get(get_named_type(nullable).name, "")
