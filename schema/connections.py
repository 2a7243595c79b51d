"""Edges and lists of the API, bound to their declarations: one(…), many(…), connection(…), computed(…)."""

import inspect
from collections.abc import Awaitable, Callable
from enum import Enum, EnumMeta
from typing import Annotated, Any, Generic, TypeVar

import strawberry

from planner.edges import Batch, ByInstant, Derived, Many, One
from planner.edges import Connection as ConnectionEdge
from planner.pages import Page, PageRequest
from resolvers.context import Context
from resolvers.guards import Rule, require
from schema.enums import describe
from schema.inputs import filter_conditions
from schema.scalars import Cursor

T = TypeVar("T")


class OrderDirection(Enum):
    """The direction of an order."""

    ASC = "ASC"
    DESC = "DESC"


describe(OrderDirection, "The direction of an order.", ASC="From small to large.", DESC="From large to small.")


@strawberry.type(description="Where a page stands in its list (Relay cursor connections).")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more follows in the direction of `first`.")
    has_previous_page: bool = strawberry.field(description="Whether more precedes in the direction of `last`.")
    start_cursor: Cursor | None = strawberry.field(description="The cursor of the first entry; null on an empty page.")
    end_cursor: Cursor | None = strawberry.field(description="The cursor of the last entry; null on an empty page.")


