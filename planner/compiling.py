"""From the selections of an operation to its shapes and levels."""

from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any

from graphql import (
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_object_type,
)

from planner.below import ManyBelow, OneBelow, Read, can_fail
from planner.bindings import Bindings, Wanted
from planner.edges import Batch, Connection, Derived, Many, One, Source
from planner.levels import KeyLevel, PageLevel, all_columns, as_read
from planner.page_parts import PageField, PagePart
from planner.running import Fallback, Run
from planner.selections import Selections, is_abstract
from planner.shapes import (
    Attribute,
    Completion,
    Computed,
    Constant,
    ManyPart,
    OnePart,
    Part,
    Resolved,
    Root,
    Segment,
    Shape,
    shown_type,
)
from planner.statements import Unsupported
from planner.texts import Piece, Selected, TextPlan, column_plan, concatenated, pieces_of
from planner.written import merged

_NO_INFO: Any = None


class Compiler:
    """Compiles one variant of one operation; kept by its plan for objects whose type only a request tells."""

    def __init__(self, selections: Selections, bindings: Bindings, schema: GraphQLSchema) -> None:
        self._selections, self._bindings, self._schema = selections, bindings, schema
        self._query: Any = schema.query_type
        self._labels = count()

    def roots(self) -> list[tuple[str, Root]]:
        return [(one.key, self._root(one)) for one in self._selections.roots()]

    def _root(self, selected: Selected) -> Root:
        if selected.definition is None:
            return Constant(f'"{selected.type_name}"')
        edge = self._bindings.edge_of(selected.definition)
        if isinstance(edge, Connection):
            return self._page(edge, selected, self._query, selected.key)
        self._direct(selected)
        return Asked(self, selected, self._query)

    def shape(self, fields: list[Selected], shown: GraphQLObjectType, source: Source | None, path: str) -> Shape:
        """Runs of what SQL can write become one text each; between them stand edges and what Python makes."""
        shape, pending = Shape(), list[Piece]()
        for position, one in enumerate(fields):
            pending.append(("{" if position == 0 else ",") + f'"{one.key}":')
            pieces = self._pieces(one, source) or self._below(one, source)
            if pieces is not None:
                pending += pieces
                continue
            self._flush(shape, pending)
            shape.parts.append(self._part(shape, one, shown, source, f"{path}.{one.key}"))
        pending.append("}" if fields else "{}")
        self._flush(shape, pending)
        shape.parts = merged(shape.parts)
        return shape

    def _flush(self, shape: Shape, pending: list[Piece]) -> None:
        if all(isinstance(piece, str) for piece in pending):
            shape.parts.append(Constant("".join(str(piece) for piece in pending)))
        else:
            label, pieces = f"text_{next(self._labels)}", tuple(pending)
            shape.reads[label] = partial(concatenated, pieces)
            shape.parts.append(Segment(label, can_fail(pieces)))
        pending.clear()

    def _pieces(self, selected: Selected, source: Source | None) -> list[Piece] | None:
        if selected.definition is None:
            return [f'"{selected.type_name}"']
        if source is None:
            return None
        plan = self._text_plan(selected, source)
        return None if plan is None else pieces_of(plan, source.table, selected)

    def _below(self, selected: Selected, source: Source | None) -> list[Piece] | None:
        """An edge as a piece of the object's own text; None where SQL cannot write all that is selected there."""
        assert selected.definition is not None
        edge, target = self._bindings.edge_of(selected.definition), shown_type(selected.definition.type)
        if source is None or target is None or not isinstance(edge, (One, Many)) or edge.target.table is source.table:
            return None
        inside: list[Piece] = []
        for position, one in enumerate(selected.below):
            pieces = self._pieces(one, edge.target) or self._below(one, edge.target)
            if pieces is None:
                return None
            inside += [("{" if position == 0 else ",") + f'"{one.key}":', *pieces]
        inside.append("}" if selected.below else "{}")
        if isinstance(edge, Many):
            return [ManyBelow(source, edge, inside)]
        return [OneBelow(source, edge, inside, isinstance(selected.definition.type, GraphQLNonNull))]

    def _text_plan(self, selected: Selected, source: Source) -> TextPlan | None:
        assert selected.definition is not None
        declared = self._bindings.text_plan(selected.type_name, selected.name)
        name = self._bindings.attribute_of(selected.definition)
        if declared is not None or name is None or name not in source.table.c:
            return declared
        return column_plan(source.table.c[name], selected.definition.type)

    def _part(
        self, shape: Shape, selected: Selected, shown: GraphQLObjectType, source: Source | None, path: str
    ) -> Part:
        definition = selected.definition
        assert definition is not None
        edge = self._bindings.edge_of(definition)
        if isinstance(edge, (One, Many, Connection)):
            if source is not None and not (isinstance(edge, Connection) and edge.column is None):
                shape.reads[edge.key] = as_read(source.table.c[edge.key])
            return self._edge(edge, selected, shown, source, path)
        if source is not None:
            shape.reads.update(self._needed(selected, source, edge))
        completion = self.completion(selected, path)
        if isinstance(edge, (Batch, Derived)):
            return Computed(edge, completion)
        name = self._bindings.attribute_of(definition)
        if name is not None:
            return Attribute(name, completion)
        return Resolved(selected, shown, completion, self._bindings.is_impersonal(definition))

    def _needed(self, selected: Selected, source: Source, edge: Any) -> dict[str, Read]:
        columns = all_columns(source)
        needs = None if edge is not None else self._bindings.needs(selected.type_name, selected.name)
        return columns if needs is None else {name: columns[name] for name in needs}

    def _edge(
        self,
        edge: One | Many | Connection,
        selected: Selected,
        shown: GraphQLObjectType,
        source: Source | None,
        path: str,
    ) -> Part:
        assert selected.definition is not None
        if isinstance(edge, Connection):
            return self._page(edge, selected, shown, path)
        target = shown_type(selected.definition.type)
        if target is None:
            raise Unsupported("abstract type")
        shape = self.shape(selected.below, target, edge.target, path)
        level = KeyLevel(path, edge.target, [shape], edge=edge, parent=source)
        if isinstance(edge, Many):
            return ManyPart(level)
        return OnePart(level, isinstance(selected.definition.type, GraphQLNonNull))

    def _page(self, edge: Connection, selected: Selected, shown: GraphQLObjectType, path: str) -> PagePart:
        self._direct(selected)
        level = PageLevel(path, edge.target, edge=edge)
        fields = [self._page_field(one, level, edge, path) for one in selected.below]
        return PagePart(edge, level, selected, shown, fields)

    def _page_field(self, selected: Selected, level: PageLevel, edge: Connection, path: str) -> PageField:
        nodes = [one for one in selected.below if one.name == "node"] if selected.name == "edges" else []
        if any(one.name in ("cursor", "startCursor", "endCursor") for one in selected.below):
            level.cursors = True
        level.looks_ahead |= selected.name == "pageInfo"
        shown, first = [selected] if selected.name == "nodes" else nodes, len(level.shapes)
        for one in shown:
            assert one.definition is not None
            target = shown_type(one.definition.type)
            if target is None:
                raise Unsupported("abstract type")
            level.shapes.append(self.shape(one.below, target, edge.target, path))
        shapes = list(range(first, len(level.shapes)))
        return PageField(selected.key, selected.name, shapes, selected.below, selected.type_name)

    def _direct(self, selected: Selected) -> None:
        """What can be called in place of its resolver, which would only turn arguments into what these are already."""
        assert selected.definition is not None
        if selected.arguments.are_scalars:
            selected.direct = self._bindings.direct(selected.definition)

    def completion(self, selected: Selected, path: str) -> Completion:
        """How values that Python makes are shown, by the shape of their type where they are objects."""
        assert selected.definition is not None
        named = get_named_type(selected.definition.type)
        if isinstance(named, (GraphQLInterfaceType, GraphQLUnionType)):
            possible = {
                one.name: self.shape(self._selections.below(selected.details, one), one, None, path)
                for one in self._schema.get_possible_types(named)
            }
            return Completion(selected.definition.type, possible, type_name=self._type_name)
        shapes = {named.name: self.shape(selected.below, named, None, path)} if is_object_type(named) else {}
        return Completion(selected.definition.type, shapes)

    def _type_name(self, run: Run, kind: Any, value: Any) -> str:
        """The object type that recognises a value, asked as the ordinary executor asks."""
        for one in self._schema.get_possible_types(kind):
            if one.is_type_of is not None and one.is_type_of(value, _NO_INFO):
                return one.name
        raise Fallback("type of object")

    def level_of(self, edge: One, selected: Selected) -> KeyLevel:
        """The level of objects that a root field finds by their keys."""
        target: Any = self._schema.type_map[self._bindings.type_of(edge.target)]
        below = self._selections.below(selected.details, target)
        shape = self.shape(below, target, edge.target, selected.key)
        return KeyLevel(selected.key, edge.target, [shape], edge=edge, parent=None)


