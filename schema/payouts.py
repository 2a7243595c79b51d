"""Payouts as clients see and ask for them."""

from datetime import datetime

import strawberry

from domain import payouts as domain
from domain.payment_methods import Provider
from domain.payouts import HoldReason, PayoutState, PayoutTrigger
from domain.permissions import Permission
from resolvers import ledger
from resolvers import payouts as resolve
from schema.approval_requests import ApprovalRequest
from schema.connections import connection, one, order_input
from schema.enums import describe
from schema.inputs import an_id, optional, optional_id, value
from schema.money import Money, MoneyInput
from schema.mutations import mutation
from schema.organizations import Organization
from schema.payout_methods import PayoutMethod
from schema.scalars import Currency
from schema.shapes import plain, shows
from schema.stateful import Stateful
from schema.users import User

describe(
    PayoutState,
    "The life of a payout. Its money has left what is available from the beginning.",
    REQUESTED="Asked for; whether anybody else has to agree is seen at once.",
    PENDING_APPROVAL="Waits for a second person.",
    HELD="Waits for staff, who look into the reason.",
    PENDING="It is sent in a moment.",
    IN_TRANSIT="Sent to the provider, whose answer is awaited or missing; it is asked, and nothing is sent again.",
    PAID="The money has arrived.",
    FAILED="The money was not paid; the wallet has it again.",
    REVERSED="The money had arrived and came back; the wallet has it again.",
    CANCELED="Taken back or refused before it was sent; the wallet has the money again.",
)
describe(
    PayoutTrigger,
    "Who started a payout.",
    PERSON="A person of the organization.",
    SCHEDULE="Milepost, by the organization's schedule.",
)
describe(
    HoldReason,
    "Why staff look at a payout before it is sent.",
    NEW_METHOD="Its method came in the place of another less than 72 hours before.",
)


@shows(domain.Payout, "Wallet money on its way to a method of the same organization. Needs money:read.")
class Payout(Stateful):
    status: PayoutState = plain("Where it stands.")
    organization: Organization = one(resolve.ORGANIZATION, Organization, "Whose wallet it leaves.", required=True)
    amount: Money = plain("How much.")
    method: PayoutMethod = one(resolve.METHOD, PayoutMethod, "Where it goes.", required=True)
    provider: Provider = plain("Who pays it.")
    trigger: PayoutTrigger = plain("Who started it.")
    requested_by: User | None = one(
        resolve.REQUESTED_BY, User, "Who asked for it or set the schedule that did, for those who may know them."
    )
    approval: ApprovalRequest | None = one(
        resolve.APPROVAL, ApprovalRequest, "What a second person decides, or has decided; null where nobody has to."
    )
    hold_reason: HoldReason | None = plain("What staff look into before it is sent, or have looked into.")
    cancel_reason: str | None = plain("CANCELED by staff: why.")
    failure_code: str | None = plain(
        "FAILED and REVERSED: why. A code of the provider, or NEVER_ARRIVED when it never heard of the payout."
    )
    sent_at: datetime | None = plain("When it was sent.")
    paid_at: datetime | None = plain("When the provider was found to have paid it.")
    unknown_since: datetime | None = plain("IN_TRANSIT: since when the answer is missing.", name="becameUnknownAt")
    next_ask_at: datetime | None = plain("When the provider is asked next; PAID: whether it has come back.")


@strawberry.input(description="Conditions on payouts; all given ones must hold.")
class PayoutFilter:
    status: list[PayoutState] | None = optional(list[PayoutState], "In one of these states.")
    currency: Currency | None = optional(Currency, "In this currency.")
    method_id: strawberry.ID | None = optional_id("PayoutMethod", "To this method.")
    organization_id: strawberry.ID | None = optional_id(
        "Organization", "Of this organization; others than yours for staff only."
    )
    created_from: datetime | None = optional(datetime, "Asked for at this instant or later.")
    created_before: datetime | None = optional(datetime, "Asked for before this instant.")


PayoutOrder = order_input(resolve.LIST, "PayoutOrder")

_ID = {"payout_id": an_id("Payout", "The payout.")}
_PAYOUT = {"payout": (Payout, "The payout as it is now.")}


@strawberry.type
class PayoutQueries:
    payouts = connection(
        resolve.LIST,
        Payout,
        "The payouts of your organization, newest first. Needs money:read; staff:money sees those of all.",
        filter=PayoutFilter,
        order=PayoutOrder,
        needs=ledger.READERS,
    )


@strawberry.type
class PayoutMutations:
    request_payout = mutation(
        resolve.request_payout,
        "Takes an amount out of what your wallet has available, to pay it out to a verified method of your"
        " organization. It is sent in a moment, unless a second person has to agree (approval says so) or staff look at"
        " it first (HELD). INVALID below 10.00 (1000 of the minor unit), and for a method that is not verified or of"
        " another currency; INSUFFICIENT_FUNDS, with required and available, where the wallet does not cover it.",
        needs=Permission.MONEY_MOVE,
        takes={
            "amount": value(MoneyInput, "How much; the currency says which wallet."),
            "method_id": optional_id("PayoutMethod", "Where to; your default of the currency unless said."),
        },
        gives={**_PAYOUT, "approval": (ApprovalRequest | None, "What a second person has to decide first.")},
        keyed=True,
    )
    cancel_payout = mutation(
        resolve.cancel_payout,
        "Takes a payout back that was not sent yet: the wallet has its money again, and nothing waits for approval any"
        " more. WRONG_STATE once it is sent.",
        needs=Permission.MONEY_MOVE,
        takes=_ID,
        gives=_PAYOUT,
        keyed=True,
    )
    clear_payout_hold = mutation(
        resolve.clear_payout_hold,
        "Sends a payout that was HELD. FORBIDDEN for whoever asked for it.",
        needs=Permission.STAFF_MONEY,
        takes=_ID,
        gives=_PAYOUT,
        keyed=True,
    )
    reject_payout = mutation(
        resolve.reject_payout,
        "Cancels a payout that was HELD: the wallet has its money again. FORBIDDEN for whoever asked for it.",
        needs=Permission.STAFF_MONEY,
        takes={**_ID, "reason": value(str, "Why: 1 to 1000 characters. The organization reads it.")},
        gives=_PAYOUT,
        keyed=True,
    )
