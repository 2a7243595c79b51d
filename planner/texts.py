"""JSON text made by PostgreSQL: columns, records and constants as pieces of the text of an object."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Protocol, TypeAlias

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLNonNull,
    GraphQLOutputType,
    GraphQLScalarType,
    get_named_type,
    get_nullable_type,
    is_list_type,
)
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Enum,
    Integer,
    Numeric,
    Table,
    Text,
    case,
    cast,
    func,
    literal_column,
)
from sqlalchemy.types import ARRAY

from planner.asking import Arguments
from planner.edges import Derived

Piece: TypeAlias = "str | ColumnElement[Any] | Below"
"""Constant text, an expression that is never null and whose text is JSON or a part of it, or what stands below."""

Writer: TypeAlias = Callable[[ColumnElement[Any]], list[Piece]]
"""Writes a value that is not null."""

_MOST_ARGUMENTS = 90
_PLAIN_DECIMALS = 6
"""Up to so many decimals Python, too, writes a small number without an exponent."""


class Below(Protocol):
    """Text of other rows, read by a subquery; made when it is known who asks."""

    @property
    def can_fail(self) -> bool:
        """Whether it is null where a required object is missing: then the text around it has to be null as well."""

    def expression(self, viewer: Any) -> ColumnElement[Any]: ...


@dataclass(slots=True)
class Selected:
    """A selected field of an object: its key in the answer, its definition, and what is selected below it."""

    key: str
    name: str
    definition: GraphQLField | None
    """None for __typename."""
    details: Any
    type_name: str
    below: list["Selected"] = field(default_factory=list)
    direct: Callable[..., Awaitable[Any]] | None = None
    """What is called in place of the field's resolver, where that does the same."""
    _arguments: Arguments | None = None

    @property
    def arguments(self) -> Arguments:
        if self._arguments is None:
            assert self.definition is not None
            self._arguments = Arguments(self.definition, self.details[0].node)
        return self._arguments


@dataclass(frozen=True, slots=True)
class Expression:
    """A field written by SQL from its table: `write(table)` gives pieces that are never null."""

    write: Callable[[Table], list[Piece]]


@dataclass(frozen=True, slots=True)
class Record:
    """A field that shows an object made of columns; null where `absent` says so."""

    fields: Mapping[str, Expression]
    absent: Callable[[Table], ColumnElement[bool]] | None = None
    can_be_absent: Callable[[Table], bool] = lambda table: True


TextPlan: TypeAlias = Expression | Record


def pieces_of(plan: TextPlan, table: Table, selected: Selected) -> list[Piece] | None:
    """The pieces of a field; None where its plan does not know a field that is selected below it."""
    if isinstance(plan, Expression):
        return plan.write(table)
    inside: list[Piece] = []
    for position, one in enumerate(selected.below):
        inside.append(("{" if position == 0 else ",") + f'"{one.key}":')
        if one.definition is None:
            inside.append(json.dumps(one.type_name))
        elif one.name in plan.fields:
            inside += plan.fields[one.name].write(table)
        else:
            return None
    inside.append("}" if selected.below else "{}")
    if plan.absent is None or not plan.can_be_absent(table):
        return inside
    return [case((plan.absent(table), literal_column("'null'")), else_=concatenated(inside))]


def column_plan(column: Column[Any], graphql_type: GraphQLOutputType) -> TextPlan | None:
    """How SQL writes a column for that type exactly as the type's own serializer would; None where it cannot."""
    write = _writer(column, graphql_type)
    if write is None or (isinstance(graphql_type, GraphQLNonNull) and column.nullable):
        return None
    return Expression(lambda table: nullable(table.c[column.key], write))


def derived_plan(derived: Derived, graphql_type: GraphQLOutputType) -> TextPlan | None:
    """How SQL writes a derived value; None where it cannot."""
    write = _writer(derived.expression(derived.table), graphql_type)
    return None if write is None else Expression(lambda table: write(derived.expression(table)))


def nullable(column: ColumnElement[Any], write: Writer) -> list[Piece]:
    """The pieces of a value, or the text null where there is none."""
    if isinstance(column, Column) and not column.nullable:
        return write(column)
    return [func.coalesce(_or_null(write(column)), literal_column("'null'"))]


def _or_null(pieces: Sequence[Any]) -> ColumnElement[Any]:
    """One text of all pieces, null where one of them is: || and casts pass it on, as concat() does not."""
    texts = [_constant(piece) if isinstance(piece, str) else piece for piece in pieces]
    if len(texts) == 1:
        return texts[0] if isinstance(texts[0].type, Text) else cast(texts[0], Text)
    return reduce(lambda one, other: one.op("||")(other), texts)


