"""From an operation to its cost: read once for each document."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    BooleanValueNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
    value_from_ast_untyped,
)

from planner.pages import DEFAULT_PAGE
from schema.costs import Given, Part, Size, Sum

SHORT_LIST, TOTAL_COUNT, MUTATION = 5, 5, 10
"""What a list without pages counts as, what counting a list costs, and what a mutation costs."""


def cost_of(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> Sum:
    """The cost of an operation of a valid document."""
    return _Reader(schema, document, operation).operation()


@dataclass(frozen=True, slots=True)
class _Key:
    """Fields with one key below one type under the same conditions are one field, however often they are written."""

    key: str
    parent: str
    conditions: frozenset[tuple[Given, bool]]


class _Reader:
    """Reads one operation. That its fragments stay small when they are spread is a rule of validation."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> None:
        self._schema, self._operation = schema, operation
        named = [one for one in document.definitions if isinstance(one, FragmentDefinitionNode)]
        self._fragments = {one.name.value: one for one in named}
        self._defaults = {
            one.variable.name.value: value_from_ast_untyped(one.default_value)
            for one in operation.variable_definitions or ()
            if one.default_value is not None
        }

    def operation(self) -> Sum:
        root = self._schema.get_root_type(self._operation.operation)
        assert root is not None
        own = MUTATION if self._operation.operation is OperationType.MUTATION else 1
        return self._sum(root, [self._operation.selection_set], least=own)

    def _sum(self, parent: GraphQLCompositeType, selections: list[SelectionSetNode], least: int = 0) -> Sum:
        fields: dict[_Key, list[FieldNode]] = {}
        for selection in selections:
            for key, node in self._fields(parent, selection, frozenset()):
                fields.setdefault(key, []).append(node)
        return Sum([part for key, nodes in fields.items() if (part := self._part(key, nodes, least)) is not None])

    def _fields(
        self, parent: GraphQLCompositeType, selections: SelectionSetNode, conditions: frozenset[tuple[Given, bool]]
    ) -> Iterator[tuple[_Key, FieldNode]]:
        """The fields of a selection with its fragments spread, each with the type it is a field of."""
        for node in selections.selections:
            holds = self._conditions(node)
            if holds is None:
                continue
            both = conditions | holds
            if isinstance(node, FieldNode):
                key = (node.alias or node.name).value
                yield _Key(key, parent.name, both), node
                continue
            spread: Any = self._fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            named: Any = parent
            if spread.type_condition is not None:
                named = self._schema.type_map[spread.type_condition.name.value]
            yield from self._fields(named, spread.selection_set, both)

    def _part(self, key: _Key, nodes: list[FieldNode], least: int) -> Part | None:
        """What a field adds; None for scalars and for what tells of the schema itself."""
        name = nodes[0].name.value
        parent: Any = self._schema.type_map[key.parent]
        if name.startswith("__"):
            return None
        field: GraphQLField = parent.fields[name]
        named, below = get_named_type(field.type), [one.selection_set for one in nodes if one.selection_set]
        if not is_composite_type(named):
            # Scalars are free, but a mutation is not, whatever it returns.
            return Part(key.key, Size((), 1), least, 0, Sum([]), key.conditions) if least == MUTATION else None
        if "first" in field.args:
            return self._page(key, nodes, named, below)
        each = max(least, self._is_stored(named))
        return Part(key.key, self._size(field, nodes), 0, each, self._sum(named, below), key.conditions)

    def _page(self, key: _Key, nodes: list[FieldNode], page: Any, selections: list[SelectionSetNode]) -> Part:
        """A connection: its entries count once, whether `nodes` or `edges` shows them."""
        shown, counts = list[SelectionSetNode](), False
        for name, node in self._named(page, selections):
            counts = counts or name == "totalCount"
            if name == "nodes" and node.selection_set:
                shown.append(node.selection_set)
            if name == "edges" and node.selection_set:
                edge: Any = get_named_type(page.fields["edges"].type)
                entries = self._named(edge, [node.selection_set])
                shown += [one.selection_set for what, one in entries if what == "node" and one.selection_set]
        size = Size((self._argument(nodes[0], "first"), self._argument(nodes[0], "last")), DEFAULT_PAGE)
        entry: Any = get_named_type(page.fields["nodes"].type)
        return Part(key.key, size, TOTAL_COUNT if counts else 0, 1, self._sum(entry, shown), key.conditions)

    def _named(self, parent: Any, selections: list[SelectionSetNode]) -> list[tuple[str, FieldNode]]:
        found = [each for selection in selections for each in self._fields(parent, selection, frozenset())]
        return [(node.name.value, node) for _, node in found]

    def _size(self, field: GraphQLField, nodes: list[FieldNode]) -> Size:
        if not is_list_type(get_nullable_type(field.type)):
            return Size((), 1)
        if "ids" in field.args:
            return Size((self._argument(nodes[0], "ids"),), 1)
        return Size((), SHORT_LIST)

    def _is_stored(self, named: Any) -> bool:
        """Whether objects of a type are fetched: those with an id. The others are values within them."""
        node: Any = self._schema.type_map["Node"]
        return named is node or node in getattr(named, "interfaces", ())

    def _argument(self, node: FieldNode, name: str) -> Given:
        return next((self._given(one.value) for one in node.arguments or () if one.name.value == name), Given())

    def _given(self, value: ValueNode) -> Given:
        if isinstance(value, VariableNode):
            return Given(self._defaults.get(value.name.value), value.name.value)
        if isinstance(value, IntValueNode):
            return Given(int(value.value))
        if isinstance(value, BooleanValueNode):
            return Given(value.value)
        if isinstance(value, ListValueNode):
            return Given(tuple(None for _ in value.values))
        return Given() if isinstance(value, NullValueNode) else Given((None,))

    def _conditions(self, node: Any) -> frozenset[tuple[Given, bool]] | None:
        """What @skip and @include ask for; None where they exclude the selection for good."""
        found = set()
        for directive in node.directives or ():
            name = directive.name.value
            if name in ("skip", "include"):
                given = self._given(directive.arguments[0].value)
                if given.variable is not None:
                    found.add((given, name == "include"))
                elif given.value is not (name == "include"):
                    return None
        return frozenset(found)
