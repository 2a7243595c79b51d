"""Pages of connections: keyset cursors bound to list and order, one statement for the pages of all parents."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, true, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased
from sqlalchemy.types import Uuid

from planner.edges import ByInstant, ByViewer, Condition, Connection

DEFAULT_PAGE, MAX_PAGE = 20, 100


class BadPage(ValueError):
    """A page was asked for that cannot be given; `argument` names the wrong one."""

    def __init__(self, message: str, argument: str) -> None:
        super().__init__(message)
        self.argument = argument


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which part of a list is wanted. Hashable, so that equal requests of siblings share one statement."""

    first: int | None = None
    last: int | None = None
    after: str | None = None
    before: str | None = None
    filter: tuple[tuple[str, Any], ...] = ()
    order: tuple[tuple[str, bool], ...] = ()

    def __post_init__(self) -> None:
        if self.first is not None and self.last is not None:
            raise BadPage("Give first or last, not both.", "last")
        for argument, size in (("first", self.first), ("last", self.last)):
            if size is not None and not 1 <= size <= MAX_PAGE:
                raise BadPage(f"Give a number from 1 to {MAX_PAGE}.", argument)

    @property
    def size(self) -> int:
        return self.first or self.last or DEFAULT_PAGE

    @property
    def backwards(self) -> bool:
        return self.last is not None


@dataclass(slots=True)
class Page:
    """One page, with what is needed to count the whole list only if somebody asks."""

    connection: Connection
    request: PageRequest
    parent: Any
    nodes: list[Any] = field(default_factory=list)
    has_more: bool = False

    @property
    def has_next_page(self) -> bool:
        return self.request.before is not None if self.request.backwards else self.has_more

    @property
    def has_previous_page(self) -> bool:
        return self.has_more if self.request.backwards else self.request.after is not None

    def cursor_of(self, node: Any) -> str:
        return encode_cursor(self.connection, self.request, node)


def order_of(connection: Connection, request: PageRequest) -> tuple[tuple[str, bool], ...]:
    return request.order or connection.default_order


def sort_columns(connection: Connection, request: PageRequest) -> list[tuple[ColumnElement[Any], bool]]:
    """The columns of the order with the id as the last one, so that every row has its own place."""
    order = order_of(connection, request)
    columns = [(connection.orders[name], descending) for name, descending in order]
    return [*columns, (connection.target.table.c.id, order[-1][1])]


def ordering(connection: Connection, request: PageRequest) -> list[ColumnElement[Any]]:
    """The order in which rows are read: against that of the list where the page is counted from its end."""
    columns, flip = sort_columns(connection, request), request.backwards
    return [column.desc() if descending is not flip else column.asc() for column, descending in columns]


def page_statement(
    connection: Connection, request: PageRequest, viewer: Any, parents: Sequence[Any] | None
) -> Select[Any]:
    """Rows (parent id, object) of the pages of all parents, or (object,) of a root list; one row more than a page."""
    entity, limit = connection.target.entity, request.size + 1
    order = ordering(connection, request)
    conditions = _conditions(connection, request, viewer)
    if parents is None or connection.column is None:
        return select(entity).where(*conditions).order_by(*order).limit(limit)
    table = connection.target.table
    parent = func.unnest(literal(list(parents), ARRAY(Uuid))).table_valued("id").render_derived(name="parent")
    page = (
        select(table).where(table.c[connection.column] == parent.c.id, *conditions).order_by(*order).limit(limit)
    ).lateral("page")
    return select(parent.c.id, aliased(entity, page)).select_from(parent).join(page, true())


def count_statement(
    connection: Connection, request: PageRequest, viewer: Any, parents: Sequence[Any] | None
) -> Select[Any]:
    """Rows (parent id, count), or one (count,) of a root list; cursors do not matter to a count."""
    counted = PageRequest(filter=request.filter)
    conditions = _conditions(connection, counted, viewer)
    if parents is None or connection.column is None:
        return select(func.count()).select_from(connection.target.table).where(*conditions)
    column = connection.target.table.c[connection.column]
    return select(column, func.count()).where(column.in_(parents), *conditions).group_by(column)


