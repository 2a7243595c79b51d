"""Changes of subscriptions that wait, and the lines that changes post."""

from datetime import datetime

import strawberry

from domain import scheduled_changes as domain
from domain.proration_lines import ProrationLine as DomainLine
from domain.prorations import ProrationKind
from domain.scheduled_changes import ScheduledChangeKind, ScheduledChangeStatus
from resolvers import subscription_changes as resolve
from schema.connections import one
from schema.enums import describe
from schema.inputs import optional
from schema.money import Money
from schema.prices import Price
from schema.scalars import Int64
from schema.shapes import plain, shows
from schema.stateful import Stateful

describe(
    ScheduledChangeKind,
    "What a change changes.",
    PRICE="The price, and perhaps the quantity.",
    QUANTITY="The quantity alone.",
    CANCEL="The subscription ends.",
    PAUSE="The subscription rests.",
    CONTINUE="The subscription goes on although it was to end; only where a provider bills it.",
)
describe(
    ScheduledChangeStatus,
    "The life of a change.",
    PENDING="It waits for its instant, for its payment, or for the provider that bills the subscription.",
    APPLIED="It has taken effect.",
    CANCELLED="It was taken back, or a newer one took its place.",
    FAILED="It was not paid, or could not take effect: the subscription is as it was.",
)
describe(
    ProrationKind,
    "What a line of a charge is for.",
    UNUSED_TIME="The rest of the old price, given back.",
    REMAINING_TIME="The rest of the period at the new price, or a whole new period.",
    CARRIED_OVER="What was given back beyond the charge before.",
    USAGE="What was used and is paid afterwards.",
)


@shows(DomainLine, "A line of a charge. Below zero where something is given back.")
class ProrationLine:
    kind: ProrationKind = plain("What it is for.")
    description: str = plain("What it says on the invoice.")
    quantity: int = plain("Of how many.")
    amount: Money = plain("For all of the quantity; without tax, unless the price contains it.")


@shows(domain.ScheduledChange, "A change of a subscription. At most one of each kind is PENDING.")
class ScheduledChange(Stateful):
    kind: ScheduledChangeKind = plain("What changes.")
    status: ScheduledChangeStatus = plain("Where it stands.")
    price: Price | None = one(resolve.PRICE, Price, "The price to come; null where it stays.")
    quantity: int | None = plain("The quantity to come; null where it stays.")
    resumes_at: datetime | None = plain("Of a pause: when the subscription goes on.")
    effective_at: datetime = plain("When it takes effect, or was asked for where it waits for its payment.")
    starts_period: bool = plain("Whether a new period begins with it.")
    credits: Int64 = plain("Included credits that it adds to the open period once it is paid.")
    awaits_payment: bool = plain("Whether it takes effect when what it costs is paid, and fails when that fails.")
    failure: str | None = plain("Why it has failed: a code.")


@strawberry.input(description="Conditions on the changes of a subscription; all given ones must hold.")
class ScheduledChangeFilter:
    status: list[ScheduledChangeStatus] | None = optional(list[ScheduledChangeStatus], "In one of these states.")
