"""Queries of invoices in their issuer's own currency: the issuer alone sees them."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Table, cast, exists, false, func, select, true

from domain.actors import Actor
from domain.invoice_conversions import InvoiceConversion
from domain.money import Money
from domain.permissions import Permission
from persistence.tables.exchange import invoice_conversions
from persistence.tables.invoicing import invoices
from planner.edges import Condition, Derived, One, Source


def visible_to(viewer: Actor) -> Condition:
    if viewer.may(Permission.STAFF_READ):
        return true()
    if viewer.organization_id is None or not viewer.may(Permission.INVOICES_READ):
        return false()
    return exists().where(invoices.c.id == invoice_conversions.c.id, invoices.c.issuer_id == viewer.organization_id)


CONVERSIONS = Source(InvoiceConversion, invoice_conversions, visible_to)
OF_INVOICE = One(CONVERSIONS, "id")


def _due(conversion: Table) -> ColumnElement[Any]:
    """The converted total less all that is settled, converted as a whole: nothing is left when nothing is due."""
    invoice = invoices.c
    settled = func.round((invoice.total_minor - invoice.amount_due_minor) * conversion.c.minor_rate)
    due = select(conversion.c.total_minor - settled).where(invoice.id == conversion.c.id)
    return cast(due.scalar_subquery(), BigInteger)


def _shown(amount_minor: int, conversion: InvoiceConversion) -> Money:
    return Money(amount_minor, conversion.currency)


AMOUNT_DUE = Derived(invoice_conversions, _due, _shown)
