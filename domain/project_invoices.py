"""Invoices of projects: what work bills by itself."""

from domain.customers import Customer
from domain.invoice_drafts import TaxTypes, write
from domain.invoice_terms import InvoiceTerms, LineTerms
from domain.invoices import CollectionMode, Invoice, InvoiceKind
from domain.milestones import Milestone
from domain.money import Money
from domain.projects import Project

_OF_MILESTONE = (InvoiceKind.MILESTONE, InvoiceKind.INTERIM)


def for_project(
    kind: InvoiceKind,
    project: Project,
    milestone: Milestone | None,
    *,
    agreed_minor: int,
    customer: Customer,
    tax_types: TaxTypes,
    time_zone: str,
) -> Invoice:
    """One line over the agreed amount, taxed on top by the issuer's default types, charged automatically (rule 15)."""
    if (milestone is not None) != (kind in _OF_MILESTONE):
        raise AssertionError(f"{kind.name} names a milestone exactly if it bills one")
    line = LineTerms(
        description=milestone.title if milestone else kind.name.capitalize(),
        unit_price=Money(agreed_minor, project.currency),
        tax_type_ids=tuple(tax_types),
    )
    terms = InvoiceTerms(currency=project.currency, lines=(line,))
    invoice = write(terms, customer, tax_types, time_zone=time_zone, kind=kind, mode=CollectionMode.AUTO)
    invoice.project_id, invoice.agreed_minor = project.id, agreed_minor
    if milestone is not None:
        invoice.milestone_id = invoice.lines[0].milestone_id = milestone.id
    return invoice
