"""Merges what a document selects, by the rules by which a server merges it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    print_ast,
)

from clients.codegen.model import Argument, Field, Selection, TypeKind
from clients.codegen.problems import OperationProblems, problem_at
from clients.codegen.types import kind_of, type_ref

Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType
TYPENAME = "__typename"


@dataclass(frozen=True, slots=True)
class Selected:
    """A field node that was found; `spread` is the fragment at the top of the selection that brought it, if one did."""

    node: FieldNode
    conditional: bool
    spread: str | None


class Selections:
    """Makes selections of the model for one schema and one set of fragments."""

    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._schema = schema
        self._fragments = fragments

    def select(self, type_: GraphQLNamedType, sets: Sequence[SelectionSetNode]) -> Selection:
        """What all the selection sets together select of the type."""
        assert isinstance(type_, Composite), "only composite types have selections"
        common = self._select_one(type_, sets)
        if isinstance(type_, GraphQLObjectType):
            return common
        possible = sorted(self._schema.get_possible_types(type_), key=lambda one: one.name)
        arms = [one for one in possible if self._is_narrowed(type_, one, sets)]
        if arms and not common.has_typename:
            message = f"select {TYPENAME} here: without it nobody can tell which type of {type_.name} an answer has"
            raise OperationProblems([problem_at(sets[0], message)])
        return Selection(
            common.type_name,
            common.type_kind,
            common.fields,
            common.has_typename,
            tuple(one.name for one in possible),
            tuple(self._select_one(one, sets) for one in arms),
            common.spreads,
            common.own,
        )

    def _select_one(self, type_: Composite, sets: Sequence[SelectionSetNode]) -> Selection:
        found: dict[str, list[Selected]] = {}
        for one in self._walk(type_, [node for each in sets for node in each.selections], False, None):
            node = one.node
            found.setdefault(node.alias.value if node.alias else node.name.value, []).append(one)
        has_typename = found.pop(TYPENAME, None) is not None
        fields = {key: self._field(type_, key, nodes) for key, nodes in found.items()}
        spreads, own = self._split(fields, found)
        return Selection(type_.name, kind_of(type_), tuple(fields.values()), has_typename, (), (), spreads, own)

    def _walk(
        self, type_: Composite, nodes: Iterable[SelectionNode], conditional: bool, spread: str | None
    ) -> Iterator[Selected]:
        """The fields that are selected whatever concrete type an object of this type has."""
        for node in nodes:
            may_miss = conditional or any(one.name.value in ("skip", "include") for one in node.directives or ())
            if isinstance(node, FieldNode):
                yield Selected(node, may_miss, spread)
                continue
            condition, inside = self._condition(node)
            if condition is None or self._covers(condition, type_):
                brought_by = spread or (node.name.value if isinstance(node, FragmentSpreadNode) else None)
                yield from self._walk(type_, inside.selections, may_miss, brought_by)

    def _is_narrowed(self, abstract: Composite, concrete: GraphQLObjectType, sets: Iterable[SelectionSetNode]) -> bool:
        """Whether a condition selects of the concrete type what it does not select of every type."""
        for each in sets:
            for node in each.selections:
                if isinstance(node, FieldNode):
                    continue
                condition, inside = self._condition(node)
                if condition is not None and not self._covers(condition, concrete):
                    continue
                if condition is not None and not self._covers(condition, abstract):
                    return True
                if self._is_narrowed(abstract, concrete, [inside]):
                    return True
        return False

    def _condition(self, node: SelectionNode) -> tuple[Composite | None, SelectionSetNode]:
        inside: FragmentDefinitionNode | InlineFragmentNode
        if isinstance(node, FragmentSpreadNode):
            inside = self._fragments[node.name.value]
        else:
            assert isinstance(node, InlineFragmentNode), "selections are fields, spreads or inline fragments"
            inside = node
        named = inside.type_condition
        condition = self._schema.get_type(named.name.value) if named else None
        return (condition if isinstance(condition, Composite) else None), inside.selection_set

    def _covers(self, condition: Composite, type_: Composite) -> bool:
        if condition is type_:
            return True
        return not isinstance(condition, GraphQLObjectType) and self._schema.is_sub_type(condition, type_)

    def _field(self, parent: Composite, key: str, found: Sequence[Selected]) -> Field:
        node = found[0].node
        assert not isinstance(parent, GraphQLUnionType), "validation leaves unions no fields but __typename"
        definition = parent.fields[node.name.value]
        type_ = get_named_type(definition.type)
        sets = [one.node.selection_set for one in found if one.node.selection_set is not None]
        return Field(
            key=key,
            name=node.name.value,
            type=type_ref(definition.type),
            description=definition.description or "",
            deprecation=definition.deprecation_reason,
            conditional=all(one.conditional for one in found),
            arguments=tuple(_arguments(node)),
            selection=self.select(type_, sets) if sets else None,
        )

    def _split(
        self, fields: Mapping[str, Field], found: Mapping[str, Sequence[Selected]]
    ) -> tuple[tuple[str, ...], tuple[Field, ...]]:
        """The fragments that can stand for a part of the fields, and the fields that are left."""
        spreads = dict.fromkeys(one.spread for nodes in found.values() for one in nodes if one.spread is not None)
        own = []
        for key, field in fields.items():
            brought_by = {one.spread for one in found[key]}
            if brought_by == {None}:
                own.append(field)
            elif any(one.conditional for one in found[key]) or (field.selection and len(brought_by) > 1):
                return (), tuple(fields.values())
        if any(self._condition_has_arms(name) for name in spreads):
            return (), tuple(fields.values())
        return tuple(spreads), tuple(own)

    def _condition_has_arms(self, fragment: str) -> bool:
        """Whether a fragment is about an abstract type: its type is then a choice, which nothing can be added to."""
        condition = self._schema.get_type(self._fragments[fragment].type_condition.name.value)
        return kind_of(condition) is not TypeKind.OBJECT if condition else False


def _arguments(node: FieldNode) -> Iterator[Argument]:
    for one in node.arguments or ():
        value = one.value
        yield Argument(one.name.value, print_ast(value), value.name.value if isinstance(value, VariableNode) else None)
