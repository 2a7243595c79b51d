"""Subscriptions as organizations and staff see them, end them, let them rest, and pay for them."""

from datetime import datetime

import strawberry
from strawberry.scalars import ID

from domain import billing_subscriptions as domain
from domain import dunning, subscription_items, subscription_periods
from domain.billing_subscriptions import ManagedBy, SubscriptionCollection, SubscriptionStatus
from domain.dunning import AttemptOutcome, AttemptTrigger
from domain.permissions import Permission
from domain.subscription_periods import PeriodStatus
from resolvers import subscriptions as resolve
from resolvers.contracts import ACTIVE as CONTRACT
from resolvers.seat_assignments import OF_SUBSCRIPTION as SEATS
from resolvers.subscription_changes import OF_SUBSCRIPTION as CHANGES
from resolvers.subscriptions import CancelTime
from schema.connections import computed, connection, many, one, order_input
from schema.contracts import Contract
from schema.enums import describe
from schema.inputs import an_id, optional, optional_id, value
from schema.invoices import Invoice
from schema.money import Money, MoneyInput
from schema.mutations import mutation
from schema.nodes import by_id
from schema.organizations import Organization
from schema.payments import Payment
from schema.prices import Price
from schema.products import Product
from schema.refunds import Refund
from schema.scalars import Currency, Int64
from schema.scheduled_changes import ScheduledChange, ScheduledChangeFilter
from schema.seat_assignments import SeatAssignment
from schema.shapes import plain, shows
from schema.stateful import Stateful

describe(
    SubscriptionStatus,
    "The life of a subscription.",
    INCOMPLETE="Waits 23 hours for its first payment; it gives nothing yet.",
    INCOMPLETE_EXPIRED="Nobody paid in time.",
    TRIALING="Tried out, with all features, until trialEndsAt.",
    ACTIVE="Paid.",
    PAST_DUE="A charge has failed. It is tried again, and there is access until accessEndsAt.",
    UNPAID="Nothing is tried any more. Paying what is owed starts a new period.",
    PAUSED="Rests until it is resumed; it gives nothing and costs nothing.",
    CANCELED="Over.",
)
describe(
    ManagedBy,
    "Who decides about the periods of a subscription.",
    PROVIDER="The payment provider; Milepost follows what it says.",
    MILEPOST="Milepost's own billing clock.",
)
describe(
    SubscriptionCollection,
    "How the periods of a subscription are paid.",
    CHARGE="The default payment method is charged.",
    SEND_INVOICE="The organization gets an invoice when a period begins, and has some days to pay it.",
)
describe(
    PeriodStatus,
    "Whether a period is paid for.",
    OPEN="To be paid.",
    PAID="Paid, or free.",
    FAILED="Nobody has paid for it, and nobody is asked to any more: it was never served.",
    REFUNDED="Given back in full.",
    WAIVED="Staff ask nothing for it: it is served without being paid.",
)
describe(
    AttemptTrigger,
    "Who had a payment tried.",
    SCHEDULE="The billing clock: when the period begins or its invoice is due, and 2, 7, 14 and 21 days later.",
    CUSTOMER="The organization.",
    STAFF="Staff.",
)
describe(
    AttemptOutcome,
    "What came of an attempt to have a period paid.",
    SUCCEEDED="It is paid.",
    FAILED="The payment failed, or there was no payment method.",
    SKIPPED="The method had been declined for good and was still the same.",
    CANCELLED="It was not needed any more.",
)
describe(
    CancelTime,
    "When a subscription ends.",
    AT_PERIOD_END="When the trial or the period is over; until then it can be taken back.",
    NOW="At once.",
)


@shows(dunning.DunningAttempt, "A time that a period was charged, or will be.")
class PaymentTry:
    number: int = plain("0 for the charge when the period begins or its invoice is due, 1 to 4 for the retries.")
    trigger: AttemptTrigger = plain("Who had it tried. What people try uses up no retry.")
    due_at: datetime = plain("When it is due.")
    started_at: datetime | None = plain("When it was made.")
    outcome: AttemptOutcome | None = plain("What came of it; null until that is known.")
    failure_code: str | None = plain("Why it failed, as in the payment.")
    payment: Payment | None = one(resolve.PAYMENT, Payment, "The payment, for those who may see it.")


