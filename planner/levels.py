"""Levels: one statement each, for all parents at once, and the texts of its rows."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Select, Uuid, any_, func, literal_column, null, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from planner.below import Read
from planner.edges import Connection, Many, One, Source, seen_from
from planner.pages import (
    PageRequest,
    decode_cursor,
    list_conditions,
    ordering,
    place_conditions,
    signature_of,
    sort_columns,
)
from planner.rows import FetchedRows, readers_of
from planner.running import Fallback, Run
from planner.statements import Statement, prepare, shape_of, slot, slots_of

_MOST_STATEMENTS = 200
"""How many variants of its statement a level keeps: viewers of different shapes, different filters and page sizes."""


class Renders(Protocol):
    """Makes the JSON text of each row; says which columns it reads."""

    def columns(self) -> dict[str, Read]: ...

    def written(self, rows: Any) -> list[str] | None: ...

    async def render(self, run: Run, rows: Any) -> list[str]: ...


@dataclass(slots=True)
class Level:
    """What all levels share: the source, the texts wanted of its rows, and its compiled statements."""

    name: str
    source: Source
    shapes: list[Renders] = field(default_factory=list)
    cursors: bool = False
    _statements: dict[Hashable, tuple[Statement, dict[str, int]]] = field(default_factory=dict)

    def selected_columns(self) -> dict[str, Read]:
        found: dict[str, Read] = {}
        for shape in self.shapes:
            found.update(shape.columns())
        return found

    def labelled(self, viewer: Any) -> list[Any]:
        return [read(viewer).label(label) for label, read in self.selected_columns().items()]

    def statement(
        self, run: Run, key: Hashable, request: PageRequest | None, build: Callable[..., Select[Any]]
    ) -> tuple[Statement, dict[str, int]]:
        """The compiled statement and the places of its columns, behind the one of the parent."""
        cached = self._statements.get((run.asker.shape, key))
        if cached is None:
            if len(self._statements) >= _MOST_STATEMENTS:
                self._statements.clear()
            compiled = prepare(build, run.asker.viewer, request, run.bindings.viewers)
            cached = compiled, {label: at for at, label in enumerate(self.selected_columns(), 1)}
            self._statements[(run.asker.shape, key)] = cached
        return cached


@dataclass(slots=True)
class KeyLevel(Level):
    """The rows that an edge reaches from keys."""

    edge: One | Many = field(kw_only=True)
    parent: Source | None = field(kw_only=True)
    """What the keys were read from, where SQL read them with the viewer's rights."""

    async def of_key(self, run: Run, key: Any) -> list[str]:
        """The texts of its rows. It is compared with, several are searched in: for one PostgreSQL keeps its plan."""
        statement, places = self.statement(run, "one", None, self._of_one)
        records = await run.rows_of(self.name, statement, {"key": key})
        shape, rows = self.shapes[0], FetchedRows(records, places, self.source)
        texts = shape.written(rows)
        return await shape.render(run, rows) if texts is None else texts

    async def of_keys(self, run: Run, keys: Sequence[Any]) -> dict[Any, list[str]]:
        """The texts of the rows of each key, in order; of keys without rows there may be none."""
        if len(keys) == 1:
            return {keys[0]: await self.of_key(run, keys[0])}
        statement, places = self.statement(run, "several", None, self._of_several)
        records = await run.rows_of(self.name, statement, {"keys": keys})
        texts = await self.shapes[0].render(run, FetchedRows(records, places, self.source))
        found: dict[Any, list[str]] = defaultdict(list)
        for record, text in zip(records, texts, strict=True):
            found[record[0]].append(text)
        return found

    def _of_one(self, viewer: Any, request: Any) -> Select[Any]:
        return self._reached(slot("key", self._column.type), viewer)

    def _of_several(self, viewer: Any, request: Any) -> Select[Any]:
        return self._reached(any_(slot("keys", ARRAY(self._column.type))), viewer)

    @property
    def _column(self) -> ColumnElement[Any]:
        return self.edge.target.table.c[self.edge.column]

    def _reached(self, wanted: Any, viewer: Any) -> Select[Any]:
        edge, column = self.edge, self._column
        found: Select[Any] = select(column.label("parent"), *self.labelled(viewer)).where(
            column == wanted, *seen_from(self.parent, edge, viewer)
        )
        if edge.where is not None:
            found = found.where(edge.where())
        return found.order_by(*edge.ordering()) if isinstance(edge, Many) else found


