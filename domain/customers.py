"""Customers: whom an organization sends invoices to; those of projects are made by the system."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.actors import Actor
from domain.checks import Checks
from domain.emails import check_email
from domain.ids import new_id
from domain.organizations import Organization
from domain.states import Versioned

PAYMENT_TERMS_DAYS = 14
"""How long a customer has to pay unless agreed otherwise."""


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

    def change(self, fields: dict[str, Any], *, has_documents: bool) -> None:
        """Writes the given fields. Once a document is open, who the customer is and its currency stay."""
        checks = _checked(fields, self.organization_id)
        for name, path in (("currency", "currency"), ("linked_organization_id", "organizationId")):
            stays = getattr(self, name) in (None, fields.get(name, getattr(self, name)))
            checks.require(stays or not has_documents, "This is fixed once a document is open.", path)
        checks.refuse()
        for name, value in fields.items():
            setattr(self, name, value)


def create(fields: dict[str, Any], *, by: Actor) -> Customer:
    """A new customer of the actor's organization."""
    issuer_id = by.require_organization()
    _checked({"name": None, **fields}, issuer_id).refuse()
    empty = dict.fromkeys(("linked_organization_id", "legal_name", "email", "address", "country", "currency"))
    columns = {**empty, "payment_terms_days": PAYMENT_TERMS_DAYS, **fields}
    return Customer(id=new_id(), organization_id=issuer_id, **columns)


def of_organization(organization: Organization, issuer_id: UUID, *, currency: str) -> Customer:
    """The issuer's record of another organization, with what that organization says of itself."""
    return Customer(
        id=new_id(),
        organization_id=issuer_id,
        linked_organization_id=organization.id,
        name=organization.name,
        legal_name=organization.legal_name,
        email=organization.billing_email,
        address=None,
        country=organization.country,
        currency=currency,
        payment_terms_days=PAYMENT_TERMS_DAYS,
    )


def _checked(fields: dict[str, Any], issuer_id: UUID) -> Checks:
    """The limits of whichever fields an input names."""
    checks = Checks()
    if "name" in fields:
        checks.text("name", fields["name"], least=1, most=200)
    checks.text("legalName", fields.get("legal_name"), most=200)
    checks.text("address", fields.get("address"), most=1000)
    if fields.get("email") is not None:
        check_email(checks, "email", fields["email"])
    checks.country("country", fields.get("country"))
    if fields.get("currency") is not None:
        checks.currency("currency", fields["currency"])
    checks.whole("paymentTermsDays", fields.get("payment_terms_days"), least=0, most=365)
    is_other = fields.get("linked_organization_id") != issuer_id
    checks.require(is_other, "You cannot be your own customer.", "organizationId")
    return checks