def finish(page: Page, rows: Sequence[Any]) -> Page:
    """Fills a page from its rows in the order of the statement."""
    page.has_more = len(rows) > page.request.size
    nodes = list(rows[: page.request.size])
    page.nodes = nodes[::-1] if page.request.backwards else nodes
    return page


def _conditions(connection: Connection, request: PageRequest, viewer: Any) -> list[Condition]:
    columns = sort_columns(connection, request)
    places: dict[str, list[ColumnElement[Any]]] = {}
    for argument, cursor in (("after", request.after), ("before", request.before)):
        if cursor is not None:
            values = decode_cursor(connection, request, cursor, argument)
            places[argument] = [literal(value, column.type) for (column, _), value in zip(columns, values, strict=True)]
    return list_conditions(connection, request, viewer) + place_conditions(connection, request, places)


def list_conditions(connection: Connection, request: PageRequest, viewer: Any) -> list[Condition]:
    """What the rows of the whole list have in common, wherever a page of it begins."""
    conditions = [connection.target.visible_to(viewer)]
    if connection.where is not None:
        conditions.append(connection.where(viewer))
    return conditions + [_filtered(connection, name, value, viewer) for name, value in request.filter]


def place_conditions(
    connection: Connection, request: PageRequest, places: Mapping[str, list[ColumnElement[Any]]]
) -> list[Condition]:
    """Only what comes after the place named `after`, and before the one named `before`."""
    columns, conditions = sort_columns(connection, request), []
    if "after" in places:
        conditions.append(_beyond(columns, places["after"]))
    if "before" in places:
        flipped = [(column, not descending) for column, descending in columns]
        conditions.append(_beyond(flipped, places["before"]))
    return conditions


def _filtered(connection: Connection, name: str, value: Any, viewer: Any) -> Condition:
    chosen = connection.filters[name]
    if isinstance(chosen, ByInstant):
        return chosen.condition(*value)
    return chosen.condition(viewer, value) if isinstance(chosen, ByViewer) else chosen(value)


def _beyond(columns: list[tuple[ColumnElement[Any], bool]], places: list[ColumnElement[Any]]) -> Condition:
    """Rows that come after the given place; a row comparison where all directions agree, which an index can serve."""
    if len({descending for _, descending in columns}) == 1:
        left, right = tuple_(*(column for column, _ in columns)), tuple_(*places)
        return left < right if columns[0][1] else left > right
    alternatives = []
    for i, (column, descending) in enumerate(columns):
        equal_so_far = [columns[j][0] == places[j] for j in range(i)]
        alternatives.append(and_(*equal_so_far, column < places[i] if descending else column > places[i]))
    return or_(*alternatives)


def signature_of(connection: Connection, request: PageRequest) -> str:
    """What a cursor is bound to: the list and its order."""
    order = ",".join(f"{name}{'-' if descending else '+'}" for name, descending in order_of(connection, request))
    return f"{connection.target.table.name}:{connection.column or ''}:{order}"


def encode_cursor(connection: Connection, request: PageRequest, node: Any) -> str:
    values = [getattr(node, str(column.key)) for column, _ in sort_columns(connection, request)]
    return cursor_text(signature_of(connection, request), values)


def cursor_text(signature: str, values: Sequence[Any]) -> str:
    document = [signature, *(_to_json(value) for value in values)]
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")


def decode_cursor(connection: Connection, request: PageRequest, cursor: str, argument: str) -> list[Any]:
    """The place a cursor stands for; BadPage for one that is damaged or of another list or order."""
    try:
        document = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        signature, *values = document
        if signature != signature_of(connection, request):
            raise BadPage("This cursor belongs to another list or another order.", argument)
        columns = [column for column, _ in sort_columns(connection, request)]
        return [_from_json(value, column) for value, column in zip(values, columns, strict=True)]
    except BadPage:
        raise
    except (ValueError, TypeError, KeyError, ArithmeticError, binascii.Error):
        raise BadPage("This is no cursor of Milepost.", argument) from None


def _to_json(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return value if isinstance(value, int) else str(value)


def _from_json(value: Any, column: ColumnElement[Any]) -> Any:
    kind = column.type.python_type
    if kind is datetime:
        return datetime.fromisoformat(value)
    if kind is date:
        return date.fromisoformat(value)
    if kind in (UUID, Decimal, int, str):
        return kind(value)
    return kind(value) if issubclass(kind, Enum) else value
