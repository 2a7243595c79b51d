"""Adjustments of credits as staff make them."""

import strawberry
from strawberry.scalars import ID

from domain import credit_adjustments as domain
from domain.credit_adjustments import CreditAdjustmentStatus
from resolvers import credit_adjustments as resolve
from schema.approval_requests import ApprovalRequest
from schema.connections import connection, one
from schema.enums import describe
from schema.inputs import an_id, optional, optional_id, value
from schema.mutations import mutation
from schema.organizations import Organization
from schema.scalars import Int64
from schema.shapes import plain, shows
from schema.stateful import Stateful
from schema.users import User

describe(
    CreditAdjustmentStatus,
    "The life of an adjustment of credits.",
    PENDING_APPROVAL="Waits for a second person.",
    POSTED="The credits were added or taken.",
    REJECTED="A second person said no, or it was taken back.",
    EXPIRED="Nobody decided in 72 hours.",
)


@shows(
    domain.CreditAdjustment,
    "Credits that staff add to an account, or take from it, by hand. Only staff:credits sees it.",
)
class CreditAdjustment(Stateful):
    status: CreditAdjustmentStatus = plain("Where it stands.")
    organization: Organization = one(resolve.ORGANIZATION, Organization, "Whose credits.", required=True)
    delta: Int64 = plain("How many credits are added or, below zero, taken.")
    reason: str = plain("Why.")
    requested_by: User | None = one(resolve.REQUESTED_BY, User, "Who made it.")
    approval: ApprovalRequest | None = one(
        resolve.APPROVAL, ApprovalRequest, "The approval that it waits or has waited for; null where it needed none."
    )


@strawberry.input(description="Conditions on adjustments; all given ones must hold.")
class CreditAdjustmentFilter:
    status: list[CreditAdjustmentStatus] | None = optional(list[CreditAdjustmentStatus], "In one of these states.")
    organization_id: ID | None = optional_id("Organization", "Of this organization's account.")


@strawberry.type
class CreditAdjustmentQueries:
    credit_adjustments = connection(
        resolve.LIST,
        CreditAdjustment,
        "Adjustments of credits, newest first. Needs staff:credits.",
        filter=CreditAdjustmentFilter,
        needs=resolve.READERS,
    )


@strawberry.type
class CreditAdjustmentMutations:
    adjust_credits = mutation(
        resolve.adjust_credits,
        "Adds credits to an account or takes them, for a reason. Together with the account's adjustments of the last"
        " 24 hours, each way counted, more than 1000 credits wait for another person with staff:credits."
        " INSUFFICIENT_CREDITS for more than is available; FORBIDDEN for whoever belongs to the organization.",
        needs=resolve.READERS,
        takes={
            "account_id": an_id("CreditAccount", "The account."),
            "delta": value(Int64, "How many credits to add or, below zero, to take."),
            "reason": value(str, "Why: 10 to 1000 characters."),
        },
        gives={"adjustment": (CreditAdjustment, "The adjustment: posted, or waiting for its approval.")},
        keyed=True,
    )
