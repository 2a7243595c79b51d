"""Shapes: the text of one object type's selection, made column by column for all rows of a level."""

import asyncio
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any, Protocol

import orjson
from graphql import GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLOutputType, get_named_type, is_leaf_type

from planner.below import Read
from planner.bindings import Wanted
from planner.edges import Batch, Connection, Derived, Many, One
from planner.levels import FetchedPage, ManyLevel, OneLevel, PageLevel, cursor_slots
from planner.pages import PageRequest, cursor_text, signature_of
from planner.rows import MadeRows, Rows
from planner.running import Fallback, Run
from planner.texts import Selected


class Part(Protocol):
    """A piece of the text of every row."""

    async def texts(self, run: Run, rows: Rows) -> Any: ...


@dataclass(slots=True)
class Shape:
    """The parts of an object's text in their order, and the columns they read."""

    parts: list[Part] = field(default_factory=list)
    reads: dict[str, Read] = field(default_factory=dict)

    def columns(self) -> dict[str, Read]:
        return self.reads

    async def render(self, run: Run, rows: Rows) -> list[str]:
        if not len(rows):
            return []
        pieces = [await part.texts(run, rows) for part in self.parts]
        if len(pieces) == 1 and isinstance(pieces[0], list):
            return pieces[0]
        return list(map("".join, zip(*pieces, strict=False)))[: len(rows)] if pieces else ["{}"] * len(rows)


@dataclass(slots=True)
class Constant:
    """The same text in every row."""

    text: str

    async def texts(self, run: Run, rows: Rows) -> Any:
        return [self.text] * len(rows)


@dataclass(slots=True)
class Segment:
    """Text that the statement has made; null where something required is missing below."""

    label: str
    can_fail: bool = False

    async def texts(self, run: Run, rows: Rows) -> Any:
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

    async def texts(self, run: Run, rows: Rows) -> Any:
        definition = self.selected.definition
        assert definition is not None
        assert definition.resolve is not None
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
        run.statements += 1
        async with run.session() as session:
            values = await self.edge.load(session, run.viewer, objects)
        return await self.completion.texts(run, [values.get(one.id, self.edge.default) for one in objects])


@dataclass(slots=True)
class OnePart:
    """Where an edge leads to at most one object."""

    edge: One
    level: OneLevel
    required: bool

    async def texts(self, run: Run, rows: Rows) -> Any:
        keys = rows.column(self.edge.key)
        wanted = list({key for key in keys if key is not None})
        found = await self.level.fetch(run, wanted) if wanted else {}
        if self.required and (len(found) < len(wanted) or None in keys):
            raise Fallback("null")
        return [found.get(key, "null") for key in keys]


@dataclass(slots=True)
class ManyPart:
    """Where an edge leads to a short list."""

    edge: Many
    level: ManyLevel

    async def texts(self, run: Run, rows: Rows) -> Any:
        keys = _present(rows.column(self.edge.key))
        found = await self.level.fetch(run, list(set(keys)))
        return [f"[{','.join(found.get(key, ()))}]" for key in keys]


@dataclass(slots=True)
class PagePart:
    """Where an edge leads to a list in pages."""

    edge: Connection
    level: PageLevel
    selected: Selected
    parent: GraphQLObjectType
    fields: "list[PageField]"

    async def texts(self, run: Run, rows: Rows) -> Any:
        request = (await run.ask(self.selected, self.parent)).request
        return await self.pages(
            run, request, _present(rows.column(self.edge.key)) if self.edge.column else None, len(rows)
        )

    async def pages(self, run: Run, request: PageRequest, keys: list[Any] | None, count: int) -> list[str]:
        wanted = None if keys is None else list(set(keys))
        cursor_slots(self.edge, request)
        found = await self.level.fetch(run, wanted, request) if self._has_rows() else {}
        counts = await self.level.counts(run, wanted, request) if self._is_counted() else {}
        signature = signature_of(self.edge, request)
        made = {
            key: self._text(signature, request, found.get(key, _EMPTY), counts.get(key, 0)) for key in wanted or [None]
        }
        return [made[key] for key in keys] if keys is not None else [made[None]] * count

    def _has_rows(self) -> bool:
        return any(one.name not in ("totalCount", "__typename") for one in self.fields)

    def _is_counted(self) -> bool:
        return any(one.name == "totalCount" for one in self.fields)

    def _text(self, signature: str, request: PageRequest, page: FetchedPage, count: int) -> str:
        inside = ",".join(f'"{one.key}":{one.text(signature, request, page, count)}' for one in self.fields)
        return f"{{{inside}}}"


def _present(keys: list[Any]) -> list[Any]:
    if None in keys:
        raise Fallback("null key")
    return keys


_EMPTY = FetchedPage([], [], False)


@dataclass(slots=True)
class PageField:
    """A field of a connection: nodes, edges, pageInfo, totalCount or __typename."""

    key: str
    name: str
    shapes: list[int]
    """Which of the level's shapes show the nodes below: one for `nodes`, one for each `node` of `edges`."""
    below: list[Selected]
    type_name: str

    def text(self, signature: str, request: PageRequest, page: FetchedPage, count: int) -> str:
        if self.name == "nodes":
            return f"[{','.join(page.texts[self.shapes[0]])}]"
        if self.name == "edges":
            nodes = zip(*(page.texts[shape] for shape in self.shapes), strict=True) if self.shapes else repeat(())
            entries = (self._entry(signature, texts, place) for texts, place in zip(nodes, page.places, strict=False))
            return f"[{','.join(entries)}]"
        if self.name == "pageInfo":
            return self._page_info(signature, request, page)
        return str(count) if self.name == "totalCount" else f'"{self.type_name}"'

    def _entry(self, signature: str, nodes: Sequence[str], place: tuple[Any, ...]) -> str:
        shown, remaining = [], iter(nodes)
        for one in self.below:
            if one.name == "node":
                text = next(remaining)
            else:
                text = f'"{cursor_text(signature, place)}"' if one.name == "cursor" else f'"{one.type_name}"'
            shown.append(f'"{one.key}":{text}')
        return f"{{{','.join(shown)}}}"

    def _page_info(self, signature: str, request: PageRequest, page: FetchedPage) -> str:
        shown = []
        for one in self.below:
            if one.name in ("startCursor", "endCursor"):
                ends = page.places[:1] if one.name == "startCursor" else page.places[-1:]
                text = f'"{cursor_text(signature, ends[0])}"' if ends else "null"
            elif one.name == "hasNextPage":
                text = _json_bool(request.before is not None if request.backwards else page.has_more)
            elif one.name == "hasPreviousPage":
                text = _json_bool(page.has_more if request.backwards else request.after is not None)
            else:
                text = f'"{one.type_name}"'
            shown.append(f'"{one.key}":{text}')
        return f"{{{','.join(shown)}}}"


def _json_bool(value: bool) -> str:
    return "true" if value else "false"


def shown_type(kind: GraphQLOutputType) -> GraphQLObjectType | None:
    named = get_named_type(kind)
    return named if isinstance(named, GraphQLObjectType) else None
