"""Lots of credits as clients see them."""

from datetime import datetime

import strawberry

from domain import credit_lots as domain
from domain.credit_lots import LotSource, LotStatus
from resolvers import credit_transactions as resolve
from resolvers.context import Context
from schema.connections import connection, order_input
from schema.enums import describe
from schema.inputs import optional, optional_id
from schema.money import Money
from schema.scalars import Int64
from schema.shapes import Node, plain, shows

describe(
    LotSource,
    "Where the credits of a lot come from; unless a lot says otherwise, lots are used up in this order: PROMOTION,"
    " ROLLOVER, SUBSCRIPTION, GRANT, REFUND, PURCHASE, TRANSFER.",
    PURCHASE="They were bought.",
    SUBSCRIPTION="They came with a paid period.",
    ROLLOVER="They were left over from the period before.",
    PROMOTION="They came with a code.",
    GRANT="Staff gave them.",
    REFUND="They were given back for a lot that had expired.",
    TRANSFER="Another organization sent them.",
)
describe(
    LotStatus,
    "Whether anything of a lot can be used.",
    ACTIVE="Something is left.",
    EXHAUSTED="Nothing is left.",
    EXPIRED="Its time is over; what is held of it can still be captured.",
)


@shows(
    domain.CreditLot,
    "Credits that came in together. What is used first: the lowest priority, then what expires first, then what came"
    " first.",
)
class CreditLot(Node):
    version: int = plain("Counts the committed changes, from 1.")
    source: LotSource = plain("Where they come from.")
    quantity: Int64 = plain("How many came.")
    remaining: Int64 = plain("How many can still be used.")
    held: Int64 = plain("How many are set aside.")
    priority: int = plain("From 0 to 100; the lowest is used first.")
    expires_at: datetime | None = plain("Until when they can be used; null for ever.")
    cost: Money | None = plain("What was paid for all of them, without tax; null where nothing was.")
    created_at: datetime = plain("When they came.")
    updated_at: datetime = plain("When it last changed.")

    @strawberry.field(description="Whether anything of it can be used now.")
    def status(self: domain.CreditLot, info: strawberry.Info[Context, None]) -> LotStatus:
        return self.status_at(info.context.platform.now())


@strawberry.input(description="Conditions on lots; all given ones must hold.")
class CreditLotFilter:
    organization_id: strawberry.ID | None = optional_id(
        "Organization", "Of this organization; others than yours for staff only."
    )
    source: list[LotSource] | None = optional(list[LotSource], "From one of these.")
    has_credits: bool | None = optional(bool, "True: with anything left or set aside; false: used up.")


CreditLotOrder = order_input(resolve.LOTS, "CreditLotOrder")


@strawberry.type
class CreditLotQueries:
    credit_lots = connection(
        resolve.LOTS,
        CreditLot,
        "The lots of your organization's credits, newest first. Needs credits:read; staff:credits sees those of all.",
        filter=CreditLotFilter,
        order=CreditLotOrder,
        needs=resolve.READERS,
    )
