"""Corrections by staff as they are asked for: clearing suspense, giving up debts."""

import strawberry

from domain.permissions import Permission
from domain.suspense import SuspenseDecision
from resolvers import staff_corrections as resolve
from schema.approval_requests import ApprovalRequest
from schema.enums import describe
from schema.inputs import an_id, value
from schema.money import MoneyInput
from schema.mutations import mutation

describe(
    SuspenseDecision,
    "What becomes of money that a provider took otherwise than it was asked to.",
    APPLY="It counts for the payment's invoice: what is due of it, the rest is the customer's credit.",
    RETURN="It was given back at the provider; the payment has failed.",
)

_APPROVAL = {"approval": (ApprovalRequest, "The approval that it waits for.")}
_REASON = {"reason": value(str, "Why: 1 to 1000 characters.")}


@strawberry.type
class StaffCorrectionMutations:
    clear_suspense = mutation(
        resolve.clear_suspense,
        "Asks for a decision about money in suspense, which another person with staff:money then approves; that ends "
        "the exception too. INVALID for an exception that is not about such money, and for APPLY where the currency "
        "differs or the money was to be held; CONFLICT while a decision waits.",
        needs=Permission.STAFF_MONEY,
        takes={
            "exception_id": an_id("MoneyException", "The exception: AMOUNT_MISMATCH or CURRENCY_MISMATCH."),
            "decision": value(SuspenseDecision, "What becomes of the money."),
            **_REASON,
        },
        gives=_APPROVAL,
        keyed=True,
    )
    write_off_debt = mutation(
        resolve.write_off_debt,
        "Asks to give up a debt of an organization, or a part of it, which another person with staff:money then "
        "approves. INSUFFICIENT_FUNDS when it owes less; CONFLICT while a write-off of that debt waits.",
        needs=Permission.STAFF_MONEY,
        takes={
            "organization_id": an_id("Organization", "Who owes it."),
            "amount": value(MoneyInput, "How much is given up."),
            **_REASON,
        },
        gives=_APPROVAL,
        keyed=True,
    )
