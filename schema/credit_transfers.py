"""Sending bought credits to another organization, as members ask for it."""

import strawberry

from domain.permissions import Permission
from resolvers import credit_transfers as resolve
from schema.approval_requests import ApprovalRequest
from schema.credit_transactions import CreditTransaction
from schema.inputs import an_id, optional, value
from schema.mutations import mutation
from schema.scalars import Int64


@strawberry.type
class CreditTransferMutations:
    transfer_credits = mutation(
        resolve.transfer_credits,
        "Sends bought credits to another organization: those that were bought 14 days ago or earlier, 1 to 10000 in a"
        " day of UTC (LIMIT_REACHED). They keep their end there. Above 5000 a second member with credits:manage agrees"
        " first (approval), and nothing moves until then. WRONG_STATE unless both accounts are ACTIVE.",
        needs=Permission.CREDITS_MANAGE,
        takes={
            "to_organization_id": an_id("Organization", "Who gets them."),
            "quantity": value(Int64, "How many: 1 to 10000."),
            "note": optional(str, "What for: up to 255 characters. Both read it."),
        },
        gives={
            "transaction": (CreditTransaction | None, "The movement; null while it waits for a second person."),
            "approval": (ApprovalRequest | None, "What a second person has to decide first."),
        },
        keyed=True,
    )
