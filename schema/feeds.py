"""What every live feed is made of: its messages, the events in them, and the subscription of one object's feed."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from functools import cache
from typing import Annotated, Any
from uuid import UUID

import strawberry
from strawberry.scalars import ID

from domain.events import OutboxEvent, Recorder
from resolvers import history
from resolvers.context import Context
from resolvers.guards import Rule
from resolvers.live import Update
from schema.api_keys import ApiKey
from schema.connections import one
from schema.guarded import guarded
from schema.ids import PREFIXES, global_id, read_id
from schema.organizations import Organization
from schema.scalars import JSON, Cursor
from schema.shapes import plain, shows
from schema.users import User

AFTER = Annotated[
    Cursor | None,
    strawberry.argument(
        description="The cursor of the last message you have seen: first comes exactly what you missed, in order, then"
        " what happens. Left out: only what happens from now on."
    ),
]


@shows(OutboxEvent, "Something that happened, written in the transaction in which it did.")
class LiveEvent:
    type: str = plain("What happened, as object.past_tense: gig.published.")
    occurred_at: datetime = plain("When it happened.")

    @strawberry.field(description="The id of the object it happened to; null for objects that only work inside.")
    def subject_id(self: Any) -> ID | None:
        type_name = types_of_subjects().get(self.subject_type)
        return ID(global_id(type_name, self.subject_id)) if type_name in PREFIXES else None

    subject_version: int = plain("The version the object has since; to skip what you have already.")
    actor_kind: str = plain("USER, API_KEY, APP or SYSTEM.")
    actor: User | None = one(history.USER, User, "The person who did it, for those who may know them.")
    actor_key: ApiKey | None = one(
        history.API_KEY, ApiKey, "The key that a program did it with, for those who may see it."
    )
    actor_organization: Organization | None = one(history.ORGANIZATION, Organization, "For whom they acted.")
    data: JSON = plain("What a reader needs besides the ids; the keys depend on the type.")


@strawberry.type(description="What every message of a feed says.")
class LiveMessage:
    cursor: Cursor = plain("Pass it as `after` to resume behind this message; any feed takes it.")
    gap: bool = plain(
        "True in the first message after a cursor that is older than 7 days: fetch everything again. It has no event,"
        " and the feed goes on from here."
    )
    event: LiveEvent | None = plain("What happened; null only where gap is true.")


def _id_of(type_name: str, argument: str) -> Any:
    return Annotated[ID, strawberry.argument(description=f"The id of a {type_name}.", name=argument)]


def object_feed(
    open_feed: Callable[[Context, UUID, str | None], Awaitable[AsyncIterator[Update]]],
    type_name: str,
    graphql_type: Any,
    description: str,
    *,
    needs: Rule,
) -> Any:
    """A subscription `nounActivity(nounId: ID!, after: Cursor)` to the feed of one object."""
    argument = f"{type_name[0].lower()}{type_name[1:]}Id"

    async def resolve_feed(info: strawberry.Info[Context, None], object_id: Any, after: Any = None) -> Any:
        return await open_feed(info.context, read_id(object_id, type_name, argument), after)

    resolve_feed.__annotations__ = {
        "info": strawberry.Info,
        "object_id": _id_of(type_name, argument),
        "after": AFTER,
    }
    return strawberry.subscription(
        resolver=guarded(needs, resolve_feed),
        graphql_type=graphql_type,
        description=description,
        metadata={"needs": needs},
    )


@cache
def types_of_subjects() -> dict[str, str]:
    """The API's type name of every object that records events, by its name in them; asked once all are known."""
    found, waiting = {}, list(Recorder.__subclasses__())
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if hasattr(kind, "SUBJECT"):
            found[kind.SUBJECT] = kind.__name__
    return found
