"""A toy schema of authors and books, written with graphql-core alone, and what the planner has to know of it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
)
from sqlalchemy import Column, Integer, MetaData, Table, Text, Uuid, func, select, true

from planner.bindings import Edge, Wanted, WantedPage
from planner.edges import Connection, Derived, Many, One, Source
from planner.pages import PageRequest
from planner.statements import Viewers
from planner.texts import TextPlan, derived_plan
from planner.writers import hex_id

metadata = MetaData()
authors = Table(
    "authors",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("born", Integer),
)
books = Table(
    "books",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("author_id", Uuid, nullable=False),
    Column("owner_id", Uuid, nullable=False),
    Column("position", Integer, nullable=False),
    Column("title", Text),
    Column("sequel_id", Uuid),
)


class Author:
    """An entity without any code."""


class Book:
    """An entity with a property."""

    title: str | None

    @property
    def shout(self) -> str | None:
        return None if self.title is None else self.title.upper()


@dataclass(frozen=True, slots=True)
class Reader:
    """A viewer who sees their own books; an editor sees all."""

    id: Any
    is_editor: bool = False


AUTHORS = Source(Author, authors, lambda viewer: true())
BOOKS = Source(Book, books, lambda viewer: true() if viewer.is_editor else books.c.owner_id == viewer.id)
AUTHOR = One(AUTHORS, "author_id")
EDITOR = One(AUTHORS, "owner_id")
"""Some owners are authors, others are nobody."""
SEQUEL = One(BOOKS, "sequel_id")
OF_AUTHOR = Many(BOOKS, "author_id", "position")
LATER = Many(BOOKS, "author_id", "position", where=lambda: books.c.position > 1)
DEBUT = One(BOOKS, "id", "author_id", where=lambda: books.c.position == 1)
COUNT = Derived(authors, lambda table: select(func.count()).where(books.c.author_id == table.c.id).scalar_subquery())
SHELF = Connection(BOOKS, orders={"POSITION": books.c.position}, default_order=(("POSITION", False),))
PAGED = Connection(BOOKS, orders=SHELF.orders, default_order=SHELF.default_order, column="author_id")


def _edge(kind: Any, edge: Edge, **arguments: Any) -> GraphQLField:
    return GraphQLField(kind, args=arguments, resolve=_ask, extensions={"edge": edge})


def _ask(_root: Any, info: Any, **arguments: Any) -> WantedPage:
    return WantedPage(PageRequest(**arguments))


def _by_id(_root: Any, info: Any, id: str) -> Wanted:
    return Wanted(BY_ID, UUID(id))


BY_ID = One(AUTHORS, "id")
_TEXT, _NUMBER = GraphQLNonNull(GraphQLString), GraphQLNonNull(GraphQLInt)
_PAGES = {
    "first": GraphQLArgument(GraphQLInt),
    "last": GraphQLArgument(GraphQLInt),
    "after": GraphQLArgument(GraphQLString),
}
_PAGE_INFO = GraphQLObjectType(
    "PageInfo",
    {
        "hasNextPage": GraphQLField(_TEXT),
        "hasPreviousPage": GraphQLField(_TEXT),
        "startCursor": GraphQLField(GraphQLString),
        "endCursor": GraphQLField(GraphQLString),
    },
)
NAMED = GraphQLInterfaceType("Named", {"name": GraphQLField(_TEXT)})

AUTHOR_TYPE: GraphQLObjectType = GraphQLObjectType(
    "Author",
    lambda: {
        "id": GraphQLField(_TEXT),
        "name": GraphQLField(_TEXT),
        "born": GraphQLField(GraphQLInt),
        "books": _edge(GraphQLNonNull(GraphQLList(GraphQLNonNull(BOOK_TYPE))), OF_AUTHOR),
        "later": _edge(GraphQLNonNull(GraphQLList(GraphQLNonNull(BOOK_TYPE))), LATER),
        "debut": _edge(GraphQLNonNull(BOOK_TYPE), DEBUT),
        "count": _edge(_NUMBER, COUNT),
        "shelf": _edge(GraphQLNonNull(PAGE_TYPE), PAGED, **_PAGES),
    },
    interfaces=[NAMED],
)
BOOK_TYPE: GraphQLObjectType = GraphQLObjectType(
    "Book",
    lambda: {
        "title": GraphQLField(GraphQLString),
        "shout": GraphQLField(GraphQLString),
        "position": GraphQLField(_NUMBER),
        "author": _edge(GraphQLNonNull(AUTHOR_TYPE), AUTHOR),
        "editor": _edge(AUTHOR_TYPE, EDITOR),
        "sequel": _edge(BOOK_TYPE, SEQUEL),
    },
)
PAGE_TYPE: GraphQLObjectType = GraphQLObjectType(
    "BookPage",
    {
        "nodes": GraphQLField(GraphQLNonNull(GraphQLList(GraphQLNonNull(BOOK_TYPE)))),
        "pageInfo": GraphQLField(GraphQLNonNull(_PAGE_INFO)),
        "totalCount": GraphQLField(_NUMBER),
    },
)


@dataclass(slots=True)
class Asking:
    """Who asks, for operations that may change that."""

    viewer: Reader
    done: list[str] = field(default_factory=list)
    """The titles that verbs have written."""


async def _retitle(_root: Any, info: Any, title: str) -> Book | None:
    """Whoever writes becomes an editor, but nobody can write nothing, and what is called nobody's has no author."""
    info.context.done.append(title)
    if title == "":
        raise ValueError("no title")
    info.context.viewer = Reader(info.context.viewer.id, is_editor=True)
    return book_of(UUID(int=0 if title == "nobody's" else 1), title)