def concatenated(pieces: Iterable[Piece], viewer: Any = None) -> ColumnElement[Any]:
    """One text of all pieces, constants merged; null where one that can fail is null."""
    merged: list[Any] = []
    for piece in pieces:
        if isinstance(piece, str) and merged and isinstance(merged[-1], str):
            merged[-1] += piece
        elif piece != "" or not isinstance(piece, str):
            merged.append(piece)
    # concat() reads a null as nothing, || does not: a failure is joined by ||, all the rest by concat().
    spans: list[Any] = [[]]
    for piece in merged:
        if isinstance(piece, (str, ColumnElement)):
            spans[-1].append(_constant(piece) if isinstance(piece, str) else piece)
        elif piece.can_fail:
            spans += [piece.expression(viewer), []]
        else:
            spans[-1].append(piece.expression(viewer))
    texts = [_concat(span) if isinstance(span, list) else span for span in spans]
    return reduce(lambda one, other: one.concat(other), texts)


def _concat(arguments: list[ColumnElement[Any]]) -> ColumnElement[Any]:
    while len(arguments) > _MOST_ARGUMENTS:
        heads = range(0, len(arguments), _MOST_ARGUMENTS)
        arguments = [func.concat(*arguments[start : start + _MOST_ARGUMENTS]) for start in heads]
    return func.concat(*arguments)


def quoted(*inside: Piece) -> list[Piece]:
    """A JSON string whose inside needs no escapes."""
    return ['"', *inside, '"']


def instant_text(column: ColumnElement[Any]) -> list[Piece]:
    """ISO 8601 in UTC; microseconds only where there are some."""
    utc = func.timezone(literal_column("'UTC'"), column)
    text = func.to_char(utc, literal_column('\'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\''))
    short = func.replace(text, literal_column("'.000000Z'"), literal_column("'Z'"))
    # to_char() has no text for either end.
    return quoted(func.coalesce(short, _end_of_time(column, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z")))


def date_text(column: ColumnElement[Any]) -> list[Piece]:
    """ISO 8601, as PostgreSQL writes dates itself where the connection's DateStyle is ISO."""
    return quoted(_end_of_time(column, "0001-01-01", "9999-12-31", cast(column, Text)))


def _end_of_time(column: ColumnElement[Any], first: str, last: str, other: Any = None) -> ColumnElement[Any]:
    """The first and the last of Python's days and instants, which the driver keeps as the infinities of PostgreSQL."""
    ends = {"'-infinity'": first, "'infinity'": last}
    return case(*((column == literal_column(end), _constant(text)) for end, text in ends.items()), else_=other)


def _writer(column: ColumnElement[Any], graphql_type: GraphQLOutputType) -> Writer | None:
    inner, named = get_nullable_type(graphql_type), get_named_type(graphql_type)
    kind = column.type
    if is_list_type(inner):
        texts = isinstance(kind, ARRAY) and isinstance(kind.item_type, Text) and is_text(named)
        return _as_json if texts and is_list_of_present(inner) else None
    if isinstance(named, GraphQLEnumType):
        return _enum_writer(kind, named)
    if not isinstance(named, GraphQLScalarType):
        return None
    if is_text(named):
        return _as_json if isinstance(kind, Text) and not isinstance(kind, Enum) else None
    for name, kinds, write in _SCALARS:
        if named.name == name and isinstance(kind, kinds) and not isinstance(kind, _EXCEPT.get(name, ())):
            return write
    if named.name == "Decimal" and isinstance(kind, Numeric) and (kind.scale or 99) <= _PLAIN_DECIMALS:
        return lambda value: quoted(value)
    return None


def is_text(named: Any) -> bool:
    """Whether a scalar shows a text as it is."""
    return isinstance(named, GraphQLScalarType) and named.name in TEXTS


def is_list_of_present(inner: Any) -> bool:
    """[T!]: arrays of ours hold no nulls, and a list that may would be shown by its serializer."""
    return isinstance(inner.of_type, GraphQLNonNull) and not is_list_type(inner.of_type.of_type)


def _as_json(value: ColumnElement[Any]) -> list[Piece]:
    return [cast(func.to_json(value), Text)]


def _enum_writer(kind: Any, named: GraphQLEnumType) -> Writer | None:
    """A column of enum values as their names; the names of GraphQL enums need no escapes."""
    if not isinstance(kind, Enum) or kind.enum_class is None:
        return None
    names = {str(member.value): str(named.serialize(member)) for member in kind.enum_class}
    if all(value == name for value, name in names.items()):
        return lambda value: quoted(value)
    whens: Sequence[Any] = [(literal_column(_quote(stored)), _constant(name)) for stored, name in names.items()]
    return lambda value: quoted(case(dict(whens), value=cast(value, Text)))


def _constant(text: str) -> ColumnElement[Any]:
    return literal_column(_quote(text))


def _quote(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


TEXTS = {"String", "Currency", "CountryCode", "TimeZone", "Locale", "URL", "Email"}
"""Scalars that show a text as it is; an application may add its own."""

_SCALARS: list[tuple[str, Any, Writer]] = [
    ("Int", Integer, lambda value: [value]),
    ("Int64", Integer, lambda value: quoted(value)),
    ("Boolean", Boolean, lambda value: [cast(value, Text)]),
    ("DateTime", DateTime, instant_text),
    ("Date", Date, date_text),
]
_EXCEPT: dict[str, Any] = {"Int": BigInteger}
