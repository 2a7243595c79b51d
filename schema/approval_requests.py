"""Approvals as clients see and decide them, and the amounts from which on they are needed."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from strawberry.scalars import ID

from domain import approval_requests as domain
from domain import money_thresholds
from domain.approval_requests import ApprovalKind, ApprovalStatus
from domain.permissions import Permission
from resolvers import approval_requests as resolve
from resolvers.guards import Needs
from schema.api_keys import ApiKey
from schema.connections import connection, many, one, order_input
from schema.enums import describe
from schema.ids import global_id
from schema.inputs import an_id, optional, optional_id, value
from schema.ledger import LedgerAccount, LedgerTransfer
from schema.money import Money, MoneyInput
from schema.mutations import mutation
from schema.organizations import Organization
from schema.scalars import JSON, Currency
from schema.shapes import plain, shows
from schema.stateful import Stateful
from schema.users import User

if TYPE_CHECKING:
    from schema.escrow import EscrowHold
    from schema.payouts import Payout
    from schema.refunds import Refund

describe(
    ApprovalKind,
    "Which command waits for a second person, and who that may be besides the requester.",
    PAYOUT="A payout: members with money:approve; where there is nobody else, staff:money.",
    REFUND="A refund: members of the issuer with money:approve; where there is nobody else, staff:money.",
    RELEASE="A release of held money: members of the client with money:approve, or staff:money.",
    LEDGER_ADJUSTMENT="A correction of the books: staff:money.",
    SUSPENSE_CLEARING="Money that a provider took otherwise than asked: staff:money.",
    PROVIDER_DIFFERENCE="Money that a provider reports and the ledger lacks, or the other way round: staff:money.",
    DEBT_WRITE_OFF="A debt that Milepost gives up: staff:money.",
    RULING="A ruling over disputed money: staff:disputes.",
    CREDIT_TRANSFER="Credits for another organization: members with credits:manage; where there is nobody else,"
    " staff:credits.",
    CREDIT_ADJUSTMENT="Credits that staff add to an account or take from it: staff:credits.",
)
describe(
    ApprovalStatus,
    "The life of an approval.",
    PENDING="Waits for a second person.",
    APPROVED="A second person agreed, and the command ran.",
    REJECTED="A second person said no.",
    EXPIRED="Nobody decided in 72 hours.",
    CANCELLED="Taken back by the requester, or its subject took another course.",
)


# Payouts show what they wait for, so their module needs this one first.
_HOLD: Any = Annotated["EscrowHold", strawberry.lazy("schema.escrow")]
_PAYOUT: Any = Annotated["Payout", strawberry.lazy("schema.payouts")]
_REFUND: Any = Annotated["Refund", strawberry.lazy("schema.refunds")]


@shows(
    domain.ApprovalRequest,
    "A command that waits for a second person. What was asked for is frozen; exactly that runs on approval.",
)
class ApprovalRequest(Stateful):
    status: ApprovalStatus = plain("Where it stands.")
    kind: ApprovalKind = plain("Which command waits.")
    amount: Money | None = plain("How much it moves, where it is about one amount.")
    reason: str | None = plain("Why the requester asks, where they had to say so.")
    command: JSON = plain("The stored command: its inputs, with ids without their prefix and amounts in minor units.")
    command_hash: str = plain("SHA-256 of the command's canonical JSON, in hex digits.")
    requested_by: User | None = one(
        resolve.REQUESTED_BY, User, "Who asked; null for a key, and for Milepost itself, by a rule."
    )
    requested_by_key: ApiKey | None = one(
        resolve.REQUESTED_BY_KEY, ApiKey, "The key that asked, for those who may see it."
    )
    requested_for: Organization | None = one(resolve.REQUESTED_FOR, Organization, "For whom they asked.")
    organization: Organization | None = one(
        resolve.ORGANIZATION, Organization, "Whose members decide; null where only staff do."
    )
    staff_may_decide: bool = plain("Whether staff may decide.")
    expires_at: datetime = plain("When it lapses: 72 hours after it was asked for.")
    decided_by: User | None = one(resolve.DECIDED_BY, User, "The second person, once they have decided.")
    decided_at: datetime | None = plain("When they did.")
    decision_reason: str | None = plain("What they said to it.")
    ledger_transfer: LedgerTransfer | None = one(
        resolve.LEDGER_TRANSFER, LedgerTransfer, "LEDGER_ADJUSTMENT: the transfer to be corrected."
    )
    ledger_account: LedgerAccount | None = one(
        resolve.LEDGER_ACCOUNT, LedgerAccount, "DEBT_WRITE_OFF: the account of the debt."
    )
    payout = one(resolve.PAYOUT, _PAYOUT, "PAYOUT: what is to be paid out.")
    refund = one(resolve.REFUND, _REFUND, "REFUND: what is to be given back.")
    posted: list[LedgerTransfer] = many(
        resolve.POSTED, LedgerTransfer, "The transfers that the command posted in its own name."
    )

    hold = one(resolve.HOLD, _HOLD, "RELEASE and RULING: the hold that it is about.")

    @strawberry.field(description="What the second person needs, in `organization` or else as staff.")
    def required_permission(self) -> str:
        return str(self.required_permission.value)

    @strawberry.field(description="The id of what the command is about: a payout, a refund, an account.")
    def subject_id(self) -> ID:
        return ID(global_id(domain.RULES[self.kind].subject, self.subject_id))


@shows(
    money_thresholds.MoneyThreshold,
    "From which amount on a second person is asked, as it was set once. The newest of a kind and currency counts.",
)
class MoneyThreshold:
    kind: ApprovalKind = plain("For which command: PAYOUT, REFUND or RULING.")
    amount: Money = plain("From this amount on; 0: always.")
    set_at: datetime = plain("Since when.")
    set_by: User | None = one(resolve.SET_BY, User, "Who set it.")


@strawberry.input(description="Conditions on approvals; all given ones must hold.")
class ApprovalFilter:
    status: list[ApprovalStatus] | None = optional(list[ApprovalStatus], "In one of these states.")
    kind: list[ApprovalKind] | None = optional(list[ApprovalKind], "Of one of these kinds.")
    organization_id: ID | None = optional_id("Organization", "Asked for by this organization, or to be decided by it.")


@strawberry.input(description="Conditions on thresholds; all given ones must hold.")
class MoneyThresholdFilter:
    kind: list[ApprovalKind] | None = optional(list[ApprovalKind], "For one of these commands.")
    currency: Currency | None = optional(Currency, "In this currency.")


ApprovalOrder = order_input(resolve.LIST, "ApprovalOrder")


@strawberry.type
class ApprovalQueries:
    approvals = connection(
        resolve.LIST,
        ApprovalRequest,
        "Approvals that your organization has asked for or decides, newest first; for staff:money all. Needs"
        " money:approve, credits:manage for those about credits, staff:money, or staff:disputes and staff:credits for"
        " what they decide.",
        filter=ApprovalFilter,
        order=ApprovalOrder,
        needs=resolve.READERS,
    )
    money_thresholds = connection(
        resolve.THRESHOLDS,
        MoneyThreshold,
        "Amounts from which on a second person is asked, newest first. Where none is set, payouts and"
        " rulings count from 1,000.00 and refunds from 500.00 in currencies with two decimals; everything else always"
        " waits. Needs money:read or staff:money.",
        filter=MoneyThresholdFilter,
        needs=resolve.THRESHOLD_READERS,
    )


_ID = {"approval_id": an_id("ApprovalRequest", "The approval.")}
_APPROVAL = {"approval": (ApprovalRequest, "The approval, and with it what its command has changed.")}
_THRESHOLD = (MoneyThreshold | None, "The new threshold; null where it was left out.")


@strawberry.type
class ApprovalMutations:
    approve = mutation(
        resolve.approve,
        "Agrees to what another person has asked for, with the permission that the approval names: exactly that runs"
        " now, all its conditions are checked again, and its refusal is returned while the approval stays pending."
        " FORBIDDEN for the requester and whoever is kept out, and once the requester has lost the right to ask;"
        " WRONG_STATE once it is decided or has lapsed.",
        needs=Needs.PERSON,
        takes={**_ID, "reason": optional(str, "What you want to say to it, at most 1000 characters.")},
        gives=_APPROVAL,
        keyed=True,
    )
    reject = mutation(
        resolve.reject,
        "Says no to what another person has asked for, with the permission that the approval names. Nothing of it"
        " happens; it may be asked anew.",
        needs=Needs.PERSON,
        takes={**_ID, "reason": value(str, "Why: 1 to 1000 characters.")},
        gives=_APPROVAL,
    )
    cancel_approval = mutation(
        resolve.cancel_approval,
        "Takes back what you have asked for yourself.",
        needs=Needs.VERIFIED,
        takes=_ID,
        gives=_APPROVAL,
    )
    set_money_thresholds = mutation(
        resolve.set_money_thresholds,
        "Sets from which amounts on a second person is asked, each in its own currency; what waits already goes on"
        " waiting. 0 asks always.",
        needs=Permission.STAFF_MONEY,
        takes={
            "payout": optional(MoneyInput, "For payouts."),
            "refund": optional(MoneyInput, "For refunds that a person asks for."),
            "ruling": optional(MoneyInput, "For rulings over disputed money."),
        },
        gives={"payout": _THRESHOLD, "refund": _THRESHOLD, "ruling": _THRESHOLD},
    )
