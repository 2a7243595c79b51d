"""Queries of credit notes, and writing, issuing and voiding them under the lock of their invoice."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, exists, false, or_, select, true
from sqlalchemy.orm import class_mapper, selectinload

from domain import credit_notes as rules
from domain.actors import Actor
from domain.credit_note_effects import effect_of
from domain.credit_note_lines import CreditNoteLine, Wanted, credited_lines, wanted_of_all
from domain.credit_notes import CreditNote, CreditNoteStatus
from domain.invoice_lines import InvoiceLine
from domain.invoices import Invoice, InvoiceNumber
from domain.permissions import Permission
from domain.postings.credit_notes import accounts_of, credit_note_issued, credit_note_voided
from domain.postings.kit import customer_credit, wallet_of_issuer
from domain.postings.recorded_payments import kept_outside
from persistence import ledger, number_series
from persistence.customers import CUSTOMERS
from persistence.invoice_standings import standing_of
from persistence.invoices import INVOICE_LINES, INVOICES
from persistence.organizations import ORGANIZATIONS
from persistence.tables.credit_notes import credit_note_lines, credit_notes
from persistence.tables.invoicing import invoice_lines, invoices
from persistence.tables.refunds import refunds
from persistence.unit import Unit
from planner.edges import Condition, Connection, Many, One, Source, Within


def visible_to(viewer: Actor) -> Condition:
    """The issuer sees all of its credit notes, the recipient those that were issued."""
    if viewer.may(Permission.STAFF_READ):
        return true()
    if viewer.organization_id is None or not viewer.may(Permission.INVOICES_READ):
        return false()
    issued = credit_notes.c.status != CreditNoteStatus.DRAFT
    received = and_(credit_notes.c.recipient_id == viewer.organization_id, issued)
    return or_(credit_notes.c.issuer_id == viewer.organization_id, received)


CREDIT_NOTES = Source(CreditNote, credit_notes, visible_to)
CREDIT_NOTE_LINES = Source(CreditNoteLine, credit_note_lines, Within(CREDIT_NOTES, credit_note_lines, "credit_note_id"))

LINES = Many(CREDIT_NOTE_LINES, "credit_note_id", "position")
INVOICE, CUSTOMER = One(INVOICES, "invoice_id"), One(CUSTOMERS, "customer_id")
INVOICE_LINE = One(INVOICE_LINES, "invoice_line_id")
ISSUER, RECIPIENT = One(ORGANIZATIONS, "issuer_id"), One(ORGANIZATIONS, "recipient_id")

_ORDERS = {"CREATED_AT": credit_notes.c.created_at, "TOTAL": credit_notes.c.total_minor}
_NEWEST_FIRST = (("CREATED_AT", True),)

LIST = Connection(
    CREDIT_NOTES,
    orders=_ORDERS,
    default_order=_NEWEST_FIRST,
    filters={
        "status": lambda values: credit_notes.c.status.in_(values),
        "invoice_id": lambda id_: credit_notes.c.invoice_id == id_,
        "customer_id": lambda id_: credit_notes.c.customer_id == id_,
        "issued_from": lambda day: credit_notes.c.issue_on >= day,
        "issued_to": lambda day: credit_notes.c.issue_on <= day,
    },
)
OF_INVOICE = Connection(CREDIT_NOTES, orders=_ORDERS, default_order=_NEWEST_FIRST, column="invoice_id")


async def for_change(db: Unit, credit_note_id: UUID) -> tuple[Invoice, CreditNote]:
    """A visible credit note with its lines, and its invoice: locked, the invoice first."""
    visible = select(credit_notes.c.invoice_id).where(credit_notes.c.id == credit_note_id, visible_to(db.by))
    invoice_id = await db.require(visible, "credit note", "creditNoteId")
    invoice = (await db.session.scalars(select(Invoice).where(invoices.c.id == invoice_id).with_for_update())).one()
    lines = class_mapper(CreditNote).attrs["lines"].class_attribute
    locked = select(CreditNote).where(credit_notes.c.id == credit_note_id).options(selectinload(lines))
    return invoice, (await db.session.scalars(locked.with_for_update())).one()


async def draft(db: Unit, invoice: Invoice, wanted: Sequence[Wanted] | None, reason: str, *, by: Actor) -> CreditNote:
    """Writes a note on a locked invoice: over these parts of its lines or, with None, over all that is left of them."""
    note = rules.draft(invoice, reason, by=by, at=db.at)
    note.lines = await _lines(db, invoice, note, wanted)
    note.add_up()
    db.add(note)
    await db.flush()
    return note


async def issue(db: Unit, invoice: Invoice, note: CreditNote, *, may_owe: bool = False, by: Actor) -> None:
    """Issues a draft on its locked invoice. Its taxes are computed anew: other notes may have come before it."""
    invoice.check("createCreditNote", by=by)
    note.check("issueCreditNote", by=by)
    wanted = [Wanted(line_id=line.invoice_line_id, amount=line.amount) for line in note.lines]
    _take_over(note, await _lines(db, invoice, note, wanted))
    standing = await standing_of(db, invoice)
    balances = await ledger.balances_of(db, *accounts_of(invoice))
    effect = effect_of(invoice, note.total, standing, balances[wallet_of_issuer(invoice)], may_owe=may_owe)
    await ledger.post(db, *credit_note_issued(note, invoice, effect, by=by, at=db.at))
    note.issue(await number(db, invoice, note), effect, by=by, at=db.at)
    rules.apply(invoice, note, by=by, at=db.at)
    await db.flush()


async def of_sale(db: Unit, invoice: Invoice, amount_minor: int, reason: str, *, by: Actor) -> CreditNote:
    """A note on the locked invoice of a sale, over a part of all that is left of it: not issued yet."""
    note = rules.draft(invoice, reason, by=by, at=db.at)
    note.lines = await _lines(
        db, invoice, note, wanted_of_all(amount_minor, await _billed(db, invoice), await _credited(db, invoice))
    )
    note.add_up()
    db.add(note)
    await db.flush()
    return note


async def number(db: Unit, invoice: Invoice, note: CreditNote) -> InvoiceNumber:
    """The next one of the issuer; taken after all other locks."""
    day = note.today(db.at)
    return await number_series.take(db, invoice.issuer_id, day, in_order=False, series=number_series.CREDIT_NOTES)


async def void(db: Unit, invoice: Invoice, note: CreditNote, reason: str) -> None:
    """Takes an issued note on its locked invoice back, with all that it had posted."""
    invoice.check("createCreditNote", by=db.by)
    note.check("voidCreditNote", by=db.by)
    is_refunded = exists().where(refunds.c.credit_note_id == note.id, refunds.c.status.not_in(_CAME_TO_NOTHING))
    balances = await ledger.balances_of(db, *accounts_of(invoice))
    unspent_inside = balances[customer_credit(invoice)] >= note.effect.inside_minor
    unspent_outside = balances[kept_outside(invoice)] >= note.outside_minor
    is_spent = not (unspent_inside and unspent_outside) or bool(await db.session.scalar(select(is_refunded)))
    rules.require_fee_back(invoice, note, await standing_of(db, invoice))
    note.void(reason, is_spent=is_spent, by=db.by, at=db.at)
    rules.unapply(invoice, note, by=db.by, at=db.at)
    wallet_minor = balances[wallet_of_issuer(invoice)]
    await ledger.post(db, *credit_note_voided(note, invoice, wallet_minor=wallet_minor, by=db.by, at=db.at))


_CAME_TO_NOTHING = ("FAILED", "CANCELED")


def _take_over(note: CreditNote, computed: Sequence[CreditNoteLine]) -> None:
    """Writes amounts and taxes of the computed lines on the lines that the note has."""
    for line, new in zip(note.lines, computed, strict=True):
        line.net_minor, line.tax_minor, line.taxes = new.net_minor, new.tax_minor, new.taxes
    note.add_up()


async def _lines(db: Unit, invoice: Invoice, note: CreditNote, wanted: Sequence[Wanted] | None) -> list[CreditNoteLine]:
    return credited_lines(note.id, wanted, await _billed(db, invoice), await _credited(db, invoice))


async def _billed(db: Unit, invoice: Invoice) -> Sequence[InvoiceLine]:
    billed = select(InvoiceLine).where(invoice_lines.c.invoice_id == invoice.id).order_by(invoice_lines.c.position)
    return (await db.session.scalars(billed)).all()


async def _credited(db: Unit, invoice: Invoice) -> Sequence[CreditNoteLine]:
    issued = exists().where(
        credit_notes.c.id == credit_note_lines.c.credit_note_id,
        credit_notes.c.invoice_id == invoice.id,
        credit_notes.c.status == CreditNoteStatus.ISSUED,
    )
    credited = select(CreditNoteLine).where(issued).order_by(credit_note_lines.c.id)
    return (await db.session.scalars(credited)).all()