@shows(
    subscription_periods.SubscriptionPeriod, "A period of a subscription: from its start until right before its end."
)
class SubscriptionPeriod(Stateful):
    status: PeriodStatus = plain("Whether it is paid for.")
    period_start: datetime = plain("When it begins: so many intervals after the anchor.", name="startsAt")
    period_end: datetime = plain("When the next begins.", name="endsAt")
    amount: Money = plain("Its price with what had waited for it, before taxes unless the price contains them.")
    paid_at: datetime | None = plain("When it was paid.")
    ended_at: datetime | None = plain("When it was refunded in full: it gives nothing since.")
    is_suspended: bool = plain("The payer's bank asks for the money back: it gives nothing until that is decided.")
    needs_tax_review: bool = plain("Taxed as what was paid before, because nobody could tell the taxes of this one.")
    waive_reason: str | None = plain("Why staff ask nothing for it.")
    collect_at: datetime | None = plain(
        "While its invoice is unpaid: when the default payment method is charged next.", name="nextAttemptAt"
    )
    payment: Payment | None = one(resolve.PAYMENT, Payment, "The payment, for those who may see it.")
    invoice: Invoice | None = one(resolve.INVOICE, Invoice, "The invoice, for those who may see it.")
    url = computed(
        resolve.PAGES,
        str | None,
        "The page to pay it on, for those who may; null when there is nothing to pay. Whoever has it can pay.",
    )
    attempts: list[PaymentTry] = many(resolve.ATTEMPTS, PaymentTry, "The attempts to have it paid, oldest first.")


@shows(subscription_items.SubscriptionItem, "A price that a subscription is charged by.")
class SubscriptionItem:
    price: Price | None = one(resolve.PRICE, Price, "The price, archived or not.")
    quantity: int = plain("How many, for example seats; 1 for what is counted as usage.")
    is_metered: bool = plain("Whether usage is counted and charged after each period.")


@strawberry.input(description="Conditions on the periods of a subscription; all given ones must hold.")
class SubscriptionPeriodFilter:
    status: list[PeriodStatus] | None = optional(list[PeriodStatus], "In one of these states.")


@shows(domain.BillingSubscription, "A subscription of an organization, to a plan or something else that is paid again.")
class BillingSubscription(Stateful):
    status: SubscriptionStatus = plain("Where it stands.")
    organization: Organization = one(resolve.ORGANIZATION, Organization, "Whose it is.", required=True)
    product: Product | None = one(resolve.PRODUCT, Product, "What it is to.")
    items: list[SubscriptionItem] = many(resolve.ITEMS, SubscriptionItem, "The prices it is charged by.")
    currency: Currency = plain("What it is paid in; that never changes.")
    managed_by: ManagedBy = plain("Who decides about its periods.")
    collection: SubscriptionCollection = plain("How its periods are paid.")
    net_days: int = plain("For SEND_INVOICE: within how many days.")
    current_period_start: datetime | None = plain(
        "When the trial or the period that is paid began.", name="currentPeriodStartsAt"
    )
    current_period_end: datetime | None = plain("When it ends.", name="currentPeriodEndsAt")
    anchor_at: datetime = plain("What its periods are counted from.")
    anchor_day: int = plain("The day of the month on which they begin; shorter months have it on their last.")
    time_zone: str = plain("Whose days: the organization's time zone when the period began.")
    trial_ends_at: datetime | None = plain("Until when it is, or was, tried out.")
    cancel_at_period_end: bool = plain("Whether it ends with its period.")
    cancel_at: datetime | None = plain("When it will end, if it will.")
    canceled_at: datetime | None = plain("When it ended.")
    cancel_reason: str | None = plain("Why, as the one who ended it said.")
    pause_at: datetime | None = plain("When it will begin to rest, if it will.")
    resumes_at: datetime | None = plain("When it goes on by itself.")
    past_due_at: datetime | None = plain("Since when a period is unpaid.")
    access_ends_at: datetime | None = plain("Until when there is access although a period is unpaid.")
    grace_days: int = plain("For how many days there is.")
    included_credits: Int64 = plain("The credits that come with a period.")
    external_id: str | None = plain("The provider's name for it, where the provider manages it.")
    periods = connection(
        resolve.PERIODS, SubscriptionPeriod, "Its periods, newest first.", filter=SubscriptionPeriodFilter
    )
    scheduled_changes = connection(CHANGES, ScheduledChange, "Its changes, newest first.", filter=ScheduledChangeFilter)
    seats = connection(SEATS, SeatAssignment, "The seats that members have, oldest first.")
    contract: Contract | None = one(CONTRACT, Contract, "The contract that binds it now.")