@dataclass(frozen=True, slots=True)
class AskedPage:
    """What is asked of a list, as its statements need it."""

    request: PageRequest
    shape: Hashable
    """What decides the text of the statement."""
    slots: Mapping[str, Any]
    """Values of its parameters that come from the request, cursors included."""
    signature: str
    """What cursors begin with; empty where there are none."""
    size: int
    backwards: bool


@dataclass(slots=True)
class FetchedPage:
    """A page of one parent: the texts of its rows by shape, and what its pageInfo needs."""

    texts: list[list[str]]
    places: list[tuple[Any, ...]]
    """The values of the order, for cursors."""
    has_more: bool


@dataclass(slots=True)
class PageLevel(Level):
    """A page for each key, or one of a list that begins at the root."""

    edge: Connection = field(kw_only=True)
    looks_ahead: bool = False
    """Whether one row more than the page is read, because somebody wants to know if there is one."""

    def asked(self, request: PageRequest) -> AskedPage:
        shape = shape_of(self.edge, request), request.size
        slots = slots_of(self.edge, request) | cursor_slots(self.edge, request)
        signature = signature_of(self.edge, request) if self.cursors else ""
        return AskedPage(request, shape, slots, signature, request.size, request.backwards)

    async def of_root(self, run: Run, asked: AskedPage) -> FetchedPage:
        """The page of a list that begins at the root."""
        statement, places = self.statement(run, ("root", asked.shape), asked.request, self._of_root)
        records = await run.rows_of(self.name, statement, asked.slots)
        kept = _kept(records, asked)
        rows = FetchedRows(kept, places, self.source)
        texts = list[list[str]]()
        for shape in self.shapes:
            written = shape.written(rows)
            texts.append(await shape.render(run, rows) if written is None else written)
        return FetchedPage(texts, self._sorts(rows, asked.request), len(kept) < len(records))

    async def of_parents(self, run: Run, keys: Sequence[Any], asked: AskedPage) -> dict[Any, FetchedPage]:
        """The page of each key, all by one statement."""
        statement, places = self.statement(run, ("parents", asked.shape), asked.request, self._of_parents)
        records = await run.rows_of(self.name, statement, {**asked.slots, "keys": keys})
        kept: list[Any] = []
        spans: dict[Any, tuple[int, int, bool]] = {}
        for key, of_parent in _by_parent(keys, records).items():
            page = _kept(of_parent, asked)
            spans[key] = len(kept), len(kept) + len(page), len(page) < len(of_parent)
            kept += page
        rows = FetchedRows(kept, places, self.source)
        texts = [await shape.render(run, rows) for shape in self.shapes]
        sorts = self._sorts(rows, asked.request)
        return {
            key: FetchedPage([text[start:end] for text in texts], sorts[start:end], more)
            for key, (start, end, more) in spans.items()
        }

    def _sorts(self, rows: FetchedRows, request: PageRequest) -> list[tuple[Any, ...]]:
        if not self.cursors:
            return [()] * len(rows)
        return list(zip(*[rows.column(label) for label in _sort_labels(self.edge, request)], strict=True))

    async def counts(self, run: Run, keys: Sequence[Any] | None, asked: AskedPage) -> dict[Any, int]:
        counted = PageRequest(filter=asked.request.filter)
        shape = ("count", keys is None, shape_of(self.edge, counted))
        statement, _ = self.statement(run, shape, counted, self._count_root if keys is None else self._count_parents)
        records = await run.rows_of(f"{self.name} count", statement, {**slots_of(self.edge, counted), "keys": keys})
        return {record[0]: record[1] for record in records}

    def selected_columns(self) -> dict[str, Read]:
        """The order's columns are read for every page of which cursors are wanted, under labels of their own."""
        found = Level.selected_columns(self)
        if self.cursors:
            for name, expression in self.edge.orders.items():
                found[f"sort_{name}"] = as_read(expression)
            found["sort_id"] = as_read(self.edge.target.table.c.id)
        return found

    def _of_root(self, viewer: Any, request: PageRequest) -> Select[Any]:
        chosen: Select[Any] = select(_nothing(), *self.labelled(viewer))
        chosen = chosen.select_from(self.edge.target.table).where(*self._conditions(viewer, request))
        return chosen.order_by(*ordering(self.edge, request)).limit(self._limit(request))

    def _of_parents(self, viewer: Any, request: PageRequest) -> Select[Any]:
        table, parent = self.edge.target.table, _parents()
        page = (
            select(*(self.labelled(viewer) or [_nothing("one")]))
            .select_from(table)
            .where(table.c[str(self.edge.column)] == parent.c.id, *self._conditions(viewer, request))
            .order_by(*ordering(self.edge, request))
            .limit(self._limit(request))
            .lateral("page")
        )
        return select(parent.c.id.label("parent"), *page.c).select_from(parent).join(page, true())

    def _limit(self, request: PageRequest) -> ColumnElement[Any]:
        """A constant: PostgreSQL does not keep a plan for a number of rows that it cannot know."""
        return literal_column(str(request.size + self.looks_ahead))

    def _conditions(self, viewer: Any, request: PageRequest) -> list[Any]:
        columns = sort_columns(self.edge, request)
        given = [name for name in ("after", "before") if getattr(request, name) is not None]
        places: dict[str, list[Any]] = {
            name: [slot(f"{name}_{at}", column.type) for at, (column, _) in enumerate(columns)] for name in given
        }
        return list_conditions(self.edge, request, viewer) + place_conditions(self.edge, request, places)

    def _count_root(self, viewer: Any, request: PageRequest) -> Select[Any]:
        conditions = list_conditions(self.edge, request, viewer)
        return select(_nothing(), func.count()).select_from(self.edge.target.table).where(*conditions)

    def _count_parents(self, viewer: Any, request: PageRequest) -> Select[Any]:
        column = self.edge.target.table.c[str(self.edge.column)]
        conditions = list_conditions(self.edge, request, viewer)
        reached = column == any_(slot("keys", ARRAY(column.type)))
        return select(column, func.count()).where(reached, *conditions).group_by(column)


