"""Who uses what: coordinates that operations name, and counts of requests from elsewhere."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    Source,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    concat_ast,
    get_named_type,
    parse,
    separate_operations,
    type_from_ast,
    visit,
)


class BadUsage(ValueError):
    """Operations or counts that cannot be read; the message says what is expected."""


@dataclass(frozen=True, slots=True)
class Usage:
    """By coordinate: the operations that name it, and how often it was requested."""

    operations: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    requests: dict[str, int] = field(default_factory=dict)

    def has(self, coordinate: str) -> bool:
        return bool(self.operations.get(coordinate)) or self.requests.get(coordinate, 0) > 0

    def words(self, coordinate: str) -> str:
        """For people: by whom it is used."""
        names, requests = self.operations.get(coordinate, []), self.requests.get(coordinate, 0)
        shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        parts = [f"used by {shown}"] * bool(names) + [f"{requests:,} requests"] * bool(requests)
        return "; ".join(parts) or "nobody uses it"


def usage_of(schema: GraphQLSchema, operations: Path, requests: Path | None = None) -> Usage:
    """What the operations in a folder use of a schema. They may be written for another version of it already."""
    usage = Usage(requests={} if requests is None else read_requests(requests))
    for name, document in _operations(operations).items():
        for coordinate in sorted(used_by(schema, document)):
            usage.operations[coordinate].append(name)
    return usage


def _operations(folder: Path) -> dict[str, DocumentNode]:
    """Each operation by its name, with its fragments."""
    paths = sorted(folder.glob("*.graphql"))
    if not paths:
        raise BadUsage(f"{folder} has no *.graphql files: name the folder of the operations that clients send.")
    try:
        return separate_operations(concat_ast([parse(Source(path.read_text(), str(path))) for path in paths]))
    except GraphQLError as error:
        raise BadUsage(str(error)) from error


def read_requests(path: Path) -> dict[str, int]:
    """A JSON object from coordinates to counts."""
    try:
        counts = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise BadUsage(f"{path} cannot be read as JSON: {error}") from error
    if not isinstance(counts, dict) or not all(type(one) is int and one >= 0 for one in counts.values()):
        raise BadUsage(f'{path} has to be an object from coordinates to counts, like {{"Gig.title": 120}}.')
    return counts


def used_by(schema: GraphQLSchema, document: DocumentNode) -> set[str]:
    """Every coordinate of the schema that a document depends on. Variables may carry whatever their types allow."""
    seeing = _Seeing(schema, TypeInfo(schema))
    visit(document, TypeInfoVisitor(seeing.types, seeing))
    return seeing.seen


class _Seeing(Visitor):
    """Collects coordinates while a document is walked."""

    def __init__(self, schema: GraphQLSchema, types: TypeInfo) -> None:
        super().__init__()
        self.schema, self.types = schema, types
        self.seen: set[str] = set()

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent, definition = self.types.get_parent_type(), self.types.get_field_def()
        if parent is None or definition is None or node.name.value.startswith("__"):
            return
        for owner in self._with_implementations(parent):
            self.seen |= {owner, f"{owner}.{node.name.value}"}
        self.seen |= set(_carried(get_named_type(definition.type)))

    def enter_argument(self, node: ArgumentNode, *_: object) -> None:
        parent, argument = self.types.get_parent_type(), self.types.get_argument()
        path = self.types.get_field_def()
        if parent is None or argument is None or path is None:
            return
        field_name = next(name for name, one in getattr(parent, "fields", {}).items() if one is path)
        for owner in self._with_implementations(parent):
            self.seen.add(f"{owner}.{field_name}({node.name.value}:)")
        self.seen |= set(_carried(get_named_type(argument.type)))

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: object) -> None:
        for one in node.variable_definitions or ():
            type_ = type_from_ast(self.schema, one.type)
            self.seen |= set(_carried(get_named_type(type_)))

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: object) -> None:
        if node.type_condition is not None:
            self.seen.add(node.type_condition.name.value)

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: object) -> None:
        self.seen.add(node.type_condition.name.value)

    def _with_implementations(self, type_: GraphQLNamedType) -> Iterator[str]:
        """A field of an interface is a field of each type behind it."""
        yield type_.name
        if isinstance(type_, GraphQLInterfaceType):
            yield from (one.name for one in self.schema.get_possible_types(type_))


def _carried(type_: GraphQLNamedType | None, inside: frozenset[str] = frozenset()) -> Iterator[str]:
    """What comes with a type: the values of an enum, the fields of an input and what these carry."""
    if type_ is None or type_.name in inside:
        return
    yield type_.name
    if isinstance(type_, GraphQLEnumType):
        yield from (f"{type_.name}.{name}" for name in type_.values)
    elif isinstance(type_, GraphQLInputObjectType):
        for name, one in type_.fields.items():
            yield f"{type_.name}.{name}"
            yield from _carried(get_named_type(one.type), inside | {type_.name})
