"""Customers: an issuer's records of whom it sends invoices to."""

from typing import Any
from uuid import UUID

from domain import customers as rules
from persistence import customer_credits, customers
from persistence.unit import Unit
from resolvers.mutations import Changed

LIST, ORGANIZATION, CREDITS = customers.LIST, customers.ORGANIZATION, customer_credits.OF_CUSTOMER


async def upsert_customer(
    db: Unit, *, customer_id: UUID | None, expected_version: int | None = None, **fields: Any
) -> Changed:
    """Creates a customer without an id, changes the one with it."""
    if "organization_id" in fields:
        fields["linked_organization_id"] = fields.pop("organization_id")
    if customer_id is None:
        customer = rules.create(fields, by=db.by)
    else:
        customer = await customers.for_change(db, customer_id, expected_version)
        has_documents = await customers.has_opened_documents(db, customer.id)
        customer.change(fields, has_documents=has_documents)
    await customers.save(db, customer)
    return Changed(customer=customer)
