"""Fetching any object by its id, with the viewer's rights."""

from typing import Any
from uuid import UUID

from persistence.gigs import GIG_CATEGORIES, GIGS
from persistence.organizations import ORGANIZATIONS
from persistence.payment_methods import PAYMENT_METHODS
from persistence.users import USERS
from planner.edges import One, Source
from resolvers.context import Context

SOURCES: dict[str, Source] = {
    "Gig": GIGS,
    "GigCategory": GIG_CATEGORIES,
    "Organization": ORGANIZATIONS,
    "PaymentMethod": PAYMENT_METHODS,
    "User": USERS,
}
_BY_ID = {name: One(source, "id") for name, source in SOURCES.items()}


class _Key:
    """A parent that is nothing but an id."""

    def __init__(self, id_: UUID) -> None:
        self.id = id_


async def node(context: Context, type_name: str, id_: UUID) -> Any:
    """The object, or None when there is none or the viewer may not see it."""
    edge = _BY_ID.get(type_name)
    return None if edge is None else await context.loaders.one(edge, _Key(id_))
