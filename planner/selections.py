"""What a document selects, merged as the GraphQL specification says; graphql-core itself does the merging."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    Visitor,
    get_named_type,
    visit,
)
from graphql.execution.collect_fields import FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues
from graphql.language import DirectiveNode, VariableNode

from planner.asking import Variable, variables_of
from planner.statements import Unsupported
from planner.texts import Selected


@dataclass(frozen=True, slots=True)
class Document:
    """One operation of a valid document."""

    schema: GraphQLSchema
    node: DocumentNode
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]
    switches: tuple[str, ...]
    """The variables of @skip and @include: a plan is made for each combination of their values."""
    variables: tuple[Variable, ...]

    @property
    def kind(self) -> OperationType:
        return self.operation.operation

    @property
    def root_type(self) -> GraphQLObjectType:
        root = self.schema.get_root_type(self.kind)
        if root is None:
            raise Unsupported("no root type")
        return root


def read_document(schema: GraphQLSchema, document: DocumentNode, operation_name: str | None) -> Document:
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    chosen = [one for one in operations if operation_name is None or (one.name and one.name.value == operation_name)]
    if len(chosen) != 1:
        raise Unsupported("no such operation")
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    switches = _Switches()
    visit(document, switches)
    return Document(
        schema, document, chosen[0], fragments, tuple(sorted(switches.names)), variables_of(schema, chosen[0])
    )


class Selections:
    """The fields of one variant of an operation."""

    def __init__(self, document: Document, variables: Mapping[str, Any]) -> None:
        self._document = document
        self._fragments = {name: FragmentDetails(one) for name, one in document.fragments.items()}
        self._variables = VariableValues({}, {name: variables.get(name) for name in document.switches})

    def roots(self) -> list[Selected]:
        document, root = self._document, self._document.root_type
        found = collect_fields(document.schema, self._fragments, self._variables, root, document.operation)
        return self._selected(found.grouped_field_set, root)

    def below(self, details: Any, shown: GraphQLObjectType) -> list[Selected]:
        """The selection below fields that return an object of that type; deeper ones where their type is certain."""
        document = self._document
        found = collect_subfields(document.schema, self._fragments, self._variables, document.operation, shown, details)
        return self._selected(found.grouped_field_set, shown)

    def _selected(self, grouped: Mapping[str, Any], parent: GraphQLObjectType) -> list[Selected]:
        made = []
        for key, details in grouped.items():
            name = details[0].node.name.value
            if name.startswith("__") and name != "__typename":
                raise Unsupported("introspection")
            definition = None if name == "__typename" else parent.fields[name]
            one = Selected(key, name, definition, details, parent.name)
            named = get_named_type(definition.type) if definition is not None else None
            if isinstance(named, GraphQLObjectType):
                one.below = self.below(details, named)
            made.append(one)
        return made


def is_abstract(named: GraphQLNamedType, names: Container[str]) -> bool:
    """Whether a type is one of the named interfaces."""
    return isinstance(named, GraphQLInterfaceType) and named.name in names


class _Switches(Visitor):
    """Collects the variables that @skip and @include depend on."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        if node.name.value in ("skip", "include"):
            self.names |= {one.value.name.value for one in node.arguments or () if isinstance(one.value, VariableNode)}
