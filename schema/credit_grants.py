"""Credits that staff give, and movements that they undo, as they ask for it."""

from datetime import datetime

import strawberry

from domain.permissions import Permission
from resolvers import credit_grants as resolve
from schema.credit_accounts import CreditAccount
from schema.credit_lots import CreditLot
from schema.credit_transactions import CreditTransaction
from schema.inputs import an_id, optional, value
from schema.mutations import mutation
from schema.scalars import Int64

_REASON = value(str, "Why: 1 to 255 characters. The organization reads it.")
_ACCOUNT = {"account": (CreditAccount, "The account as it is now.")}


@strawberry.type
class CreditGrantMutations:
    grant_credits = mutation(
        resolve.grant_credits,
        "Gives credits to an organization. WRONG_STATE when its account is closed. FORBIDDEN for members of it.",
        needs=Permission.STAFF_CREDITS,
        takes={
            "account_id": an_id("CreditAccount", "Whose account."),
            "quantity": value(Int64, "How many: 1 to 1000000."),
            "expires_at": optional(datetime, "Until when they can be used; for ever unless said."),
            "reason": _REASON,
        },
        gives={
            "transaction": (CreditTransaction, "The movement."),
            "lot": (CreditLot, "The lot that they are."),
            **_ACCOUNT,
        },
        keyed=True,
    )
    reverse_credit_transaction = mutation(
        resolve.reverse_credit_transaction,
        "Undoes a spend, a grant or an adjustment as a whole, by its mirror image. WRONG_STATE for anything else, for"
        " what was paid for, and for what was undone or given back in part before; INSUFFICIENT_CREDITS where a grant"
        " is used by now. FORBIDDEN for members of the organization.",
        needs=Permission.STAFF_CREDITS,
        takes={"transaction_id": an_id("CreditTransaction", "What to undo."), "reason": _REASON},
        gives={"transaction": (CreditTransaction, "The reversal."), **_ACCOUNT},
        keyed=True,
    )
