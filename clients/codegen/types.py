"""The types of the schema in the words of the model."""

from collections.abc import Iterable, Iterator
from typing import TypeGuard

from graphql import (
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_specified_scalar_type,
    print_ast,
)
from graphql.type import GraphQLList, GraphQLNonNull, GraphQLType

from clients.codegen.model import Enum, EnumValue, InputField, InputType, Scalar, TypeKind, TypeRef

_KINDS: tuple[tuple[type[GraphQLNamedType], TypeKind], ...] = (
    (GraphQLScalarType, TypeKind.SCALAR),
    (GraphQLEnumType, TypeKind.ENUM),
    (GraphQLInputObjectType, TypeKind.INPUT),
    (GraphQLObjectType, TypeKind.OBJECT),
    (GraphQLInterfaceType, TypeKind.INTERFACE),
    (GraphQLUnionType, TypeKind.UNION),
)
COMPOSITE = {TypeKind.OBJECT, TypeKind.INTERFACE, TypeKind.UNION}


def kind_of(type_: GraphQLNamedType) -> TypeKind:
    return next(kind for class_, kind in _KINDS if isinstance(type_, class_))


def has_fields(type_: GraphQLNamedType | None) -> TypeGuard[GraphQLObjectType | GraphQLInterfaceType]:
    return isinstance(type_, (GraphQLObjectType, GraphQLInterfaceType))


def type_ref(type_: GraphQLType) -> TypeRef:
    nullable = not isinstance(type_, GraphQLNonNull)
    inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    named = get_named_type(inner)
    item = type_ref(inner.of_type) if isinstance(inner, GraphQLList) else None
    return TypeRef(named.name, kind_of(named), nullable, item)


def default_text(definition: GraphQLInputField) -> str | None:
    """The default as it is written in the schema; None where there is none."""
    node = definition.ast_node
    return print_ast(node.default_value) if node is not None and node.default_value is not None else None


def with_inputs(schema: GraphQLSchema, names: Iterable[str]) -> set[str]:
    """The names and those of all types that the input objects among them need."""
    reached: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        type_ = schema.get_type(name)
        if isinstance(type_, GraphQLInputObjectType):
            waiting += [get_named_type(field.type).name for field in type_.fields.values()]
    return reached


def enums(schema: GraphQLSchema, names: Iterable[str]) -> Iterator[Enum]:
    for name in sorted(names):
        type_ = schema.get_type(name)
        if isinstance(type_, GraphQLEnumType):
            values = [
                EnumValue(value, one.description or "", one.deprecation_reason) for value, one in type_.values.items()
            ]
            yield Enum(name, type_.description or "", tuple(values))


def inputs(schema: GraphQLSchema, names: Iterable[str]) -> Iterator[InputType]:
    for name in sorted(names):
        type_ = schema.get_type(name)
        if isinstance(type_, GraphQLInputObjectType):
            fields = tuple(_input_field(key, field) for key, field in type_.fields.items())
            yield InputType(name, type_.description or "", type_.is_one_of, fields)


def scalars(schema: GraphQLSchema, names: Iterable[str]) -> Iterator[Scalar]:
    for name in sorted(names):
        type_ = schema.get_type(name)
        if isinstance(type_, GraphQLScalarType) and not is_specified_scalar_type(type_):
            yield Scalar(name, type_.description or "")


def _input_field(name: str, field: GraphQLInputField) -> InputField:
    default = default_text(field)
    required = isinstance(field.type, GraphQLNonNull) and default is None
    return InputField(name, type_ref(field.type), required, default, field.description or "", field.deprecation_reason)
