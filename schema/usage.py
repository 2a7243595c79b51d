"""Usage as it is reported, and as it adds up."""

from datetime import datetime
from typing import Annotated, Any

import strawberry
from strawberry.scalars import ID

from domain import usage_events, usage_totals
from domain.refusals import RefusalCode
from domain.usage_events import UsageReport
from resolvers import usage as resolve
from resolvers.context import Context
from schema.connections import connection, one, order_input
from schema.guarded import asks
from schema.ids import read_id
from schema.inputs import an_id, optional, optional_id, value
from schema.meters import Meter
from schema.money import Money
from schema.mutations import mutation
from schema.scalars import DecimalText
from schema.shapes import Node, plain, shows


@shows(usage_events.UsageEvent, "Something that was used, as it was reported. It can be voided, and nothing else.")
class UsageEvent(Node):
    meter: Meter = one(resolve.METER, Meter, "What counts it.", required=True)
    event_id: str = plain("The reporter's own name for it: unique for the meter.")
    occurred_at: datetime = plain("When it happened.")
    counted_at: datetime = plain(
        "The instant whose period it counts in: when it happened or, where that had closed, when it was reported."
    )
    recorded_at: datetime = plain("When it was reported.")
    value: DecimalText = plain("How much was used.")
    unique_key: str | None = plain("What a UNIQUE_COUNT counts once.")
    is_late: bool = plain("Whether its period had closed, so that it counts in a later one.")
    voided_at: datetime | None = plain("When it was voided; it does not count since.")
    void_reason: str | None = plain("Why it was voided.")


@shows(usage_events.RefusedUsage, "A reported event that does not count.")
class RefusedUsage:
    position: int = plain("Its place in the report, from 0.")
    event_id: str = plain("Its name.")
    code: RefusalCode = plain("Why, for programs.")
    message: str = plain("Why, for people.")
    path: list[str] = plain("The field that it is about.")


@shows(usage_totals.UsageTotal, "What was used in one period.")
class UsageTotal:
    period_starts_at: datetime = plain("Where it begins.")
    period_ends_at: datetime = plain("Where it ends; that instant is in the next one.")
    is_closed: bool = plain("Whether it takes no more events: 24 hours after the end of a period.")
    quantity: DecimalText = plain("The quantity, by the aggregation of the meter.")
    amount: Money | None = plain("What it comes to without tax; null where no subscription has a price for it.")


@strawberry.input(description="Something that was used.")
class UsageEventInput:
    meter_code: str = value(str, "The meter: one of your own where you are an app, of Milepost's otherwise.")
    event_id: str = value(str, "Your own name for it, 1 to 128 characters; a repeat counts once.")
    occurred_at: datetime = value(datetime, "When it happened: within the last 35 days, at most 5 minutes ahead.")
    value: DecimalText = optional(DecimalText, "How much, from 0, with up to 6 decimals; 1 unless said.", 1)
    unique_key: str | None = optional(str, "What a UNIQUE_COUNT counts once, to 128 characters.")

    build = staticmethod(UsageReport)


@strawberry.input(description="Conditions on usage events; all given ones must hold.")
class UsageEventFilter:
    meter_id: ID | None = optional_id("Meter", "Of this meter.")
    is_late: bool | None = optional(bool, "Reported after their period had closed, or in time.")
    is_voided: bool | None = optional(bool, "Voided, or not.")
    occurred_from: datetime | None = optional(datetime, "That happened at this instant or later.")
    occurred_before: datetime | None = optional(datetime, "That happened before this instant.")


UsageEventOrder = order_input(resolve.LIST, "UsageEventOrder")

_Meter = Annotated[ID, strawberry.argument(description="The meter.", name="meterId")]
_Organization = Annotated[
    ID | None, strawberry.argument(description="For staff: whose usage. Yours unless said.", name="organizationId")
]
_From = Annotated[
    datetime | None,
    strawberry.argument(description="From this instant on; 35 days before `to` unless said.", name="from"),
]
_To = Annotated[
    datetime | None, strawberry.argument(description="Until this instant; until now unless said.", name="to")
]


@strawberry.type
class UsageQueries:
    usage_events = connection(
        resolve.LIST,
        UsageEvent,
        "What was reported for your organization, newest first; for staff, of all.",
        filter=UsageEventFilter,
        order=UsageEventOrder,
        needs=resolve.READERS,
    )

    @asks(
        resolve.READERS,
        "What your organization has used of something, in each period of its subscription that the stretch touches; in"
        " calendar months where no subscription has a price for it. INVALID for more than 36 months.",
        graphql_type=list[UsageTotal],
    )
    async def usage(
        self,
        info: strawberry.Info[Context, None],
        meter_id: _Meter,
        organization_id: _Organization = None,
        start: _From = None,
        end: _To = None,
    ) -> Any:
        organization = None if organization_id is None else read_id(organization_id, "Organization", "organizationId")
        meter = read_id(meter_id, "Meter", "meterId")
        return await resolve.totals(info.context, meter, organization, start, end)


@strawberry.type
class UsageMutations:
    record_usage = mutation(
        resolve.record_usage,
        "Reports what was used. Each event counts by itself: a repeat of its eventId with the same content counts once,"
        " with other content it is refused IDEMPOTENCY_KEY_REUSED, and what cannot be counted is refused while the"
        " others count. An event whose period has closed counts in the one that is open now.",
        needs=resolve.REPORTERS,
        takes={
            "organization_id": optional_id("Organization", "Whose usage; yours unless said. An app names it."),
            "events": value(list[UsageEventInput], "1 to 100 events."),
        },
        gives={
            "accepted": (int, "How many count from now on."),
            "duplicates": (int, "How many had been reported before."),
            "refused": (list[RefusedUsage], "Those that do not count, and why."),
        },
    )
    void_usage_event = mutation(
        resolve.void_usage_event,
        "Takes a reported event back; it stays listed, and its eventId taken. WRONG_STATE once it is voided or its"
        " period has closed, 24 hours after its end.",
        needs=resolve.REPORTERS,
        takes={
            "usage_event_id": an_id("UsageEvent", "The event."),
            "reason": value(str, "Why, to 1000 characters."),
        },
        gives={"usage_event": (UsageEvent, "The event as it is now.")},
    )