class Asked:
    """A root field with a resolver: its values are shown, and what it would have loaded is planned."""

    def __init__(self, compiler: Compiler, selected: Selected, query: GraphQLObjectType) -> None:
        assert selected.definition is not None
        self._compiler, self._selected, self._query = compiler, selected, query
        self._levels: dict[One, KeyLevel] = {}
        # Objects found by their ids have shapes of their own, which SQL writes: those are made when they are needed.
        by_id = is_abstract(get_named_type(selected.definition.type), INTERFACES_BY_ID)
        made = Completion(selected.definition.type, {}) if by_id else compiler.completion(selected, selected.key)
        self._completion = replace(made, resolver=self._wanted)

    async def answer(self, run: Run) -> str:
        value = await run.ask(self._selected, self._query)
        if isinstance(value, Wanted):
            return _or_null(await self._level(value.edge).of_key(run, value.key))
        return await self._completion.text(run, value)

    async def _wanted(self, run: Run, kind: Any, values: list[Wanted]) -> list[str]:
        keys: dict[One, set[Any]] = {}
        for value in values:
            keys.setdefault(value.edge, set()).add(value.key)
        found = {edge: await self._level(edge).of_keys(run, list(of_edge)) for edge, of_edge in keys.items()}
        return [_or_null(found[value.edge].get(value.key)) for value in values]

    def _level(self, edge: One) -> KeyLevel:
        level = self._levels.get(edge)
        if level is None:
            level = self._levels[edge] = self._compiler.level_of(edge, self._selected)
        return level


def _or_null(texts: list[str] | None) -> str:
    return texts[0] if texts else "null"


INTERFACES_BY_ID = {"Node"}
"""Interfaces whose objects are found by an id that tells their type."""
