"""Write-offs: giving up an invoice or what little is left of one, and how little that may be."""

from uuid import UUID

from domain import payment_starts as payment_rules
from domain import write_offs as rules
from domain.money import Money
from persistence import invoices, payments, write_offs
from persistence.unit import Unit
from resolvers.mutations import Changed


async def mark_uncollectible(db: Unit, *, invoice_id: UUID, reason: str) -> Changed:
    invoice = await invoices.for_change(db, invoice_id)
    rules.mark_uncollectible(invoice, reason, by=db.by, at=db.at)
    payment_rules.require_none_live(await payments.live_of(db, invoice.id))
    await write_offs.give_up(db, invoice, invoice.amount_due_minor, reason)
    return Changed(invoice=invoice)


async def write_off_remainder(db: Unit, *, invoice_id: UUID) -> Changed:
    invoice = await invoices.for_change(db, invoice_id)
    payment_rules.require_none_live(await payments.live_of(db, invoice.id))
    remainder = invoice.amount_due_minor
    tolerance = await write_offs.tolerance_minor(db, invoice.currency)
    rules.write_off_remainder(invoice, tolerance, by=db.by, at=db.at)
    await write_offs.give_up(db, invoice, remainder, "A remainder within the tolerance.")
    return Changed(invoice=invoice)


async def set_write_off_tolerance(db: Unit, *, amount: Money) -> Changed:
    tolerance = rules.set_tolerance(amount, by=db.by, at=db.at)
    write_offs.add_tolerance(db, tolerance)
    return Changed(tolerance=tolerance)