def book_of(author_id: UUID, title: str) -> Book:
    book = Book()
    book.__dict__.update(author_id=author_id, position=9, title=title)
    return book


async def _retitled(_root: Any, info: Any) -> AsyncIterator[Book]:
    async def books() -> AsyncIterator[Book]:
        for title in ("One", "nobody's"):
            yield book_of(UUID(int=0 if title == "nobody's" else 1), title)

    return books()


SCHEMA = GraphQLSchema(
    mutation=GraphQLObjectType(
        "Mutation", {"retitle": GraphQLField(BOOK_TYPE, args={"title": GraphQLArgument(_TEXT)}, resolve=_retitle)}
    ),
    subscription=GraphQLObjectType(
        "Subscription", {"retitled": GraphQLField(BOOK_TYPE, subscribe=_retitled, resolve=lambda book, info: book)}
    ),
    query=GraphQLObjectType(
        "Query",
        {
            "author": GraphQLField(AUTHOR_TYPE, args={"id": GraphQLArgument(_TEXT)}, resolve=_by_id),
            "books": _edge(GraphQLNonNull(PAGE_TYPE), SHELF, **_PAGES),
        },
    ),
)


class ToyBindings:
    """Names are names of columns; the context is the viewer."""

    viewers = Viewers(
        shape=lambda viewer: viewer.is_editor,
        values=lambda viewer: {"id": viewer.id},
        stand_in=lambda viewer, salt: Reader(_SOMEBODY[salt], viewer.is_editor),
    )

    def edge_of(self, field: GraphQLField) -> Edge | None:
        edge: Edge | None = field.extensions.get("edge")
        return edge

    def direct(self, field: GraphQLField) -> None:
        """Every resolver is called as it is."""

    def attribute_of(self, field: GraphQLField) -> str | None:
        return next(
            (name for kind in (AUTHOR_TYPE, BOOK_TYPE) for name, one in kind.fields.items() if one is field), None
        )

    def is_impersonal(self, field: GraphQLField) -> bool:
        return False

    def text_plan(self, type_name: str, field_name: str) -> TextPlan | None:
        plans = {("Author", "id"): hex_id("author-"), ("Author", "count"): derived_plan(COUNT, _NUMBER)}
        return plans.get((type_name, field_name))

    def needs(self, type_name: str, field_name: str) -> tuple[str, ...] | None:
        return ("title",) if field_name == "shout" else None

    def type_of(self, source: Source) -> str:
        return "Author"

    def recording(self, context: Any) -> Any:
        return context

    def viewer_of(self, context: Any) -> Any:
        return context.viewer if isinstance(context, Asking) else context


_SOMEBODY: tuple[UUID, UUID] = (UUID(int=0xAA), UUID(int=0xBB))
