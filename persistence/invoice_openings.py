"""Opening invoices: what is due is posted, dates, fee and rate fixed, a number taken as the last lock (rule 8)."""

from collections.abc import Sequence

from domain.actors import SYSTEM
from domain.customers import Customer
from domain.exchange_rates import UsedRate
from domain.fees import FeeScope, FeeTerms
from domain.invoice_conversions import converted
from domain.invoice_openings import dates_of_draft, dates_of_project, fix
from domain.invoices import Invoice
from domain.ledger import Transfer
from domain.postings.invoices import invoice_opened
from persistence import exchange_rates, fee_policies, ledger, number_series
from persistence.unit import Unit


async def open_draft(db: Unit, invoice: Invoice, customer: Customer) -> None:
    """Opens a locked draft for the caller, on the day that is written on it."""
    invoice.check("openInvoice", by=db.by)
    dates = dates_of_draft(invoice, customer, at=db.at)
    terms = await fee_policies.terms_at_opening(db, FeeScope.STANDARD, invoice, customer.linked_organization_id)
    rate = await exchange_rates.for_opening(db, invoice)
    await ledger.post(db, invoice_opened(invoice, by=db.by, at=db.at))
    number = await number_series.take(db, invoice.issuer_id, dates.issue_on, in_order=True)
    fix(invoice, dates, terms)
    invoice.recipient_id = customer.linked_organization_id
    invoice.open(number, by=db.by, at=db.at)
    keep(db, invoice, rate)


async def open_at_once(
    db: Unit, invoice: Invoice, *, fee: FeeTerms | None = None, paid_by: Sequence[Transfer] = ()
) -> None:
    """Opens and inserts a new invoice of the system, which never was a draft.

    `fee` is one that was frozen before; `paid_by` are transfers that pay it, posted with it because accounts are locked
    before the number.
    """
    dates = dates_of_project(invoice, at=db.at)
    terms = fee or await fee_policies.terms_at_opening(db, FeeScope.PROJECT, invoice, invoice.recipient_id)
    rate = await exchange_rates.for_opening(db, invoice)
    if invoice.amount_due_minor:
        await ledger.post(db, invoice_opened(invoice, by=SYSTEM, at=db.at), *paid_by)
    number = await number_series.take(db, invoice.issuer_id, dates.issue_on, in_order=False)
    fix(invoice, dates, terms)
    invoice.issue(number, by=SYSTEM, at=db.at)
    db.add(invoice)
    await db.flush()
    keep(db, invoice, rate)


def keep(db: Unit, invoice: Invoice, rate: UsedRate | None) -> None:
    """Freezes what the invoice comes to in the currency of its issuer's books."""
    if rate is not None:
        db.add(converted(invoice, rate))
