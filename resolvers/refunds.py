"""Refunds: asking for one, and taking one back that was not sent yet."""

from uuid import UUID

from domain.money import Money
from domain.permissions import Permission
from persistence import refund_commands, refunds
from persistence.unit import Unit
from resolvers.mutations import Changed

READERS = (Permission.MONEY_READ, Permission.STAFF_MONEY)

LIST = refunds.LIST
PAYMENT, INVOICE = refunds.PAYMENT, refunds.INVOICE
CREDIT_NOTE, HOLD, APPROVAL = refunds.CREDIT_NOTE, refunds.HOLD, refunds.APPROVAL


async def refund_payment(db: Unit, *, payment_id: UUID, amount: Money | None = None, reason: str) -> Changed:
    payment, refund = await refund_commands.ask(db, payment_id, amount, reason)
    return Changed(payment=payment, refund=refund)


async def cancel_refund(db: Unit, *, refund_id: UUID) -> Changed:
    payment, refund = await refund_commands.cancel(db, refund_id)
    return Changed(payment=payment, refund=refund)
