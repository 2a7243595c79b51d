"""Customers as issuers keep them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain import customers as domain
from domain.permissions import Permission
from resolvers import customers as resolve
from schema.connections import connection, one, order_input
from schema.inputs import optional, optional_id, patch, patch_id
from schema.mutations import mutation
from schema.organizations import Organization
from schema.scalars import CountryCode, Currency, Email
from schema.shapes import Node, plain, shows

if TYPE_CHECKING:
    from schema.customer_credits import CustomerCredit


_Credit = Annotated["CustomerCredit", strawberry.lazy("schema.customer_credits")]


@shows(domain.Customer, "An organization's own record of a party it sends invoices to. That party does not see it.")
class Customer(Node):
    name: str = plain("What to call it.")
    legal_name: str | None = plain("The name on documents, where it differs.")
    email: Email | None = plain("Where documents go.")
    address: str | None = plain("The address on documents.")
    country: CountryCode | None = plain("Where it is registered.")
    currency: Currency | None = plain("The currency it is usually billed in; fixed once a document is open.")
    payment_terms_days: int = plain("Days from the date of issue until an invoice is due, unless the invoice says so.")
    organization: Organization | None = one(
        resolve.ORGANIZATION, Organization, "The same party on Milepost: it receives and pays the invoices."
    )
    credits = connection(resolve.CREDITS, _Credit, "What is kept for it, one for each currency; with money:read.")
    version: int = plain("Counts the committed changes, from 1; send it as expectedVersion.")
    created_at: datetime = plain("When it came to exist.")
    updated_at: datetime = plain("When it last changed.")


@strawberry.input(description="Conditions on customers; all given ones must hold.")
class CustomerFilter:
    text: str | None = optional(str, "Words in name, legal name or address for mail.")


CustomerOrder = order_input(resolve.LIST, "CustomerOrder")


@strawberry.type
class CustomerQueries:
    customers = connection(
        resolve.LIST,
        Customer,
        "The customers of your organization, by name.",
        filter=CustomerFilter,
        order=CustomerOrder,
        needs=Permission.INVOICES_READ,
    )


@strawberry.type
class CustomerMutations:
    upsert_customer = mutation(
        resolve.upsert_customer,
        "Adds a customer to your organization or changes one. Clients of projects are added by the system. CONFLICT "
        "when another customer stands for the same organization. Once a document is open, organization and currency "
        "stay as they are.",
        needs=Permission.INVOICES_WRITE,
        takes={
            "customer_id": optional_id("Customer", "The one to change; left out, a new one is added."),
            "name": patch(str, "What to call it, to 200 characters; required for a new one."),
            "legal_name": patch(str, "The name on documents, to 200 characters."),
            "email": patch(Email, "Where documents go."),
            "address": patch(str, "The address on documents, to 1000 characters."),
            "country": patch(CountryCode, "Where it is registered."),
            "currency": patch(Currency, "The currency it is usually billed in."),
            "payment_terms_days": patch(int, "0 to 365; 14 unless said.", domain.PAYMENT_TERMS_DAYS),
            "organization_id": patch_id("Organization", "The same party on Milepost."),
        },
        gives={"customer": (Customer, "The customer as it is now.")},
        versioned=True,
    )
