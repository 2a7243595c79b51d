"""Changes of subscriptions as clients preview, make and cancel them, and what will be charged next."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain import change_quotes, upcoming_charges
from domain.permissions import Permission
from domain.refusals import Refused
from domain.subscription_changes import ChangeDirection, ChangeTime, ProrationMode
from resolvers import subscription_changes as resolve
from resolvers.context import Context
from schema.enums import describe
from schema.guarded import asks
from schema.ids import read_id
from schema.inputs import an_id, optional, optional_id, read_input
from schema.money import Money
from schema.mutations import mutation
from schema.refusals import Refusal
from schema.scalars import DecimalText, Int64
from schema.scheduled_changes import ProrationLine, ScheduledChange
from schema.shapes import plain, shows
from schema.subscriptions import BillingSubscription

describe(
    ProrationMode,
    "What becomes of the rest of the period that a change falls into.",
    CREATE_PRORATIONS="Its lines wait for the charge of the next period.",
    ALWAYS_INVOICE="The net is charged now, and the change takes effect when that is paid.",
    NONE="Nothing is given back or charged. For customers it then takes effect when the period ends.",
)
describe(
    ChangeTime,
    "When a change takes effect.",
    NOW="At once; with ALWAYS_INVOICE once it is paid.",
    PERIOD_END="When the period that is paid has ended.",
)
describe(
    ChangeDirection,
    "Whether a change leads to more or to less.",
    UPGRADE="A higher rank; of equal rank a longer period, or more seats.",
    DOWNGRADE="Whatever else changes the price.",
)


@shows(change_quotes.ChangeQuote, "What a change would do at this instant. Nothing was written.")
class SubscriptionChangePreview:
    direction: ChangeDirection = plain("Whether it is more or less.")
    mode: ProrationMode = plain("What becomes of the rest of the period.", name="prorationMode")
    effective: ChangeTime = plain("When it takes effect.")
    effective_at: datetime = plain("That instant.")
    starts_period: bool = plain("Whether a new period begins with it.")
    quantity: int = plain("The quantity to come.")
    period_amount: Money = plain("What a whole period costs from then on, without tax unless the price contains it.")
    lines: list[ProrationLine] = plain("The very lines that the change would post.")
    net: Money = plain("All lines together; below zero it lowers later charges.", name="total")
    charged: Money = plain("What must be paid before it takes effect, without tax unless the price contains it.")
    credits: Int64 = plain("Included credits that it adds to the open period.")


@shows(
    upcoming_charges.UsageSoFar,
    "What was used of something in a period that takes events still, priced as if no more came.",
)
class UsageSoFar:
    meter_code: str = plain("The meter.")
    period_start: datetime = plain("When that period begins.", name="periodStartsAt")
    period_end: datetime = plain("When it ends; its usage closes 24 hours later.", name="periodEndsAt")
    quantity: DecimalText = plain("The quantity by now, by the aggregation of the meter.")
    amount: Money | None = plain("What it comes to by now, without tax unless the price contains it.")
    is_charged_next: bool = plain(
        "Whether it closes before the next charge, because its period has just ended: then it becomes one of its lines."
        " What is used in the period that runs closes a day after that charge, and is in the one after it."
    )


@shows(
    upcoming_charges.UpcomingCharge,
    "What the next period will cost by now, and beside it what was used that no charge has taken up yet.",
)
class UpcomingCharge:
    due_at: datetime = plain("When it is charged.")
    period_start: datetime = plain("When that period begins.", name="periodStartsAt")
    period_end: datetime = plain("When it ends.", name="periodEndsAt")
    quantity: int = plain("At which quantity, with all that takes effect by then.")
    amount: Money = plain("The price of the period.")
    waiting: list[ProrationLine] = plain("What has waited for this charge.", name="lines")
    net: Money = plain("What is charged, without tax unless the price contains it; never below zero.", name="total")
    carried_over: Money = plain("What is left over for later charges: zero or below.")
    usage: list[UsageSoFar] = plain("What was used in periods that are not closed, by period and meter.")
    usage_so_far: Money = plain(
        "What was used in the period that runs, priced as of now: no part of total, because the charge after this one"
        " takes it up."
    )


@strawberry.input(description="What a preview is asked for.")
class _Wish:
    """Never shown: it reads the arguments of the query as the mutation reads its input."""

    id: strawberry.ID = an_id("BillingSubscription", "The subscription.")
    price_id: strawberry.ID | None = optional_id("Price", "The price.")
    quantity: int | None = optional(int, "The quantity.")
    proration_mode: ProrationMode | None = optional(ProrationMode, "The mode.")
    effective: ChangeTime | None = optional(ChangeTime, "When.")


_PRICE = "The price to come; left out: as it is."
_QUANTITY = "The quantity to come; left out: as it is."
_MODE = "Left out: ALWAYS_INVOICE for an upgrade; for a downgrade NONE."
_WHEN = "Left out: NOW for an upgrade; for a downgrade, and for customers with NONE, PERIOD_END."
_Id = Annotated[strawberry.ID, strawberry.argument(description="The id of a BillingSubscription.")]
_PriceId = Annotated[strawberry.ID | None, strawberry.argument(description=_PRICE)]
_Quantity = Annotated[int | None, strawberry.argument(description=_QUANTITY)]
_Mode = Annotated[ProrationMode | None, strawberry.argument(description=_MODE)]
_When = Annotated[ChangeTime | None, strawberry.argument(description=_WHEN)]
_Result = Annotated[
    SubscriptionChangePreview | Refusal,
    strawberry.union(
        "PreviewSubscriptionChangeResult",
        description="What previewSubscriptionChange returns: the preview, or why not.",
    ),
]
_READERS = (Permission.BILLING_READ, Permission.STAFF_MONEY, Permission.STAFF_READ)
_MANAGERS = (Permission.BILLING_MANAGE, Permission.STAFF_MONEY)


async def _preview(info: strawberry.Info[Context, None], **arguments: Any) -> Any:
    try:
        return await resolve.preview_subscription_change(info.context, **read_input(_Wish(**arguments)))
    except Refused as refused:
        return refused.refusal


@strawberry.type
class SubscriptionChangeQueries:
    @asks(
        _READERS,
        "What changeSubscription would do at this instant, line by line, or the Refusal that it would get. Nothing is "
        "written.",
        graphql_type=_Result,
    )
    async def preview_subscription_change(
        self,
        info: strawberry.Info[Context, None],
        id: _Id,
        price_id: _PriceId = strawberry.UNSET,
        quantity: _Quantity = strawberry.UNSET,
        proration_mode: _Mode = strawberry.UNSET,
        effective: _When = strawberry.UNSET,
    ) -> Any:
        return await _preview(
            info, id=id, price_id=price_id, quantity=quantity, proration_mode=proration_mode, effective=effective
        )

    @asks(
        _READERS,
        "What the next period of a subscription will cost. Null where nothing will be charged, because it ends or "
        "rests with its period or does not run, and where you may not see it.",
        graphql_type=UpcomingCharge | None,
    )
    async def upcoming_charge(self, info: strawberry.Info[Context, None], id: _Id) -> Any:
        return await resolve.upcoming_charge(info.context, subscription_id=read_id(id, "BillingSubscription", "id"))


@strawberry.type
class SubscriptionChangeMutations:
    change_subscription = mutation(
        resolve.change_subscription,
        "Changes price or quantity of an ACTIVE subscription. An upgrade is charged to the default payment method at "
        "once and takes effect when that is paid: until then scheduledChange waits, and where the payment fails it is "
        "FAILED and all is as it was. A downgrade takes effect when the period ends. A shorter period begins when "
        "the one that is paid has ended, a longer one at once. Where a plan includes credits, less of it waits for "
        "the period's end. LIMIT_REACHED below the assigned seats; WRONG_STATE for an archived price, without a "
        "payment method, and downwards inside the term of a contract; CONFLICT while a change is being paid. Where a "
        "provider bills the subscription, it is asked to make the change at once, and scheduledChange waits for its "
        "answer.",
        needs=_MANAGERS,
        takes={
            "subscription_id": an_id("BillingSubscription", "The subscription."),
            "price_id": optional_id("Price", _PRICE),
            "quantity": optional(int, _QUANTITY),
            "proration_mode": optional(ProrationMode, _MODE),
            "effective": optional(ChangeTime, _WHEN),
        },
        gives={
            "subscription": (BillingSubscription, "The subscription as it is now."),
            "lines": (list[ProrationLine], "What the change has posted."),
            "scheduled_change": (ScheduledChange | None, "The change, while it waits."),
        },
        keyed=True,
    )
    cancel_scheduled_change = mutation(
        resolve.cancel_scheduled_change,
        "Takes a change back that waits for its instant. CONFLICT while it is being paid, or asked of a provider.",
        needs=Permission.BILLING_MANAGE,
        takes={"scheduled_change_id": an_id("ScheduledChange", "The change.")},
        gives={
            "subscription": (BillingSubscription, "The subscription as it is now."),
            "scheduled_change": (ScheduledChange, "The change as it is now."),
        },
    )