@strawberry.input(description="Conditions on subscriptions; all given ones must hold.")
class SubscriptionFilter:
    status: list[SubscriptionStatus] | None = optional(list[SubscriptionStatus], "In one of these states.")
    organization_id: ID | None = optional_id("Organization", "Of this organization.")
    app_id: ID | None = optional_id("App", "To something in this app's catalogue.")


SubscriptionOrder = order_input(resolve.LIST, "SubscriptionOrder")


@strawberry.type
class SubscriptionQueries:
    subscriptions = connection(
        resolve.LIST,
        BillingSubscription,
        "The subscriptions of your organization, newest first; staff see those of all.",
        filter=SubscriptionFilter,
        order=SubscriptionOrder,
        needs=resolve.READERS,
    )
    subscription: BillingSubscription | None = by_id(
        "BillingSubscription", BillingSubscription, "A subscription by its id."
    )


_TAKES = {"subscription_id": an_id("BillingSubscription", "The subscription.")}
_GIVES = {"subscription": (BillingSubscription, "The subscription as it is now.")}


@strawberry.type
class SubscriptionMutations:
    cancel_subscription = mutation(
        resolve.cancel_subscription,
        "Ends a subscription, with its period or at once. WRONG_STATE inside the term of a contract. Nothing is "
        "refunded; staff may give back at most the unused share of the period, in time and in included credits. Where "
        "a provider bills it, the provider is asked to end it: until it answers, all is as it was.",
        needs=resolve.MANAGERS,
        takes={
            **_TAKES,
            "when": value(CancelTime, "When it ends."),
            "reason": optional(str, "Why: at most 1000 characters."),
            "refund": optional(MoneyInput, "For staff, with NOW: what to give back, taxes included."),
        },
        gives={**_GIVES, "refund": (Refund | None, "The refund, if there is one.")},
        keyed=True,
    )
    uncancel_subscription = mutation(
        resolve.uncancel_subscription,
        "Lets a subscription that would end with its period go on. Where a provider bills it, the provider is asked "
        "for that: until it answers, all is as it was.",
        needs=resolve.MANAGERS,
        takes=_TAKES,
        gives=_GIVES,
    )
    pause_subscription = mutation(
        resolve.pause_subscription,
        "Lets a subscription rest from the end of its period on: it gives nothing and costs nothing until it is "
        "resumed, or goes on by itself.",
        needs=resolve.MANAGERS,
        takes={
            **_TAKES,
            "resumes_at": value(datetime, "When it goes on by itself: at most 180 days after it began to rest."),
        },
        gives=_GIVES,
    )
    resume_subscription = mutation(
        resolve.resume_subscription,
        "Starts a new period of a subscription that rests: it is ACTIVE once that is paid. INVALID without a default "
        "payment method.",
        needs=resolve.MANAGERS,
        takes=_TAKES,
        gives=_GIVES,
        keyed=True,
    )
    retry_subscription_payment = mutation(
        resolve.retry_subscription_payment,
        "Charges the default payment method for a period that is unpaid. Of a PAST_DUE subscription it is the open "
        "period; of an UNPAID one it is a new period, from now on. CONFLICT while a payment is under way.",
        needs=resolve.MANAGERS,
        takes=_TAKES,
        gives=_GIVES,
        keyed=True,
    )
    waive_subscription_period = mutation(
        resolve.waive_subscription_period,
        "Asks nothing for a period that is OPEN: its subscription goes on in it as if it were paid, without its "
        "included credits. CONFLICT while a payment of it is under way.",
        needs=Permission.STAFF_MONEY,
        takes={
            "period_id": an_id("SubscriptionPeriod", "The period."),
            "reason": value(str, "Why: 1 to 1000 characters."),
        },
        gives={**_GIVES, "period": (SubscriptionPeriod, "The period as it is now.")},
        keyed=True,
    )
    set_subscription_collection = mutation(
        resolve.set_subscription_collection,
        "Chooses how the periods of a subscription are paid, from the next one on.",
        needs=Permission.STAFF_MONEY,
        takes={
            **_TAKES,
            "collection": value(SubscriptionCollection, "How they are paid."),
            "net_days": optional(int, "For SEND_INVOICE: within how many days, 0 to 90."),
        },
        gives=_GIVES,
        keyed=True,
    )