@strawberry.type(description="An entry of a list with its cursor.")
class Edge(Generic[T]):
    cursor: Cursor = strawberry.field(description="The entry's place, for `after` and `before` in the same order.")
    node: T = strawberry.field(description="The entry itself.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    @strawberry.field(description="The entries with their cursors.")
    def edges(self: Page) -> list[Edge[T]]:
        return [Edge(cursor=Cursor(self.cursor_of(node)), node=node) for node in self.nodes]

    nodes: list[T] = strawberry.field(description="The entries, for those who need no cursors.")

    @strawberry.field(description="Where this page stands.")
    def page_info(self: Page) -> PageInfo:
        cursors = [Cursor(self.cursor_of(node)) for node in (self.nodes[:1] + self.nodes[-1:])]
        return PageInfo(
            has_next_page=self.has_next_page,
            has_previous_page=self.has_previous_page,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        )

    @strawberry.field(description="How many entries the whole list has with this filter. Costs a statement of its own.")
    async def total_count(self: Page, info: strawberry.Info[Context, None]) -> int:
        return await info.context.loaders.count(self)


_FIRST = Annotated[int | None, strawberry.argument(description="How many from the start: 1 to 100, default 20.")]
_LAST = Annotated[int | None, strawberry.argument(description="How many from the end: 1 to 100; not with first.")]
_AFTER = Annotated[Cursor | None, strawberry.argument(description="Only what follows this cursor.")]
_FILTER = "Only what fits all of these."
_BEFORE = Annotated[Cursor | None, strawberry.argument(description="Only what precedes this cursor.")]


def one(edge: One, graphql_type: Any, description: str, *, required: bool = False) -> Any:
    """A field that leads to one object; null when there is none or the viewer may not see it.

    `required` is for targets that always exist and that everybody who sees the parent may see.
    """

    async def resolve(root: Any, info: strawberry.Info[Context, None]) -> Any:
        return await info.context.loaders.one(edge, root)

    return _field(resolve, graphql_type if required else graphql_type | None, description, edge)


def many(edge: Many, graphql_type: Any, description: str) -> Any:
    """A field that leads to a short list without pages."""

    async def resolve(root: Any, info: strawberry.Info[Context, None]) -> Any:
        return await info.context.loaders.many(edge, root)

    return _field(resolve, list[graphql_type], description, edge)


def computed(edge: Batch | Derived, graphql_type: Any, description: str, *, name: str | None = None) -> Any:
    """A value computed for all objects of a level at once."""

    async def resolve(root: Any, info: strawberry.Info[Context, None]) -> Any:
        return await info.context.loaders.batch(edge, root)

    return _field(resolve, graphql_type, description, edge, name)


def connection(
    edge: ConnectionEdge,
    node: Any,
    description: str,
    *,
    filter: Any = None,
    order: Any = None,
    needs: Rule | None = None,
    first: Callable[[Context], Awaitable[None]] | None = None,
) -> Any:
    """A list in pages. The fields of the input type `filter` are the edge's filters; `order` comes from order_input.

    `first` is done whenever somebody asks, before anything is read.
    """

    async def page(context: Context, root: Any, **arguments: Any) -> Any:
        if needs is not None:
            require(context, needs)
        if first is not None:
            await first(context)
        return await context.loaders.page(edge, root, _request(edge, arguments, context))

    async def resolve(root: Any, info: strawberry.Info[Context, None], **arguments: Any) -> Any:
        return await page(info.context, root, **arguments)

    parameters: dict[str, Any] = {"first": _FIRST, "last": _LAST, "after": _AFTER, "before": _BEFORE}
    if filter is not None:
        parameters["filter"] = Annotated[filter | None, strawberry.argument(description=_FILTER)]
    if order is not None:
        parameters["order_by"] = Annotated[
            list[order] | None, strawberry.argument(description="The order, most important first; ids break ties.")
        ]
    _sign(resolve, parameters)
    # What is called directly may be asked once for all who ask the same.
    direct = page if first is None else None
    return _field(resolve, Connection[node], description, edge, direct=direct, needs=needs)


def listing(
    edge: ConnectionEdge,
    page: Callable[[Context, Any, PageRequest], Awaitable[Page]],
    node: Any,
    description: str,
) -> Any:
    """A list whose pages are read in a way of their own: `page` gets the object and which part of `edge` is wanted."""

    async def resolve(root: Any, info: strawberry.Info[Context, None], **arguments: Any) -> Any:
        return await page(info.context, root, _request(edge, arguments, info.context))

    _sign(resolve, {"first": _FIRST, "last": _LAST, "after": _AFTER, "before": _BEFORE})
    return strawberry.field(resolver=resolve, graphql_type=Connection[node], description=description)


def order_input(edge: ConnectionEdge, name: str) -> Any:
    """The input type for the orders of a list, made from its declaration."""
    fields: Any = EnumMeta.__call__(Enum, f"{name}Field", {order: order for order in edge.orders})
    described = {order: f"By {order.lower().replace('_', ' ')}." for order in edge.orders}
    describe(fields, "What the list can be ordered by.", **described)
    made = type(
        name,
        (),
        {
            "__annotations__": {"field": fields, "direction": OrderDirection},
            "field": strawberry.field(description="What to order by."),
            "direction": strawberry.field(description="ASC from small to large, DESC the other way."),
        },
    )
    return strawberry.input(made, name=name, description="One order of a list.")


def _request(edge: ConnectionEdge, arguments: dict[str, Any], context: Context) -> PageRequest:
    arguments = {name: None if given is strawberry.UNSET else given for name, given in arguments.items()}
    order = arguments.pop("order_by", None) or ()
    conditions = tuple(
        (name, (given, context.platform.now()) if isinstance(edge.filters[name], ByInstant) else given)
        for name, given in filter_conditions(arguments.pop("filter", None))
    )
    return PageRequest(
        **arguments,
        filter=conditions,
        order=tuple((one.field.value, one.direction is OrderDirection.DESC) for one in order),
    )


def _sign(resolve: Callable[..., Any], parameters: dict[str, Any]) -> None:
    """Gives a resolver the signature of its GraphQL arguments, which Strawberry reads."""
    fixed = [
        inspect.Parameter("root", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Any),
        inspect.Parameter("info", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=strawberry.Info),
    ]
    named = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=strawberry.UNSET)
        for name, annotation in parameters.items()
    ]
    setattr(resolve, "__signature__", inspect.Signature([*fixed, *named]))
    resolve.__annotations__ = {"info": strawberry.Info, **parameters}


def _field(
    resolve: Callable[..., Any],
    graphql_type: Any,
    description: str,
    edge: Any,
    name: str | None = None,
    direct: Callable[..., Any] | None = None,
    needs: Rule | None = None,
) -> Any:
    metadata = {"edge": edge, "direct": direct, "needs": needs}
    return strawberry.field(
        resolver=resolve, graphql_type=graphql_type, description=description, metadata=metadata, name=name
    )
