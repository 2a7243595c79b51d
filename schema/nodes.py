"""Fetching objects by id."""

import asyncio
from typing import Annotated, Any

import strawberry
from strawberry.scalars import ID

from domain.refusals import invalid
from resolvers.context import Context
from resolvers.guards import Needs, require
from resolvers.nodes import node
from schema.guarded import asks
from schema.ids import read_any_id, read_id
from schema.shapes import Node

MAX_NODES = 100

_Id = Annotated[ID, strawberry.argument(description="A global id.")]
_RULE = Needs.VERIFIED
_Ids = Annotated[list[ID], strawberry.argument(description="At most 100 global ids.")]


def by_id(type_name: str, graphql_type: Any, description: str) -> Any:
    """A root field `noun(id: ID!)`; null for an unknown or foreign id."""

    async def found(context: Context, root: Any, *, id: str) -> Any:
        require(context, _RULE)
        return await node(context, type_name, read_id(id, type_name, "id"))

    async def resolve(info: strawberry.Info[Context, None], id: Any) -> Any:
        return await found(info.context, None, id=id)

    argument = Annotated[ID, strawberry.argument(description=f"The id of a {type_name}.")]
    resolve.__annotations__ = {"info": strawberry.Info, "id": argument}
    return strawberry.field(
        resolver=resolve,
        graphql_type=graphql_type | None,
        description=description,
        metadata={"direct": found, "needs": _RULE},
    )


@strawberry.type
class NodeQueries:
    @asks(_RULE, "Any object by its id; null when there is none or you may not see it.")
    async def node(self, info: strawberry.Info[Context, None], id: _Id) -> Node | None:
        found: Node | None = await node(info.context, *read_any_id(id, "id"))
        return found

    @asks(_RULE, "Several objects by their ids, in the same order, with null where there is none.")
    async def nodes(self, info: strawberry.Info[Context, None], ids: _Ids) -> list[Node | None]:
        if len(ids) > MAX_NODES:
            raise invalid(f"At most {MAX_NODES} ids.", "ids")
        wanted = [read_any_id(text, "ids", str(position)) for position, text in enumerate(ids)]
        return list(await asyncio.gather(*(node(info.context, *one) for one in wanted)))
