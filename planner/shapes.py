"""Shapes: the text of one object type's selection, made column by column for all rows of a level."""

import asyncio
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson
from graphql import GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLOutputType, get_named_type, is_leaf_type

from planner.below import Read
from planner.bindings import Wanted
from planner.edges import Batch, Derived
from planner.levels import KeyLevel
from planner.rows import MadeRows, Rows
from planner.running import Fallback, Run
from planner.texts import Selected


class Part(Protocol):
    """A piece of the text of every row."""

    async def texts(self, run: Run, rows: Rows) -> Any: ...


class Root(Protocol):
    """A field of the operation itself."""

    async def answer(self, run: Run) -> str: ...


@dataclass(slots=True)
class Shape:
    """The parts of an object's text in their order, and the columns they read."""

    parts: list[Part] = field(default_factory=list)
    reads: dict[str, Read] = field(default_factory=dict)

    def columns(self) -> dict[str, Read]:
        return self.reads

    def written(self, rows: Rows) -> list[str] | None:
        """The texts of rows where SQL has written all of them; None where there is something to do."""
        alone = self.parts[0]
        return alone.read(rows) if isinstance(alone, Segment) and len(self.parts) == 1 else None

    async def render(self, run: Run, rows: Rows) -> list[str]:
        if not len(rows):
            return []
        if len(self.parts) == 1:
            alone: list[str] = await self.parts[0].texts(run, rows)
            return alone
        pieces = [await part.texts(run, rows) for part in self.parts]
        return list(map("".join, zip(*pieces, strict=True)))


@dataclass(slots=True)
class Constant:
    """The same text in every row."""

    text: str

    async def answer(self, run: Run) -> str:
        return self.text

    async def texts(self, run: Run, rows: Rows) -> Any:
        return [self.text] * len(rows)


@dataclass(slots=True)
class Segment:
    """Text that the statement has made; null where something required is missing below."""

    label: str
    can_fail: bool = False

    async def texts(self, run: Run, rows: Rows) -> Any:
        return self.read(rows)

    def read(self, rows: Rows) -> list[str]:
        texts = rows.column(self.label)
        if self.can_fail and None in texts:
            raise Fallback("null")
        return texts


@dataclass(slots=True)
class Completion:
    """How values of Python become texts: by the type's own serializer, or by the shape of the object."""

    graphql_type: GraphQLOutputType
    shapes: "Mapping[str, Shape]"
    """By name of the object type; of an interface or union there are several."""
    resolver: "Any" = None
    type_name: "Callable[[Run, Any, Any], str] | None" = None
    """Which object type a value is shown as, where the field's own type does not say it."""

    async def text(self, run: Run, value: Any) -> str:
        return (await self.texts(run, [value]))[0]

    async def texts(self, run: Run, values: Sequence[Any]) -> list[str]:
        return await self._complete(run, self.graphql_type, values)

    async def _complete(self, run: Run, kind: Any, values: Sequence[Any]) -> list[str]:
        if isinstance(kind, GraphQLNonNull):
            if any(value is None for value in values):
                raise Fallback("null")
            return await self._complete(run, kind.of_type, values)
        if isinstance(kind, GraphQLList):
            return await self._lists(run, kind.of_type, values)
        present = [value for value in values if value is not None]
        texts = iter(await self._present(run, kind, present))
        return ["null" if value is None else next(texts) for value in values]

    async def _lists(self, run: Run, kind: Any, values: Sequence[Any]) -> list[str]:
        lists = [None if value is None else list(value) for value in values]
        flat = [one for value in lists if value is not None for one in value]
        texts = iter(await self._complete(run, kind, flat))
        return [
            "null" if value is None else f"[{','.join(text for _, text in zip(value, texts, strict=False))}]"
            for value in lists
        ]

    async def _present(self, run: Run, kind: Any, values: list[Any]) -> list[str]:
        if not values:
            return []
        if is_leaf_type(kind):
            serialize = kind.serialize
            return [orjson.dumps(serialize(value)).decode() for value in values]
        if self.resolver is not None and isinstance(values[0], Wanted):
            wanted: list[str] = await self.resolver(run, kind, values)
            return wanted
        if self.type_name is None:
            return await self.shapes[kind.name].render(run, MadeRows(values))
        return [await self._one(run, kind, value) for value in values]

    async def _one(self, run: Run, kind: Any, value: Any) -> str:
        assert self.type_name is not None
        return (await self.shapes[self.type_name(run, kind, value)].render(run, MadeRows([value])))[0]


@dataclass(slots=True)
class Attribute:
    """A field that reads an attribute of the object."""

    name: str
    completion: Completion

    async def texts(self, run: Run, rows: Rows) -> Any:
        return await self.completion.texts(run, [getattr(one, self.name) for one in rows.objects()])


@dataclass(slots=True)
class Resolved:
    """A field with a resolver of its own, called for each object as the ordinary executor would."""

    selected: Selected
    parent: GraphQLObjectType
    completion: Completion
    is_impersonal: bool
    """It is told of the object alone, and not of the request."""

    async def texts(self, run: Run, rows: Rows) -> Any:
        definition = self.selected.definition
        assert definition is not None
        assert definition.resolve is not None
        run.is_personal |= not self.is_impersonal
        info, arguments = run.info(self.selected, self.parent, recording=False), run.arguments(self.selected)
        values = [definition.resolve(one, info, **arguments) for one in rows.objects()]
        if any(map(inspect.isawaitable, values)):
            values = await asyncio.gather(*values)
        return await self.completion.texts(run, values)


@dataclass(slots=True)
class Computed:
    """A value computed for all objects of the level at once."""

    edge: Batch | Derived
    completion: Completion

    async def texts(self, run: Run, rows: Rows) -> Any:
        objects = rows.objects()
        run.is_personal = True
        run.statements += 1
        async with run.session() as session:
            values = await self.edge.load(session, run.asker.viewer, objects)
        return await self.completion.texts(run, [values.get(one.id, self.edge.default) for one in objects])


@dataclass(slots=True)
class OnePart:
    """Where an edge leads to at most one object."""

    level: KeyLevel
    required: bool

    async def texts(self, run: Run, rows: Rows) -> Any:
        keys = rows.column(self.level.edge.key)
        wanted = list({key for key in keys if key is not None})
        found = await self.level.of_keys(run, wanted) if wanted else {}
        texts = [found.get(key) for key in keys]
        if self.required and not all(texts):
            raise Fallback("null")
        return [text[0] if text else "null" for text in texts]


@dataclass(slots=True)
class ManyPart:
    """Where an edge leads to a short list."""

    level: KeyLevel

    async def texts(self, run: Run, rows: Rows) -> Any:
        keys = present(rows.column(self.level.edge.key))
        found = await self.level.of_keys(run, list(set(keys)))
        return [f"[{','.join(found.get(key, ()))}]" for key in keys]


def present(keys: list[Any]) -> list[Any]:
    if None in keys:
        raise Fallback("null key")
    return keys


def shown_type(kind: GraphQLOutputType) -> GraphQLObjectType | None:
    named = get_named_type(kind)
    return named if isinstance(named, GraphQLObjectType) else None
