"""Ledger adjustments as staff ask for them."""

import strawberry
from strawberry.scalars import ID

from domain.ledger import AccountSide
from domain.ledger_adjustments import CorrectionLine
from domain.permissions import Permission
from resolvers import ledger_adjustments as resolve
from schema.approval_requests import ApprovalRequest
from schema.inputs import an_id, value
from schema.money import MoneyInput
from schema.mutations import mutation


@strawberry.input(description="A line of a transfer as it should have been.")
class CorrectionLineInput:
    account_id: ID = an_id("LedgerAccount", "On which account, one line each.")
    side: AccountSide = value(AccountSide, "Whether it is a debit or a credit.")
    amount: MoneyInput = value(MoneyInput, "How much: at least 1, in the account's currency.")

    build = staticmethod(CorrectionLine)


@strawberry.type
class LedgerAdjustmentMutations:
    adjust_ledger = mutation(
        resolve.adjust_ledger,
        "Asks for a correction of the books, which another person with staff:money then approves: the transfer is"
        " reversed and the lines are posted in its place, both or neither. Every line that was right is given again."
        " Accounts that follow documents (RECEIVABLE, BILLED, ESCROW, WALLET_HELD, SUSPENSE, money on its way) keep"
        " what they hold. INVALID unless debits equal credits, and for transfers that other mutations undo; CONFLICT"
        " when the transfer is reversed or an adjustment of it waits; INSUFFICIENT_FUNDS where an account would go"
        " below zero.",
        needs=Permission.STAFF_MONEY,
        takes={
            "transfer_id": an_id("LedgerTransfer", "The transfer that is wrong."),
            "lines": value(list[CorrectionLineInput], "How it should have been, at most 20 lines; none: not at all."),
            "reason": value(str, "Why: 1 to 1000 characters."),
        },
        gives={"approval": (ApprovalRequest, "The approval that it waits for.")},
        keyed=True,
    )