def _kept(records: Sequence[Any], asked: AskedPage) -> Sequence[Any]:
    """The rows of the page in the order of the list, without the one that only tells that there are more."""
    page = records[: asked.size]
    return page[::-1] if asked.backwards else page


def _by_parent(keys: Sequence[Any], records: list[Any]) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {key: [] for key in keys}
    for record in records:
        found[record[0]].append(record)
    return found


def _parents() -> Any:
    return func.unnest(slot("keys", ARRAY(Uuid))).table_valued("id").render_derived(name="parent")


def _nothing(label: str = "parent") -> Any:
    return null().label(label)


def _sort_labels(edge: Connection, request: PageRequest) -> list[str]:
    order = request.order or edge.default_order
    return [*(f"sort_{name}" for name, _ in order), "sort_id"]


def cursor_slots(edge: Connection, request: PageRequest) -> dict[str, Any]:
    """The values of the places that cursors stand for. What is no cursor of this list is for the executor to refuse."""
    slots: dict[str, Any] = {}
    for name, cursor in (("after", request.after), ("before", request.before)):
        if cursor is not None:
            try:
                values = decode_cursor(edge, request, cursor, name)
            except ValueError:
                raise Fallback("cursor") from None
            slots |= {f"{name}_{at}": value for at, value in enumerate(values)}
    return slots


def as_read(column: ColumnElement[Any]) -> Read:
    """A column that is the same for everybody."""
    return lambda viewer: column


def all_columns(source: Source) -> dict[str, Read]:
    """Every column of the object, for what needs it as a whole."""
    return {name: as_read(source.table.c[name]) for name, _ in readers_of(source.table)}
