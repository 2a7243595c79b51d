"""Collection: charging an opened invoice without anybody asking, three times at most (rule 17 of invoicing)."""

from datetime import datetime, timedelta

from domain.actors import SYSTEM, Actor
from domain.invoices import CollectionMode, Invoice, InvoiceStatus

REPEAT_AFTER = timedelta(hours=48)
ATTEMPTS = 3

NO_PAYMENT_METHOD = "NO_PAYMENT_METHOD"
"""The failure of a charge that could not even start: the payer has no default method in the invoice's currency."""


def is_due(invoice: Invoice, at: datetime) -> bool:
    """Whether the next automatic charge may be made now."""
    return is_collected(invoice) and invoice.collection_next_at is not None and invoice.collection_next_at <= at


def is_collected(invoice: Invoice) -> bool:
    """Whether Milepost charges this invoice by itself. A frozen one waits for the end of its dispute."""
    is_open = invoice.status is InvoiceStatus.OPEN and invoice.amount_due_minor > 0
    return is_open and invoice.collection_mode is CollectionMode.AUTO and not invoice.is_frozen


def charge_started(invoice: Invoice) -> None:
    """Stops the clock while an automatic charge is under way: an unknown outcome starts none."""
    invoice.collection_next_at = None


def wait(invoice: Invoice, *, at: datetime) -> None:
    """The charge is due, but the payer's money does not move by itself for now."""
    invoice.collection_next_at = at


def charge_failed(invoice: Invoice, code: str, *, at: datetime) -> None:
    """Counts an automatic charge that failed; the next follows 48 h later, and the third failure is the last."""
    if invoice.status is not InvoiceStatus.OPEN or invoice.collection_mode is not CollectionMode.AUTO:
        return
    invoice.collection_attempts += 1
    invoice.collection_last_failure = code
    invoice.record("payment_failed", by=SYSTEM, at=at, data={"code": code, "attempts": invoice.collection_attempts})
    if invoice.collection_attempts < ATTEMPTS:
        invoice.collection_next_at = at + REPEAT_AFTER
        return
    invoice.collection_mode = CollectionMode.STOPPED
    invoice.collection_next_at = None
    invoice.record("put_on_hold", by=SYSTEM, at=at)


def resume(invoice: Invoice, *, by: Actor) -> None:
    """Starts a new round of three; the caller makes the first charge in the same transaction."""
    invoice.check("resumeCollection", by=by)
    invoice.collection_mode = CollectionMode.AUTO
    invoice.collection_attempts = 0
