"""How a locked invoice stands: read before its fee is split, given back or taken."""

from sqlalchemy import func, select

from domain.credit_notes import CreditNoteStatus
from domain.hold_movements import MovementKind
from domain.invoice_fees import Released, Standing
from domain.invoices import Invoice
from domain.ledger import AccountCode, PostingKind
from domain.recorded_payments import RecordedPaymentStatus
from persistence.tables.credit_notes import credit_notes
from persistence.tables.escrow import hold_movements
from persistence.tables.losses import recorded_payments
from persistence.tables.money import ledger_accounts, ledger_entries, ledger_transfers, payments
from persistence.unit import Unit


async def standing_of(db: Unit, invoice: Invoice) -> Standing:
    """What its notes have returned so far, what was paid from outside, and what holds have paid of it."""
    notes, recorded = credit_notes.c, recorded_payments.c
    paid_outside = select(func.coalesce(func.sum(recorded.allocated_minor), 0)).where(
        recorded.invoice_id == invoice.id, recorded.status == RecordedPaymentStatus.RECORDED
    )
    sums = (
        func.coalesce(func.sum(column), 0) for column in (notes.returned_minor, notes.outside_minor, notes.fee_minor)
    )
    statement = select(*sums, paid_outside.scalar_subquery()).where(
        notes.invoice_id == invoice.id, notes.status == CreditNoteStatus.ISSUED
    )
    row = (await db.session.execute(statement)).one()
    returned, outside, fee, from_outside = (int(value) for value in row)
    return Standing(
        returned_minor=returned,
        returned_outside_minor=outside,
        fee_minor=fee,
        paid_outside_minor=from_outside,
        released=() if invoice.project_id is None else await _released(db, invoice),
    )


async def _released(db: Unit, invoice: Invoice) -> tuple[Released, ...]:
    """By hold what it has paid, and what lost chargebacks have taken back of that."""
    movements, entries = hold_movements.c, ledger_entries.c
    lost = (
        select(func.coalesce(func.sum(entries.amount_minor), 0))
        .join(ledger_accounts, ledger_accounts.c.id == entries.account_id)
        .join(ledger_transfers, ledger_transfers.c.id == entries.transfer_id)
        .join(payments, payments.c.id == entries.payment_id)
        .where(
            entries.invoice_id == invoice.id,
            ledger_accounts.c.code == AccountCode.RECEIVABLE,
            ledger_transfers.c.kind == PostingKind.P16,
            payments.c.hold_id == movements.hold_id,
        )
        .correlate(hold_movements)
        .scalar_subquery()
    )
    statement = (
        select(movements.hold_id, func.sum(movements.amount_minor), func.sum(movements.fee_minor), lost)
        .where(movements.invoice_id == invoice.id, movements.kind == MovementKind.RELEASE)
        .group_by(movements.hold_id)
    )
    return tuple(
        Released(hold_id=hold_id, amount_minor=int(amount), fee_minor=int(fee), lost_minor=int(taken))
        for hold_id, amount, fee, taken in await db.session.execute(statement)
    )
