"""Write-offs: what an issuer gives up, and what becomes of it when money comes, or goes again, all the same."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.amounts import Amount
from domain.checks import Checks
from domain.ids import new_id
from domain.invoices import CollectionMode, Invoice, InvoiceStatus, PaymentStatus
from domain.money import Money
from domain.reasons import said
from domain.refusals import invalid, wrong_state

HOPELESS_AFTER = timedelta(days=90)
"""How long a project's invoice has to be overdue before it may be given up, unless collection has given up already."""


@dataclass(eq=False, kw_only=True)
class WriteOffTolerance:
    """Up to which remainder of a currency an issuer may write off; the newest counts, and none is 0."""

    id: UUID
    currency: str
    amount_minor: int
    set_at: datetime
    set_by_id: UUID | None

    amount = Amount("amount_minor")


def set_tolerance(amount: Money, *, by: Actor, at: datetime) -> WriteOffTolerance:
    checks = Checks()
    checks.money("amount", amount, least=0)
    checks.refuse()
    return WriteOffTolerance(
        id=new_id(), currency=amount.currency, amount_minor=amount.amount_minor, set_at=at, set_by_id=by.user_id
    )


def mark_uncollectible(invoice: Invoice, reason: str, *, by: Actor, at: datetime) -> None:
    """The issuer gives up; what is due stays written on the invoice, for money that comes all the same."""
    reason = said(reason, required=True)
    invoice.check("markUncollectible", by=by)
    if invoice.project_id is not None and not _is_hopeless(invoice, at):
        status = invoice.payment_status or PaymentStatus.UNPAID
        message = "An invoice of a project is given up only ON_HOLD, or when it is overdue for 90 days."
        raise wrong_state(message, from_state=status.name, allowed=[PaymentStatus.ON_HOLD.name])
    invoice.move_to("markUncollectible", by=by, at=at)
    invoice.uncollectible_at, invoice.uncollectible_reason = at, reason
    invoice.collection_next_at = None
    invoice.record("marked_uncollectible", by=by, at=at)


def write_off_remainder(invoice: Invoice, tolerance_minor: int, *, by: Actor, at: datetime) -> None:
    """What is left is so little that the invoice counts as paid without it."""
    invoice.check("writeOffRemainder", by=by)
    if invoice.amount_due_minor > tolerance_minor:
        most = Money(tolerance_minor, invoice.currency)
        raise invalid(f"{invoice.amount_due} are due; at most {most} may be written off.", "invoiceId")
    invoice.written_off_minor += invoice.amount_due_minor
    invoice.amount_due_minor = 0
    invoice.settle("writeOffRemainder", by=by, at=at)


def restore(invoice: Invoice, *, at: datetime) -> None:
    """Money comes for an invoice that was given up: it is open again before the money counts."""
    invoice.move_to("restoreInvoice", by=SYSTEM, at=at)
    invoice.uncollectible_at = invoice.uncollectible_reason = None
    invoice.record("reopened", by=SYSTEM, at=at)


def take_back(invoice: Invoice, amount_minor: int, *, by: Actor, at: datetime) -> None:
    """Money that counted as paid is gone: it is due again, and nothing more is charged by itself."""
    if not 1 <= amount_minor <= invoice.paid_minor:
        raise ValueError(f"{amount_minor} is not between 1 and what is paid")
    invoice.paid_minor -= amount_minor
    invoice.amount_due_minor += amount_minor
    if invoice.status is InvoiceStatus.PAID:
        invoice.move_to("reopenInvoice", by=SYSTEM, at=at)
        invoice.paid_at = None
    invoice.collection_mode, invoice.collection_next_at = CollectionMode.STOPPED, None
    invoice.record("reopened", by=by, at=at)


def _is_hopeless(invoice: Invoice, at: datetime) -> bool:
    if invoice.payment_status is PaymentStatus.ON_HOLD:
        return True
    return invoice.due_on is not None and invoice.today(at) - invoice.due_on >= HOPELESS_AFTER
