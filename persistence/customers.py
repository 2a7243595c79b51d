"""Queries of customers: an issuer's own records of whom it sends invoices to."""

from dataclasses import fields
from uuid import UUID

from sqlalchemy import exists, false, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from domain.actors import Actor
from domain.customers import Customer, of_organization
from domain.invoices import InvoiceStatus
from domain.organizations import Organization
from domain.permissions import Permission
from domain.refusals import conflict, not_found
from persistence.organizations import ORGANIZATIONS
from persistence.tables.invoicing import customers, invoices
from persistence.texts import contains
from persistence.unit import Unit
from planner.edges import Condition, Connection, One, Source


def visible_to(viewer: Actor) -> Condition:
    """Own ones only: what an issuer notes about a customer is not for the customer."""
    if viewer.may(Permission.STAFF_READ):
        return true()
    if viewer.organization_id is None or not viewer.may(Permission.INVOICES_READ):
        return false()
    return customers.c.organization_id == viewer.organization_id


_UNIQUE, _FOREIGN_KEY = "23505", "23503"

CUSTOMERS = Source(Customer, customers, visible_to)

ORGANIZATION = One(ORGANIZATIONS, "linked_organization_id")


LIST = Connection(
    CUSTOMERS,
    orders={"NAME": customers.c.name, "CREATED_AT": customers.c.created_at},
    default_order=(("NAME", False),),
    filters={"text": lambda text: contains(text, customers.c.name, customers.c.legal_name, customers.c.email)},
    where=lambda viewer: customers.c.organization_id == viewer.organization_id,
)


async def for_change(db: Unit, customer_id: UUID, expected_version: int | None = None) -> Customer:
    """A visible customer, locked until the transaction ends."""
    statement = select(Customer).where(customers.c.id == customer_id, visible_to(db.by)).with_for_update()
    customer = await db.require(statement, "customer", "customerId")
    customer.require_version(expected_version)
    return customer


async def require(db: Unit, customer_id: UUID) -> Customer:
    """A visible customer of the caller's own organization, to be written on a document."""
    own = (customers.c.id == customer_id, customers.c.organization_id == db.by.organization_id, visible_to(db.by))
    return await db.require(select(Customer).where(*own), "customer", "customerId")


async def save(db: Unit, customer: Customer) -> None:
    """Writes it now; refuses an organization that is unknown, or that another customer stands for already."""
    db.add(customer)
    try:
        await db.flush()
    except IntegrityError as error:
        state = getattr(error.orig, "sqlstate", None)
        if state == _UNIQUE:
            raise conflict("Another customer stands for this organization already.", "organizationId") from None
        if state == _FOREIGN_KEY:
            raise not_found("organization", "organizationId") from None
        raise


async def has_opened_documents(db: Unit, customer_id: UUID) -> bool:
    opened = exists().where(invoices.c.customer_id == customer_id, invoices.c.status != InvoiceStatus.DRAFT)
    return bool(await db.session.scalar(select(opened)))


async def linked(db: Unit, issuer_id: UUID, organization: Organization, *, currency: str) -> Customer:
    """The issuer's customer for another organization, made on first need.

    Of several transactions at once one inserts and the others wait for it, then find its row.
    """
    same = (customers.c.organization_id == issuer_id, customers.c.linked_organization_id == organization.id)
    found = (await db.session.scalars(select(Customer).where(*same))).one_or_none()
    if found is not None:
        return found
    made = of_organization(organization, issuer_id, currency=currency)
    row = {field.name: getattr(made, field.name) for field in fields(made) if field.init}
    unless_there = insert(customers).values(**row, version=1, created_at=db.at, updated_at=db.at)
    keyed = ["organization_id", "linked_organization_id"]
    await db.session.execute(unless_there.on_conflict_do_nothing(index_elements=keyed))
    return (await db.session.scalars(select(Customer).where(*same))).one()
