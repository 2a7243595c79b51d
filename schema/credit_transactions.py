"""Movements of credits as clients see them, and as people, keys and apps ask for them."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain import credit_transactions as domain
from domain.app_permissions import AppPermission
from domain.credit_transactions import CreditTransactionStatus, CreditTransactionType, Direction
from domain.permissions import Permission
from resolvers import credit_transactions as resolve
from resolvers.guards import OrApp
from schema.api_keys import ApiKey
from schema.apps import App
from schema.connections import connection, many, one, order_input
from schema.credit_accounts import CreditAccount
from schema.credit_lots import CreditLot
from schema.enums import describe
from schema.inputs import an_id, optional, optional_id, value
from schema.ledger import LedgerTransfer
from schema.mutations import mutation
from schema.organizations import Organization
from schema.scalars import JSON, Int64
from schema.shapes import plain, shows
from schema.stateful import Stateful
from schema.users import User

describe(
    CreditTransactionType,
    "What moved.",
    PURCHASE="Credits were bought.",
    GRANT="Credits were given, by staff, a code or a paid period.",
    SPEND="Credits were used.",
    HOLD="Credits were set aside; POSTED, what was captured of them was used.",
    REFUND="Credits that had been used came back.",
    EXPIRE="Credits reached the end of their time.",
    ROLLOVER="Credits of one period went on into the next.",
    ADJUST="Staff added or removed credits.",
    TRANSFER_OUT="Credits were sent to another organization.",
    TRANSFER_IN="Credits came from another organization.",
    CLAWBACK="Bought credits were taken back with their money.",
    REVERSAL="An earlier movement was undone.",
)
describe(
    CreditTransactionStatus,
    "The life of a movement.",
    PENDING="A hold that is neither captured nor released.",
    POSTED="It has happened; it never changes.",
    VOIDED="A hold that was released.",
    EXPIRED="A hold whose time ended.",
)
describe(
    Direction,
    "Whether credits left a lot or came into it.",
    OUT="They left it, or are set aside in it.",
    IN="They came into it.",
)


_SELF: Any = Annotated["CreditTransaction", strawberry.lazy("schema.credit_transactions")]


@shows(domain.CreditConsumption, "So many credits of a lot, in or out, by one movement.")
class CreditConsumption:
    quantity: Int64 = plain("How many.")
    direction: Direction = plain("Whether they left the lot or came into it.")
    lot: CreditLot | None = one(resolve.LOT, CreditLot, "The lot. Null for apps.")


@shows(domain.CreditTransaction, "A movement of an organization's credits.")
class CreditTransaction(Stateful):
    type: CreditTransactionType = plain("What moved.")
    status: CreditTransactionStatus = plain("Where it stands.")
    organization: Organization = one(resolve.ORGANIZATION, Organization, "Whose credits.", required=True)
    account: CreditAccount | None = one(resolve.ACCOUNT, CreditAccount, "The account, for those who may see it.")
    quantity: Int64 = plain("How many credits.")
    captured_quantity: Int64 | None = plain("HOLD: how many of them were used.")
    hold_expires_at: datetime | None = plain("HOLD: when it ends by itself.")
    balance_after: Int64 = plain("How many were available after it.")
    reference_kind: str | None = plain("What it is about: a word of whoever asked for it.")
    reference_id: str | None = plain("Which of that: an id of whoever asked for it.", name="reference")
    description: str | None = plain("What it is about, for people to read; for staff's movements the reason.")
    app: App | None = one(resolve.APP, App, "The app that asked for it.")
    app_user: str | None = plain("Whom the app acted for: a reference of its own.")
    details: JSON | None = plain("What whoever asked for it keeps with it.", name="metadata")
    actor_kind: str = plain("USER, API_KEY, APP or SYSTEM.")
    user: User | None = one(resolve.USER, User, "The person who asked for it, for those who may know them.")
    api_key: ApiKey | None = one(resolve.API_KEY, ApiKey, "The key that asked for it, for those who may see it.")
    reverses = one(resolve.REVERSES, _SELF, "REFUND and REVERSAL: the movement that this gives back or undoes.")
    undone_by = many(resolve.UNDONE_BY, _SELF, "What was given back of it, or undid it.")
    consumptions: list[CreditConsumption] = many(
        resolve.CONSUMPTIONS, CreditConsumption, "Which lots it touched, in the order in which they were used up."
    )
    ledger_transfer: LedgerTransfer | None = one(
        resolve.TRANSFER, LedgerTransfer, "Its posting in the books, for those who may see it."
    )


@strawberry.input(description="Conditions on movements; all given ones must hold.")
class CreditTransactionFilter:
    organization_id: strawberry.ID | None = optional_id(
        "Organization", "Of this organization; others than yours for staff, and for apps that it has let in."
    )
    type: list[CreditTransactionType] | None = optional(list[CreditTransactionType], "Of one of these types.")
    status: list[CreditTransactionStatus] | None = optional(list[CreditTransactionStatus], "In one of these states.")
    app_id: strawberry.ID | None = optional_id("App", "Asked for by this app.")
    reference: str | None = optional(str, "About exactly this reference.")
    created_from: datetime | None = optional(datetime, "At this instant or later.")
    created_before: datetime | None = optional(datetime, "Before this instant.")


CreditTransactionOrder = order_input(resolve.LIST, "CreditTransactionOrder")


@strawberry.type
class CreditTransactionQueries:
    credit_transactions = connection(
        resolve.LIST,
        CreditTransaction,
        "The movements of your organization's credits, newest first. Needs credits:read; staff:credits sees those of"
        " all, an app its own in organizations that let it use credits.",
        filter=CreditTransactionFilter,
        order=CreditTransactionOrder,
        needs=OrApp(resolve.READERS, AppPermission.CREDITS_CONSUME),
    )


_USES = OrApp((Permission.CREDITS_SPEND,), AppPermission.CREDITS_CONSUME)
_ENDS = OrApp((Permission.CREDITS_SPEND, Permission.STAFF_CREDITS), AppPermission.CREDITS_CONSUME)
_GIVES_UP = OrApp(
    (Permission.CREDITS_SPEND, Permission.CREDITS_MANAGE, Permission.STAFF_CREDITS), AppPermission.CREDITS_CONSUME
)
_GIVES_BACK = OrApp((Permission.STAFF_CREDITS,), AppPermission.CREDITS_CONSUME)

_ID = {"transaction_id": an_id("CreditTransaction", "The hold.")}
_USE: dict[str, Any] = {
    "organization_id": optional_id(
        "Organization", "Whose credits. An app names an organization that has let it in; others their active one."
    ),
    "quantity": optional(Int64, "How many credits. Give either this or actionCode."),
    "action_code": optional(str, "An action of Milepost's own, at its price of now (creditTariffs)."),
    "reference_kind": optional(str, "What it is about: a word of your own, up to 50 characters."),
    "reference": optional(str, "Which of that: an id of your own, up to 128 characters."),
    "description": optional(str, "What it is about, for people to read: up to 255 characters."),
    "app_user": optional(str, "Apps: whom you act for, a reference of your own of up to 128 characters."),
    "details": strawberry.field(
        graphql_type=JSON | None,
        name="metadata",
        description="What you want to keep with it: a JSON object of up to 4096 bytes.",
        default=strawberry.UNSET,
        metadata={"default": None},
    ),
}
_MOVED = {
    "transaction": (CreditTransaction, "The movement as it is now."),
    "balance": (Int64, "How many credits were available after it."),
}
_REFUSES = (
    "INSUFFICIENT_CREDITS, with requiredCredits and availableCredits, where there are fewer: nothing is taken then."
    " WRONG_STATE while the account is frozen. LIMIT_REACHED where an app goes beyond its budget."
)


@strawberry.type
class CreditTransactionMutations:
    spend_credits = mutation(
        resolve.spend_credits,
        f"Uses credits up, first those that are used first (CreditLot). {_REFUSES}",
        needs=_USES,
        takes=_USE,
        gives=_MOVED,
        keyed=True,
    )
    hold_credits = mutation(
        resolve.hold_credits,
        "Sets credits aside for work under way: capture what it took, or release them. Otherwise they are free again"
        f" when the time is over. {_REFUSES}",
        needs=_USES,
        takes={
            **_USE,
            "expires_in": optional(int, "For how many seconds: 60 to 2592000 (30 days); 24 hours unless said."),
        },
        gives=_MOVED,
        keyed=True,
    )
    capture_credits = mutation(
        resolve.capture_credits,
        "Uses up what was set aside, or a part of it; the rest is free again. WRONG_STATE when the hold has ended."
        " For whoever set them aside (the same person, key or app) and for staff.",
        needs=_ENDS,
        takes={**_ID, "quantity": optional(Int64, "How many of them; all unless said.")},
        gives=_MOVED,
        keyed=True,
    )
    release_credits = mutation(
        resolve.release_credits,
        "Frees what was set aside; what has expired meanwhile expires at once. WRONG_STATE when the hold has ended. For"
        " whoever set them aside, members with credits:manage, and staff.",
        needs=_GIVES_UP,
        takes=_ID,
        gives=_MOVED,
        keyed=True,
    )
    refund_credit_spend = mutation(
        resolve.refund_credit_spend,
        "Gives back what was used, to the lots it came from; for lots that have expired, as a new one for 30 days."
        " INVALID for more than is left of it after earlier refunds. For staff, who do not belong to the organization,"
        " and for the app that used them.",
        needs=_GIVES_BACK,
        takes={
            "transaction_id": an_id("CreditTransaction", "A SPEND, or a HOLD that was captured."),
            "quantity": optional(Int64, "How many; all that is left unless said."),
            "reason": value(str, "Why: 1 to 255 characters. The organization reads it."),
        },
        gives=_MOVED,
        keyed=True,
    )
