"""What an application tells the planner about its schema: edges, attributes, texts, resolvers, viewers."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from graphql import GraphQLField
from sqlalchemy.ext.asyncio import AsyncSession

from planner.edges import Batch, Connection, Derived, Many, One, Source
from planner.pages import PageRequest
from planner.statements import Viewers
from planner.texts import TextPlan

Edge = One | Many | Connection | Batch | Derived


@dataclass(slots=True)
class Wanted:
    """What a resolver would have loaded: the object at the end of an edge from a key."""

    edge: One
    key: Any


@dataclass(slots=True)
class WantedPage:
    """What a resolver would have loaded: a page."""

    request: PageRequest


class Bindings(Protocol):
    """One per schema."""

    viewers: Viewers

    def edge_of(self, field: GraphQLField) -> Edge | None:
        """The edge behind a field, if it is one."""

    def direct(self, field: GraphQLField) -> Callable[..., Awaitable[Any]] | None:
        """What a field's resolver calls, as `direct(context, parent, **arguments)`, where it does nothing else.

        It is called in its stead where all arguments are scalars, which need no conversion on their way. With loaders
        that only say what they would load, its answer depends on nothing but the viewer's shape and these arguments.
        """

    def attribute_of(self, field: GraphQLField) -> str | None:
        """The attribute that a field without a resolver reads."""

    def is_impersonal(self, field: GraphQLField) -> bool:
        """Whether the field's resolver is told of the object alone, and of nothing about the request."""

    def text_plan(self, type_name: str, field_name: str) -> TextPlan | None:
        """How SQL writes a field that is not simply a column."""

    def needs(self, type_name: str, field_name: str) -> tuple[str, ...] | None:
        """The columns that a field made in Python reads; None: whatever there is."""

    def type_of(self, source: Source) -> str:
        """The name of the GraphQL type that shows these objects."""

    def recording(self, context: Any) -> Any:
        """The context for resolvers whose loaders only say what they would load: Wanted and WantedPage."""

    def viewer_of(self, context: Any) -> Any:
        """Who asks."""


Fetch = Callable[[str, list[Any]], Any]
OpenSession = Callable[[], AbstractAsyncContextManager[AsyncSession]]
