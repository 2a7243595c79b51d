"""Invoice drafts: writing, changing, copying and removing them, and looking at amounts beforehand."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from domain import invoice_drafts as rules
from domain.invoice_previews import InvoicePreview, preview_of, warnings_of
from domain.invoice_terms import InvoiceTerms
from domain.invoices import Invoice
from domain.permissions import Permission
from persistence import customers, invoices, organizations, plan_limits, tax_types
from persistence.unit import Unit
from resolvers.context import Context
from resolvers.guards import require_verified
from resolvers.mutations import Changed


async def create_invoice(db: Unit, *, customer_id: UUID, **fields: Any) -> Changed:
    invoice = await _drafted(db, customer_id, InvoiceTerms(**fields))
    db.add(invoice)
    warnings = warnings_of(await invoices.resembling(db, invoice))
    await plan_limits.admit(db, "createInvoice", invoice.issuer_id)
    return Changed(invoice=invoice, warnings=warnings)


async def update_invoice(db: Unit, *, invoice_id: UUID, expected_version: int | None = None, **fields: Any) -> Changed:
    invoice = await invoices.for_change(db, invoice_id, expected_version, with_lines=True)
    invoice.check("updateInvoice", by=db.by)
    customer = await customers.require(db, fields.pop("customer_id", invoice.customer_id))
    terms = replace(rules.terms_of(invoice), **fields)
    chosen = await tax_types.choose(db, invoice.issuer_id, terms.tax_type_ids)
    rules.change(invoice, terms, customer, chosen, by=db.by, at=db.at)
    invoices.touch(invoice)
    return Changed(invoice=invoice, warnings=warnings_of(await invoices.resembling(db, invoice)))


async def delete_invoice(db: Unit, *, invoice_id: UUID) -> Changed:
    invoice = await invoices.for_change(db, invoice_id, with_lines=True)
    rules.delete(invoice, by=db.by, at=db.at)
    await db.session.delete(invoice)
    return Changed(deleted_invoice_id=str(invoice.id))


async def duplicate_invoice(db: Unit, *, invoice_id: UUID) -> Changed:
    original = await invoices.for_change(db, invoice_id, with_lines=True)
    original.check("duplicateInvoice", by=db.by)
    undated = replace(rules.terms_of(original), issue_on=None, supply_on=None, due_on=None)
    invoice = await _drafted(db, original.customer_id, undated)
    db.add(invoice)
    await plan_limits.admit(db, "duplicateInvoice", invoice.issuer_id)
    return Changed(invoice=invoice)


async def preview_invoice(context: Context, *, customer_id: UUID, **fields: Any) -> InvoicePreview:
    """Reads what a draft would read, and writes nothing."""
    require_verified(context)
    context.viewer.require(Permission.INVOICES_WRITE)
    platform = context.platform
    async with platform.database.reader() as session:
        db = Unit(session, platform.now(), context.viewer)
        invoice = await _drafted(db, customer_id, InvoiceTerms(**fields))
        return preview_of(invoice, await invoices.resembling(db, invoice))


async def _drafted(db: Unit, customer_id: UUID, terms: InvoiceTerms) -> Invoice:
    """A draft of the caller's organization that is not stored."""
    customer = await customers.require(db, customer_id)
    chosen = await tax_types.choose(db, customer.organization_id, terms.tax_type_ids)
    issuer = await organizations.get(db, customer.organization_id)
    return rules.draft(terms, customer, chosen, time_zone=issuer.time_zone, by=db.by, at=db.at)
