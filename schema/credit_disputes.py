"""Credit disputes as organizations open and staff decide them."""

from datetime import datetime

import strawberry
from strawberry.scalars import ID

from domain import credit_disputes as domain
from domain.credit_disputes import CreditDisputeOutcome, CreditDisputeStatus
from domain.permissions import Permission
from resolvers import credit_disputes as resolve
from schema.connections import connection, many, one, order_input
from schema.enums import describe
from schema.files import File
from schema.inputs import an_id, ids, optional, optional_id, value
from schema.mutations import mutation
from schema.organizations import Organization
from schema.scalars import Int64
from schema.shapes import plain, shows
from schema.stateful import Stateful
from schema.users import User

describe(
    CreditDisputeStatus,
    "The life of a credit dispute.",
    PENDING="Waits for somebody of the staff to take it.",
    UNDER_REVIEW="Somebody of the staff looks into it, and is the one who decides.",
    RESOLVED="Decided in favour of the organization, in full, in part, or by an explanation.",
    REJECTED="Decided against the organization.",
    APPEALED="The organization asks for another decision, by another person.",
    WITHDRAWN="Taken back before anybody took it.",
)
describe(
    CreditDisputeOutcome,
    "What a resolution gives.",
    FULL_REFUND="All that was asked for and not given back before.",
    PARTIAL_REFUND="A part of it.",
    EXPLANATION="No credits, but what happened.",
)


@shows(
    domain.CreditDispute,
    "An organization says that credits were used up wrongly. It sees it, with credits:read, and so does staff:credits."
    " The credits are not frozen by it.",
)
class CreditDispute(Stateful):
    status: CreditDisputeStatus = plain("Where it stands.")
    organization: Organization = one(resolve.ORGANIZATION, Organization, "Whose credits.", required=True)
    reason: str = plain("Why, in a line.")
    description: str = plain("What happened.")
    requested: Int64 = plain("How many credits it asks for.")
    opened_by: User | None = one(resolve.OPENED_BY, User, "Who opened it, for those who may know them.")
    level: int = plain("1, and 2 after an appeal.")
    outcome: CreditDisputeOutcome | None = plain("What the latest decision gives; null unless it is in favour.")
    resolved_quantity: Int64 | None = plain("How many credits were given back, by both decisions together.")
    notes: str | None = plain("What was said with the latest decision.")
    appeal: str | None = plain("Why it was appealed against.")
    evidence: list[File] = many(resolve.EVIDENCE, File, "What shows it; downloadUrl says where it is.")
    assignee: User | None = one(resolve.ASSIGNEE, User, "Who has taken it, for those who may know them.")
    response_due_at: datetime = plain("Until when it should be decided: 48 hours after it was opened or appealed.")
    is_overdue: bool = plain("Whether that has passed without a decision.")
    decided_at: datetime | None = plain("When it was decided last.")


@strawberry.input(description="Conditions on credit disputes; all given ones must hold.")
class CreditDisputeFilter:
    status: list[CreditDisputeStatus] | None = optional(list[CreditDisputeStatus], "In one of these states.")
    organization_id: ID | None = optional_id("Organization", "Of this organization.")
    is_overdue: bool | None = optional(bool, "True: only those that nobody has decided in time.")


CreditDisputeOrder = order_input(resolve.LIST, "CreditDisputeOrder")

_ID = {"dispute_id": an_id("CreditDispute", "The dispute.")}
_DISPUTE = {"dispute": (CreditDispute, "The dispute as it is now.")}
_REASON = "10 to 5000 characters."


@strawberry.type
class CreditDisputeQueries:
    credit_disputes = connection(
        resolve.LIST,
        CreditDispute,
        "The credit disputes of your organization, newest first. Needs credits:read; staff:credits sees those of all.",
        filter=CreditDisputeFilter,
        order=CreditDisputeOrder,
        needs=resolve.READERS,
    )


@strawberry.type
class CreditDisputeMutations:
    open_credit_dispute = mutation(
        resolve.open_credit_dispute,
        "Says that credits were used up wrongly. WRONG_STATE 30 days after they were, and for what has spent nothing;"
        " CONFLICT while another dispute of the same is undecided; INVALID for more than is left to give back.",
        needs=Permission.CREDITS_MANAGE,
        takes={
            "transaction_id": an_id("CreditTransaction", "The spend, or the captured hold."),
            "reason": value(str, "Why, 1 to 255 characters."),
            "description": value(str, f"What happened: {_REASON}"),
            "requested": value(Int64, "How many credits you ask for."),
        },
        gives=_DISPUTE,
        keyed=True,
    )
    add_credit_dispute_evidence = mutation(
        resolve.add_credit_dispute_evidence,
        "Adds files that show what you say, until it is decided; they stay with it. LIMIT_REACHED beyond 20 files;"
        " WRONG_STATE for files that are not CLEAN or are attached already.",
        needs=Permission.CREDITS_MANAGE,
        takes={**_ID, "file_ids": ids("File", "CLEAN files that you uploaded, for EVIDENCE: 1 to 20.")},
        gives=_DISPUTE,
    )
    withdraw_credit_dispute = mutation(
        resolve.withdraw_credit_dispute,
        "Takes a dispute back that nobody has taken yet; it may be opened again.",
        needs=Permission.CREDITS_MANAGE,
        takes=_ID,
        gives=_DISPUTE,
    )
    appeal_credit_dispute = mutation(
        resolve.appeal_credit_dispute,
        "Asks for another decision, by another person: once, within 14 days, and not after a FULL_REFUND. What the"
        " first decision has given stays given.",
        needs=Permission.CREDITS_MANAGE,
        takes={**_ID, "reason": value(str, f"Why the decision is wrong: {_REASON}")},
        gives=_DISPUTE,
    )
    take_credit_dispute = mutation(
        resolve.take_credit_dispute,
        "Takes a dispute, so that you decide it. FORBIDDEN for whoever belongs to its organization and, on appeal, for"
        " who has decided first.",
        needs=Permission.STAFF_CREDITS,
        takes=_ID,
        gives=_DISPUTE,
    )
    resolve_credit_dispute = mutation(
        resolve.resolve_credit_dispute,
        "Decides in favour of the organization. The credits go back to the lots they came from, at most what was asked"
        " for and not given back before. FORBIDDEN unless you have taken it.",
        needs=Permission.STAFF_CREDITS,
        takes={
            **_ID,
            "outcome": value(CreditDisputeOutcome, "What it gives."),
            "quantity": optional(Int64, "PARTIAL_REFUND: how many credits; left out for the others."),
            "notes": value(str, "What you say to it, 1 to 5000 characters; the organization reads it."),
        },
        gives=_DISPUTE,
        keyed=True,
    )
    reject_credit_dispute = mutation(
        resolve.reject_credit_dispute,
        "Decides against the organization. FORBIDDEN unless you have taken it.",
        needs=Permission.STAFF_CREDITS,
        takes={**_ID, "reason": value(str, "Why: 1 to 5000 characters; the organization reads it.")},
        gives=_DISPUTE,
    )
