"""Edges as data: how one object leads to others, declared once and turned into batched SQL by whoever executes."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, UniqueConstraint, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

Condition = ColumnElement[bool]


@dataclass(frozen=True, eq=False, slots=True)
class Source:
    """A readable kind of object: its class, its table, and which rows a viewer may see. No source without that rule."""

    entity: type
    table: Table
    visible_to: Callable[[Any], Condition]


@dataclass(frozen=True, eq=False, slots=True)
class Within:
    """A rule of visibility for parts: whoever sees the whole sees them. Coming from the whole, nobody asks again."""

    whole: Source
    table: Table
    column: str
    """Holds the id of the whole."""
    rule: Callable[[Any], Condition] | None = None
    """The same rule by columns of the part, where it has copies of what decides; the whole need not be read then."""

    def __call__(self, viewer: Any) -> Condition:
        if self.rule is not None:
            return self.rule(viewer)
        return exists().where(self.whole.table.c.id == self.table.c[self.column], self.whole.visible_to(viewer))


@dataclass(frozen=True, eq=False, slots=True)
class One:
    """Leads from an object to at most one other: `parent.<key>` equals `target.<column>` (its id, unless named)."""

    target: Source
    key: str
    column: str = "id"
    where: Callable[[], Condition] | None = None

    def statement(self, keys: Sequence[Any], viewer: Any) -> Select[Any]:
        reached = self.target.table.c[self.column].in_(keys)
        statement: Select[Any] = select(self.target.entity).where(reached, self.target.visible_to(viewer))
        return statement if self.where is None else statement.where(self.where())


@dataclass(frozen=True, eq=False, slots=True)
class Many:
    """Leads to a short list that needs no pages, because a rule bounds its length (milestones of a project)."""

    target: Source
    column: str
    order: str
    key: str = "id"
    where: Callable[[], Condition] | None = None

    def statement(self, keys: Sequence[Any], viewer: Any) -> Select[Any]:
        table = self.target.table
        found: Select[Any] = select(self.target.entity).where(
            table.c[self.column].in_(keys), self.target.visible_to(viewer)
        )
        if self.where is not None:
            found = found.where(self.where())
        return found.order_by(*self.ordering())

    def ordering(self) -> list[ColumnElement[Any]]:
        """Ids break ties, unless the table has none: an index that is unique then gives the order without sorting."""
        table = self.target.table
        unique = [index.columns for index in table.indexes if index.unique]
        unique += [one.columns for one in table.constraints if isinstance(one, UniqueConstraint)]
        has_ties = not any({column.name for column in columns} == {self.column, self.order} for columns in unique)
        return [table.c[self.order], *([table.c.id] if has_ties else [])]


@dataclass(frozen=True, eq=False, slots=True)
class ByViewer:
    """A filter that means something else for each viewer (my side, what I may know): (viewer, value) -> condition."""

    condition: Callable[[Any, Any], Condition]


@dataclass(frozen=True, eq=False, slots=True)
class ByInstant:
    """A filter whose answer changes by itself as time goes on (overdue): (value, instant of the question) -> condition.

    The value in a page request is the pair of both, so that pages asked at different instants are different requests.
    """

    condition: Callable[[Any, Any], Condition]


@dataclass(frozen=True, eq=False, slots=True)
class Connection:
    """Leads to a list in pages: from each parent (`column` holds its id) or, without `column`, from the root."""

    target: Source
    orders: Mapping[str, ColumnElement[Any]]
    default_order: tuple[tuple[str, bool], ...]
    """(order, descending) pairs that hold where the caller names none."""
    column: str | None = None
    key: str = "id"
    filters: Mapping[str, Callable[[Any], Condition] | ByViewer | ByInstant] = field(default_factory=dict)
    where: Callable[[Any], Condition] | None = None
    """A further condition on the list itself, given the viewer."""


@dataclass(frozen=True, eq=False, slots=True)
class Derived:
    """Leads to a value that SQL derives from the object's row: `expression(table)` is a scalar, never null."""

    table: Table
    expression: Callable[[Table], ColumnElement[Any]]
    show: Callable[[Any, Any], Any] = lambda value, parent: value
    """(value, object) -> what the field shows."""
    default: Any = None

    async def load(self, session: AsyncSession, viewer: Any, parents: Sequence[Any]) -> Mapping[UUID, Any]:
        """For objects that are already there; whoever reads their rows reads the expression beside them."""
        id_, of_id = self.table.c.id, {one.id: one for one in parents}
        rows = await session.execute(select(id_, self.expression(self.table)).where(id_.in_(of_id)))
        return {id_: self.show(value, of_id[id_]) for id_, value in rows}


@dataclass(frozen=True, eq=False, slots=True)
class Batch:
    """Leads to values computed for many parents at once: `load(session, viewer, parents)` -> value by parent id."""

    load: Callable[[AsyncSession, Any, Sequence[Any]], Awaitable[Mapping[UUID, Any]]]
    default: Any = None


def seen_from(parent: Source | None, edge: One | Many, viewer: Any) -> list[Condition]:
    """Which rows at the end of an edge the viewer may see; nothing to ask where seeing the parent says it."""
    rule = edge.target.visible_to
    implied = isinstance(rule, Within) and rule.whole is parent and rule.column == edge.column and edge.key == "id"
    return [] if implied else [rule(viewer)]
