"""The catalogue of event types: what webhooks can be told, and what the data of each holds."""

from collections.abc import Sequence

import strawberry

from domain import event_types as domain
from domain.app_events import APP_EVENTS
from domain.event_types import EVENT_TYPES
from domain.permissions import Permission
from resolvers.context import Context
from schema.guarded import asks
from schema.scalars import JSON
from schema.shapes import plain, shows


@shows(domain.EventType, "A type of event that organizations learn of, by webhooks and in the feed `events`.")
class EventType:
    type: str = plain("Its name, as object.past_tense: invoice.paid.")

    @strawberry.field(description="Whether apps can be told of it, by endpoints with an appId.")
    def is_for_apps(self: domain.EventType) -> bool:
        return self.type in APP_EVENTS

    data_schema: JSON = plain("A JSON Schema of what `data` holds; more may come, and is to be ignored.")


@strawberry.type
class EventTypeQueries:
    @asks(
        Permission.WEBHOOKS_MANAGE,
        "All types of events that webhooks can be told, in alphabetical order.",
        graphql_type=list[EventType],
    )
    def event_types(self, info: strawberry.Info[Context, None]) -> Sequence[domain.EventType]:
        return list(EVENT_TYPES.values())
