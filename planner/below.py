"""Edges as subqueries of their object's statement: their text becomes a piece of the object's own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, case, func, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from planner.edges import Many, One, Source, seen_from
from planner.texts import Piece, concatenated

Read: TypeAlias = Callable[[Any], ColumnElement[Any]]
"""A column of a level's statement, made when it is known who asks."""


@dataclass(frozen=True, slots=True)
class OneBelow:
    """The text of the object at the end of an edge; the text null where there is none."""

    parent: Source
    edge: One
    pieces: Sequence[Piece]
    required: bool

    @property
    def can_fail(self) -> bool:
        return self.required or can_fail(self.pieces)

    def expression(self, viewer: Any) -> ColumnElement[Any]:
        found = _reached(self.parent, self.edge, viewer, concatenated(self.pieces, viewer)).scalar_subquery()
        if self.required:
            return found
        if not self.can_fail:
            return func.coalesce(found, literal_column("'null'"))
        # A null of the subquery is either nobody there, or something required that is missing further below.
        somebody = _reached(self.parent, self.edge, viewer, literal_column("1")).exists()
        return case((somebody, found), else_=literal_column("'null'"))


@dataclass(frozen=True, slots=True)
class ManyBelow:
    """The texts of all objects at the end of an edge, as a list in its order."""

    parent: Source
    edge: Many
    pieces: Sequence[Piece]

    @property
    def can_fail(self) -> bool:
        return can_fail(self.pieces)

    def expression(self, viewer: Any) -> ColumnElement[Any]:
        text = concatenated(self.pieces, viewer)
        comma: Any = aggregate_order_by(literal_column("','"), *self.edge.ordering())
        listed: Any = func.concat(literal_column("'['"), func.string_agg(text, comma), literal_column("']'"))
        if self.can_fail:
            listed = case((func.coalesce(func.bool_or(text.is_(None)), literal_column("false")), None), else_=listed)
        return _reached(self.parent, self.edge, viewer, listed).scalar_subquery()


def _reached(parent: Source, edge: One | Many, viewer: Any, wanted: ColumnElement[Any]) -> Select[Any]:
    target = edge.target.table
    joined = target.c[edge.column] == parent.table.c[edge.key]
    found = select(wanted).select_from(target).where(joined, *seen_from(parent, edge, viewer)).correlate(parent.table)
    return found if edge.where is None else found.where(edge.where())


def can_fail(pieces: Sequence[Piece]) -> bool:
    """Whether a text of these pieces may be null."""
    return any(not isinstance(piece, (str, ColumnElement)) and piece.can_fail for piece in pieces)
