"""Customer credit as issuers and their customers see it."""

import strawberry

from domain import customer_credits as domain
from resolvers import customer_credits as resolve
from schema.connections import computed, connection, one, order_input
from schema.customers import Customer
from schema.inputs import optional, optional_id
from schema.money import Money
from schema.organizations import Organization
from schema.scalars import Currency
from schema.shapes import Node, plain, shows


@shows(
    domain.CustomerCredit,
    "Money that Milepost keeps for an issuer's customer: surplus and what credit notes returned. It pays invoices of"
    " that issuer (applyCustomerCredit) or goes back (refundPayment). Issuer and customer see it, with money:read.",
)
class CustomerCredit(Node):
    issuer: Organization = one(resolve.ISSUER, Organization, "Whose invoices it pays.", required=True)
    customer: Customer | None = one(resolve.CUSTOMER, Customer, "For whom it is kept; the issuer sees its record.")
    currency: Currency = plain("The currency it is in.")
    available: Money = computed(resolve.AVAILABLE, Money, "What is there now; never negative.")


@strawberry.input(description="Conditions on customer credit; all given ones must hold.")
class CustomerCreditFilter:
    currency: Currency | None = optional(Currency, "In this currency.")
    customer_id: strawberry.ID | None = optional_id("Customer", "Kept for this customer.")
    issuer_id: strawberry.ID | None = optional_id("Organization", "For invoices of this organization.")


CustomerCreditOrder = order_input(resolve.LIST, "CustomerCreditOrder")


@strawberry.type
class CustomerCreditQueries:
    customer_credits = connection(
        resolve.LIST,
        CustomerCredit,
        "Credit that your organization keeps for its customers or has with its issuers, by currency.",
        filter=CustomerCreditFilter,
        order=CustomerCreditOrder,
        needs=resolve.READERS,
    )
