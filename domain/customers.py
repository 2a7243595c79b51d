"""Customers: whom an organization sends invoices to; those of projects are made by the system."""

from dataclasses import dataclass
from uuid import UUID

from domain.states import Versioned


@dataclass(eq=False, kw_only=True)
class Customer(Versioned):
    """The issuer's record of a party; `linked_organization_id` when that party is itself on Milepost."""

    id: UUID
    organization_id: UUID
    linked_organization_id: UUID | None
    name: str
    legal_name: str | None
    email: str | None
    address: str | None
    country: str | None
    currency: str | None
    payment_terms_days: int
