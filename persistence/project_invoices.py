"""Invoices of projects: issued, withdrawn and added up in the transactions of the work that they bill."""

from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select

from domain.invoices import Invoice, InvoiceKind, InvoiceStatus
from domain.milestones import Milestone
from domain.project_invoices import for_project
from domain.projects import Project
from domain.refusals import conflict
from persistence import customers, organizations, payments, tax_types
from persistence.budgets import NOT_SETTLED
from persistence.invoice_openings import open_at_once
from persistence.tables.invoicing import invoices
from persistence.unit import Unit


async def issue(
    db: Unit, *, kind: InvoiceKind, project: Project, agreed_minor: int, milestone: Milestone | None = None
) -> Invoice:
    """Opens an invoice of the project in one step, in the caller's transaction, and starts its collection.

    The caller holds the lock of the project or milestone; refuses CONFLICT when it is billed already (rule 15).
    """
    await db.flush()
    billed = _live(kind, milestone.id if milestone else project.id)
    if await db.session.scalar(select(exists().where(billed))):
        raise conflict("This has been invoiced already.")
    issuer = await organizations.get(db, project.freelancer_organization_id)
    client = await organizations.get(db, project.client_organization_id)
    invoice = for_project(
        kind,
        project,
        milestone,
        agreed_minor=agreed_minor,
        customer=await customers.linked(db, issuer.id, client, currency=project.currency),
        tax_types=await tax_types.defaults(db, issuer.id),
        time_zone=issuer.time_zone,
    )
    await open_at_once(db, invoice)
    await payments.start_collection(db, invoice)
    return invoice


async def agreed_billed_minor(db: Unit, project_id: UUID) -> int:
    """How much of the budget the project's invoices bill; void ones are left out, and advances that others settle."""
    billed = func.coalesce(func.sum(invoices.c.agreed_minor), 0)
    of_project = (invoices.c.project_id == project_id, invoices.c.status != InvoiceStatus.VOID, NOT_SETTLED)
    return int(await db.session.scalar(select(billed).where(*of_project)) or 0)


async def upfront_is_paid(db: Unit, project_id: UUID) -> bool:
    paid = _live(InvoiceKind.UPFRONT, project_id) & (invoices.c.status == InvoiceStatus.PAID)
    return bool(await db.session.scalar(select(exists().where(paid))))


def _live(kind: InvoiceKind, owner_id: UUID) -> ColumnElement[bool]:
    """The one invoice of this kind that a project (UPFRONT, FINAL) or milestone may have besides void ones."""
    owner = invoices.c.project_id if kind in (InvoiceKind.UPFRONT, InvoiceKind.FINAL) else invoices.c.milestone_id
    return (owner == owner_id) & (invoices.c.kind == kind) & (invoices.c.status != InvoiceStatus.VOID)
